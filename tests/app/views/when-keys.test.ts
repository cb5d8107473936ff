import { describe, expect, it } from 'vitest';
import { cellsOf, intervalOf, rangeOf } from '../../../src/app/views/when/cells.ts';
import { whenAct, type WhenState } from '../../../src/app/views/when/when-keys.ts';

const state = (patch: Partial<WhenState> = {}): WhenState => ({
  cells: 500,
  rows: 50,
  cursor: 120,
  selecting: undefined,
  ...patch,
});
const act = (key: string, patch: Partial<WhenState> = {}, shiftKey = false) => whenAct({ key, shiftKey }, state(patch));

describe('keys of the heatmap', () => {
  it.each([
    ['ArrowUp', 121],
    ['ArrowDown', 119],
    ['ArrowRight', 170],
    ['ArrowLeft', 70],
    ['PageDown', 499],
    ['PageUp', 0],
    ['Home', 0],
    ['End', 499],
  ])('%s reads cell %d', (key, cell) => expect(act(key)).toEqual({ kind: 'read', cell }));

  it('enter from their side', () => {
    expect(act('ArrowRight', { cursor: -1 })).toEqual({ kind: 'read', cell: 0 });
    expect(act('ArrowLeft', { cursor: -1 })).toEqual({ kind: 'read', cell: 499 });
  });

  it('with Shift select from where they are, and go on', () => {
    expect(act('ArrowRight', {}, true)).toEqual({ kind: 'select', selecting: { anchor: 120, head: 170 } });
    const selecting = { anchor: 120, head: 170 };
    expect(act('ArrowDown', { cursor: 170, selecting }, true)).toEqual({
      kind: 'select',
      selecting: { anchor: 120, head: 169 },
    });
    expect(act('Enter', { selecting })).toEqual({ kind: 'apply', selecting });
    expect(act('Enter')).toBeUndefined();
    expect(act('Escape')).toEqual({ kind: 'clear' });
  });

  it('zoom, and leave other keys alone', () => {
    expect([act('+'), act('-'), act('0')]).toEqual([
      { kind: 'zoom', factor: 1 / 1.5 },
      { kind: 'zoom', factor: 1.5 },
      { kind: 'show-all' },
    ]);
    expect(act('n')).toBeUndefined();
  });
});

describe('cells and intervals', () => {
  it('both ends are selected, in whichever order', () => {
    expect(rangeOf({ anchor: 7, head: 3 })).toEqual({ start: 3, end: 8 });
    expect(intervalOf({ start: 3, end: 8 }, 20)).toEqual({ fromMs: 60, untilMs: 160, isRest: false });
  });

  it('an interval of cells touches just these', () => {
    for (const cellMs of [0.02, 0.2, 20, 200 / 3])
      for (const range of [
        { start: 0, end: 1 },
        { start: 3, end: 8 },
        { start: 7001, end: 179_999 },
      ])
        expect(cellsOf(intervalOf(range, cellMs), cellMs)).toEqual(range);
    expect(cellsOf({ fromMs: 61, untilMs: 99, isRest: false }, 20)).toEqual({ start: 3, end: 5 });
  });
});
