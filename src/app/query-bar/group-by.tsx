/** The label that splits the series and the total; usually none. */
import { type ReactElement, type RefObject, useMemo } from 'react';
import type { LabelMatcher } from '#model/labels.ts';
import { formatCount } from '#model/units.ts';
import { readable } from '#render/text.ts';
import { PopoverField, PopoverPanel } from '../components/popover.tsx';
import { ListNotice, SearchList } from '../components/search-list.tsx';
import { type LabelNameRow, type LabelSource, offeredNames, useLoaded, withWords } from '../source/suggestions.ts';
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

/** The same below another control. Open while rendered. */
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
  const [names, retry] = useLoaded(JSON.stringify(matchers), (signal) => source.loadNames(matchers, signal));
  const all = useMemo(() => (names.kind === 'loaded' ? offeredNames(names.value) : []), [names]);
  return (
    <div className={styles['types']}>
      <SearchList
        find="Find a label"
        label="Labels"
        rowsFor={(text): readonly (LabelNameRow | undefined)[] =>
          text === '' ? [undefined, ...all] : withWords(all, text)
        }
        isChosen={(row) => row?.name === groupBy}
        onPick={(row) => {
          onClose();
          onGroupBy(row?.name);
        }}
        renderNotice={(hasRows) =>
          names.kind === 'loading' ? (
            <ListNotice>Loading the labels</ListNotice>
          ) : names.kind === 'failed' ? (
            <ListNotice onRetry={retry}>Could not load the labels: {readable(names.message)}</ListNotice>
          ) : (
            !hasRows && <ListNotice>No matching labels.</ListNotice>
          )
        }
      >
        {(row) => (
          <>
            <bdi>{row === undefined ? 'none' : readable(row.name)}</bdi>
            <span className={styles['count']}>{row?.valueCount !== undefined && formatCount(row.valueCount)}</span>
          </>
        )}
      </SearchList>
    </div>
  );
}
