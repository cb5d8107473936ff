/** The ticks of a chart: positions and texts. */
import { scaleLinear } from 'd3-scale';
import { utcTicks } from 'd3-time';
import { fromCivil, offsetMs } from '#model/civil-time.ts';
import type { TimeRange } from '#model/time-range.ts';

export interface Tick {
  /** Value, or ms since the epoch. */
  readonly at: number;
  readonly text: string;
}

const TICK_EVERY_CSS = 96;
/** In the unit of the axis. */
const SHORTENED_FROM = 1e5;
/** Values that an axis may end at, for each of its ticks. */
const TOPS_A_TICK = 3;
const SPACE = '\u00a0';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** At round times of the zone. @param zone a name that Intl knows @param widthCss of the plot */
export function timeTicks({ startMs, endMs }: TimeRange, widthCss: number, zone: string): readonly Tick[] {
  // The local time of the zone, as if it were UTC: round times are easy to find there.
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

/**
 * From zero to a round value above the largest.
 * @param count about how many steps @param unitSize of what the ticks count
 */
export function valueTicks(
  largest: number,
  count: number,
  unitSize: number,
): { readonly top: number; readonly ticks: readonly Tick[] } {
  if (!(largest > 0)) return { top: 1, ticks: [{ at: 0, text: '0' }] };
  // Rounded more finely than the ticks are: an axis up to 3 would leave a third empty above 2.02.
  const scale = scaleLinear([0, largest / unitSize], [0, 1]).nice(TOPS_A_TICK * count);
  const top = scale.domain()[1];
  // An axis is narrow: `100 k`, `20 M`.
  const format = scale.tickFormat(count, top >= SHORTENED_FROM ? '~s' : undefined);
  const text = (at: number): string =>
    format(at)
      .replaceAll(',', SPACE)
      .replace(/(?=[a-z])/i, SPACE);
  return {
    top: top * unitSize,
    ticks: scale.ticks(count).map((at) => ({ at: at * unitSize, text: at === 0 ? '0' : text(at) })),
  };
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
