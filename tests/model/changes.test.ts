/** What changed: code and work distinguished. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '#model/change.ts';
import { summarise } from '#model/changes-text.ts';
import { consoleForm } from '#model/changes.ts';
import { compareSides } from '#model/evidence.ts';
import { type Normalisation, normalisations } from '#model/normalise.ts';
import { sideOfUnion, slicesOfTrees } from '#model/slices.ts';
import { anyStacks } from '../support/any-stacks.ts';
import { compared, MS, recorded, supported, unslicedChanges } from '../support/recorded-sides.ts';
import { cores } from '../support/shop.ts';

describe('causes', () => {
  it.each([true, false])('a slower function is code, wherever it is called; slices: %s', (sliced) => {
    const { changes } = compared({}, { cost: { encode: 1.4 } }, { sliced });
    expect(supported(changes)).toEqual(['code encode']);
    const [{ low, high, codePct, path }] = changes;
    expect(codePct).toBeGreaterThan(30);
    expect(low! < 40 && 40 < high!).toBe(true);
    expect(path.at(-1)).toBe('encode');
  });

  it('slices without sample counts also show the slower function', () => {
    const { union, a, b } = recorded({}, { cost: { encode: 1.4 } });
    const uncounted = compareSides(
      union,
      { ...slicesOfTrees(sideOfUnion(union, 'a'), a, undefined), samplesPerUnit: undefined },
      { ...slicesOfTrees(sideOfUnion(union, 'b'), b, undefined), samplesPerUnit: undefined },
    );
    expect(uncounted.isCounted).toBe(false);
    expect(uncounted.causes.map(({ func }) => union.names[func])).toEqual(['encode']);
  });

  it.each([true, false])('a busier route is work, and no code; slices: %s', (sliced) => {
    const { changes } = compared({}, { load: { search: 1.8 } }, { sliced });
    expect(supported(changes)).toEqual(['work search']);
  });

  it.each([true, false])('another mix of routes is work, and no code; slices: %s', (sliced) => {
    const { changes } = compared({}, { load: { search: 1.6, cart: 0.5 } }, { sliced });
    expect(supported(changes).sort()).toEqual(['work cart', 'work search']);
  });

  it.each([true, false])('both are told as both; slices: %s', (sliced) => {
    const { changes } = compared({}, { load: { search: 1.6 }, cost: { 'checkout.2': 1.5 } }, { sliced });
    expect(supported(changes)).toEqual(expect.arrayContaining(['work search', 'code checkout.2']));
    expect(supported(changes).filter((one) => one.startsWith('code'))).toHaveLength(1);
  });

  it('a route on one side only is a new or a gone one', () => {
    const there = compared({ load: { search: 0 } }, {});
    expect(there.changes.find(({ supported: is }) => is)).toMatchObject({
      kind: 'work',
      name: 'search',
      trend: 'new',
      deltaPct: null,
      codePct: null,
    });
    const back = compared({}, { load: { search: 0 } });
    expect(back.changes.find(({ supported: is }) => is)).toMatchObject({ name: 'search', trend: 'gone', selfB: 0 });
  });

  it.each<Normalisation>(['share', 'equal-work', 'absolute', 'per-second'])(
    'the sum of the parts that a sentence names is the part of the change that it gives: %s',
    (kind) => {
      const found = compared({}, { cost: { encode: 1.5, 'checkout.2': 1.5 } }, { kind });
      const named = found.changes.filter((change) => change.supported);
      expect(named).toHaveLength(2);
      const sum = named.reduce((all, { part }) => all + part, 0);
      expect(found.explained * found.whole).toBeCloseTo(sum, 9);
      for (const { explained, part } of named) expect(explained * found.whole).toBeCloseTo(part, 9);
    },
  );

  it('code that was not there is new, from 0', () => {
    const { changes } = compared({ cost: { encode: 0 } }, {});
    expect(changes[0]).toMatchObject({
      kind: 'code',
      name: 'encode',
      trend: 'new',
      selfA: 0,
      codePct: null,
      low: null,
    });
  });

  it.each<Normalisation>(['share', 'per-second', 'load-adjusted', 'equal-work'])(
    'an unchanged program shows nothing, however long and how finely it was recorded: %s',
    (kind) => {
      const long = { seconds: 3600, seed: 'long' };
      const short = { seconds: 300, period: 50 * MS, seed: 'short' };
      for (const [a, b] of [
        [long, short],
        [short, long],
      ])
        expect(supported(compared(a, b, { kind }).changes)).toEqual([]);
    },
  );

  it('the same recording twice lists nothing at all', () => {
    const found = compared({}, {}, { sameSeed: true });
    expect(found).toMatchObject({ changes: [], delta: 0, whole: 0, explained: 0 });
    expect(summarise(found, cores)).toMatch(
      /^No code change is more than noise: a change above ±[\d.]+\u00a0% would show in the five largest functions outside of the runtime(, and a change above ±[\d.]+\u00a0% after [^.]+ more of each side)?\.$/,
    );
  });

  it('a swap mirrors all', () => {
    const sides = [{ load: { search: 1.4 } }, { cost: { encode: 1.4 }, seed: 'b' }] as const;
    const there = compared(sides[0], { ...sides[1] });
    const back = compared({ ...sides[1] }, sides[0], { swapped: true });
    expect(supported(back.changes).sort()).toEqual(supported(there.changes).sort());
    for (const { kind, path, delta, selfA, trend } of there.changes) {
      const other = back.changes.find((one) => one.kind === kind && one.path.join() === path.join())!;
      expect(other.delta).toBeCloseTo(-delta, 12);
      expect(other.selfB).toBeCloseTo(selfA, 12);
      expect([trend, other.trend].sort()).toEqual(
        trend === 'new' || trend === 'gone' ? ['gone', 'new'] : ['grew', 'shrank'],
      );
    }
  });
});

describe.each(normalisations)('any two sides, %s', (kind) => {
  it('code and work add up to the change', () => {
    fc.assert(
      fc.property(anyStacks, anyStacks, (textA, textB) => {
        const { changes, delta } = unslicedChanges(textA, textB, kind);
        expect(changes.reduce((all, { part }) => all + part, 0)).toBeCloseTo(delta, 9);
        const told = changes.map(consoleForm);
        const parts = told.map((row) => (row.scope === 'unit' ? row.delta - row.code : row.code));
        expect(parts.reduce((all, one) => all + one, 0)).toBeCloseTo(delta, 9);
      }),
    );
  });

  it('the same data twice lists nothing', () => {
    fc.assert(
      fc.property(anyStacks, (text) => {
        expect(unslicedChanges(text, text, kind)).toMatchObject({ changes: [], delta: 0, whole: 0, explained: 0 });
      }),
    );
  });

  it('a swap mirrors points and signs, and keeps the supported changes', () => {
    fc.assert(
      fc.property(anyStacks, anyStacks, (textA, textB) => {
        // Two units may have one path: what they have together is mirrored.
        const rows = (a: string, b: string): Map<string, Pick<Change, 'delta' | 'selfA' | 'selfB' | 'supported'>> => {
          const sums = new Map<string, Pick<Change, 'delta' | 'selfA' | 'selfB' | 'supported'>>();
          for (const one of unslicedChanges(a, b, kind).changes) {
            const place = one.scope === 'unit' ? one.path.join(';') : one.name;
            const key = `${one.kind} ${one.scope} ${place} ${one.within} ${one.supported}`;
            const { delta, selfA, selfB } = sums.get(key) ?? { delta: 0, selfA: 0, selfB: 0 };
            sums.set(key, {
              delta: delta + one.delta,
              selfA: selfA + one.selfA,
              selfB: selfB + one.selfB,
              supported: one.supported,
            });
          }
          return sums;
        };
        const back = rows(textB, textA);
        for (const [key, { delta, selfA, selfB, supported: is }] of rows(textA, textB)) {
          const other = back.get(key);
          // A unit whose work did not change has no row.
          if (!other) expect([key.includes(' unit ') ? 0 : delta, is]).toEqual([expect.closeTo(0, 9), false]);
          else {
            expect([other.delta, other.selfA, other.selfB]).toEqual(
              [-delta, selfB, selfA].map((one) => expect.closeTo(one, 9)),
            );
            expect([key, other.supported]).toEqual([key, is]);
          }
        }
      }),
    );
  });
});

it('a unit at two paths of equal size is named by the same one, whichever side is A', () => {
  const [x, y] = ['d;a;a 40\na 4\na;a 37\nd;a 49\na 48\nc;a 1', 'd;d 1'];
  const pathOfA = (a: string, b: string): unknown =>
    unslicedChanges(a, b, 'share').changes.find(({ scope, name }) => scope === 'unit' && name === 'a')?.path;
  expect([pathOfA(x, y), pathOfA(y, x)]).toEqual([['a'], ['a']]);
});
