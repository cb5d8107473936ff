/** A chosen value with a chevron; pressing it opens the choices. */
import type { KeyboardEvent, ReactElement, ReactNode, RefObject } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import menuStyles from './menu.module.css';
import styles from './popover.module.css';

export interface FieldProps {
  readonly label: string;
  /** In front of the value when the value alone does not say what it is. */
  readonly prefix?: string | undefined;
  readonly value: ReactNode;
  readonly edged?: boolean | undefined;
}

interface OpenedProps {
  readonly opens: 'dialog' | 'listbox';
  readonly isOpen: boolean;
  /** The element that its popover opens below. */
  readonly anchor: RefObject<HTMLSpanElement | null>;
  onOpen(): void;
  onKeyDown?(event: KeyboardEvent): void;
}

export function Field(props: FieldProps & OpenedProps): ReactElement {
  const { label, prefix, value, edged, opens, isOpen, anchor, onOpen, onKeyDown } = props;
  return (
    <span ref={anchor} className={styles['field']}>
      <Button
        kind={edged ? 'edged' : 'plain'}
        aria-haspopup={opens}
        aria-expanded={isOpen}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          // Safari does not focus what is clicked, and the focus has to come back here.
          event.currentTarget.focus();
          onOpen();
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
    </span>
  );
}
