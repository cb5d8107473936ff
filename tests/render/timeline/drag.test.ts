import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginDrag, dragTo, type Movable } from '#render/timeline/drag.ts';

const limits = { startMs: 0, endMs: 100 };
const selection: Movable = { held: 'selection', range: { startMs: 20, endMs: 40 } };
const a: Movable = { held: 'a', range: { startMs: 50, endMs: 60 } };
const b: Movable = { held: 'b', range: { startMs: 62, endMs: 80 } };
const dragged = (movables: readonly Movable[], from: number, to: number): string => {
  const drag = beginDrag(movables, from, 3);
  const { startMs, endMs } = dragTo(drag, to, limits);
  return `${drag.held} ${drag.kind} ${startMs}-${endMs}`;
};

describe('dragging', () => {
  it.each([
    [10, 5, 'selection new 5-10'],
    [10, 500, 'selection new 10-100'],
    [22, 30, 'selection start 30-40'],
    [22, 60, 'selection start 40-60'],
    [38, 50, 'selection end 20-50'],
    [30, 35, 'selection move 25-45'],
    [30, -500, 'selection move 0-20'],
    [30, 500, 'selection move 80-100'],
  ])('from %d to %d', (from, to, expected) => expect(dragged([selection], from, to)).toBe(expected));

  it('takes the nearest edge of all, and the body it is in', () => {
    expect(dragged([selection, a, b], 60.5, 55)).toBe('a end 50-55');
    expect(dragged([selection, a, b], 61.5, 65)).toBe('b start 65-80');
    expect(dragged([selection, a, b], 55, 56)).toBe('a move 51-61');
    expect(dragged([selection, a, b], 90, 95)).toBe('selection new 90-95');
  });

  it('pulls the outer edge out where both are at one place', () => {
    expect(dragged([{ held: 'selection', range: { startMs: 30, endMs: 30 } }], 30, 45)).toBe('selection end 30-45');
  });

  it('a side that reaches over the limits does not jump', () => {
    const wide: Movable = { held: 'a', range: { startMs: -50, endMs: 30 } };
    expect(dragged([wide], 10, 10)).toBe('a move -50-30');
    expect(dragged([wide], 10, 5)).toBe('a move -50-30');
    expect(dragged([wide], 10, 20)).toBe('a move -40-40');
  });

  it('never turns a range round', () => {
    const ms = fc.integer({ min: -50, max: 150 });
    fc.assert(
      fc.property(ms, ms, ms, ms, (one, other, from, to) => {
        const range = { startMs: Math.min(one, other), endMs: Math.max(one, other) };
        const moved = dragTo(beginDrag([{ held: 'selection', range }], from, 3), to, limits);
        expect(moved.endMs).toBeGreaterThanOrEqual(moved.startMs);
      }),
    );
  });
});
