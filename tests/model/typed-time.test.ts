import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTimePoint } from '#model/time-range.ts';
import { formatFullInstant, formatSpan } from '#model/time-text.ts';
import { parseTyped, parseTypedRange, printTyped } from '#model/typed-time.ts';

const NOW = Date.parse('2026-11-25T14:05:30Z');

/** A relative point as it is, an absolute one in UTC, else the mistake. */
function read(typed: string, end: 'from' | 'until' = 'from', zone = 'UTC', nowMs = NOW): string {
  const found = parseTyped(typed, { nowMs, zone, end });
  return found.ok ? inUtc(found.point) : found.message;
}

function inUtc(point: string): string {
  return /^\d+$/.test(point)
    ? new Date(Number(point))
        .toISOString()
        .replace(/\.000Z$/, 'Z')
        .replace(/:00Z$/, 'Z')
    : point;
}

describe('a time', () => {
  it.each([
    ['now', 'now'],
    ['Now', 'now'],
    ['now-1d/d', 'now-1d/d'],
    ['1h', 'now-1h'],
    ['90 min', 'now-90m'],
    ['2 hours ago', 'now-2h'],
    ['3 M', 'now-3M'],
    ['3 months', 'now-3M'],
    ['today', 'now/d'],
    ['Yesterday', 'now-1d/d'],
    ['14:05', '2026-11-25T14:05Z'],
    ['  9:30:15.5 ', '2026-11-25T09:30:15.500Z'],
    ['today 9:00', '2026-11-25T09:00Z'],
    ['yesterday 9:00', '2026-11-24T09:00Z'],
    ['2026-11-25', '2026-11-25T00:00Z'],
    ['2026-11-25\u00a014:05', '2026-11-25T14:05Z'],
    ['2026-11-25T14:05:30', '2026-11-25T14:05:30Z'],
    ['2026-11-25T14:05Z', '2026-11-25T14:05Z'],
    ['2026-11-25 14:05:30.125+01:00', '2026-11-25T13:05:30.125Z'],
    ['25 Nov 14:05', '2026-11-25T14:05Z'],
    ['Nov 25, 2025 14:05', '2025-11-25T14:05Z'],
    ['26 november', '2025-11-26T00:00Z'], // ahead of today: last year's
    ['Tue 24 Nov 14:05:30', '2026-11-24T14:05:30Z'],
    ['29 Feb 2024', '2024-02-29T00:00Z'],
    ['1764000000', '2025-11-24T16:00Z'],
    ['1764000000123', '2025-11-24T16:00:00.123Z'],
  ])('%s', (typed, point) => {
    expect(read(typed)).toBe(point);
  });

  it('a day alone ends with its last ms', () => {
    expect(read('2026-11-24', 'until')).toBe('2026-11-24T23:59:59.999Z');
    expect(read('2026-03-29', 'until', 'Europe/Berlin')).toBe('2026-03-29T21:59:59.999Z');
    expect(read('31 Dec', 'until')).toBe('2025-12-31T23:59:59.999Z');
  });

  it('is one of the zone', () => {
    expect(read('14:05', 'from', 'Asia/Kolkata')).toBe('2026-11-25T08:35Z');
    // In Kolkata it is the 26th already.
    expect(read('0:30', 'from', 'Asia/Kolkata', Date.parse('2026-11-25T20:00Z'))).toBe('2026-11-25T19:00Z');
    expect(read('yesterday 0:30', 'from', 'Asia/Kolkata', Date.parse('2026-11-25T20:00Z'))).toBe('2026-11-24T19:00Z');
  });

  it.each([
    ['', 'Type a time, such as 14:05 or now-1h.'],
    ['T', '“T” cannot be read. Try 14:05, 2026-11-25 14:05 or now-1h.'],
    ['soon', '“soon” cannot be read. Try 14:05, 2026-11-25 14:05 or now-1h.'],
    ['11/12/2026', '“11/12/2026” cannot be read. Try 14:05, 2026-11-25 14:05 or now-1h.'],
    ['25:00', 'There is no time of day 25:00.'],
    ['14:60', 'There is no time of day 14:60.'],
    ['31 Nov 2026', 'Nov has no day 31.'],
    ['2026-13-01', 'There is no month 13.'],
    ['2025-02-29 12:00', 'Feb 2025 has no day 29.'],
    ['1969-12-31', 'That is outside of the years 1970 to 9999.'],
    ['2026-11-25T25:00Z', '“2026-11-25T25:00Z” is not a day or a time of day.'],
    ['2026', '“2026” is too short for s or ms since 1970.'],
    ['9'.repeat(30), 'That is outside of the years 1970 to 9999.'],
    ['x'.repeat(1e5), 'Too long for a time: 100000 characters.'],
  ])('%.40s is a mistake', (typed, message) => {
    expect(read(typed)).toBe(message);
  });
});

describe('a range', () => {
  it.each([
    ['last 3 hours', 'now-3h', 'now'],
    ['Last 1\u00a0h', 'now-1h', 'now'],
    ['past week', 'now-1w', 'now'],
    ['the last 2 days', 'now-2d', 'now'],
    ['this month', 'now/M', 'now'],
    ['now-2h to now-1h', 'now-2h', 'now-1h'],
    ['from yesterday until today', 'now-1d/d', 'now/d'],
    ['21:09 – 22:09', '2026-11-25T21:09Z', '2026-11-25T22:09Z'],
    ['25 Nov 9:00 - 17:00', '2026-11-25T09:00Z', '2026-11-25T17:00Z'],
    ['2026-11-24T09:00 to 17:00', '2026-11-24T09:00Z', '2026-11-24T17:00Z'],
    ['24 Nov – 25 Nov', '2026-11-24T00:00Z', '2026-11-25T23:59:59.999Z'],
    ['now-1h..now', 'now-1h', 'now'],
  ])('%s', (typed, from, until) => {
    const found = parseTypedRange(typed, NOW, 'UTC');
    expect(found?.ok && [inUtc(found.range.from), inUtc(found.range.until)]).toEqual([from, until]);
  });

  it.each(['1h', 'yesterday', '2026-11-25 14:05', 'last 3 apples', 'this 3 weeks', 'a – b – c', ''])(
    '“%s” is not two ends',
    (typed) => {
      expect(parseTypedRange(typed, NOW, 'UTC')).toBeUndefined();
    },
  );
});

it.each([
  ['24 Nov – 31 Nov', 'Nov has no day 31.'],
  ['soon to now', '“soon” cannot be read. Try 14:05, 2026-11-25 14:05 or now-1h.'],
  ['14:05 – ', 'Type a time, such as 14:05 or now-1h.'],
])('what is wrong with one end of %s is said', (typed, message) => {
  expect(parseTypedRange(typed, NOW, 'UTC')).toEqual({ ok: false, message });
});

const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe');
const anyMs = fc.oneof(
  fc.integer({ min: 0, max: Date.UTC(9999, 0) }),
  // Around changes of clocks.
  fc.integer({ min: Date.UTC(2026, 9, 24, 22), max: Date.UTC(2026, 9, 25, 4) }),
  fc.integer({ min: Date.UTC(2026, 3, 4, 13), max: Date.UTC(2026, 3, 4, 17) }),
);

it('printed times read back, to the ms', () => {
  fc.assert(
    fc.property(anyMs, zones, fc.constantFrom('from', 'until'), (ms, zone, end) => {
      const printed = printTyped(String(ms), zone);
      expect(parseTyped(printed, { nowMs: NOW, zone, end })).toEqual({ ok: true, point: String(ms) });
    }),
    { numRuns: 300 },
  );
  expect(printTyped('now-1h/h', 'UTC')).toBe('now-1h/h');
  expect(printTyped('999999999999999', 'UTC')).toBe('999999999999999');
});

it('texts of the page can be pasted', () => {
  const past = fc
    .integer({ min: Date.UTC(2024, 0) / 60_000, max: Math.floor(NOW / 60_000) })
    .map((minutes) => minutes * 60_000);
  fc.assert(
    fc.property(past, fc.integer({ min: 11, max: 10_000 }), (endMs, minutes) => {
      const range = { startMs: endMs - minutes * 60_000, endMs };
      const found = parseTypedRange(formatSpan(range, 'UTC', NOW), NOW, 'UTC');
      expect(found).toEqual({ ok: true, range: { from: String(range.startMs), until: String(range.endMs) } });
      const spoken = formatFullInstant(endMs, 'UTC').replace(/ UTC$/, '');
      expect(parseTyped(spoken, { nowMs: NOW, zone: 'UTC', end: 'from' })).toEqual({
        ok: true,
        point: String(endMs),
      });
    }),
  );
});

it('never throws, and reads only what a link may hold', () => {
  const typed = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[\dnowTZ:.+/ –-]{0,24}$/),
    fc.stringMatching(/^\d{1,4}-\d{1,3}-\d{1,3}( \d\d:\d\d)?$/),
  );
  fc.assert(
    fc.property(typed, fc.constantFrom('from', 'until'), (text, end) => {
      const found = parseTyped(text, { nowMs: NOW, zone: 'Europe/Berlin', end });
      expect(found.ok ? isTimePoint(found.point) : found.message !== '').toBe(true);
      const range = parseTypedRange(text, NOW, 'Europe/Berlin');
      if (range?.ok) expect(isTimePoint(range.range.from) && isTimePoint(range.range.until)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
