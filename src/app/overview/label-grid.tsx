/** The label explorer: choose a label, compare its values on one scale, keep or exclude any of them. */
import { type ReactElement, type ReactNode, useMemo } from 'react';
import type { SampleType } from '#model/profile.ts';
import type { SeriesChange } from '#model/series-change.ts';
import type { Series } from '#model/series.ts';
import { formatCount } from '#model/units.ts';
import { readable } from '#render/text.ts';
import { Button } from '../components/button.tsx';
import { PopoverField } from '../components/popover.tsx';
import { ListNotice, SearchList } from '../components/search-list.tsx';
import { type LabelNameRow, offeredNames, withWords } from '../source/suggestions.ts';
import { useIsNarrow } from '../components/use-narrow.ts';
import { SeriesGrid } from './series-grid.tsx';
import { mostTellingFirst } from './sort-cells.ts';
import styles from './label-grid.module.css';

interface ValueCell {
  readonly value: string;
  readonly cost: number | undefined;
  readonly series: Series | undefined;
  readonly change: SeriesChange | undefined;
}

interface LabelGridProps {
  /** In any order; undefined while they are loading. */
  readonly names: readonly LabelNameRow[] | undefined;
  /** The label whose values are shown. */
  readonly name: string | undefined;
  /** Undefined while they are loading. */
  readonly values: readonly ValueCell[] | undefined;
  readonly costType: SampleType;
  readonly changeHint: string;
  renderSpark(series: Series, largest: number | undefined): ReactNode;
  /** In place of the series. */
  renderGraph?: ((value: string) => ReactNode) | undefined;
  hrefOf(value: string): string;
  onName(name: string): void;
  /** Keeps only the value: `=`. */
  onInclude(value: string): void;
  /** Leaves the value out: `!=`. */
  onExclude(value: string): void;
}

export function LabelGrid(props: LabelGridProps): ReactElement {
  const { names, name, values, costType, changeHint, renderSpark, renderGraph, hrefOf } = props;
  const { onInclude, onExclude } = props;
  const isNarrow = useIsNarrow();
  const cells = useMemo(
    () =>
      values?.map(({ value, cost, series, change }) => ({
        id: value,
        title: value,
        detail: '',
        cost,
        type: costType,
        series,
        change,
      })),
    [values, costType],
  );
  return (
    <div className={styles['explorer']}>
      {isNarrow ? (
        <div className={styles['field']}>
          <PopoverField label="Label" prefix="Label" edged value={<bdi>{readable(name ?? 'none')}</bdi>}>
            {(close) => (
              <div className={styles['panel']}>
                <LabelNames {...props} isPanel onPicked={close} />
              </div>
            )}
          </PopoverField>
        </div>
      ) : (
        <aside className={styles['side']} aria-label="Labels">
          <LabelNames {...props} isPanel={false} onPicked={() => undefined} />
        </aside>
      )}
      {name === undefined ? (
        <p className={styles['hint']}>
          {names?.length === 0 ? 'The profiles in this range have no labels.' : 'Choose a label to see its values.'}
        </p>
      ) : (
        <SeriesGrid
          key={name}
          label={`Values of ${readable(name)}`}
          words={['value', 'values']}
          cells={cells}
          changeHint={changeHint}
          whole={values?.reduce((sum, { cost }) => sum + (cost ?? 0), 0)}
          sorts={['cost', 'change', 'name']}
          isOneScale
          empty={<p>No series in this range has this label.</p>}
          renderSpark={renderSpark}
          renderGraph={renderGraph && (({ id: value }) => renderGraph(value))}
          renderActions={({ id: value }) => {
            const said = readable(value) || '(empty)';
            return (
              <>
                <Button tabIndex={-1} aria-label={`Only ${said}`} onClick={() => onInclude(value)}>
                  Only
                </Button>
                <Button tabIndex={-1} aria-label={`Without ${said}`} onClick={() => onExclude(value)}>
                  Without
                </Button>
              </>
            );
          }}
          keyHint="x excludes the value"
          onKey={(key, { id: value }) => {
            if (key !== 'x') return false;
            onExclude(value);
            return true;
          }}
          hrefOf={hrefOf}
          onOpen={onInclude}
        />
      )}
    </div>
  );
}

function LabelNames({
  names,
  name,
  onName,
  isPanel,
  onPicked,
}: LabelGridProps & { isPanel: boolean; onPicked(): void }): ReactElement {
  const all = useMemo(() => mostTellingFirst(offeredNames(names ?? [])), [names]);
  return (
    <SearchList
      fills={!isPanel}
      takesFocus={isPanel}
      find="Find a label"
      label="Labels, most informative first"
      rowsFor={(text) => withWords(all, text)}
      isChosen={(row) => row.name === name}
      onPick={(row) => {
        onPicked();
        onName(row.name);
      }}
      renderNotice={(hasRows) =>
        names === undefined ? (
          <ListNotice>Loading the labels</ListNotice>
        ) : (
          all.length > 0 && !hasRows && <ListNotice>No matching labels.</ListNotice>
        )
      }
    >
      {(row) => (
        <>
          <bdi>{readable(row.name)}</bdi>
          <span className={styles['count']}>{row.valueCount !== undefined && formatCount(row.valueCount)}</span>
        </>
      )}
    </SearchList>
  );
}
