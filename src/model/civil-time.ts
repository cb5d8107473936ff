/** Converts between times and the local calendar and clock of a zone. */

export interface Clock {
  readonly year: number;
  /** 1 to 12; others run over into other years. */
  readonly month: number;
  /** 1 to 31; others run over into other months. */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export interface Civil extends Clock {
  readonly ms: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** Zones come from links too. */
const MAX_FORMATS = 32;
const DAY_MS = 86_400_000;
/** `Intl` supports no times outside of these. */
const EARLIEST_MS = Date.UTC(1000, 0);
const LATEST_MS = 8.64e15 - 3 * DAY_MS;

/** Whether `Intl` knows the zone. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** How far the clocks of a zone are ahead of UTC, ms. @throws RangeError for an unknown zone */
export function offsetMs(atMs: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const parts = formatOf(zone).formatToParts(atMs);
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((one) => one.type === type)?.value ?? 0);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall - Math.floor(atMs / 1000) * 1000;
}

export function civilOf(atMs: number, zone: string): Civil {
  const wall = new Date(atMs + offsetMs(atMs, zone));
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
    second: wall.getUTCSeconds(),
    ms: wall.getUTCMilliseconds(),
    weekday: wall.getUTCDay(),
  };
}

/**
 * An hour that a clock change skips is read as the next one; an hour that occurs twice is read as its first occurrence.
 * NaN beyond what a date holds.
 */
export function fromCivil(
  {
    year,
    month,
    day,
    hour = 0,
    minute = 0,
    second = 0,
    ms = 0,
  }: Pick<Clock, 'year' | 'month' | 'day'> & Partial<Civil>,
  zone: string,
): number {
  // Date.UTC takes the years 0 to 99 for those of the last century.
  const wall = year < 100 ? Number.NaN : Date.UTC(year, month - 1, day, hour, minute, second, ms);
  if (!(wall > EARLIEST_MS && wall < LATEST_MS)) return wall;
  // The offset is that of a time nearby; of the two around a clock change the earlier time counts, if it reads back.
  const early = wall - offsetMs(wall - DAY_MS, zone);
  if (early + offsetMs(early, zone) === wall) return early;
  const late = wall - offsetMs(wall + DAY_MS, zone);
  return late + offsetMs(late, zone) === wall ? late : early;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size >= MAX_FORMATS) formats.clear();
  formats.set(zone, made);
  return made;
}
