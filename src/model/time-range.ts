/** Ranges of time: as a link writes them, as people type them, as a question takes them. No clock: now is always given. */
import { type Clock, civilOf, fromCivil, offsetMs } from './civil-time.ts';

/** A range as written: each end is ms since the epoch in digits, or relative (`now-1h`, `now/d`, `now-1d/d`). */
export interface TimeRangeText {
  readonly from: string;
  readonly until: string;
}

/** A resolved range: ms since the epoch, both ends included. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

export type ResolvedTimeRange =
  | { readonly ok: true; readonly range: TimeRange }
  | { readonly ok: false; readonly message: string };

export interface RangePreset extends TimeRangeText {
  readonly title: string;
}

type Unit = 's' | 'm' | 'h' | 'd' | 'w' | 'M' | 'y';

const RELATIVE = /^now((?:[+-]\d{1,6}[smhdwMy]){0,4})(?:\/([smhdwMy]))?$/;
const STEP = /([+-])(\d+)([smhdwMy])/g;
const EPOCH_MS = /^\d{1,15}$/;
const LATEST_MS = 8.64e15;
const SECOND_MS = 1000;
const UNIT_MS = { s: SECOND_MS, m: 60 * SECOND_MS, h: 3600 * SECOND_MS, d: 86_400_000, w: 604_800_000 } as const;

export const presets: readonly RangePreset[] = [
  ...(['5m', '15m', '30m', '1h', '3h', '6h', '12h', '24h', '2d', '7d', '14d', '30d'] as const).map((length) => ({
    title: `Last ${spaced(length)}`,
    from: `now-${length}`,
    until: 'now',
  })),
  { title: 'Today', from: 'now/d', until: 'now' },
  { title: 'Yesterday', from: 'now-1d/d', until: 'now-1d/d' },
  { title: 'This week', from: 'now/w', until: 'now' },
];

/** Whether a link may hold it. */
export function isTimePoint(text: string): boolean {
  return EPOCH_MS.test(text) || RELATIVE.test(text);
}

/** Whether the range moves with now. */
export function isRelative({ from, until }: TimeRangeText): boolean {
  return !EPOCH_MS.test(from) || !EPOCH_MS.test(until);
}

/** @param zone a name that `Intl` knows: `now/d` is a day of that zone. An end that is rounded is the last ms of its unit. */
export function resolveTimeRange({ from, until }: TimeRangeText, nowMs: number, zone: string): ResolvedTimeRange {
  const startMs = resolvePoint(from, nowMs, zone, false);
  const endMs = resolvePoint(until, nowMs, zone, true);
  if (startMs === undefined) return { ok: false, message: `The start, ${quote(from)}, cannot be read.` };
  if (endMs === undefined) return { ok: false, message: `The end, ${quote(until)}, cannot be read.` };
  if (endMs <= startMs) return { ok: false, message: 'The end is not after the start.' };
  if (endMs - startMs < SECOND_MS) return { ok: false, message: 'The range is shorter than a second.' };
  if (!(startMs >= 0 && endMs <= LATEST_MS))
    return { ok: false, message: 'The range is outside of the years 1970 to 275 760.' };
  return { ok: true, range: { startMs, endMs } };
}

/** `Last 1 h`, or the words of the grammar; of an absolute range `Range`. */
export function rangeTitle(range: TimeRangeText): string {
  const preset = presets.find(({ from, until }) => from === range.from && until === range.until);
  if (preset) return preset.title;
  const length = /^now-(\d+[smhdwMy])$/.exec(range.from)?.[1];
  if (length !== undefined && range.until === 'now') return `Last ${spaced(length)}`;
  return isRelative(range) ? `${range.from} to ${range.until}` : 'Range';
}

/** Twice as long about the same middle, not beyond now. */
export function zoomOutRange({ startMs, endMs }: TimeRange, nowMs: number): TimeRangeText {
  const length = endMs - startMs;
  const end = Math.min(Math.max(nowMs, endMs), endMs + length / 2);
  return absolute(Math.max(0, end - 2 * length), end);
}

/** By its own length, back or forward, not beyond now. */
export function shiftRange({ startMs, endMs }: TimeRange, by: -1 | 1, nowMs: number): TimeRangeText {
  const length = endMs - startMs;
  const end = by < 0 ? Math.max(length, startMs) : Math.min(Math.max(nowMs, endMs), endMs + length);
  return absolute(end - length, end);
}

export function absolute(startMs: number, endMs: number): TimeRangeText {
  return { from: String(Math.round(startMs)), until: String(Math.round(endMs)) };
}

/**
 * What people type: the grammar itself, ms, `90m` (ago), `14:05`, `14:05:30`, `yesterday 9:00`, `2026-11-25`,
 * `2026-11-25 14:05`, `25 Nov 14:05`, ISO with a zone.
 * @returns a point as a link writes it, undefined where it cannot be read
 */
export function parseTyped(typed: string, nowMs: number, zone: string): string | undefined {
  const text = typed.trim().replace(/\s+/g, ' ');
  if (text === '' || text.length > 60) return undefined;
  if (isTimePoint(text)) return text;
  const ago = /^(\d{1,6}) ?(s|m|min|h|d|w)( ago)?$/i.exec(text);
  if (ago) return `now-${ago[1]}${ago[2].toLowerCase() === 'min' ? 'm' : ago[2].toLowerCase()}`;
  if (/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/i.test(text)) return pointOf(Date.parse(text));
  const { year, month, day } = civilOf(nowMs, zone);
  const at = (clock: Partial<Clock>): string | undefined => pointOf(fromCivil({ year, month, day, ...clock }, zone));
  const [, before = '', time] = /^(.*?)[ T]?(\d{1,2}:\d\d(?::\d\d)?)?$/.exec(text) ?? [];
  const [hour = 0, minute = 0, second = 0] = time === undefined ? [] : time.split(':').map(Number);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const clock = { hour, minute, second };
  const date = before.trim().toLowerCase();
  if (date === '' || date === 'today') return time === undefined && date === '' ? undefined : at(clock);
  if (date === 'yesterday') return at({ ...clock, day: day - 1 });
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(date);
  if (iso) return at({ ...clock, ...checkedDate(Number(iso[1]), Number(iso[2]), Number(iso[3])) });
  const named = /^(\d{1,2}) ([a-z]{3})[a-z]*(?: (\d{4}))?$/.exec(date);
  if (named) {
    const found = MONTHS.indexOf(named[2]) + 1;
    return found === 0
      ? undefined
      : at({ ...clock, ...checkedDate(Number(named[3] ?? year), found, Number(named[1])) });
  }
  return undefined;
}

/** A point as people read and type it: `now-1h`, `2026-11-25 14:05:00`. */
export function printTyped(point: string, zone: string): string {
  if (!EPOCH_MS.test(point)) return point;
  const { year, month, day, hour, minute, second } = civilOf(Number(point), zone);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** A day that no month has makes the point unreadable. */
function checkedDate(year: number, month: number, day: number): { year: number; month: number; day: number } {
  const isThere = month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
  return isThere ? { year, month, day } : { year: Number.NaN, month, day };
}

function pointOf(ms: number): string | undefined {
  return ms >= 0 && ms <= LATEST_MS ? String(Math.round(ms)) : undefined;
}

function resolvePoint(text: string, nowMs: number, zone: string, isEnd: boolean): number | undefined {
  if (EPOCH_MS.test(text)) return Number(text);
  const found = RELATIVE.exec(text);
  if (!found) return undefined;
  let ms = nowMs;
  for (const [, sign, count, unit] of found[1].matchAll(STEP)) {
    ms = moved(ms, Number(count) * (sign === '-' ? -1 : 1), unit as Unit, zone);
    if (!(ms >= 0 && ms <= LATEST_MS)) return Number.NaN;
  }
  if (found[2] === undefined) return ms;
  const start = startOf(ms, found[2] as Unit, zone);
  return isEnd ? moved(start, 1, found[2] as Unit, zone) - 1 : start;
}

/** Days and more are those of the calendar: a day with a clock change is not 24 hours long. */
function moved(ms: number, count: number, unit: Unit, zone: string): number {
  if (unit === 's' || unit === 'm' || unit === 'h') return ms + count * UNIT_MS[unit];
  const civil = civilOf(ms, zone);
  switch (unit) {
    case 'd':
      return fromCivil({ ...civil, day: civil.day + count }, zone);
    case 'w':
      return fromCivil({ ...civil, day: civil.day + 7 * count }, zone);
    case 'M':
      return fromCivil({ ...civil, ...lastDayOf(civil.year, civil.month + count, civil.day) }, zone);
    case 'y':
      return fromCivil({ ...civil, ...lastDayOf(civil.year + count, civil.month, civil.day) }, zone);
  }
}

/** The same day of another month, or its last. */
function lastDayOf(year: number, month: number, day: number): { year: number; month: number; day: number } {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { year, month, day: Math.min(day, length) };
}

function startOf(ms: number, unit: Unit, zone: string): number {
  if (unit === 's' || unit === 'm') return Math.floor(ms / UNIT_MS[unit]) * UNIT_MS[unit];
  // Not by the calendar: an hour may come twice.
  if (unit === 'h') return ms - ((ms + offsetMs(ms, zone)) % UNIT_MS.h);
  const { year, month, day, weekday } = civilOf(ms, zone);
  switch (unit) {
    case 'd':
      return fromCivil({ year, month, day }, zone);
    case 'w':
      // Weeks begin on Monday (ISO 8601).
      return fromCivil({ year, month, day: day - ((weekday + 6) % 7) }, zone);
    case 'M':
      return fromCivil({ year, month, day: 1 }, zone);
    case 'y':
      return fromCivil({ year, month: 1, day: 1 }, zone);
  }
}

function spaced(length: string): string {
  return length
    .replace(/(\d+)m$/, '$1 min')
    .replace(/(\d)([a-z]+)$/i, '$1\u00a0$2')
    .replace(' ', '\u00a0');
}

function quote(text: string): string {
  return `“${text.slice(0, 40)}”`;
}
