/** Panels below their control: Escape and a click beside one close it, and the focus goes back to where it came from. */
import { type ReactElement, type ReactNode, type RefObject, useRef, useState } from 'react';
import { Dialog, Popover } from 'react-aria-components';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import menuStyles from './menu.module.css';
import styles from './popover.module.css';

interface PopoverPanelProps {
  readonly label: string;
  readonly anchor: RefObject<HTMLElement | null>;
  readonly children: ReactNode;
  onClose(): void;
}

/** Open as long as it is rendered. */
export function PopoverPanel({ label, anchor, children, onClose }: PopoverPanelProps): ReactElement {
  return (
    <Popover
      className={styles['popover']}
      triggerRef={anchor}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      offset={4}
      placement="bottom start"
    >
      <Dialog aria-label={label} className={styles['dialog']}>
        {children}
      </Dialog>
    </Popover>
  );
}

interface PopoverFieldProps {
  readonly label: string;
  /** In front of the value when the value alone does not say what it is. */
  readonly prefix?: string;
  readonly value: ReactNode;
  readonly edged?: boolean;
  children(close: () => void): ReactNode;
}

/** A chosen value with a chevron, that opens a panel to choose another. */
export function PopoverField({ label, prefix, value, edged, children }: PopoverFieldProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const close = (): void => setOpen(false);
  return (
    <span ref={anchor} className={styles['field']}>
      <Button
        kind={edged ? 'edged' : 'plain'}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onClick={(event) => {
          // Safari does not focus what is clicked, and the focus has to come back here.
          event.currentTarget.focus();
          setOpen(true);
        }}
      >
        <span className="visually-hidden">{label}: </span>
        <span className={menuStyles['value']}>
          {prefix !== undefined && (
            <span className={menuStyles['key']} aria-hidden="true">
              {prefix}{' '}
            </span>
          )}
          {value}
        </span>
        <Icon name="down" />
      </Button>
      {isOpen && (
        <PopoverPanel label={label} anchor={anchor} onClose={close}>
          {children(close)}
        </PopoverPanel>
      )}
    </span>
  );
}
