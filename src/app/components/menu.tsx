/** Menus and single choices. */
import { type KeyboardEvent, type ReactElement, type ReactNode, type RefObject, useRef, useState } from 'react';
import { Button } from './button.tsx';
import { Field } from './field.tsx';
import type { IconName } from './icon.tsx';
import { lazily } from './lazily.tsx';
import { loadOverlays } from './load-overlays.ts';
import type { ChoiceOption, MenuGroup } from './overlays.tsx';
import buttonStyles from './button.module.css';
import styles from './menu.module.css';

const MenuOverlay = lazily(async () => (await loadOverlays()).MenuOverlay);
const ListOverlay = lazily(async () => (await loadOverlays()).ListOverlay);

interface MenuButtonProps {
  readonly label: string;
  readonly icon: IconName;
  /** Shown beside the icon. */
  readonly text?: string;
  readonly groups: readonly MenuGroup[];
  onPick(id: string): void;
}

export function MenuButton({ label, icon, text, groups, onPick }: MenuButtonProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      <Button
        ref={anchor}
        icon={icon}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        className={text === undefined ? buttonStyles['square'] : undefined}
        onKeyDown={(event) => opensBy(event) && setOpen(true)}
        onClick={(event) => {
          // Safari does not focus what is clicked, and the focus has to come back here.
          event.currentTarget.focus();
          setOpen(true);
        }}
      >
        {text !== undefined && <span className={styles['wide']}>{text}</span>}
      </Button>
      {isOpen && (
        <MenuOverlay
          label={label}
          anchor={anchor}
          groups={groups}
          side="end"
          onPick={onPick}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

interface MenuAtProps {
  readonly label: string;
  /** The element that the menu opens below: one at the pointer. */
  readonly anchor: RefObject<HTMLElement | null>;
  readonly heading: ReactNode;
  readonly groups: readonly MenuGroup[];
  onPick(id: string): void;
  onClose(): void;
}

/** A menu at a place. Open while rendered. */
export function MenuAt(props: MenuAtProps): ReactElement {
  return <MenuOverlay {...props} side="start" />;
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  /** In front of the value when the value alone does not say what it is. */
  readonly prefix?: string;
  readonly value: T;
  readonly options: readonly ChoiceOption<T>[];
  readonly edged?: boolean;
  onChange(value: T): void;
}

/**
 * One of several choices, as a field with a chevron. While it is closed, left and right step, and a letter jumps to a
 * title.
 */
export function Choice<T extends string>(props: ChoiceProps<T>): ReactElement {
  const { label, prefix, value, options, edged, onChange } = props;
  const [isOpen, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const at = options.findIndex(({ id }) => id === value);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (opensBy(event)) return setOpen(true);
    const next = targetOf(event, options, at);
    if (next === undefined) return;
    event.preventDefault();
    if (next.id !== value) onChange(next.id);
  };
  return (
    <>
      <Field
        label={label}
        prefix={prefix}
        value={options[at]?.title ?? value}
        edged={edged}
        opens="listbox"
        isOpen={isOpen}
        anchor={anchor}
        onOpen={() => setOpen(true)}
        onKeyDown={onKeyDown}
      />
      {isOpen && (
        <ListOverlay
          label={label}
          anchor={anchor}
          value={value}
          options={options}
          onPick={(id) => onChange(id as T)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

function opensBy(event: KeyboardEvent): boolean {
  const opens = event.key === 'ArrowDown' || event.key === 'ArrowUp';
  if (opens) event.preventDefault();
  return opens;
}

function targetOf<T extends string>(
  { key, ctrlKey, metaKey, altKey }: KeyboardEvent,
  options: readonly ChoiceOption<T>[],
  at: number,
): ChoiceOption<T> | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const canBe = ({ isDisabled }: ChoiceOption<T>): boolean => isDisabled !== true;
  if (key === 'ArrowLeft') return options.slice(0, Math.max(0, at)).findLast(canBe);
  if (key === 'ArrowRight') return options.slice(at + 1).find(canBe);
  if (key.length !== 1 || key === ' ') return undefined;
  return [...options.slice(at + 1), ...options.slice(0, at + 1)].find(
    (option) => canBe(option) && option.title.toLowerCase().startsWith(key.toLowerCase()),
  );
}
