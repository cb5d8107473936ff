/** Instants, spans and durations in words. A zone is a name that `Intl` knows. */
import { type Civil, civilOf, offsetMs } from './civil-time.ts';
import { formatOffsetMs } from './interval.ts';
import type { TimeRange } from './time-range.ts';

const NBSP = '\u00a0';
const MINUTE_MS = 60_000;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Wed 25 Nov 14:05:30` */
export function formatInstant(ms: number, zone: string): string {
  const civil = civilOf(ms, zone);
  return `${WEEKDAYS[civil.weekday]} ${dayOf(civil)} ${clockOf(civil, true)}`;
}

/** `Wed 25 Nov 2026 14:05:30 UTC+1`: nothing is left to guess. */
export function formatFullInstant(ms: number, zone: string): string {
  const civil = civilOf(ms, zone);
  return `${WEEKDAYS[civil.weekday]} ${dayOf(civil)} ${civil.year} ${clockOf(civil, true)} ${formatOffset(ms, zone)}`;
}

/** `UTC`, `UTC+5:30`: how far the clocks of a zone are ahead at that time. */
export function formatOffset(ms: number, zone: string): string {
  const minutes = Math.round(offsetMs(ms, zone) / MINUTE_MS);
  if (minutes === 0) return 'UTC';
  const rest = Math.abs(minutes) % 60;
  const hours = Math.floor(Math.abs(minutes) / 60);
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${twoDigits(rest)}`}`;
}

/**
 * `21:09 – 22:09`, `24 Nov 21:09 – 25 Nov 09:09`, whole days as `24 Nov – 25 Nov`; seconds where it is short.
 * @param nowMs where given, a day that is not today is named, and a year that is not this one
 */
export function formatSpan({ startMs, endMs }: TimeRange, zone: string, nowMs?: number): string {
  const start = civilOf(startMs, zone);
  const end = civilOf(endMs, zone);
  const now = nowMs === undefined ? end : civilOf(nowMs, zone);
  const isYearSaid = start.year !== now.year || end.year !== now.year;
  const day = (civil: Civil): string => (isYearSaid ? `${dayOf(civil)} ${civil.year}` : dayOf(civil));
  const isOneDay = isSameDay(start, end);
  if (isMidnight(start) && isMidnight(civilOf(endMs + 1, zone)))
    return isOneDay ? day(start) : `${day(start)} – ${day(end)}`;
  const isShort = endMs - startMs < 10 * MINUTE_MS;
  const [from, until] = [clockOf(start, isShort), clockOf(end, isShort)];
  if (!isOneDay) return `${day(start)} ${from} – ${day(end)} ${until}`;
  return `${isSameDay(end, now) ? '' : `${day(start)} `}${from} – ${until}`;
}

/** Shorter than this, a duration has a fraction. */
const LEAST_WHOLE_MS = 9950;

/** `120 ms`, `2.5 s`, `45 s`, `1 min 30 s`, `1 h 5 min`, `3 d 2 h`: two units at the most. */
export function formatDuration(ms: number): string {
  if (ms > 0 && ms < LEAST_WHOLE_MS)
    return formatOffsetMs(ms < 995 ? Number(ms.toPrecision(2)) : Math.round(ms / 100) * 100);
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}${NBSP}s`;
  if (seconds < 3600) return twoUnits(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return twoUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** For names of files: `2026-11-25 1305 to 1405`, with both days where there are two. No character that a system refuses. */
export function formatFileSpan({ startMs, endMs }: TimeRange, zone: string): string {
  const [start, end] = [civilOf(startMs, zone), civilOf(endMs, zone)];
  const day = ({ year, month, day: of }: Civil): string => `${year}-${twoDigits(month)}-${twoDigits(of)}`;
  const isShort = endMs - startMs < 10 * MINUTE_MS;
  const clock = (civil: Civil): string => clockOf(civil, isShort).replaceAll(':', '');
  return `${day(start)} ${clock(start)} to ${isSameDay(start, end) ? '' : `${day(end)} `}${clock(end)}`;
}

export function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return `${large}${NBSP}${largeUnit}${small === 0 ? '' : ` ${small}${NBSP}${smallUnit}`}`;
}

function dayOf({ day, month }: Civil): string {
  return `${day} ${MONTHS[month - 1]}`;
}

function clockOf({ hour, minute, second }: Civil, hasSeconds: boolean): string {
  return `${twoDigits(hour)}:${twoDigits(minute)}${hasSeconds ? `:${twoDigits(second)}` : ''}`;
}

function isSameDay(one: Civil, other: Civil): boolean {
  return one.day === other.day && one.month === other.month && one.year === other.year;
}

function isMidnight({ hour, minute, second, ms }: Civil): boolean {
  return hour + minute + second + ms === 0;
}
