/** What changed: code and work distinguished, and the texts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesAsMarkdown, formatAmount, formatChange, partText, summarise } from '#model/changes-text.ts';
import type { Change } from '#model/change.ts';
import { consoleForm, whatChanged, type WhatChanged } from '#model/changes.ts';
import { unionTree } from '#model/diff.ts';
import type { NamedTree, UnionTree } from '#model/union.ts';
import { compareSides, verdicts, type Evidence } from '#model/evidence.ts';
import { normalisations, normalise, type Normalisation } from '#model/normalise.ts';
import { discoveries } from '#model/chance.ts';
import { sideOfUnion, slicesOfAnswer, slicesOfTrees, slicesToAsk, type SideSlices, unsliced } from '#model/slices.ts';
import { poisson, seeded } from '#base/seeded.ts';
import { anyStacks } from '../support/any-stacks.ts';
import { profileFromText, treeOf } from '../support/profile-from-text.ts';

const SLICES = 12;
const MS = 1_000_000;
const SERVER = 'net/http.(*conn).serve;net/http.serverHandler.ServeHTTP;net/http.HandlerFunc.ServeHTTP';

interface Recording {
  /** By route: times its usual load. */
  readonly load?: Readonly<Record<string, number>>;
  /** By function: times its usual cost. */
  readonly cost?: Readonly<Record<string, number>>;
  readonly seconds?: number;
  /** ns of a sample. */
  readonly period?: number;
  readonly seed?: string;
  /** What stands above the routes. */
  readonly above?: string;
  /** How many functions of the kernel each route calls. */
  readonly runtime?: number;
}

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
    const uncounted = evidenceOf(
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

describe('evidence', () => {
  it('says why not: too few samples, too small, not clear', () => {
    const union = unionTree(drawn('m;a 500\nm;b 400\nm;rare 1'), drawn('m;a 500\nm;b 404\nm;rare 9'));
    const { functions } = evidenceOf(union, unsliced(union.a, 1), unsliced(union.b, 1));
    const verdict = (name: string): string => verdicts[functions.verdict[union.names.indexOf(name)]];
    expect([verdict('rare'), verdict('b'), verdict('m')]).toEqual(['few-samples', 'small', 'untested']);
  });

  it('a share without slices must exceed three percent', () => {
    const many = 1e8;
    const union = unionTree(
      drawn(`m;a;x ${many}\nm;a;y ${many}\nm;b;z ${many}`),
      drawn(`m;a;x ${many * 1.025}\nm;a;y ${many}\nm;b;z ${many}`),
    );
    expect(evidenceOf(union, unsliced(union.a, 1), unsliced(union.b, 1)).causes).toHaveLength(0);
  });

  it('is the same from an answer of the server and from merges of sub-ranges', () => {
    const { union, a } = recorded({}, {});
    const merged = slicesOfTrees(sideOfUnion(union, 'a'), a, 1 / (10 * MS));
    // As SelectSlices would answer: the union's own nodes, each with its entries.
    const byNode = Array.from({ length: union.length }, (): [number, number][] => []);
    merged.node.forEach((node, e) => byNode[node].push([merged.slice[e], merged.value[e]]));
    const answered = slicesOfAnswer(sideOfUnion(union, 'a'), {
      names: union.names,
      name: union.func.map((f) => Math.max(0, f)),
      parentDistance: union.parent.map((parent, node) => (node === 0 ? 0 : node - parent)),
      entries: byNode.map((entries) => entries.length),
      slice: byNode.flatMap((entries) => entries.map(([slice]) => slice)),
      value: byNode.flatMap((entries) => entries.map(([, value]) => value)),
      count: byNode.flatMap((entries) => entries.map(([, value]) => value / (10 * MS))),
      profiles: Array.from({ length: SLICES }, () => 1),
    });
    expect(answered.samplesPerUnit).toBeCloseTo(1 / (10 * MS), 15);
    const cells = (side: typeof merged): string[] =>
      Array.from(side.node, (node, e) => `${node} ${side.slice[e]} ${side.value[e]}`).sort();
    expect(cells(answered)).toEqual(cells(merged));
  });

  it('finds the nodes on the way to a change', () => {
    const { union, evidence } = recorded({}, { load: { search: 1.8 } });
    const node = union.func.indexOf(union.names.indexOf('search'));
    const row = evidence.nodeRow[node];
    expect(verdicts[evidence.nodes.verdict[row]]).toBe('supported');
    expect(evidence.nodes.change[row]).toBeCloseTo(0.8, 0);
    expect(evidence.isSliced).toBe(true);
  });

  it('too few slices count as none', () => {
    const { union, a, b } = recorded({}, {});
    const few = (trees: readonly NamedTree[]) =>
      slicesOfTrees(sideOfUnion(union, 'a'), trees.slice(0, 7), 1 / (10 * MS));
    expect(evidenceOf(union, few(a), few(b)).isSliced).toBe(false);
  });

  it('asks for slices of two uploads at least', () => {
    expect([slicesToAsk(3_600_000, 15_000), slicesToAsk(900_000, 30_000), slicesToAsk(300_000, 30_000)]).toEqual([
      60, 15, 1,
    ]);
  });

  it('false discoveries are bounded as Benjamini and Hochberg do it', () => {
    // Tails 0.001, 0.012, 0.03, 0.04, 0.6: against 0.01, 0.02, 0.03, 0.04, 0.05 the first four.
    expect([...discoveries([3.29, -2.513, 2.171, 2.054, 0.52], 0.05)]).toEqual([1, 1, 1, 1, 0]);
    expect([...discoveries([1, -1.5, 0], 0.05)]).toEqual([0, 0, 0]);
  });
});

describe('words', () => {
  it('what may be code or traffic is no silence about code', () => {
    const found = compared({}, { load: { search: 1.8 } });
    const changes = found.changes.map((change) => (change.supported ? { ...change, kind: 'either' as const } : change));
    const text = summarise({ ...found, changes }, cores);
    expect(text).toContain('search and what it calls: more calls, or each costs more');
    expect(text).toContain('Profiles alone do not show whether that is code or traffic.');
    expect(text).toContain('No other change of code is more than noise');
    expect(text).not.toContain('No code change');
  });

  it('uniform growth is reported with both possible reasons', () => {
    const found = compared({}, { load: { all: 1.2 }, seed: 'more' }, { kind: 'per-second' });
    expect(supported(found.changes)).toEqual([]);
    expect(summarise(found, cores)).toMatch(
      /^No code change is more than noise: a change above ±[\d.]+\u00a0% would show in the five largest functions outside of the runtime(?:, and a change above ±[\d.]+\u00a0% after [^.]+ more of each side)?\. Everything grew by (19|20|21)[\d.]*\u00a0%: more work, or a uniformly slower program\.$/,
    );
  });

  it('shares say what they do not show: everything grew alike', () => {
    const found = compared({}, { load: { all: 1.2 }, seed: 'more' });
    expect(supported(found.changes)).toEqual([]);
    expect(summarise(found, cores)).toMatch(
      /Everything grew alike, by (19|20|21)[\d.]*\u00a0% per second: more work, or a slower program\.$/,
    );
    expect(compared({}, {}, { sameSeed: true }).rateGrowth).toBe(1);
  });

  it('growth that chance alone may make is not told as a fact', () => {
    const recording = (samples: number): string => `main;work ${samples / 200}\nmain;rest ${samples / 200}`;
    const shares = unslicedChanges(recording(50), recording(58), 'share');
    expect(shares.chance).toBeCloseTo(1.96 * Math.sqrt(1 / 50 + 1 / 58), 6);
    expect(summarise(shares, cores)).toMatch(
      /Everything grew alike, by 16\.0\u00a0% per second, which may be chance\.$/,
    );
    const perSecond = { ...cores, kind: 'per-second' } as const;
    expect(summarise(unslicedChanges(recording(58), recording(50), 'per-second'), perSecond)).toMatch(
      /Everything shrank by 13\.8\u00a0%, which may be chance\.$/,
    );
    expect(summarise(unslicedChanges(recording(5000), recording(5800), 'share'), cores)).toMatch(
      /Everything grew alike, by 16\.0\u00a0% per second: more work, or a slower program\.$/,
    );
  });

  it('what got dearer, and yet takes less than before, is told with both amounts', () => {
    const found = compared({}, { cost: { encode: 1.4 }, load: { all: 0.6 } }, { kind: 'per-second' });
    const [{ part, delta }] = found.changes;
    expect([Math.sign(part), Math.sign(delta)]).toEqual([1, -1]);
    const unit = { ...cores, kind: 'per-second' } as const;
    expect(summarise(found, unit)).toMatch(
      /^encode costs (3|4)\d[.\d]*\u00a0% more beside the code around it: \+[.\d]+\u00a0cores, but −[.\d]+\u00a0cores in all\. /,
    );
    const busier = compared({}, { cost: { encode: 1.4 }, load: { all: 1.2 } }, { kind: 'per-second' });
    expect(summarise(busier, unit)).toMatch(
      /^encode costs (3|4)\d[.\d]*\u00a0% more wherever it is called: \+[.\d]+\u00a0cores\. /,
    );
  });

  it('silence says how much longer would show half of it, where the length is known', () => {
    const { silence } = compared({}, {});
    expect(silence!.moreSeconds).toBeGreaterThanOrEqual(3 * 900 - 1e-6);
    expect(summarise({ ...compared({}, {}), silence: { functions: 5, percent: 21, moreSeconds: 720 } }, cores)).toMatch(
      /^No code change is more than noise: a change above ±21\.0\u00a0% would show in the five largest functions outside of the runtime, and a change above ±10\.0\u00a0% after 12\u00a0min more of each side\./,
    );
    const { union, evidence } = recorded({}, {});
    const untimed = changesOf(union, evidence, 'share', [undefined, undefined]);
    expect([untimed.silence!.moreSeconds, untimed.rateGrowth]).toEqual([undefined, undefined]);
  });

  it('silence is about the program itself, and longer ranges keep its promise', () => {
    const short = compared({ runtime: 6 }, { runtime: 6 }).silence!;
    // The runtime alone is believed to differ by 8 % at any length: ±17.0 %.
    expect(short.percent).toBeLessThan(12);
    const seconds = 900 + short.moreSeconds!;
    const long = compared({ runtime: 6, seconds }, { runtime: 6, seconds }).silence!;
    expect(long.percent / 100).toBeLessThan(1.1 * (Math.sqrt(1 + short.percent / 100) - 1));
  });

  it('a table in Markdown subtracts, and names what the interval is of', () => {
    const found = compared({}, { cost: { encode: 1.4 } });
    const [{ selfA, selfB, delta }] = found.changes;
    const lines = changesAsMarkdown(found, cores, { a: 'before', b: 'after' }, undefined).split('\n');
    const at = lines.findIndex((line) => line.startsWith('| | what'));
    expect(lines[at]).toBe('| | what | A | B | change | due to it | interval of that (95 %) |');
    const cells = lines[at + 2].split('|').map((cell) => cell.trim());
    expect(delta).toBe(selfB - selfA);
    expect(cells.slice(3, 6)).toEqual([
      formatAmount(selfA, cores),
      formatAmount(selfB, cores),
      formatChange(delta, cores),
    ]);
    expect(cells[6]).toBe(partText(found.changes[0], cores));
    expect(summarise(found, cores)).toContain(formatChange(found.changes[0].part, cores));
  });

  it('names in Markdown stay code', () => {
    const hostile = 'x`|<img src=x>\n# y';
    const found = compared({}, { cost: { encode: 2 } });
    const renamed: WhatChanged = { ...found, changes: found.changes.map((one) => ({ ...one, name: hostile })) };
    const markdown = changesAsMarkdown(renamed, cores, { a: 'before', b: 'after`' }, 'https://x/?v=1');
    expect(markdown).not.toMatch(/^# y/m);
    expect(markdown).not.toMatch(/(?<!\\)<img(?=[^`|]*$)/m);
    expect(markdown).toContain("`x'\\|<img src=x> # y`");
    expect(markdown).toContain('https://x/?v=1');
  });
});

const cores = { kind: 'share', sampleType: { type: 'cpu', unit: 'nanoseconds' } } as const;

function supported(changes: WhatChanged['changes']): string[] {
  return changes.filter((one) => one.supported).map(({ kind, name }) => `${kind} ${name}`);
}

function drawn(stacks: string): NamedTree {
  const profile = profileFromText(stacks);
  return { tree: treeOf(profile), names: profile.functions.names };
}

/** Four routes of eight functions of their own each, and a library of three that all of them call. */
function record({
  load = {},
  cost = {},
  seconds = 900,
  period = 10 * MS,
  seed = 'a',
  above = SERVER,
  runtime = 0,
}: Recording): NamedTree[] {
  const random = seeded(seed);
  return Array.from({ length: SLICES }, (_slice, slice) => {
    const lines: string[] = [];
    for (const [r, route] of ['checkout', 'search', 'cart', 'login'].entries()) {
      const busy = (load[route] ?? load.all ?? 1) * (1 + 0.1 * Math.sin(slice * (r + 2))) * (r === 0 ? 1.5 : 1);
      for (let f = 0; f < 8; f++) {
        const own = `${route}.${f}`;
        const kernel = f === 0 ? Array.from({ length: runtime }, (_, i) => `${own};syscall.call${i}`) : [];
        const leaves = [own, ...(f % 2 === 0 ? [`${own};encode`, `${own};encode;copy`, `${own};log`] : []), ...kernel];
        for (const leaf of leaves) {
          const name = leaf.split(';').at(-1)!;
          const mean = ((seconds * 1e9) / period / SLICES / 100) * busy * (cost[name] ?? 1) * (1 + (f % 3));
          const count = poisson(mean, random);
          if (count > 0) lines.push(`${above};${route};${leaf} ${count * period}`);
        }
      }
    }
    return drawn(lines.join('\n'));
  });
}

function recorded(ofA: Recording, ofB: Recording, sliced = true) {
  const a = record(ofA);
  const b = record({ seed: 'b', ...ofB });
  const union = unionTree(merge(a), merge(b));
  const perUnit = (period = 10 * MS): number => 1 / period;
  const evidence = sliced
    ? evidenceOf(
        union,
        slicesOfTrees(sideOfUnion(union, 'a'), a, perUnit(ofA.period)),
        slicesOfTrees(sideOfUnion(union, 'b'), b, perUnit(ofB.period)),
      )
    : evidenceOf(union, unsliced(union.a, perUnit(ofA.period)), unsliced(union.b, perUnit(ofB.period)));
  return { union, a, b, evidence };
}

interface Setting {
  readonly sliced?: boolean;
  readonly kind?: Normalisation;
  readonly sameSeed?: boolean;
  readonly swapped?: boolean;
}

function compared(a: Recording, b: Recording, { sliced = true, kind = 'share', sameSeed, swapped }: Setting = {}) {
  const { union, evidence } = recorded(
    swapped ? { seed: 'b', ...a } : a,
    sameSeed || swapped ? { ...b, seed: 'a' } : b,
    sliced,
  );
  return changesOf(union, evidence, kind, [a.seconds ?? 900, b.seconds ?? 900]);
}

/** A hundred samples a unit: changes enough are supported. */
function unslicedChanges(textA: string, textB: string, kind: Normalisation): WhatChanged {
  const union = unionTree(drawn(textA), drawn(textB));
  return changesOf(union, evidenceOf(union, unsliced(union.a, 100), unsliced(union.b, 100)), kind, [60, 60]);
}

function evidenceOf(union: UnionTree, a: SideSlices, b: SideSlices): Evidence {
  return compareSides(union, a, b);
}

function changesOf(
  union: UnionTree,
  evidence: Evidence,
  kind: Normalisation,
  seconds: readonly (number | undefined)[],
): WhatChanged {
  const requests = kind === 'per-request' ? ({ kind: 'counted', rate: 2, count: 120, routes: [] } as const) : undefined;
  const [a, b] = seconds.map((one) => ({ seconds: one, isSnapshot: false, requests }));
  const work = { unit: evidence.units.unit, growth: evidence.growth };
  return whatChanged(union, normalise(kind, union, a, b, work), evidence);
}

function merge(trees: readonly NamedTree[]): NamedTree {
  const lines = trees.flatMap(({ tree, names }) =>
    Array.from({ length: tree.length }, (_, node) => node)
      .filter((node) => tree.self[node] !== 0)
      .map((node) => {
        const path: string[] = [];
        for (let at = node; at > 0; at = tree.parent[at]) path.unshift(names[tree.func[at]]);
        return `${path.join(';')} ${tree.self[node]}`;
      }),
  );
  return drawn(lines.join('\n'));
}
