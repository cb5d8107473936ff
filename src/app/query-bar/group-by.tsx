/** By which label the series and the total are parted; by none as a rule. */
import { type ReactElement, type RefObject, useMemo, useState } from 'react';
import type { LabelMatcher } from '#model/labels.ts';
import { formatCount } from '#model/units.ts';
import { readable } from '#render/text.ts';
import { PickField, PickOptions, usePickList } from '../components/pick-list.tsx';
import { PopoverField, PopoverPanel } from '../components/popover.tsx';
import { Notice } from './notice.tsx';
import { type LabelSource, offeredNames, useLoaded, withWords } from '../source/suggestions.ts';
import styles from './query-bar.module.css';

export interface GroupByProps {
  readonly groupBy: string | undefined;
  /** The whole query: names that its series have are offered. */
  readonly matchers: readonly LabelMatcher[];
  readonly source: LabelSource;
  onGroupBy(name: string | undefined): void;
}

export function GroupBy(props: GroupByProps): ReactElement {
  const { groupBy } = props;
  return (
    <PopoverField
      label="Group by"
      prefix="Group by"
      value={groupBy === undefined ? 'none' : <bdi>{readable(groupBy)}</bdi>}
    >
      {(close) => <GroupByPanel {...props} onClose={close} />}
    </PopoverField>
  );
}

/** The same below another control, open as long as it is rendered. */
export function GroupByAt({
  anchor,
  ...props
}: GroupByProps & { anchor: RefObject<HTMLElement | null>; onClose(): void }): ReactElement {
  return (
    <PopoverPanel label="Group by" anchor={anchor} onClose={props.onClose}>
      <GroupByPanel {...props} />
    </PopoverPanel>
  );
}

function GroupByPanel(props: GroupByProps & { onClose(): void }): ReactElement {
  const { groupBy, matchers, source, onGroupBy, onClose } = props;
  const [text, setText] = useState('');
  const [names, retry] = useLoaded(JSON.stringify(matchers), (signal) => source.loadNames(matchers, signal));
  const rows = useMemo(() => {
    const found = withWords(names.kind === 'loaded' ? offeredNames(names.value) : [], text);
    return text === '' ? [undefined, ...found] : found;
  }, [names, text]);
  const list = usePickList(-1);
  const pick = (row: number): void => {
    onClose();
    onGroupBy(rows[row]?.name);
  };
  return (
    <div className={styles['types']}>
      <div className={styles['head']}>
        <PickField
          takesFocus
          list={list}
          count={rows.length}
          label="Find a label"
          placeholder="Find a label"
          text={text}
          onText={(next) => {
            setText(next);
            list.setActive(0);
          }}
          onPick={pick}
        />
      </div>
      <div className={styles['list']}>
        <PickOptions
          list={list}
          label="Labels"
          count={rows.length}
          isChosen={(row) => rows[row]?.name === groupBy}
          onPick={pick}
        >
          {(row) => (
            <>
              {rows[row] === undefined ? <bdi>none</bdi> : <bdi>{readable(rows[row].name)}</bdi>}
              <span className={styles['count']}>
                {rows[row]?.valueCount !== undefined && formatCount(rows[row].valueCount)}
              </span>
            </>
          )}
        </PickOptions>
        {names.kind === 'loading' && <Notice>Reading the labels</Notice>}
        {names.kind === 'failed' && (
          <Notice onRetry={retry}>The labels could not be read: {readable(names.message)}</Notice>
        )}
        {names.kind === 'loaded' && rows.length === 0 && <Notice>No label has these letters.</Notice>}
      </div>
    </div>
  );
}
