/** Menus, popovers and dialogs on react-aria, which handles keys, touch and screen readers. Open while rendered. */
import type { ReactElement, ReactNode, RefObject } from 'react';
import {
  Dialog,
  Header,
  ListBox,
  ListBoxItem,
  Menu,
  MenuItem,
  MenuSection,
  Popover,
  Text,
} from 'react-aria-components';
import { Icon } from './icon.tsx';
import menuStyles from './menu.module.css';
import popoverStyles from './popover.module.css';

interface MenuEntry {
  readonly id: string;
  readonly title: string;
  readonly hint?: string | undefined;
  readonly checked?: boolean;
  /** It cannot be chosen now; the hint says why. */
  readonly isDisabled?: boolean;
}

export interface MenuGroup {
  readonly title?: string;
  readonly entries: readonly MenuEntry[];
}

export interface ChoiceOption<T extends string> {
  readonly id: T;
  readonly title: string;
  readonly hint?: string;
  /** It cannot be chosen now; the hint says why. */
  readonly isDisabled?: boolean;
}

interface OverlayProps {
  readonly label: string;
  /** The element that it opens below. */
  readonly anchor: RefObject<HTMLElement | null>;
  onClose(): void;
}

interface PanelOverlayProps extends OverlayProps {
  readonly children: ReactNode;
}

export function PanelOverlay({ label, anchor, children, onClose }: PanelOverlayProps): ReactElement {
  return (
    <Popover
      className={popoverStyles['popover']}
      triggerRef={anchor}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      offset={4}
      placement="bottom start"
    >
      <Dialog aria-label={label} className={popoverStyles['dialog']}>
        {children}
      </Dialog>
    </Popover>
  );
}

interface MenuOverlayProps extends OverlayProps {
  readonly heading?: ReactNode;
  readonly groups: readonly MenuGroup[];
  /** Its edge that is below that of the anchor. */
  readonly side: 'start' | 'end';
  onPick(id: string): void;
}

export function MenuOverlay(props: MenuOverlayProps): ReactElement {
  const { label, anchor, heading, groups, side, onPick, onClose } = props;
  return (
    <Popover
      className={menuStyles['popover']}
      triggerRef={anchor}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      offset={4}
      placement={`bottom ${side}`}
    >
      {heading !== undefined && <p className={menuStyles['heading']}>{heading}</p>}
      <Menu
        aria-label={label}
        className={menuStyles['menu']}
        autoFocus="first"
        onAction={(key) => {
          onClose();
          onPick(String(key));
        }}
        onClose={onClose}
      >
        {groups.map((group, i) => (
          <MenuSection key={group.title ?? i} className={menuStyles['section']} aria-label={group.title ?? label}>
            {group.title !== undefined && <Header className={menuStyles['title']}>{group.title}</Header>}
            {group.entries.map(({ id, title, hint, checked, isDisabled = false }) => (
              <MenuItem key={id} id={id} textValue={title} isDisabled={isDisabled} className={menuStyles['item']}>
                {checked !== undefined && (
                  <span className={menuStyles['check']}>{checked && <Icon name="check" />}</span>
                )}
                <Text slot="label">
                  {title}
                  {checked && <span className="visually-hidden">, chosen</span>}
                </Text>
                {hint !== undefined && (
                  <Text slot="description" className={menuStyles['hint']}>
                    {hint}
                  </Text>
                )}
              </MenuItem>
            ))}
          </MenuSection>
        ))}
      </Menu>
    </Popover>
  );
}

interface ListOverlayProps extends OverlayProps {
  readonly value: string;
  readonly options: readonly ChoiceOption<string>[];
  onPick(id: string): void;
}

export function ListOverlay({ label, anchor, value, options, onPick, onClose }: ListOverlayProps): ReactElement {
  return (
    <Popover
      className={menuStyles['popover']}
      triggerRef={anchor}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      offset={4}
      placement="bottom start"
    >
      <ListBox
        aria-label={label}
        className={menuStyles['menu']}
        selectionMode="single"
        selectedKeys={[value]}
        autoFocus
        // Choosing the selected entry again would clear the selection.
        onSelectionChange={(keys) => {
          onClose();
          const picked = keys === 'all' ? undefined : [...keys][0];
          if (picked !== undefined) onPick(String(picked));
        }}
      >
        {options.map(({ id, title, hint, isDisabled = false }) => (
          <ListBoxItem key={id} id={id} textValue={title} isDisabled={isDisabled} className={menuStyles['item']}>
            <span className={menuStyles['check']}>{id === value && <Icon name="check" />}</span>
            <Text slot="label">{title}</Text>
            {hint !== undefined && (
              <Text slot="description" className={isDisabled ? menuStyles['reason'] : menuStyles['hint']}>
                {hint}
              </Text>
            )}
          </ListBoxItem>
        ))}
      </ListBox>
    </Popover>
  );
}
