/**
 * Many small series in a grid: services, values of a label, profile types. Each says its name, its cost and its share,
 * and opens by one click. Arrows walk from cell to cell; only visible rows are in the page.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { SampleType } from '#model/profile.ts';
import type { SeriesChange } from '#model/series-change.ts';
import type { Series } from '#model/series.ts';
import { formatCount, formatShare } from '#model/units.ts';
import { readable } from '#render/text.ts';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Choice } from '../components/menu.tsx';
import { CostText } from '../query-bar/cost-text.tsx';
import { withWords } from '../source/suggestions.ts';
import { type CellSort, changeText, largestValue, sortedCells } from './sort-cells.ts';
import { gridStep } from './grid-steps.ts';
import styles from './series-grid.module.css';

const CELL_CSS = 104;
/** The height of cells with a graph. */
const TALL_CSS = 264;
const MIN_CELL_CSS = 248;
const SKELETON_ROWS = 6;
/** Cells with graphs that are shown at first, and added by each _Show more_: each opens a profile. */
const GRAPHS_AT_ONCE = 24;

interface SeriesCell {
  /** A name of the source's own. */
  readonly id: string;
  readonly title: string;
  /** A second, quieter line. */
  readonly detail: string;
  /** Beyond the second line, on hover. */
  readonly more?: string | undefined;
  /** When something happened, in ms since the epoch. */
  readonly marksMs?: readonly number[];
  /** In the range, in the unit of `type`; undefined if it is not known. */
  readonly cost: number | undefined;
  readonly type: SampleType;
  /** Undefined until it is there. */
  readonly series: Series | undefined;
  /** Since the time before; undefined if it is not known. */
  readonly change: SeriesChange | undefined;
}

interface SeriesGridProps {
  readonly label: string;
  /** What one and several cells are called: `service`, `services`. */
  readonly words: readonly [one: string, many: string];
  /** Undefined while they are loading. */
  readonly cells: readonly SeriesCell[] | undefined;
  /** What changes are against. */
  readonly changeHint: string;
  /** What shares are of; undefined if cells cannot be summed. */
  readonly whole: number | undefined;
  /** The sort orders, the first is the default; [] keeps the given order. */
  readonly sorts: readonly CellSort[];
  /** One scale for all series, so that sizes can be compared; else each has its own, so that shapes can. */
  readonly isOneScale: boolean;
  /** Shown instead of a grid without cells. */
  readonly empty: ReactNode;
  /** Fills a box of 40 px height. @param largest the end of the scale; undefined leaves it to the series */
  renderSpark(series: Series, largest: number | undefined, marksMs?: readonly number[]): ReactNode;
  /** In place of the series, in cells as high as a graph needs. */
  renderGraph?: ((cell: SeriesCell) => ReactNode) | undefined;
  /** Buttons at the foot of a cell. */
  renderActions?(cell: SeriesCell): ReactNode;
  /** Handles keys on a cell that the grid itself does not use. @returns whether it was one */
  onKey?(key: string, cell: SeriesCell): boolean;
  /** How screen readers describe `onKey`. */
  readonly keyHint?: string;
  /** The address of a cell, for opening it in a new tab. */
  hrefOf(id: string): string;
  onOpen(id: string): void;
}

const sortTitles: Readonly<Record<CellSort, string>> = { cost: 'cost', change: 'change', name: 'name' };

export function SeriesGrid(props: SeriesGridProps): ReactElement {
  const { label, words, cells, whole, sorts, isOneScale, empty, renderGraph, onKey, keyHint, onOpen } = props;
  const cellCss = renderGraph ? TALL_CSS : CELL_CSS;
  const [text, setText] = useState('');
  const [sort, setSort] = useState<CellSort | undefined>(sorts[0]);
  const [graphs, setGraphs] = useState(GRAPHS_AT_ONCE);
  const found = useMemo(() => {
    const named = withWords(
      (cells ?? []).map((cell) => ({ cell, name: cell.title })),
      text,
    ).map(({ cell }) => cell);
    return sort === undefined ? named : sortedCells(named, sort);
  }, [cells, text, sort]);
  const rows = renderGraph ? found.slice(0, graphs) : found;
  const more = Math.min(GRAPHS_AT_ONCE, found.length - rows.length);
  const largest = useMemo(() => (isOneScale && cells ? largestValue(cells) : undefined), [cells, isOneScale]);

  const scroller = useRef<HTMLDivElement>(null);
  const columns = useColumns(scroller);
  const rowCount = Math.ceil(rows.length / columns);
  const virtual = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => cellCss,
    overscan: 2,
  });
  const id = useId();
  const [marked, setMarked] = useState(0);
  const active = Math.min(marked, rows.length - 1);
  const page = columns * Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / cellCss) - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || rows.length === 0) return;
    // Keys of a button inside a cell are its own.
    if (event.target !== event.currentTarget) return;
    const next = gridStep(event.key, active, { count: rows.length, columns, page });
    if (next !== undefined) {
      setMarked(next);
      virtual.scrollToIndex(Math.floor(next / columns), { align: 'auto' });
    } else if (event.key === 'Enter') onOpen(rows[active].id);
    else if (onKey?.(event.key, rows[active]) !== true) return;
    event.preventDefault();
  };

  return (
    <section className={styles['overview']} aria-label={label} aria-busy={cells === undefined}>
      <div className={styles['tools']}>
        <div className={styles['search']}>
          <Icon name="search" />
          <input
            type="search"
            aria-label={`Find a ${words[0]}`}
            placeholder={`Find a ${words[0]}`}
            spellCheck={false}
            autoComplete="off"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setMarked(0);
            }}
          />
        </div>
        <span className={styles['count']} role="status">
          {cells &&
            (rows.length === cells.length
              ? `${formatCount(cells.length)}\u00a0${words[cells.length === 1 ? 0 : 1]}`
              : `${formatCount(rows.length)} of ${formatCount(cells.length)}\u00a0${words[1]}`)}
        </span>
        {more > 0 && <Button onClick={() => setGraphs(graphs + GRAPHS_AT_ONCE)}>Show {formatCount(more)} more</Button>}
        <span className={styles['spacer']} />
        {sort !== undefined && sorts.length > 1 && (
          <Choice
            label="Sort by"
            prefix="Sort by"
            value={sort}
            options={sorts.map((one) => ({ id: one, title: sortTitles[one] }))}
            onChange={(next) => {
              setSort(next);
              setMarked(0);
            }}
          />
        )}
      </div>
      {cells?.length === 0 && <div className={styles['empty']}>{empty}</div>}
      {cells && cells.length > 0 && rows.length === 0 && (
        <div className={styles['empty']}>
          <p>
            No {words[0]} has <bdi>{readable(text)}</bdi> in its name.
          </p>
          <Button kind="edged" onClick={() => setText('')}>
            Show all {words[1]}
          </Button>
        </div>
      )}
      <div ref={scroller} className={styles['scroller']} tabIndex={-1}>
        {cells === undefined && <Skeleton columns={columns} />}
        {rows.length > 0 && (
          <div
            role="grid"
            aria-label={label}
            aria-rowcount={rowCount}
            aria-colcount={columns}
            aria-description={`Arrows move, Enter opens${keyHint === undefined ? '' : `, ${keyHint}`}`}
            aria-activedescendant={`${id}-${active}`}
            tabIndex={0}
            className={styles['grid']}
            style={{ height: virtual.getTotalSize() }}
            onKeyDown={onKeyDown}
          >
            {virtual.getVirtualItems().map(({ index, start }) => (
              <div
                key={index}
                role="row"
                aria-rowindex={index + 1}
                className={styles['row']}
                style={{
                  transform: `translateY(${start}px)`,
                  height: cellCss,
                  gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
                }}
              >
                {rows.slice(index * columns, (index + 1) * columns).map((cell, column) => {
                  const place = index * columns + column;
                  return (
                    <Cell
                      key={cell.id}
                      {...props}
                      id={`${id}-${place}`}
                      cell={cell}
                      column={column}
                      whole={whole}
                      largest={largest}
                      isActive={place === active}
                      onMark={() => setMarked(place)}
                    />
                  );
                })}
              </div>
            ))}
          </div>
        )}
      </div>
    </section>
  );
}

interface CellProps extends SeriesGridProps {
  readonly id: string;
  readonly cell: SeriesCell;
  readonly column: number;
  readonly largest: number | undefined;
  readonly isActive: boolean;
  onMark(): void;
}

function Cell(props: CellProps): ReactElement {
  const { id, cell, column, changeHint, whole, largest, isActive, hrefOf, onOpen, onMark } = props;
  const { renderSpark, renderGraph, renderActions } = props;
  const { title, detail, more = detail, cost, type, series, marksMs } = cell;
  const change = changeText(cell.change);
  const name = readable(title) || '(empty)';
  const onClick = (event: MouseEvent): void => {
    onMark();
    // Another tab or window is the browser's.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onOpen(cell.id);
  };
  return (
    <div
      id={id}
      role="gridcell"
      aria-colindex={column + 1}
      className={styles['cell']}
      data-active={isActive || undefined}
    >
      <div className={styles['first']}>
        <a href={hrefOf(cell.id)} tabIndex={-1} title={name} onClick={onClick}>
          <bdi>{name}</bdi>
        </a>
        <span className={styles['cost']}>
          <CostText cost={cost} type={type} />
        </span>
      </div>
      {renderGraph ? (
        <div className={styles['graph']}>{renderGraph(cell)}</div>
      ) : (
        <div className={styles['spark']} data-waiting={series === undefined || undefined}>
          {series && renderSpark(series, largest, marksMs)}
        </div>
      )}
      <div className={styles['last']}>
        {renderActions ? (
          <span className={styles['actions']}>{renderActions(cell)}</span>
        ) : (
          <bdi className={styles['detail']} title={readable(more)}>
            {readable(detail)}
          </bdi>
        )}
        {change !== undefined && (
          <span className={styles['change']} title={changeHint}>
            {change}
          </span>
        )}
        {whole !== undefined && cost !== undefined && (
          <span className={styles['share']} title="Share of all">
            {formatShare(cost, whole)}
          </span>
        )}
      </div>
    </div>
  );
}

function Skeleton({ columns }: { columns: number }): ReactElement {
  return (
    <div className={styles['skeleton']} aria-hidden="true">
      {Array.from({ length: SKELETON_ROWS }, (_, row) => (
        <div key={row} className={styles['row']} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
          {Array.from({ length: columns }, (_unused, column) => (
            <div key={column} className={styles['cell']}>
              <div className={styles['first']}>
                <i />
              </div>
              <div className={styles['spark']} data-waiting />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

/** How many cells fit in a row. */
function useColumns(scroller: { readonly current: HTMLElement | null }): number {
  const [columns, setColumns] = useState(1);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setColumns(Math.max(1, Math.floor(element.clientWidth / MIN_CELL_CSS))));
    watch.observe(element);
    return () => watch.disconnect();
  }, [scroller]);
  return columns;
}
