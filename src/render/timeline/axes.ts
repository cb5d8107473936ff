/** Where the ticks of a chart stand and what they say. */
import { utcTicks } from 'd3-time';
import { fromCivil, offsetMs } from '#model/civil-time.ts';
import type { TimeRange } from '#model/time-range.ts';

export interface Tick {
  /** Value, or ms since the epoch. */
  readonly at: number;
  readonly text: string;
}

const TICK_EVERY_CSS = 96;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** At round times of the zone. @param zone a name that Intl knows @param widthCss of the plot */
export function timeTicks({ startMs, endMs }: TimeRange, widthCss: number, zone: string): readonly Tick[] {
  // What the clocks of the zone show, as if it were UTC: there round times are easy.
  const from = startMs + offsetMs(startMs, zone);
  const count = Math.max(2, widthCss / TICK_EVERY_CSS);
  const walls = utcTicks(new Date(from), new Date(from + endMs - startMs), count);
  const everyMs = walls.length > 1 ? Number(walls[1]) - Number(walls[0]) : endMs - startMs;
  // Up to an hour steps are the same on both sides of a clock change, and none is left out or comes twice.
  const times =
    everyMs > HOUR_MS
      ? utcTicks(new Date(from), new Date(endMs + offsetMs(endMs, zone)), count).map((wall) => instantOf(wall, zone))
      : evenly(Number(walls[0]) - offsetMs(startMs, zone), everyMs, endMs);
  const clock = words(zone, { hour: '2-digit', minute: '2-digit', ...(everyMs < MINUTE_MS && { second: '2-digit' }) });
  const day = words(zone, { day: 'numeric', month: 'short' });
  const long =
    everyMs >= 300 * DAY_MS ? words(zone, { year: 'numeric' }) : words(zone, { month: 'short', year: 'numeric' });
  return times
    .filter((at, i) => at >= startMs && at <= endMs && at !== times[i - 1])
    .map((at) => {
      if (everyMs >= 27 * DAY_MS) return { at, text: long.format(at) };
      const isMidnight = (at + offsetMs(at, zone)) % DAY_MS === 0;
      return { at, text: isMidnight || everyMs >= DAY_MS ? day.format(at) : clock.format(at) };
    });
}

/** From zero to a round value above the largest. @param unitSize of what the ticks count */
export function valueTicks(
  largest: number,
  count: number,
  unitSize: number,
): { readonly top: number; readonly ticks: readonly Tick[] } {
  if (!(largest > 0)) return { top: 1, ticks: [{ at: 0, text: '0' }] };
  const every = roundStep(largest / unitSize / count);
  const steps = Math.ceil(largest / unitSize / every - 1e-9);
  const decimals = Math.max(0, Math.min(12, -Math.floor(Math.log10(every) + 1e-9)));
  const ticks = Array.from({ length: steps + 1 }, (_, i) => Number((i * every).toPrecision(12)));
  return {
    top: steps * every * unitSize,
    ticks: ticks.map((at) => ({ at: at * unitSize, text: tickText(at, decimals) })),
  };
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const digit = least / power;
  return (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10) * power;
}

function instantOf(wall: Date, zone: string): number {
  return fromCivil(
    {
      year: wall.getUTCFullYear(),
      month: wall.getUTCMonth() + 1,
      day: wall.getUTCDate(),
      hour: wall.getUTCHours(),
      minute: wall.getUTCMinutes(),
    },
    zone,
  );
}

function evenly(fromMs: number, everyMs: number, endMs: number): number[] {
  const times: number[] = [];
  for (let at = fromMs; at <= endMs && times.length < 200; at += everyMs) times.push(at);
  return times;
}

function words(zone: string, parts: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...parts });
}

/** `0`, `0.5`, `1 500`, `20 M`: an axis is narrow. */
function tickText(value: number, decimals: number): string {
  if (value === 0) return '0';
  const [size, letter] = value >= 1e9 ? [1e9, 'G'] : value >= 1e6 ? [1e6, 'M'] : value >= 1e5 ? [1e3, 'k'] : [1, ''];
  const text = size === 1 ? value.toFixed(decimals) : String(Number((value / size).toPrecision(4)));
  return `${text.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, '\u00a0')}${letter === '' ? '' : `\u00a0${letter}`}`;
}
