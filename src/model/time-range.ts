/** Ranges of time: as a link writes them, as people type them, as a question takes them. No clock: now is always given. */
import { civilOf, fromCivil, offsetMs } from './civil-time.ts';

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
export const EPOCH_MS = /^\d{1,15}$/;
/** The last day of the year 9999 in UTC: all that is read later has years of four digits. */
const LATEST_MS = Date.UTC(9999, 11, 31) - 1;
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

/** Whether a time is one that ranges may hold: 1970 to 9999. */
export function isDated(ms: number): boolean {
  return ms >= 0 && ms <= LATEST_MS;
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
  if (!isDated(startMs) || !isDated(endMs))
    return { ok: false, message: 'The range is outside of the years 1970 to 9999.' };
  if (endMs <= startMs) return { ok: false, message: 'The end is not after the start.' };
  if (endMs - startMs < SECOND_MS) return { ok: false, message: 'The range is shorter than a second.' };
  return { ok: true, range: { startMs, endMs } };
}

/** Twice as long about the same middle, not beyond now. */
export function zoomOutRange({ startMs, endMs }: TimeRange, nowMs: number): TimeRangeText {
  const length = endMs - startMs;
  const end = Math.min(Math.max(nowMs, endMs), endMs + length / 2);
  return absolute(Math.max(0, end - 2 * length), end);
}

/** Equal parts, one after the other, none sharing an ms with the next. */
export function subRanges({ startMs, endMs }: TimeRange, count: number): readonly TimeRange[] {
  const edge = (i: number): number => startMs + Math.floor(((endMs - startMs) * i) / count);
  return Array.from({ length: count }, (_, i) => ({
    startMs: edge(i),
    endMs: i === count - 1 ? endMs : edge(i + 1) - 1,
  }));
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

/** @returns NaN if it leads out of the years that are read */
function resolvePoint(text: string, nowMs: number, zone: string, isEnd: boolean): number | undefined {
  if (EPOCH_MS.test(text)) return Number(text);
  const found = RELATIVE.exec(text);
  if (!found) return undefined;
  let ms = nowMs;
  for (const [, sign, count, unit] of found[1].matchAll(STEP)) {
    ms = moved(ms, Number(count) * (sign === '-' ? -1 : 1), unit as Unit, zone);
    if (!isDated(ms)) return Number.NaN;
  }
  if (found[2] === undefined) return ms;
  const start = startOf(ms, found[2] as Unit, zone);
  return isEnd ? nextStart(start, found[2] as Unit, zone) - 1 : start;
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

/** Where a day begins at 1:00, as clocks go on at midnight, the next does not. */
function nextStart(start: number, unit: Unit, zone: string): number {
  const next = moved(start, 1, unit, zone);
  return unit === 's' || unit === 'm' || unit === 'h' ? next : startOf(next, unit, zone);
}

/** The same day of another month, or its last. */
function lastDayOf(year: number, month: number, day: number): { year: number; month: number; day: number } {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { year, month, day: Math.min(day, length) };
}

function startOf(ms: number, unit: Unit, zone: string): number {
  if (unit === 's' || unit === 'm' || unit === 'h') {
    // By the offset of the time itself: of an hour that comes twice, each has its own start.
    const wall = ms + offsetMs(ms, zone);
    return ms - (wall % UNIT_MS[unit]);
  }
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

/** `15 min` of `15m`. */
export function spaced(length: string): string {
  const unit = length.slice(-1);
  return `${length.slice(0, -1)}\u00a0${unit === 'm' ? 'min' : unit === 'M' ? 'mo' : unit}`;
}

function quote(text: string): string {
  return `“${text.slice(0, 40)}”`;
}
