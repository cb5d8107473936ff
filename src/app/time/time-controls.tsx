/** When: the range with its presets and ways to move it, the zone, the refresh. Facts in, events out. */
import { type ReactElement, useState } from 'react';
import type { TimeRange, TimeRangeText } from '#model/time-range.ts';
import {
  isRelative,
  parseTyped,
  presets,
  printTyped,
  rangeTitle,
  resolveTimeRange,
  shiftRange,
  zoomOutRange,
} from '#model/time-range.ts';
import { formatInstant, formatSpan } from '#model/time-text.ts';
import { Button, IconButton } from '../components/button.tsx';
import { Choice } from '../components/menu.tsx';
import { PopoverField } from '../components/popover.tsx';
import { zoneName } from './zone-name.ts';
import styles from './time-controls.module.css';

interface TimeControlsProps {
  readonly text: TimeRangeText;
  readonly range: TimeRange | undefined;
  /** The range is shorter than its words say: it begins with the first profile. */
  readonly isNarrowed: boolean;
  /** `local`, `UTC` or a name. */
  readonly zone: string;
  readonly refreshS: number;
  readonly nowMs: number;
  readonly recent: readonly TimeRangeText[];
  onRange(range: TimeRangeText): void;
  onZone(zone: string): void;
  onRefreshS(seconds: number): void;
  onRefresh(): void;
}

const refreshes: readonly { id: string; title: string }[] = [
  { id: '0', title: 'off' },
  ...[5, 10, 30].map((s) => ({ id: String(s), title: `${s} s` })),
  ...[1, 5, 15].map((min) => ({ id: String(min * 60), title: `${min} min` })),
];
/** Zones that the list begins with. */
const firstZones = ['local', 'UTC'];

export function TimeControls(props: TimeControlsProps): ReactElement {
  const { text, range, isNarrowed, zone, refreshS, nowMs, onRange, onZone, onRefreshS, onRefresh } = props;
  const move = (by: -1 | 1): void => {
    if (range) onRange(shiftRange(range, by, nowMs));
  };
  const isNow = range !== undefined && range.endMs >= nowMs - 1000;
  const offered = refreshes.some(({ id }) => id === String(refreshS))
    ? refreshes
    : [...refreshes, { id: String(refreshS), title: `${refreshS} s` }];
  return (
    <div className={styles['controls']} role="group" aria-label="Time">
      <IconButton label="Earlier by one range" icon="left" onClick={() => move(-1)} disabled={!range} />
      <PopoverField
        label="Range"
        edged
        value={
          <>
            {isNarrowed ? 'All there is' : rangeTitle(text)}{' '}
            {range && <span className={styles['span']}>{formatSpan(range, zoneName(zone))}</span>}
          </>
        }
      >
        {(close) => <RangePanel {...props} onClose={close} />}
      </PopoverField>
      <IconButton label="Later by one range" icon="right" onClick={() => move(1)} disabled={!range || isNow} />
      <IconButton
        label="Zoom out to twice the range"
        icon="zoom-out"
        disabled={!range}
        onClick={() => range && onRange(zoomOutRange(range, nowMs))}
      />
      <ZoneField zone={zone} onZone={onZone} />
      <IconButton label="Refresh now" icon="refresh" onClick={onRefresh} />
      <Choice
        label="Refresh"
        value={String(refreshS)}
        options={offered}
        onChange={(seconds) => onRefreshS(Number(seconds))}
      />
    </div>
  );
}

function RangePanel(props: TimeControlsProps & { onClose(): void }): ReactElement {
  const { text, range, zone, nowMs, recent, onRange, onClose } = props;
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

function ZoneField({ zone, onZone }: { zone: string; onZone(zone: string): void }): ReactElement {
  return (
    <PopoverField label="Zone" value={zone === 'local' ? 'local time' : zone}>
      {(close) => (
        <ZoneList
          zone={zone}
          onPick={(next) => {
            onZone(next);
            close();
          }}
        />
      )}
    </PopoverField>
  );
}

const MOST_ZONES = 60;

function ZoneList({ zone, onPick }: { zone: string; onPick(zone: string): void }): ReactElement {
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase().replaceAll(' ', '_');
  const zones = [...firstZones, ...Intl.supportedValuesOf('timeZone').filter((one) => one !== 'UTC')].filter((one) =>
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
