/** The causes under their headings, each with its size, its interval and the share that it explains. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactElement, useMemo, useRef, useState } from 'react';
import type { Change } from '#model/change.ts';
import {
  changesAsMarkdown,
  amountsOf,
  formatAmount,
  formatChange,
  formatInterval,
  partText,
  requestsText,
  summarise,
  type AmountUnit,
  explainedText,
} from '#model/changes-text.ts';
import { percentText } from '#model/percent-text.ts';
import { splitName } from '#model/function-name.ts';
import { formatCount } from '#model/units.ts';
import { readable } from '#render/text.ts';
import { copy, showSandwich } from '../state/commands.ts';
import { Button } from '../components/button.tsx';
import { RadioRow } from '../components/radio-row.tsx';
import { hoverFunction } from '../state/ui-store.ts';
import { navigate, urlStore, useUrl } from '../url/url-store.ts';
import { LeftOut } from '../components/left-out.tsx';
import { linkOnScreen } from '../screen/link-on-screen.ts';
import { rowAfter } from '../components/row-steps.ts';
import { useFlameTheme } from '../views/flamegraph/flame-theme.ts';
import { type Filter, filteredBy, linesOf, offeredFilters } from './change-filters.ts';
import { changeScale } from './change-scale.ts';
import { monthlyText } from './cost.ts';
import { functionColourKey } from './diff-colours.ts';
import { totalsOf, unitOf } from './diff-words.ts';
import { sideNames } from '../sides/sides.ts';
import { sideLine } from './side-words.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import { sideWarnings } from './use-comparison.ts';
import styles from './what-changed.module.css';

/** The height of most rows; long names and facts wrap, so each row is measured. */
const ROW_CSS = 68;
const HEADING_CSS = 28;
const MAX_NAME_LENGTH = 200;

export function WhatChanged({ shown }: { shown: ShownComparison }): ReactElement {
  const { evidence } = shown;
  const [filter, setFilter] = useState<Filter>('all');
  const unit = unitOf(shown);
  if (!evidence) {
    return (
      <section className={styles['changes']} aria-label="What changed" aria-busy="true">
        <header>
          <h2>What changed</h2>
          {/* Rates exclude time without profiles. */}
          {sideNames.every((name) => shown.open[name].covered !== undefined) && <Totals shown={shown} />}
        </header>
        <p className={styles['summary']}>Working out which changes are more than noise…</p>
      </section>
    );
  }
  const { found } = evidence;
  const { routes } = shown.request;
  const rows = filteredBy(filter, found.changes);
  return (
    <section className={styles['changes']} aria-label="What changed">
      <header>
        <h2>What changed</h2>
        <Totals shown={shown} />
      </header>
      <p className={styles['summary']} role="status">
        {summarise(found, unit)}
      </p>
      {routes !== undefined && (
        <p className={styles['summary']}>
          {shown.isWhole && !shown.diff.functions.names.includes(routes)
            ? 'Routes are found as usual, since neither side has the function '
            : 'Routes: callees of '}
          <bdi>{readable(routes).slice(0, MAX_NAME_LENGTH)}</bdi>{' '}
          <Button onClick={() => navigate({ routes: undefined }, 'push')}>Clear</Button>
        </p>
      )}
      {evidence.likelyRouter !== undefined && <LikelyRouter name={shown.diff.functions.names[evidence.likelyRouter]} />}
      <div className={styles['filters']}>
        <RadioRow<Filter>
          label="Which changes"
          value={filter}
          options={offeredFilters(found.changes, filter).map(({ id, title, count }) => ({
            id,
            title: (
              <>
                {title}{' '}
                <span className={styles['count']}>
                  {formatCount(count + (id === 'noise' ? found.omittedCount : 0))}
                </span>
              </>
            ),
          }))}
          onChange={setFilter}
        />
        <Button
          icon="copy"
          onClick={() => {
            const sides = { a: sideLine('a', shown), b: sideLine('b', shown) };
            void copy(changesAsMarkdown(found, unit, sides, linkOnScreen()), 'Summary');
          }}
        >
          Copy summary
        </Button>
      </div>
      {rows.length > 0 ? (
        <ChangeList key={filter} shown={shown} rows={rows} />
      ) : (
        <p className={styles['empty']}>
          {filter !== 'all'
            ? 'No such change.'
            : found.changes.length > 0
              ? 'No cause was found. The largest differences are listed under “May be noise”.'
              : 'The sides do not differ.'}
        </p>
      )}
    </section>
  );
}

/** Offers to compare the routes below a router each by itself. */
function LikelyRouter({ name }: { name: string }): ReactElement {
  return (
    <p className={styles['summary']}>
      <bdi>{readable(name).slice(0, MAX_NAME_LENGTH)}</bdi> calls several functions and does nothing itself, as a router
      does. <Button onClick={() => navigate({ routes: name }, 'push')}>Callees are routes</Button>
    </p>
  );
}

/** `3.91 cores to 4.03 cores +3.1 %` */
function Totals({ shown }: { shown: ShownComparison }): ReactElement {
  const { a, b, unit } = totalsOf(shown);
  return (
    <p className={styles['totals']}>
      {formatAmount(a, unit)} to {formatAmount(b, unit)} <strong>{percentText(a, b)}</strong>{' '}
      <LeftOut warnings={sideWarnings(shown.open)} />
    </p>
  );
}

function ChangeList({ shown, rows }: { shown: ShownComparison; rows: readonly Change[] }): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const selected = useUrl((state) => state.sel);
  const lines = useMemo(() => linesOf(rows), [rows]);
  const lineOfRow = useMemo(() => lines.flatMap(({ row }, line) => (row === undefined ? [] : [line])), [lines]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (line) => (lines[line].row === undefined ? HEADING_CSS : ROW_CSS),
    overscan: 6,
  });
  const reach = useMemo(() => reachOf(rows), [rows]);
  const at = Math.min(active, rows.length - 1);
  const choose = (row: number): void => {
    setActive(row);
    const { name, path } = rows[row];
    // In Sandwich, Enter chooses the function in the middle.
    const middle = urlStore.getState().state.pane === 'sandwich' && path.length > 0 ? { sw: name } : {};
    navigate({ sel: path, ...middle }, 'push');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = rowAfter(event.key, at, { count: rows.length, rowCss: ROW_CSS, scroller: scroller.current });
    if (to !== undefined) {
      setActive(to);
      virtual.scrollToIndex(lineOfRow[to]);
    } else if (event.key === 'Enter' || event.key === ' ') choose(at);
    else if (event.key === 's' && rows[at].path.length > 0) showSandwich(rows[at].name);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label="Changes"
      aria-description="Enter selects the frame of a change; s shows its callers and callees"
      tabIndex={0}
      className={styles['list']}
      aria-activedescendant={`change-${at}`}
      onKeyDown={onKeyDown}
      onPointerLeave={() => hoverFunction(-1)}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const { heading, row } = lines[index];
          return row === undefined ? (
            // Each option includes its heading for screen readers.
            <div key={index} aria-hidden className={styles['heading']} style={{ transform: `translateY(${start}px)` }}>
              {heading}
            </div>
          ) : (
            <ChangeRow
              key={index}
              measure={virtual.measureElement}
              line={index}
              shown={shown}
              change={rows[row]}
              heading={heading}
              index={row}
              count={rows.length}
              top={start}
              reach={reach}
              isActive={row === at}
              isSelected={samePath(rows[row].path, selected)}
              onChoose={() => choose(row)}
            />
          );
        })}
      </div>
    </div>
  );
}

interface ChangeRowProps {
  /** Reports the height of the row that `data-index` names. */
  measure(element: Element | null): void;
  /** Among headings and rows. */
  readonly line: number;
  readonly shown: ShownComparison;
  readonly change: Change;
  readonly heading: string;
  readonly index: number;
  /** The number of all rows. */
  readonly count: number;
  readonly top: number;
  /** Percent at the ends of the scale of intervals. */
  readonly reach: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  onChoose(): void;
}

function ChangeRow(props: ChangeRowProps): ReactElement {
  const { measure, line, shown, change, heading, index, count, top, reach, isActive, isSelected, onChoose } = props;
  const { kind, name, path, scope, within, selfA, selfB, delta, trend, explained, supported } = change;
  const nameInA = scope === 'unit' ? undefined : shown.diff.namesInA[change.index];
  const unit = unitOf(shown);
  const { prefix, middle, bare } = splitName(name.slice(0, MAX_NAME_LENGTH));
  const rate = useUrl((state) => state.rate);
  const money = monthlyText(shown, delta, rate);
  const interval = formatInterval(change);
  return (
    <div
      ref={measure}
      data-index={line}
      id={`change-${index}`}
      role="option"
      aria-setsize={count}
      aria-posinset={index + 1}
      aria-selected={isSelected}
      aria-description={heading}
      className={styles['change']}
      data-active={isActive || undefined}
      data-pale={!supported || undefined}
      style={{ transform: `translateY(${top}px)` }}
      onPointerEnter={() => scope !== 'unit' && hoverFunction(change.index)}
      onClick={onChoose}
      title={`${path.join(' › ').slice(0, 2000)}\n${partsText(change, unit)}`}
    >
      <div className={styles['cause']}>
        {scope !== 'unit' && <Swatch shown={shown} func={change.index} />}
        <bdi>
          <span className={styles['prefix']}>{prefix}</span>
          {middle}
          {bare || '(empty name)'}
        </bdi>
        {kind === 'either' && (trend === 'grew' || trend === 'shrank') && (
          <span className={styles['tag']}>more calls or dearer ones</span>
        )}
        {nameInA !== undefined && (
          <span className={styles['tag']}>
            in A <bdi>{nameInA.slice(0, MAX_NAME_LENGTH)}</bdi>
          </span>
        )}
        {amountsOf(change) !== '' && <span className={styles['tag']}>{amountsOf(change)}</span>}
        {within !== undefined && (
          <span className={styles['tag']}>
            {kind === 'moved' ? 'called by' : 'in'} {within.slice(0, MAX_NAME_LENGTH)}
          </span>
        )}
        {(trend === 'new' || trend === 'gone') && (
          <span className={styles['tag']} data-trend={trend}>
            {kind === 'work' ? `${trend} route` : trend}
          </span>
        )}
      </div>
      <div className={styles['facts']}>
        {formatAmount(selfA, unit)} to {formatAmount(selfB, unit)}
        {kind !== 'moved' && ` · ${partWords[kind]} ${partText(change, unit)}`}
        {explained > 0 && ` · ${explainedText(explained, unit)}`}
        {change.requests && ` · ${requestsText(change, unit)}`}
        {money !== undefined && ` · ${money} a month`}
      </div>
      <Interval change={change} reach={reach} text={interval} />
      <div className={styles['delta']} data-sign={Math.sign(delta)}>
        <strong>{formatChange(delta, unit)}</strong>
        <span>{percentText(selfA, selfB)}</span>
      </div>
    </div>
  );
}

/** The colour of a function's boxes. */
function Swatch({ shown, func }: { shown: ShownComparison; func: number }): ReactElement {
  const noise = useUrl((state) => state.noise);
  const scale = useMemo(() => changeScale(shown, 'self', noise), [shown, noise]);
  const { fills } = useFlameTheme();
  return (
    <span
      className={styles['swatch']}
      style={{ background: fills[functionColourKey(shown, func, scale, noise)] }}
      aria-hidden
    />
  );
}

/** The whole that a row's part refers to. */
const partWords: Readonly<Record<Exclude<Change['kind'], 'moved'>, string>> = {
  code: 'code',
  work: 'traffic',
  either: 'calls or cost',
  runtime: 'runtime',
};

/** `+0.806 points: code +0.846 points, work −0.040 points` */
function partsText({ delta, code }: Change, unit: AmountUnit): string {
  const work = delta - code;
  return `${formatChange(delta, unit)}: code ${formatChange(code, unit)}, work ${formatChange(work, unit)}`;
}

const INTERVAL_CSS = 72;

/** The interval on one scale for all rows, zero in the middle. */
function Interval({ change, reach, text }: { change: Change; reach: number; text: string }): ReactElement {
  const { low, high, codePct } = change;
  if (low === null || high === null || codePct === null) return <span className={styles['interval']} />;
  const x = (percent: number): number =>
    INTERVAL_CSS / 2 + (Math.max(-reach, Math.min(reach, percent)) / reach) * (INTERVAL_CSS / 2 - 4);
  return (
    <span className={styles['interval']}>
      <svg width={INTERVAL_CSS} height={16} role="img" aria-label={`Interval ${text}`} data-sign={Math.sign(codePct)}>
        <title>{`${text} (95 %)`}</title>
        <path d={`M${INTERVAL_CSS / 2} 1v14`} className={styles['zero']} />
        <path d={`M${x(low)} 8H${x(high)}`} className={styles['reach']} />
        <rect x={x(codePct) - 2} y={5} width={4} height={6} rx={1} />
      </svg>
    </span>
  );
}

/** Most intervals fit; a few huge ones must not shrink all others to dots. */
function reachOf(rows: readonly Change[]): number {
  const ends = rows.flatMap(({ low, high }) => (low === null || high === null ? [] : [Math.abs(low), Math.abs(high)]));
  ends.sort((a, b) => a - b);
  return Math.max(10, Math.min(200, ends[Math.floor(ends.length * 0.9)] ?? 10));
}

function samePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
