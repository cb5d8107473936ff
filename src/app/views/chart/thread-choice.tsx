/** Which thread the chart is of: a filter by its label, as in the line above the views. */
import { type ReactElement, useMemo } from 'react';
import type { ThreadsOfChart } from '#model/flame-chart.ts';
import { withValue } from '#model/labels.ts';
import { formatCount } from '#model/units.ts';
import { readable } from '#render/text.ts';
import { PopoverField } from '../../components/popover.tsx';
import { ListNotice, SearchList } from '../../components/search-list.tsx';
import { withWords } from '../../source/suggestions.ts';
import { navigate, useUrl } from '../../url/url-store.ts';
import { Dim } from '../strip.tsx';
import styles from './chart.module.css';

interface ThreadRow {
  readonly name: string;
  /** Undefined: no filter, so that the chart is of the thread that ran longest. */
  readonly values: readonly string[] | undefined;
}

export function ThreadChoice({ threads }: { readonly threads: ThreadsOfChart }): ReactElement {
  const { label, shown, count } = threads;
  const matchers = useUrl(({ q }) => q);
  const isFiltered = matchers.some((one) => one.name === label);
  // What was in view of another thread is not there.
  const choose = (value: string | undefined): void =>
    navigate({ q: withValue(matchers, label, value), at: undefined, sel: [] }, 'push');
  if (count <= 1 && !isFiltered) return <Dim>{titleOf(shown)}</Dim>;
  return (
    <>
      <PopoverField label={readable(label).slice(0, 60)} edged value={<bdi>{titleOf(shown)}</bdi>}>
        {(close) => (
          <Threads
            threads={threads}
            isFiltered={isFiltered}
            onPick={({ values }) => {
              close();
              choose(values && (values[0] ?? ''));
            }}
          />
        )}
      </PopoverField>
      {count > 1 && !isFiltered && <Dim>longest of {formatCount(count)}</Dim>}
    </>
  );
}

interface ThreadsProps {
  readonly threads: ThreadsOfChart;
  readonly isFiltered: boolean;
  onPick(row: ThreadRow): void;
}

function Threads({ threads, isFiltered, onPick }: ThreadsProps): ReactElement {
  const { label, shown, all, count } = threads;
  const rows = useMemo(() => {
    const one = all.map((values): ThreadRow => ({ name: titleOf(values), values }));
    return [{ name: 'Longest thread', values: undefined }, ...one];
  }, [all]);
  const chosen = shown.join('\n');
  return (
    <div className={styles['threads']}>
      <SearchList
        find="Find a thread"
        label={`Values of ${readable(label).slice(0, 60)}, the one that ran longest first`}
        rowsFor={(text) => withWords(rows, text)}
        isChosen={({ values }) => (isFiltered ? values?.join('\n') === chosen : values === undefined)}
        onPick={onPick}
        renderNotice={(hasRows) => {
          if (!hasRows) return <ListNotice>No matching threads.</ListNotice>;
          return count > all.length && <ListNotice>The {formatCount(all.length)} that ran longest.</ListNotice>;
        }}
      >
        {({ name, values }) => (
          <>
            <bdi title={name}>{name}</bdi>
            {values === undefined && <Dim>no filter</Dim>}
          </>
        )}
      </SearchList>
    </div>
  );
}

function titleOf(values: readonly string[]): string {
  return readable(values.join(', ')).slice(0, 120) || '(none)';
}
