/**
 * A list to choose from whose search field keeps the focus: arrows move a mark in the list, Enter picks what is marked.
 * Only visible rows are in the page.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactElement, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { IconButton } from './button.tsx';
import { Icon } from './icon.tsx';
import styles from './pick-list.module.css';

const ROW_CSS = 24;
const PAGE_ROWS = 9;

export interface PickList {
  readonly id: string;
  /** The marked row, -1 none. */
  readonly active: number;
  setActive(row: number): void;
}

/** @param first the row that is marked at first, -1 none */
export function usePickList(first: number): PickList {
  const id = useId();
  const [active, setActive] = useState(first);
  return { id, active, setActive };
}

interface PickFieldProps {
  readonly list: PickList;
  /** How many rows the list has. */
  readonly count: number;
  readonly label: string;
  readonly placeholder: string;
  readonly text: string;
  /** Before the text: what the list belongs to. */
  readonly lead?: ReactNode;
  readonly isCode?: boolean;
  /** Focus the field: the panel was opened for typing. */
  readonly takesFocus?: boolean;
  /** Id of the element with the error text. */
  readonly mistake?: string | undefined;
  onText(text: string): void;
  onPick(row: number): void;
  /** Enter while no row is marked. */
  onEnter?(): void;
  /** Backspace while nothing is typed. */
  onBack?(): void;
}

export function PickField(props: PickFieldProps): ReactElement {
  const { list, count, label, placeholder, text, lead, isCode, takesFocus, mistake, onText, onPick, onEnter, onBack } =
    props;
  const active = Math.min(list.active, count - 1);
  const move = (row: number): void => list.setActive(Math.max(0, Math.min(count - 1, row)));
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case 'ArrowDown':
        move(active + 1);
        break;
      case 'ArrowUp':
        move(active - 1);
        break;
      case 'PageDown':
        move(active + PAGE_ROWS);
        break;
      case 'PageUp':
        move(active - PAGE_ROWS);
        break;
      case 'Enter':
        if (active >= 0) onPick(active);
        else onEnter?.();
        break;
      case 'Backspace':
        if (text !== '' || !onBack) return;
        onBack();
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  return (
    <div className={styles['field']} data-wrong={mistake !== undefined || undefined}>
      {lead ?? <Icon name="search" />}
      <input
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={list.id}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${list.id}-${active}` : undefined}
        aria-invalid={mistake !== undefined}
        aria-describedby={mistake}
        className={isCode ? styles['code'] : undefined}
        autoFocus={takesFocus}
        spellCheck={false}
        autoComplete="off"
        placeholder={placeholder}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {text !== '' && (
        <IconButton
          label="Clear"
          icon="close"
          // For the mouse only, and the focus stays in the field.
          tabIndex={-1}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onText('')}
        />
      )}
    </div>
  );
}

export interface PickOptionsProps {
  readonly list: PickList;
  readonly label: string;
  readonly count: number;
  /** Several rows may be chosen: each gets a box to tick. */
  readonly isMultiple?: boolean | undefined;
  isChosen(row: number): boolean;
  /** Stands above a row that begins a group. */
  readonly headingOf?: ((row: number) => string | undefined) | undefined;
  onPick(row: number): void;
  /** A click beside the box of a row, where several may be chosen; without it the row is ticked as by its box. */
  onClickAlone?: ((row: number) => void) | undefined;
  children(row: number): ReactNode;
}

export function PickOptions(props: PickOptionsProps): ReactElement {
  const { list, label, count, isMultiple, isChosen, headingOf, onPick, onClickAlone = onPick, children } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: (row) => (headingOf?.(row) === undefined ? ROW_CSS : ROW_CSS * 2),
    overscan: 6,
  });
  const active = Math.min(list.active, count - 1);
  useEffect(() => {
    if (active >= 0) virtual.scrollToIndex(active, { align: 'auto' });
  }, [active, virtual]);
  return (
    <div
      ref={scroller}
      id={list.id}
      role="listbox"
      aria-label={label}
      aria-multiselectable={isMultiple}
      className={styles['options']}
      tabIndex={-1}
      // A click must not take the focus out of the field.
      onMouseDown={(event) => event.preventDefault()}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const heading = headingOf?.(index);
          const chosen = isChosen(index);
          return (
            <div key={index} role="presentation" className={styles['place']} style={{ top: start }}>
              {heading !== undefined && (
                <div className={styles['heading']} aria-hidden="true">
                  {heading}
                </div>
              )}
              <div
                id={`${list.id}-${index}`}
                role="option"
                aria-selected={chosen}
                aria-setsize={count}
                aria-posinset={index + 1}
                className={styles['option']}
                data-active={index === active || undefined}
                data-chosen={(chosen && !isMultiple) || undefined}
                onPointerMove={() => index !== active && list.setActive(index)}
                onClick={() => onClickAlone(index)}
              >
                {isMultiple && (
                  <span
                    className={styles['box']}
                    data-chosen={chosen || undefined}
                    onClick={(event) => {
                      event.stopPropagation();
                      onPick(index);
                    }}
                  >
                    {chosen && <Icon name="check" />}
                  </span>
                )}
                {children(index)}
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}
