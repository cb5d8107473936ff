/** Which paths and functions changed, by every normalisation. */
import { describe, expect, it } from 'vitest';
import type { Change } from '#model/change.ts';
import { amountsOf } from '#model/changes-text.ts';
import { type Evidence, verdicts } from '#model/evidence.ts';
import type { UnionTree } from '#model/union.ts';
import { changes, compared, HTTP, type Program, scaled, shop } from '../support/shop.ts';

describe('paths', () => {
  it('beside new code all shares shrink: only the paths that it is part of changed by themselves', () => {
    const b: Program = { ...shop, [`${HTTP};shop.report;shop.audit`]: 150 };
    const { union, evidence } = compared(shop, b, 'share');
    expect(verdictsOfPaths(union, evidence)).toMatchObject({
      'shop.audit': 'supported',
      'shop.report': 'supported',
      'shop.search': 'shifted',
      'shop.rank': 'shifted',
      'shop.price': 'shifted',
    });
    // The other way round the same, and with nothing found nothing has moved.
    const back = compared(b, shop, 'share');
    expect(verdictsOfPaths(back.union, back.evidence)).toMatchObject({
      'shop.audit': 'supported',
      'shop.search': 'shifted',
    });
  });

  it('a handler with more calls has a larger part, and makes those of the others smaller', () => {
    const { union, evidence } = compared(shop, scaled(shop, 'shop.report', 1.8), 'share');
    expect(verdictsOfPaths(union, evidence)).toMatchObject({
      'shop.report': 'supported',
      'shop.load': 'supported',
      'shop.search': 'shifted',
    });
  });
});

describe('every normalisation', () => {
  it.each(['share', 'per-second', 'load-adjusted', 'equal-work', 'absolute'] as const)('%s: parts add up', (kind) => {
    const b = scaled(scaled(shop, 'shop.rank', 1.6), 'shop.report', 1.5);
    const { found } = compared({ ...shop, '(idle)': 500 }, { ...b, '(idle)': 300 }, kind);
    expect(found.changes.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(found.delta, 6);
    for (const { codePct, part, selfB, scope, supported } of found.changes)
      if (supported && scope !== 'unit' && codePct !== null)
        expect((part / (selfB - part)) * 100).toBeCloseTo(codePct, 6);
  });

  it.each(['share', 'per-second', 'equal-work'] as const)(
    '%s: percent, interval and verdict are of one test',
    (kind) => {
      const { found, evidence } = compared(shop, scaled(shop, 'shop.rank', 1.1), kind);
      const rows = found.changes.filter(({ low, high }) => low !== null && high !== null);
      for (const { low, high, codePct } of rows) expect(low! <= codePct! && codePct! <= high!).toBe(true);
      const functions = rows.filter(
        ({ kind: of, scope, supported }) => of === 'code' && scope === 'self' && !supported,
      );
      expect(functions.length).toBeGreaterThan(4);
      for (const { index, low, high, codePct } of functions)
        expect([codePct, low, high]).toEqual(
          (['change', 'low', 'high'] as const).map((column) => evidence.functions[column][index] * 100),
        );
    },
  );
});

describe('what goes along', () => {
  it('a row whose amounts have folded helpers says so', () => {
    const helped = { ...shop, [`${HTTP};shop.cart;shop.price;runtime.mallocgc`]: 30 };
    const row = (program: Program): Change => changes(program, scaled(program, 'shop.price', 1.6))[0];
    const [with30, without] = [row(helped), row(shop)];
    expect([with30.name, with30.scope, with30.hasHelpers, amountsOf(with30)]).toEqual([
      'shop.price',
      'self',
      true,
      'with runtime helpers',
    ]);
    expect([without.name, without.scope, without.hasHelpers, amountsOf(without)]).toEqual([
      'shop.price',
      'self',
      false,
      '',
    ]);
  });

  it('a callee that went the other way does not have the interval of the cause above it', () => {
    const parts = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`${HTTP};shop.report;shop.load;part${i}`, 12 + i]),
    );
    const a: Program = { ...shop, ...parts, [`${HTTP};shop.report;shop.load;shop.keep`]: 12 };
    const b = scaled(scaled(a, 'shop.load', 2), 'shop.keep', 0.4);
    const { union, evidence } = compared(a, b, 'share');
    expect(evidence.causes.map(({ func, scope }) => `${scope} ${union.names[func]}`)).toEqual(['subtree shop.load']);
    const { verdict, low } = evidence.functions;
    const verdictOf = (name: string): unknown => verdicts[verdict[union.names.indexOf(name)]];
    expect([verdictOf('part3'), verdictOf('shop.keep')]).toEqual(['supported', 'unclear']);
    expect(low[union.names.indexOf('part3')]).toBeGreaterThan(0);
    expect(low[union.names.indexOf('shop.keep')]).toBeNaN();
  });
});

/** By function: the verdict on its largest path. */
function verdictsOfPaths(union: UnionTree, { nodeRow, nodes }: Evidence): Record<string, string> {
  const largest = new Map<string, number>();
  for (let node = 1; node < union.length; node++) {
    const name = union.names[union.func[node]];
    if (union.b.total[node] >= union.b.total[largest.get(name) ?? node]) largest.set(name, node);
  }
  return Object.fromEntries(
    [...largest].map(([name, node]) => [name, nodeRow[node] < 0 ? 'none' : verdicts[nodes.verdict[nodeRow[node]]]]),
  );
}
