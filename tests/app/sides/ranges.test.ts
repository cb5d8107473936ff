import fc from 'fast-check';
import { expect, it } from 'vitest';
import { aroundMarker, aroundMarkerTitle, before, daysEarlier } from '#app/sides/ranges.ts';
import { resolveTimeRange, type TimeRange, type TimeRangeText } from '#model/time-range.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 25, 12);

const rangeOf = (text: TimeRangeText): TimeRange => {
  const resolved = resolveTimeRange(text, NOW, 'UTC');
  if (!resolved.ok) throw new Error(resolved.message);
  return resolved.range;
};
const length = ({ startMs, endMs }: TimeRange): number => endMs - startMs;

it('the range before is as long and shares no profile', () => {
  const range = { startMs: NOW - 15 * MINUTE, endMs: NOW };
  const earlier = rangeOf(before(range));
  expect(length(earlier)).toBe(length(range));
  expect(earlier.endMs).toBe(range.startMs - 1);
});

it('days earlier is the same time of the day', () => {
  const range = { startMs: NOW - MINUTE, endMs: NOW };
  expect(rangeOf(daysEarlier(range, 7))).toEqual({
    startMs: Date.UTC(2026, 10, 18, 11, 59),
    endMs: Date.UTC(2026, 10, 18, 12),
  });
});

it.each([
  [60, '15\u00a0min'],
  [12, '10\u00a0min'],
  [2, '1\u00a0min'],
])('around a marker of %i minutes ago: windows of %s', (minutes, words) => {
  const at = NOW - minutes * MINUTE;
  expect(aroundMarkerTitle(at, NOW)).toBe(`Compare ${words} before and after`);
});

it('around a marker: equal windows, none within two minutes of it, and none in the future where there is time enough', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 * MINUTE }), (agoMs) => {
      const at = NOW - agoMs;
      const ranges = aroundMarker(at, NOW);
      const [a, b] = [rangeOf(ranges.a), rangeOf(ranges.b)];
      expect(length(a)).toBe(length(b));
      expect([at - a.endMs, b.startMs - at]).toEqual([2 * MINUTE, 2 * MINUTE]);
      expect(length(b)).toBe(Math.max(MINUTE, Math.min(15 * MINUTE, agoMs - 2 * MINUTE)));
      if (agoMs >= 3 * MINUTE) expect(b.endMs).toBeLessThanOrEqual(NOW);
    }),
  );
});
