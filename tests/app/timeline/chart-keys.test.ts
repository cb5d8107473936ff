import { describe, expect, it } from 'vitest';
import { actOf, type ChartAct, type ChartState } from '#app/views/timeline/chart-keys.ts';

const still: ChartState = {
  range: { startMs: 0, endMs: 1000 },
  stepMs: 10,
  cursorMs: undefined,
  held: 'selection',
  movables: [],
  markTimes: [100, 300, 5000],
};

/** What keys do, one after the other: `S+` for Shift. */
function press(keys: string, begin: Partial<ChartState> = {}): { act: ChartAct | undefined; state: ChartState } {
  let state = { ...still, ...begin };
  let act: ChartAct | undefined;
  for (const key of keys.split(' ')) {
    const shiftKey = key.startsWith('S+');
    act = actOf({ key: shiftKey ? key.slice(2) : key, shiftKey }, state);
    if (act?.kind === 'read') state = { ...state, cursorMs: act.ms, held: act.held };
    if (act?.kind === 'change') {
      const { held, range, ms } = act;
      state = {
        ...state,
        cursorMs: ms,
        movables: [...state.movables.filter((one) => one.held !== held), { held, range }],
      };
    }
  }
  return { act, state };
}
const rangeOf = (held: string, { state }: { state: ChartState }) =>
  state.movables.find((one) => one.held === held)?.range;

describe('reading', () => {
  it.each([
    ['ArrowRight', 5],
    ['ArrowRight ArrowRight', 15],
    ['ArrowLeft', 995],
    ['Home ArrowLeft', 0],
    ['End ArrowRight', 1000],
    ['Home PageDown', 100],
  ])('%s leads to %d', (keys, ms) => expect(press(keys).act).toEqual({ kind: 'read', ms, held: 'selection' }));

  it('m and M walk the markers of the range, round and round', () => {
    const times = ['m', 'm m', 'm m m', 'M', 'M M'].map((keys) => press(keys).state.cursorMs);
    expect(times).toEqual([100, 300, 100, 300, 100]);
    expect(press('m', { markTimes: [5000] }).act).toBeUndefined();
  });

  it('other keys are left to others', () => expect(press('x').act).toBeUndefined());
});

describe('selecting', () => {
  it('Shift extends from the cursor, and back over where it began', () => {
    const begun = press('Home PageDown S+PageDown S+ArrowRight');
    expect(rangeOf('selection', begun)).toEqual({ startMs: 100, endMs: 210 });
    expect(rangeOf('selection', press('S+PageUp S+PageUp', begun.state))).toEqual({ startMs: 10, endMs: 100 });
  });

  it('begins anew away from the edges', () => {
    const begun = press('Home S+PageDown');
    expect(rangeOf('selection', press('PageDown PageDown S+ArrowRight', begun.state))).toEqual({
      startMs: 300,
      endMs: 310,
    });
  });

  it('< and > move the whole, up to the edges of the range', () => {
    const begun = press('Home ArrowRight S+PageDown');
    expect(rangeOf('selection', press('>', begun.state))).toEqual({ startMs: 20, endMs: 120 });
    expect(rangeOf('selection', press('< < <', begun.state))).toEqual({ startMs: 0, endMs: 100 });
    expect(press('>').act).toBeUndefined();
  });

  it('Enter zooms to the selection, but opens a marker where the cursor is on one', () => {
    const begun = press('Home S+PageDown ArrowRight');
    expect(press('Enter', begun.state).act).toEqual({ kind: 'zoom', range: { startMs: 0, endMs: 100 } });
    expect(press('m Enter', begun.state).act).toEqual({ kind: 'open', mark: 1 });
    expect(press('Enter').act).toBeUndefined();
  });

  it('Escape clears', () => expect(press('Escape').act).toEqual({ kind: 'clear' }));
});

describe('sides of a comparison', () => {
  const sides: Partial<ChartState> = {
    movables: [
      { held: 'a', range: { startMs: 100, endMs: 200 } },
      { held: 'b', range: { startMs: 400, endMs: 500 } },
    ],
  };

  it('a letter takes hold of an edge, the letter again of the other', () => {
    expect(press('b', sides).act).toEqual({ kind: 'read', ms: 400, held: 'b' });
    expect(press('b b', sides).act).toEqual({ kind: 'read', ms: 500, held: 'b' });
    expect(press('a').act).toBeUndefined();
  });

  it('Shift moves that edge, < and > the side', () => {
    expect(rangeOf('b', press('b S+ArrowLeft S+ArrowLeft', sides))).toEqual({ startMs: 380, endMs: 500 });
    expect(rangeOf('a', press('a a S+PageDown', sides))).toEqual({ startMs: 100, endMs: 300 });
    expect(rangeOf('a', press('a >', sides))).toEqual({ startMs: 110, endMs: 210 });
  });

  it('a side is never made anew', () => {
    expect(rangeOf('a', press('a PageDown PageDown PageDown S+ArrowRight', sides))).toEqual({
      startMs: 100,
      endMs: 410,
    });
  });
});
