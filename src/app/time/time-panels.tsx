/** The panels behind the time controls: presets, typed ranges, recent ones; the list of zones. */
import { type ReactElement, useState } from 'react';
import {
  isRelative,
  parseTyped,
  presets,
  printTyped,
  rangeTitle,
  resolveTimeRange,
  type TimeRange,
  type TimeRangeText,
} from '#model/time-range.ts';
import { formatInstant, formatSpan } from '#model/time-text.ts';
import { Button } from '../components/button.tsx';
import { zoneName } from './zone-name.ts';
import styles from './time-controls.module.css';

export interface RangePanelProps {
  readonly text: TimeRangeText;
  readonly range: TimeRange | undefined;
  readonly zone: string;
  readonly nowMs: number;
  readonly recent: readonly TimeRangeText[];
  /** Seconds between refreshes, 0 off; and what is offered. */
  readonly refreshS: number;
  readonly refreshes: readonly { readonly id: string; readonly title: string }[];
  onRange(range: TimeRangeText): void;
  onZone(zone: string): void;
  onRefreshS(seconds: number): void;
}

export function RangePanel(props: RangePanelProps & { onClose(): void }): ReactElement {
  const { text, range, zone, nowMs, recent, refreshS, refreshes, onRange, onZone, onRefreshS, onClose } = props;
  const [from, setFrom] = useState(() => printTyped(text.from, zoneName(zone)));
  const [until, setUntil] = useState(() => printTyped(text.until, zoneName(zone)));
  const choose = (next: TimeRangeText): void => {
    onRange(next);
    onClose();
  };
  const start = parseTyped(from, nowMs, zoneName(zone));
  const end = parseTyped(until, nowMs, zoneName(zone));
  const resolved = start && end ? resolveTimeRange({ from: start, until: end }, nowMs, zoneName(zone)) : undefined;
  const mistake = !start
    ? 'The start cannot be read.'
    : !end
      ? 'The end cannot be read.'
      : resolved?.ok === false
        ? resolved.message
        : undefined;
  return (
    <div className={styles['panel']}>
      <ul className={styles['presets']} aria-label="Ranges">
        {presets.map((preset) => (
          <li key={preset.title}>
            <Button
              aria-pressed={preset.from === text.from && preset.until === text.until}
              onClick={() => choose(preset)}
            >
              {preset.title}
            </Button>
          </li>
        ))}
      </ul>
      <form
        className={styles['typed']}
        onSubmit={(event) => {
          event.preventDefault();
          if (start && end && mistake === undefined) choose({ from: start, until: end });
        }}
      >
        <label>
          From
          <input
            value={from}
            onChange={({ target }) => setFrom(target.value)}
            spellCheck={false}
            aria-describedby="range-reads"
          />
        </label>
        <label>
          Until
          <input
            value={until}
            onChange={({ target }) => setUntil(target.value)}
            spellCheck={false}
            aria-describedby="range-reads"
          />
        </label>
        <p id="range-reads" data-mistake={mistake !== undefined || undefined} aria-live="polite">
          {mistake ??
            (resolved?.ok === true
              ? `${formatInstant(resolved.range.startMs, zoneName(zone))} – ${formatInstant(resolved.range.endMs, zoneName(zone))}`
              : '')}
        </p>
        <p className={styles['hint']}>
          now-90m, now/d, 14:05, yesterday 9:00, 2026-11-25 14:05, or ms since 1970, in{' '}
          {zone === 'local' ? 'local time' : zone}
        </p>
        <Button kind="primary" type="submit" disabled={mistake !== undefined}>
          Show this range
        </Button>
        {range && isRelative(text) && (
          <Button onClick={() => choose({ from: String(range.startMs), until: String(range.endMs) })}>
            Keep it as it is now
          </Button>
        )}
        <div className={styles['narrow']}>
          <label>
            Zone
            <select value={zone} onChange={({ target }) => onZone(target.value)}>
              {[...new Set([...FIRST_ZONES, zone])].map((one) => (
                <option key={one}>{one}</option>
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
        </div>
        {recent.length > 0 && (
          <>
            <h3>Recent</h3>
            <ul>
              {recent.map((one) => (
                <li key={`${one.from} ${one.until}`}>
                  <Button onClick={() => choose(one)}>
                    {isRelative(one)
                      ? rangeTitle(one)
                      : formatSpan({ startMs: Number(one.from), endMs: Number(one.until) }, zoneName(zone))}
                  </Button>
                </li>
              ))}
            </ul>
          </>
        )}
      </form>
    </div>
  );
}

const MOST_ZONES = 60;
/** What the list of zones begins with. */
const FIRST_ZONES = ['local', 'UTC'];

export function ZoneList({ zone, onPick }: { zone: string; onPick(zone: string): void }): ReactElement {
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase().replaceAll(' ', '_');
  const zones = [...FIRST_ZONES, ...Intl.supportedValuesOf('timeZone').filter((one) => one !== 'UTC')].filter((one) =>
    one.toLowerCase().includes(wanted),
  );
  return (
    <div className={styles['zones']}>
      <input
        aria-label="Find a zone"
        placeholder="Find a zone"
        value={text}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- a panel that opens takes the focus, and this is its first field.
        autoFocus
        onChange={({ target }) => setText(target.value)}
        onKeyDown={({ key }) => key === 'Enter' && zones[0] !== undefined && onPick(zones[0])}
      />
      <ul>
        {zones.slice(0, MOST_ZONES).map((one) => (
          <li key={one}>
            <Button aria-pressed={one === zone} onClick={() => onPick(one)}>
              {one === 'local' ? `Local time (${zoneName('local')})` : one.replaceAll('_', ' ')}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
