/** A search field above the rows that it leaves: one is picked, or several are ticked. */
import { type ReactElement, type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { PickField, PickOptions, type PickOptionsProps, usePickList } from './pick-list.tsx';
import styles from './search-list.module.css';

interface SearchListProps<Row> extends Pick<PickOptionsProps, 'label' | 'isMultiple'> {
  /** Names the field: `Find a service`. */
  readonly find: string;
  /** The rows that a text leaves; '' leaves all. */
  rowsFor(text: string): readonly Row[];
  isChosen(row: Row): boolean;
  /** Above a row whose heading differs from that of the row before. */
  headingOf?(row: Row): string;
  onPick(row: Row): void;
  /** One row. */
  children(row: Row): ReactNode;
  /** Shown below the rows: why there are none. @param hasRows whether any row is left */
  renderNotice?(hasRows: boolean): ReactNode;
  /** It takes the height of its container; else a list has its own. */
  readonly fills?: boolean;
  /** False where it was not opened to type into. */
  readonly takesFocus?: boolean;
}

export function SearchList<Row>(props: SearchListProps<Row>): ReactElement {
  const { find, label, isMultiple, rowsFor, isChosen, headingOf, onPick, children, renderNotice } = props;
  const { fills = false, takesFocus = true } = props;
  const [text, setText] = useState('');
  const rows = rowsFor(text);
  const list = usePickList(isMultiple ? 0 : rows.findIndex(isChosen));
  const pick = (row: number): void => onPick(rows[row]);
  return (
    <>
      <div className={styles['head']}>
        <PickField
          takesFocus={takesFocus}
          list={list}
          count={rows.length}
          label={find}
          placeholder={find}
          text={text}
          onText={(next) => {
            setText(next);
            list.setActive(0);
          }}
          onPick={pick}
        />
      </div>
      <div className={styles['list']} data-fills={fills || undefined}>
        <PickOptions
          list={list}
          label={label}
          count={rows.length}
          isMultiple={isMultiple}
          isChosen={(row) => isChosen(rows[row])}
          headingOf={
            headingOf &&
            ((row) => {
              const heading = rows[row] && headingOf(rows[row]);
              return row > 0 && heading === headingOf(rows[row - 1]) ? undefined : heading;
            })
          }
          onPick={pick}
        >
          {(row) => children(rows[row])}
        </PickOptions>
        {renderNotice?.(rows.length > 0)}
      </div>
    </>
  );
}

/** Why a list has no rows, and a way on. */
export function ListNotice({ children, onRetry }: { children: ReactNode; onRetry?: () => void }): ReactElement {
  return (
    <div className={styles['notice']} role="status">
      <span>{children}</span>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}
