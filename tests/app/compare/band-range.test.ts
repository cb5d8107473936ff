import { expect, it } from 'vitest';
import { areNear, around, MAX_MS } from '#app/compare/band-range.ts';
import { before } from '#app/sides/ranges.ts';
import type { TimeRange } from '#model/time-range.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1000 * DAY_MS;

/** So many days up to now, and the range as long before it. */
function pair(days: number): { readonly a: TimeRange; readonly b: TimeRange } {
  const b = { startMs: NOW_MS - days * DAY_MS, endMs: NOW_MS };
  const { from, until } = before(b);
  return { a: { startMs: Number(from), endMs: Number(until) }, b };
}

it('sides that are one question too long are two', () => {
  const [short, long] = [pair(7), pair(30)];
  expect(areNear(short.a, short.b, MAX_MS)).toBe(true);
  expect(areNear(long.a, long.b, MAX_MS)).toBe(false);
  expect(areNear(short.a, short.b, DAY_MS)).toBe(false);
});

it('sides far apart are two', () => {
  const [{ b }, later] = [pair(1), { startMs: NOW_MS + 9.5 * DAY_MS, endMs: NOW_MS + 10.5 * DAY_MS }];
  expect(areNear(b, later, MAX_MS)).toBe(false);
});

it('there is room around the compared ranges, up to now and to the longest allowed range', () => {
  const { a, b } = pair(7);
  const { startMs, endMs } = around([a, b], undefined, NOW_MS, MAX_MS)!;
  expect(startMs).toBeLessThan(a.startMs);
  expect(endMs).toBe(NOW_MS);
  const long = pair(30).a;
  expect(around([long], undefined, NOW_MS, MAX_MS)).toEqual(long);
});

it('the range in view stays, unless it is too long for the compared ranges or the source', () => {
  const { a, b } = pair(1);
  const view = { startMs: NOW_MS - 5 * DAY_MS, endMs: NOW_MS };
  expect(around([a, b], view, NOW_MS, MAX_MS)).toEqual(view);
  expect(around([a, b], view, NOW_MS, 3 * DAY_MS)).not.toEqual(view);
  expect(around([a, b], { ...view, startMs: NOW_MS - 30 * DAY_MS }, NOW_MS, MAX_MS)?.startMs).toBeGreaterThan(
    view.startMs,
  );
});
