import { expect, it } from 'vitest';
import { formatDuration, formatInstant, formatSpan } from '#model/time-text.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

it('an instant is told in its zone', () => {
  const ms = Date.parse('2026-11-25T14:05:30Z');
  expect(formatInstant(ms, 'UTC')).toBe('Wed 25 Nov 14:05:30');
  expect(formatInstant(ms, 'Asia/Kolkata')).toBe('Wed 25 Nov 19:35:30');
});

it.each([
  ['2026-11-25T21:09Z', '2026-11-25T22:09Z', '21:09 – 22:09'],
  ['2026-11-25T21:09:30Z', '2026-11-25T21:14Z', '21:09:30 – 21:14:00'],
  ['2026-11-25T23:00Z', '2026-11-26T01:00Z', '25 Nov 23:00 – 26 Nov 01:00'],
  ['2025-11-25T23:00Z', '2026-11-25T23:00Z', '25 Nov 23:00 – 25 Nov 23:00'],
])('%s to %s', (from, until, wanted) => {
  expect(formatSpan({ startMs: Date.parse(from), endMs: Date.parse(until) }, 'UTC')).toBe(wanted);
});

it.each([
  [0, '0 s'],
  [45_400, '45 s'],
  [59_600, '1 min'],
  [15 * 60_000, '15 min'],
  [59.8 * 60_000, '1 h'],
  [65 * 60_000, '1 h 5 min'],
  [24 * 3_600_000, '1 d'],
  [74.9 * 3_600_000, '3 d 2 h'],
])('%d ms are %s', (ms, wanted) => {
  expect(plain(formatDuration(ms))).toBe(wanted);
});
