/** Which range: presets, typed ends, days of a calendar, ranges that were typed before. Closing it restores. */
import { type ReactElement, useState } from 'react';
import { ListBox, ListBoxItem } from 'react-aria-components';
import { rangeTitle } from '#model/range-title.ts';
import { isRelative, presets, resolveTimeRange, type TimeRange, type TimeRangeText } from '#model/time-range.ts';
import { formatFullInstant, formatSpan } from '#model/time-text.ts';
import { parseTyped, parseTypedRange, printTyped, type TypedRange, type TypedTime } from '#model/typed-time.ts';
import { Button, IconButton } from '../components/button.tsx';
import { lazily } from '../components/lazily.tsx';
import { RangeMove } from './range-move.tsx';
import { zoneName } from './zone-name.ts';
import { zoneNames } from './zone-names.ts';
import styles from './range-panel.module.css';

export interface RangePanelProps {
  readonly text: TimeRangeText;
  readonly range: TimeRange | undefined;
  /** `local`, `UTC` or a name. */
  readonly zone: string;
  readonly nowMs: number;
  readonly recent: readonly TimeRangeText[];
  onRange(range: TimeRangeText): void;
  /** In place of `onRange` where the range was typed, or picked from the calendar: worth offering again. */
  onTyped(range: TimeRangeText): void;
  /** The controls beside the range, for where the page has no room for them. */
  readonly narrow?: NarrowProps;
  onClose(): void;
}

export interface NarrowProps extends Pick<RangePanelProps, 'range' | 'zone' | 'nowMs' | 'onRange'> {
  /** Seconds between refreshes, 0 off; and the choices. */
  readonly refreshS: number;
  readonly refreshes: readonly { readonly id: string; readonly title: string }[];
  onZone(zone: string): void;
  onRefreshS(seconds: number): void;
  onRefresh(): void;
}

// An exported page holds no other days than it shows, and is loaded whole: the calendar is a large part of it.
const RangeCalendar =
  import.meta.env.MODE !== 'viewer' &&
  lazily(async () => (await import('./range-calendar.tsx')).RangeCalendar, <div className={styles['calendar']} />);

export function RangePanel(props: RangePanelProps): ReactElement {
  const { text, range, zone, nowMs, recent, onRange, onTyped, narrow, onClose } = props;
  const name = zoneName(zone);
  const [from, setFrom] = useState(() => printTyped(text.from, name));
  const [until, setUntil] = useState(() => printTyped(text.until, name));
  const choose = (next: TimeRangeText): void => {
    onRange(next);
    onClose();
  };

  const both = parseTypedRange(from, nowMs, name);
  const start = both ? pointOf(both, 'from') : parseTyped(from, { nowMs, zone: name, end: 'from' });
  const end = both ? pointOf(both, 'until') : parseTyped(until, { nowMs, zone: name, end: 'until' });
  const typed = start.ok && end.ok ? { from: start.point, until: end.point } : undefined;
  const resolved = typed && resolveTimeRange(typed, nowMs, name);
  const reads = resolved?.ok ? resolved.range : undefined;
  const mistake = resolved?.ok === false ? resolved.message : undefined;

  return (
    <div className={styles['panel']}>
      <RangeList
        label="Ranges"
        className={styles['presets']}
        ranges={presets}
        chosen={text}
        takesFocus
        titleOf={(one) => rangeTitle(one, name)}
        onPick={choose}
      />
      <form
        className={styles['typed']}
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === undefined || reads === undefined) return;
          onTyped(typed);
          onClose();
        }}
      >
        <End
          label="From"
          text={from}
          mistake={start.ok ? undefined : start.message}
          reads={reads && formatFullInstant(reads.startMs, name)}
          onText={setFrom}
        />
        <End
          label="Until"
          text={both ? (end.ok ? printTyped(end.point, name) : '') : until}
          isFixed={both !== undefined}
          mistake={end.ok ? mistake : both ? undefined : end.message}
          reads={reads && formatFullInstant(reads.endMs, name)}
          onText={setUntil}
        />
        <p className={styles['hint']}>
          Reads <b>14:05</b>, <b>yesterday 9:00</b>, <b>25 Nov</b>, <b>2 hours ago</b>, <b>now-1d/d</b>; in From also{' '}
          <b>last 3 hours</b>
        </p>
        <div className={styles['buttons']}>
          <Button kind="primary" type="submit" disabled={reads === undefined}>
            Show this range
          </Button>
          {range && isRelative(text) && (
            <Button onClick={() => choose({ from: String(range.startMs), until: String(range.endMs) })}>
              Stop following the current time
            </Button>
          )}
        </div>
        {narrow && <Narrow {...narrow} />}
        {recent.length > 0 && (
          <>
            <h3 id="recent-ranges">Recent</h3>
            <RangeList
              label="Recent ranges"
              ranges={recent}
              titleOf={(one) => rangeTitle(one, name) || formatSpan(spanOf(one), name, nowMs)}
              onPick={choose}
            />
          </>
        )}
      </form>
      {RangeCalendar && (
        <RangeCalendar
          range={reads}
          nowMs={nowMs}
          zone={name}
          onDays={(first, last) => {
            setFrom(first);
            setUntil(last);
          }}
        />
      )}
    </div>
  );
}

interface EndProps {
  readonly label: string;
  readonly text: string;
  /** The other field says it. */
  readonly isFixed?: boolean;
  readonly mistake: string | undefined;
  /** The parsed meaning of the text. */
  readonly reads: string | undefined;
  onText(text: string): void;
}

function End({ label, text, isFixed, mistake, reads, onText }: EndProps): ReactElement {
  const id = `range-${label}`;
  return (
    <div className={styles['end']}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={text}
        disabled={isFixed}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={mistake !== undefined}
        aria-describedby={`${id}-reads`}
        onChange={({ target }) => onText(target.value)}
      />
      <p id={`${id}-reads`} data-mistake={mistake !== undefined || undefined} aria-live="polite">
        {mistake ?? reads}
      </p>
    </div>
  );
}

interface RangeListProps<Range extends TimeRangeText> {
  readonly label: string;
  readonly className?: string | undefined;
  readonly ranges: readonly Range[];
  readonly chosen?: TimeRangeText;
  readonly takesFocus?: boolean;
  titleOf(range: Range): string;
  onPick(range: Range): void;
}

function RangeList<Range extends TimeRangeText>(props: RangeListProps<Range>): ReactElement {
  const { label, className = '', ranges, chosen, takesFocus, titleOf, onPick } = props;
  const row = ranges.findIndex(({ from, until }) => from === chosen?.from && until === chosen.until);
  return (
    <ListBox
      aria-label={label}
      className={`${styles['list']} ${className}`}
      selectionMode="single"
      selectedKeys={row < 0 ? [] : [row]}
      autoFocus={takesFocus ? 'first' : false}
      // Choosing the selected entry again would clear the selection.
      onSelectionChange={(keys) => onPick(ranges[keys === 'all' ? row : Number([...keys][0] ?? row)])}
    >
      {ranges.map((range, i) => (
        <ListBoxItem key={`${range.from} ${range.until}`} id={i} textValue={titleOf(range)} className={styles['item']}>
          {titleOf(range)}
        </ListBoxItem>
      ))}
    </ListBox>
  );
}

/** Where the page has no room for the other controls, they are here. */
function Narrow(props: NarrowProps): ReactElement {
  const { zone, refreshS, refreshes, onZone, onRefreshS, onRefresh } = props;
  return (
    <div className={styles['narrow']}>
      <label>
        Zone
        <select value={zone} onChange={({ target }) => onZone(target.value)}>
          {zoneNames(zone).map((one) => (
            <option key={one} value={one}>
              {one === 'local' ? 'local time' : one.replaceAll('_', ' ')}
            </option>
          ))}
        </select>
      </label>
      <label>
        Refresh
        <select value={String(refreshS)} onChange={({ target }) => onRefreshS(Number(target.value))}>
          {refreshes.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <div className={styles['narrowest']}>
        <RangeMove to="earlier" {...props} />
        <RangeMove to="later" {...props} />
        <RangeMove to="wider" {...props} />
        <IconButton label="Refresh now" icon="refresh" onClick={onRefresh} />
      </div>
    </div>
  );
}

function pointOf(both: TypedRange, end: 'from' | 'until'): TypedTime {
  return both.ok ? { ok: true, point: both.range[end] } : both;
}

/** For a range with two absolute ends. */
function spanOf({ from, until }: TimeRangeText): TimeRange {
  return { startMs: Number(from), endMs: Number(until) };
}
