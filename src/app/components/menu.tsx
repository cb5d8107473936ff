/** Menus and single choices, on react-aria for keys, touch and screen readers. */
import type { ReactElement, ReactNode, RefObject } from 'react';
import {
  Button,
  Header,
  ListBox,
  ListBoxItem,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  Select,
  SelectValue,
  Text,
} from 'react-aria-components';
import { Icon, type IconName } from './icon.tsx';
import buttonStyles from './button.module.css';
import styles from './menu.module.css';

interface MenuEntry {
  readonly id: string;
  readonly title: string;
  readonly hint?: string | undefined;
  readonly checked?: boolean;
}

interface MenuGroup {
  readonly title?: string;
  readonly entries: readonly MenuEntry[];
}

interface MenuButtonProps {
  readonly label: string;
  readonly icon: IconName;
  /** Shown beside the icon; without it the icon stands alone. */
  readonly text?: string;
  readonly groups: readonly MenuGroup[];
  onPick(id: string): void;
}

export function MenuButton({ label, icon, text, groups, onPick }: MenuButtonProps): ReactElement {
  return (
    <MenuTrigger>
      <Button aria-label={label} className={`${buttonStyles['button']} ${text ? '' : buttonStyles['square']}`}>
        <Icon name={icon} />
        {text !== undefined && <span className={styles['wide']}>{text}</span>}
      </Button>
      <Popover className={styles['popover']} offset={4} placement="bottom end">
        <Entries label={label} groups={groups} onPick={onPick} />
      </Popover>
    </MenuTrigger>
  );
}

interface MenuAtProps {
  readonly label: string;
  /** What the menu stands below: an element at the pointer. */
  readonly anchor: RefObject<HTMLElement | null>;
  readonly heading: ReactNode;
  readonly groups: readonly MenuGroup[];
  onPick(id: string): void;
  onClose(): void;
}

/** A menu at a place, open as long as it is rendered. */
export function MenuAt({ label, anchor, heading, groups, onPick, onClose }: MenuAtProps): ReactElement {
  return (
    <Popover
      className={styles['popover']}
      triggerRef={anchor}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      offset={2}
      placement="bottom start"
    >
      <p className={styles['heading']}>{heading}</p>
      <Entries
        label={label}
        groups={groups}
        onPick={(id) => {
          onClose();
          onPick(id);
        }}
        onClose={onClose}
      />
    </Popover>
  );
}

function Entries(props: {
  label: string;
  groups: readonly MenuGroup[];
  onPick(id: string): void;
  onClose?: () => void;
}): ReactElement {
  const { label, groups, onPick, onClose } = props;
  return (
    <Menu
      aria-label={label}
      className={styles['menu']}
      autoFocus="first"
      onAction={(key) => onPick(String(key))}
      {...(onClose && { onClose })}
    >
      {groups.map((group, i) => (
        <MenuSection key={group.title ?? i} className={styles['section']} aria-label={group.title ?? label}>
          {group.title !== undefined && <Header className={styles['title']}>{group.title}</Header>}
          {group.entries.map(({ id, title, hint, checked }) => (
            <MenuItem key={id} id={id} textValue={title} className={styles['item']}>
              {checked !== undefined && <span className={styles['check']}>{checked && <Icon name="check" />}</span>}
              <Text slot="label">
                {title}
                {checked && <span className="visually-hidden">, chosen</span>}
              </Text>
              {hint !== undefined && (
                <Text slot="description" className={styles['hint']}>
                  {hint}
                </Text>
              )}
            </MenuItem>
          ))}
        </MenuSection>
      ))}
    </Menu>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  /** In front of the value when the value alone does not say what it is. */
  readonly prefix?: string;
  readonly value: T;
  readonly options: readonly { readonly id: T; readonly title: string; readonly hint?: string }[];
  readonly edged?: boolean;
  onChange(value: T): void;
}

/** One of several, as a field with a chevron. */
export function Choice<T extends string>({
  label,
  prefix,
  value,
  options,
  edged,
  onChange,
}: ChoiceProps<T>): ReactElement {
  return (
    <Select aria-label={label} value={value} onChange={(key) => onChange(key as T)} className={styles['select']}>
      <Button className={`${buttonStyles['button']} ${edged ? buttonStyles['edged'] : ''}`}>
        <SelectValue className={styles['value'] ?? ''}>
          {prefix !== undefined && <span className={styles['key']}>{prefix} </span>}
          {options.find(({ id }) => id === value)?.title ?? value}
        </SelectValue>
        <Icon name="down" />
      </Button>
      <Popover className={styles['popover']} offset={4}>
        <ListBox className={styles['menu']} aria-label={label}>
          {options.map(({ id, title, hint }) => (
            <ListBoxItem key={id} id={id} textValue={title} className={styles['item']}>
              <span className={styles['check']}>{id === value && <Icon name="check" />}</span>
              <Text slot="label">{title}</Text>
              {hint !== undefined && (
                <Text slot="description" className={styles['hint']}>
                  {hint}
                </Text>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
