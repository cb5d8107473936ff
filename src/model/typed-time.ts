/** Times and ranges as people type and paste them, and times printed so that they read back. */
import { civilOf, type Clock, fromCivil } from './civil-time.ts';
import { isDated, isTimePoint, type TimeRangeText } from './time-range.ts';
import { MONTHS, twoDigits } from './time-text.ts';

/** A point as a link writes it, or why there is none. */
export type TypedTime =
  | { readonly ok: true; readonly point: string }
  | { readonly ok: false; readonly message: string };

export type TypedRange =
  | { readonly ok: true; readonly range: TimeRangeText }
  | { readonly ok: false; readonly message: string };

/** Where typed times are read: what `today` and `14:05` mean. */
export interface TypedPlace {
  readonly nowMs: number;
  readonly zone: string;
  /** A day alone is its first ms as the start of a range, its last one as the end. */
  readonly end: 'from' | 'until';
}

type Day = Pick<Clock, 'year' | 'month' | 'day'>;

const LONGEST = 80;
const UNIT_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    s: ['s', 'sec', 'secs', 'second', 'seconds'],
    m: ['m', 'min', 'mins', 'minute', 'minutes'],
    h: ['h', 'hr', 'hrs', 'hour', 'hours'],
    d: ['d', 'day', 'days'],
    w: ['w', 'week', 'weeks'],
    M: ['M', 'mo', 'month', 'months'],
    y: ['y', 'year', 'years'],
  }).flatMap(([unit, words]) => words.map((word) => [word, unit] as const)),
);

/**
 * Reads the grammar of links, `90m` and `2 hours ago`, `today`, `yesterday 9:00`, `14:05:30.250`, `2026-11-25 14:05`,
 * `25 Nov 14:05`, ISO 8601 with a zone, and digits as s or ms since 1970.
 */
export function parseTyped(typed: string, place: TypedPlace): TypedTime {
  const text = tidied(typed);
  if (text === '') return mistake('Type a time, such as 14:05 or now-1h.');
  if (text.length > LONGEST) return mistake(`Too long for a time: ${text.length} characters.`);
  if (/^\d+$/.test(text)) return parseDigits(text);
  const lower = text.toLowerCase();
  if (isTimePoint(text)) return { ok: true, point: text };
  if (lower === 'now') return { ok: true, point: 'now' };
  if (lower === 'today') return { ok: true, point: 'now/d' };
  if (lower === 'yesterday') return { ok: true, point: 'now-1d/d' };
  const [, count, word = ''] = /^(\d{1,6}) ?([a-z]{1,8})(?: ago)?$/i.exec(text) ?? [];
  const unit = unitOf(word);
  if (unit !== undefined) return { ok: true, point: `now-${count}${unit}` };
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/i.test(text)) {
    const ms = Date.parse(text.toUpperCase().replace(' ', 'T'));
    return Number.isNaN(ms) ? mistake(`${quote(text)} is not a day or a time of day.`) : pointOf(ms);
  }
  return parseCivil(text, place);
}

/**
 * Reads both ends at once: `last 3 hours`, `this week`, `21:09 – 22:09`, `25 Nov 9:00 to 17:00`, `now-2h to now-1h`.
 * @returns undefined if it is not two ends
 */
export function parseTypedRange(typed: string, nowMs: number, zone: string): TypedRange | undefined {
  const text = tidied(typed).replace(/^(?:from|the) /i, '');
  if (text.length > 2 * LONGEST) return undefined;
  const [, kind, count, word] = /^(last|past|this(?! \d)) (?:(\d{1,6}) ?)?([a-z]{1,8})$/i.exec(text) ?? [];
  const unit = word === undefined ? undefined : unitOf(word);
  if (kind !== undefined && unit !== undefined) {
    const from = kind.toLowerCase() === 'this' ? `now/${unit}` : `now-${count ?? '1'}${unit}`;
    return { ok: true, range: { from, until: 'now' } };
  }
  const [first, second, ...more] = text.split(/ ?(?:–|—|\.\.) ?| (?:-|to|until) /i);
  if (second === undefined || more.length > 0) return undefined;
  const from = parseTyped(first, { nowMs, zone, end: 'from' });
  // A time alone is one of the day that the first one names.
  const day = /^\d{1,2}:/.test(second) ? /^(.+)[ T]\d{1,2}:[\d:.]+$/.exec(first)?.[1] : undefined;
  const until = parseTyped(day === undefined ? second : `${day} ${second}`, { nowMs, zone, end: 'until' });
  if (!from.ok) return from;
  return until.ok ? { ok: true, range: { from: from.point, until: until.point } } : until;
}

/** A point as people read and type it: `now-1h`, `2026-11-25 14:05:00`; of an hour that comes twice, the second in UTC. */
export function printTyped(point: string, zone: string): string {
  const atMs = Number(point);
  if (!/^\d+$/.test(point) || !isDated(atMs)) return point;
  const civil = civilOf(atMs, zone);
  if (fromCivil(civil, zone) !== atMs) return new Date(atMs).toISOString();
  const { year, month, day, hour, minute, second, ms } = civil;
  const rest = ms === 0 ? '' : `.${String(ms).padStart(3, '0')}`;
  return `${year}-${twoDigits(month)}-${twoDigits(day)} ${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(second)}${rest}`;
}

/** Ten digits are seconds until the year 2286; ms of the same digits lie in 1970. */
function parseDigits(digits: string): TypedTime {
  if (digits.length < 9) return mistake(`${quote(digits)} is too short for s or ms since 1970.`);
  return pointOf(Number(digits) * (digits.length <= 10 ? 1000 : 1));
}

function parseCivil(text: string, { nowMs, zone, end }: TypedPlace): TypedTime {
  const [, before = '', time] = /^(.*?)[ T]?(\d{1,2}:\d\d(?::\d\d(?:\.\d{1,3})?)?)?$/.exec(text) ?? [];
  const words = before.trim().toLowerCase();
  const day = words === '' && time === undefined ? undefined : parseDay(words, nowMs, zone);
  if (day === undefined) return mistake(`${quote(text)} cannot be read. Try 14:05, 2026-11-25 14:05 or now-1h.`);
  const { year, month } = day;
  if (month < 1 || month > 12) return mistake(`There is no month ${month}.`);
  if (day.day < 1 || day.day > daysOf(year, month))
    return mistake(`${MONTHS[month - 1]}${month === 2 ? ` ${year}` : ''} has no day ${day.day}.`);
  if (time === undefined) {
    const isEnd = end === 'until';
    return pointOf(fromCivil({ ...day, day: day.day + (isEnd ? 1 : 0) }, zone) - (isEnd ? 1 : 0));
  }
  const [hour, minute, second = 0] = time.split(':').map(Number);
  if (hour > 23 || minute > 59 || second >= 60) return mistake(`There is no time of day ${time}.`);
  const whole = Math.floor(second);
  return pointOf(fromCivil({ ...day, hour, minute, second: whole, ms: Math.round((second - whole) * 1000) }, zone));
}

/**
 * Parses a day; without a year it is the latest one that is not after today. @returns undefined if it is not a day in
 * words
 */
function parseDay(words: string, nowMs: number, zone: string): Day | undefined {
  const { year, month, day } = civilOf(nowMs, zone);
  if (words === '' || words === 'today') return { year, month, day };
  if (words === 'yesterday') {
    const noon = civilOf(fromCivil({ year, month, day: day - 1, hour: 12 }, zone), zone);
    return { year: noon.year, month: noon.month, day: noon.day };
  }
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(words);
  if (iso) return { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) };
  const bare = words.replace(/^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /, '').replaceAll(',', '');
  const named = /^(\d{1,2})\.? ([a-z]{3,9})(?: (\d{4}))?$/.exec(bare);
  const swapped = /^([a-z]{3,9}) (\d{1,2})(?: (\d{4}))?$/.exec(bare);
  const [dayText, name, yearText] = named ? named.slice(1) : swapped ? [swapped[2], swapped[1], swapped[3]] : [];
  if (name === undefined) return undefined;
  const found = MONTHS.findIndex((one) => name.startsWith(one.toLowerCase())) + 1;
  if (found === 0) return undefined;
  const isAhead = found > month || (found === month && Number(dayText) > day);
  return {
    year: yearText === undefined ? year - (isAhead ? 1 : 0) : Number(yearText),
    month: found,
    day: Number(dayText),
  };
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function pointOf(ms: number): TypedTime {
  return isDated(ms) ? { ok: true, point: String(ms) } : mistake('That is outside of the years 1970 to 9999.');
}

function unitOf(word: string): string | undefined {
  return UNIT_WORDS.get(word) ?? UNIT_WORDS.get(word.toLowerCase());
}

function tidied(typed: string): string {
  return typed.trim().replace(/\s+/g, ' ');
}

function mistake(message: string): TypedTime {
  return { ok: false, message };
}

function quote(text: string): string {
  return `“${text.slice(0, 40)}”`;
}
