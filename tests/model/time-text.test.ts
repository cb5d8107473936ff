import { expect, it } from 'vitest';
import { formatDuration, formatFileSpan, formatFullInstant, formatInstant, formatSpan } from '#model/time-text.ts';

const NOW = Date.parse('2026-11-25T14:05:30Z');

/** With spaces that can be typed. */
function span(start: string, end: string, zone = 'UTC'): string {
  return formatSpan({ startMs: Date.parse(start), endMs: Date.parse(end) }, zone, NOW);
}

it.each([
  ['2026-11-25T12:09Z', '2026-11-25T13:09Z', '12:09 – 13:09'],
  ['2026-11-25T13:00:05Z', '2026-11-25T13:00:50Z', '13:00:05 – 13:00:50'],
  ['2026-11-24T12:09Z', '2026-11-24T13:09Z', '24 Nov 12:09 – 13:09'],
  ['2026-11-24T23:00Z', '2026-11-25T01:00Z', '24 Nov 23:00 – 25 Nov 01:00'],
  ['2025-11-24T12:09Z', '2025-11-24T13:09Z', '24 Nov 2025 12:09 – 13:09'],
  ['2025-12-31T23:00Z', '2026-01-01T01:00Z', '31 Dec 2025 23:00 – 1 Jan 2026 01:00'],
  ['2026-11-24T00:00Z', '2026-11-24T23:59:59.999Z', '24 Nov'],
  ['2026-11-23T00:00Z', '2026-11-24T23:59:59.999Z', '23 Nov – 24 Nov'],
  ['2026-11-24T00:00Z', '2026-11-25T00:00Z', '24 Nov 00:00 – 25 Nov 00:00'],
])('%s to %s', (start, end, words) => {
  expect(span(start, end)).toBe(words);
});

it('days are those of the zone', () => {
  expect(span('2026-11-24T22:00Z', '2026-11-24T22:30Z')).toBe('24 Nov 22:00 – 22:30');
  expect(span('2026-11-24T22:00Z', '2026-11-24T22:30Z', 'Asia/Kolkata')).toBe('03:30 – 04:00');
});

it('instants', () => {
  const ms = Date.parse('2026-09-02T04:05:06Z');
  expect(formatInstant(ms, 'UTC')).toBe('Wed 2 Sep 04:05:06');
  expect(formatFullInstant(ms, 'UTC')).toBe('Wed 2 Sep 2026 04:05:06 UTC');
  expect(formatFullInstant(ms, 'Europe/Berlin')).toBe('Wed 2 Sep 2026 06:05:06 UTC+2');
  expect(formatFullInstant(ms, 'Asia/Kolkata')).toBe('Wed 2 Sep 2026 09:35:06 UTC+5:30');
  expect(formatFullInstant(ms, 'America/St_Johns')).toBe('Wed 2 Sep 2026 01:35:06 UTC−2:30');
});

it.each([
  [0, '0 s'],
  [0.04, '40 µs'],
  [36.31, '36 ms'],
  [104, '100 ms'],
  [994, '990 ms'],
  [999, '1 s'],
  [2546.5, '2.5 s'],
  [9949, '9.9 s'],
  [9951, '10 s'],
  [45_400, '45 s'],
  [59_600, '1 min'],
  [90_000, '1 min 30 s'],
  [3_599_600, '1 h'],
  [3_900_000, '1 h 5 min'],
  [86_340_000, '23 h 59 min'],
  [86_399_000, '1 d'],
  [266_400_000, '3 d 2 h'],
])('%s ms last %s', (ms, words) => {
  expect(formatDuration(ms).replaceAll('\u00a0', ' ')).toBe(words);
});

it.each([
  ['2026-11-25T13:05:30Z', '2026-11-25T14:05:30Z', '2026-11-25 1405 to 1505'],
  ['2026-11-25T22:05:00Z', '2026-11-25T23:30:00Z', '2026-11-25 2305 to 2026-11-26 0030'],
  ['2026-11-25T13:05:00Z', '2026-11-25T13:06:30Z', '2026-11-25 140500 to 140630'],
])('in names of files %s to %s is %s', (start, end, words) => {
  const text = formatFileSpan({ startMs: Date.parse(start), endMs: Date.parse(end) }, 'Europe/Berlin');
  expect(text).toBe(words);
  expect(text).toMatch(/^[\w -]+$/);
});
