/** The two lists of the label editor: labels, and the values of one. */
import type { ReactElement } from 'react';
import type { SampleType } from '#model/profile.ts';
import { formatCount } from '#model/units.ts';
import { readable } from '#render/text.ts';
import { Button } from '../components/button.tsx';
import { type PickList, PickOptions } from '../components/pick-list.tsx';
import { ListNotice } from '../components/search-list.tsx';
import type { CostRow, LabelNameRow, LabelSource, Loaded } from '../source/suggestions.ts';
import { CostText } from './cost-text.tsx';
import { isTicked, type LabelDraft } from './label-draft.ts';
import styles from './query-bar.module.css';

interface LabelNamesProps {
  readonly list: PickList;
  readonly rows: readonly LabelNameRow[];
  readonly chosen: string;
  readonly names: Loaded<unknown>;
  readonly place: LabelSource['place'];
  /** Whether a search leaves some out. */
  readonly isFiltered: boolean;
  onPick(row: number): void;
  onRetry(): void;
}

export function LabelNames(props: LabelNamesProps): ReactElement {
  const { list, rows, chosen, names, place, isFiltered, onPick, onRetry } = props;
  return (
    <div className={styles['names']}>
      <div className={styles['caption']}>
        <span>Label</span>
        <span>values</span>
      </div>
      <PickOptions
        list={list}
        label="Labels"
        count={rows.length}
        isChosen={(row) => rows[row].name === chosen}
        onPick={onPick}
      >
        {(row) => (
          <>
            <bdi>{readable(rows[row].name)}</bdi>
            <span className={styles['count']}>
              {rows[row].valueCount !== undefined && formatCount(rows[row].valueCount)}
            </span>
          </>
        )}
      </PickOptions>
      {names.kind === 'loading' && <ListNotice>Loading the labels</ListNotice>}
      {names.kind === 'failed' && (
        <ListNotice onRetry={onRetry}>Could not load the labels: {readable(names.message)}</ListNotice>
      )}
      {names.kind === 'loaded' && rows.length === 0 && (
        <ListNotice>{isFiltered ? 'No matching labels.' : `The profiles in ${place} have no labels.`}</ListNotice>
      )}
    </div>
  );
}

export interface ValueRow extends CostRow {
  /** Whether the range has it. */
  readonly isSeen: boolean;
}

interface LabelValuesProps {
  readonly list: PickList;
  readonly rows: readonly ValueRow[];
  readonly draft: LabelDraft;
  readonly values: Loaded<unknown>;
  /** Whether the range has no value of the label. */
  readonly isEmpty: boolean;
  readonly place: LabelSource['place'];
  /** The cost of all values. */
  readonly whole: number;
  readonly costType: SampleType;
  readonly costTitle: string;
  /** Shows the values of the label beside each other. */
  onGrid?: ((name: string) => void) | undefined;
  onPick(row: number): void;
  onClickAlone(row: number): void;
  onRetry(): void;
}

export function LabelValues(props: LabelValuesProps): ReactElement {
  const { list, rows, draft, values, isEmpty, place, whole, costType, costTitle } = props;
  const { onGrid, onPick, onClickAlone, onRetry } = props;
  return (
    <div className={styles['values']}>
      <div className={styles['caption']}>
        <bdi>{readable(draft.name)}</bdi>
        {draft.name !== '' && onGrid && (
          <Button className={styles['grid']} onClick={() => onGrid(draft.name)}>
            As a grid
          </Button>
        )}
        {draft.name !== '' && whole > 0 && <span>{`${costTitle} in ${place}`}</span>}
      </div>
      {draft.name === '' ? (
        <ListNotice>Choose a label to see its values.</ListNotice>
      ) : (
        <PickOptions
          list={list}
          label={`Values of ${readable(draft.name)}`}
          count={rows.length}
          isMultiple
          isChosen={(row) => isTicked(draft, rows[row].name)}
          onPick={onPick}
          onClickAlone={onClickAlone}
        >
          {(row) => {
            const { name, cost, isSeen } = rows[row];
            return (
              <>
                <bdi title={readable(name)}>{readable(name) || '(empty)'}</bdi>
                {cost !== undefined && (
                  <>
                    <span className={styles['meter']} aria-hidden="true">
                      <i style={{ width: `${whole > 0 ? Math.max(0, (cost / whole) * 100) : 0}%` }} />
                    </span>
                    <span className={styles['cost']}>
                      <CostText cost={cost} type={costType} />
                    </span>
                  </>
                )}
                {values.kind === 'loaded' && !isSeen && <span className={styles['unit']}>not in {place}</span>}
              </>
            );
          }}
        </PickOptions>
      )}
      {draft.name !== '' && values.kind === 'loading' && <ListNotice>Loading the values</ListNotice>}
      {values.kind === 'failed' && (
        <ListNotice onRetry={onRetry}>Could not load the values: {readable(values.message)}</ListNotice>
      )}
      {isEmpty && <ListNotice>Nothing in {place} has this label.</ListNotice>}
    </div>
  );
}
