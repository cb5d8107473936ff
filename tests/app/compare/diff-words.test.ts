import { describe, expect, it } from 'vitest';
import {
  evidenceOfNode,
  evidenceText,
  rateText,
  sidesText,
  totalsOf,
  verdictOfFunction,
  verdictOfNode,
} from '#app/compare/diff-words.ts';
import type { ShownComparison } from '#app/screen/shown-comparison.ts';
import { compared, cpu } from './shown-comparison.ts';

const MS = 1e6;
const absolute = { kind: 'absolute', sampleType: cpu.type } as const;
const share = { ...absolute, kind: 'share' } as const;

it('both sides have a unit, and changes a sign', () => {
  expect(sidesText(100 * MS, 150 * MS, absolute)).toBe(
    'A 100\u00a0core-ms, B 150\u00a0core-ms, +50.0\u00a0core-ms, +50.0\u00a0%',
  );
  expect(sidesText(0.5, 0.25, share)).toBe('A 50.0\u00a0%, B 25.0\u00a0%, −25.0\u00a0points, −50.0\u00a0%');
  expect(sidesText(0, 2 * MS, absolute)).toBe('A 0\u00a0core-s, B 2.00\u00a0core-ms, +2.00\u00a0core-ms, new');
  // A rounding error is not a change.
  expect(sidesText(0.1 + 0.2, 0.3, share)).toBe('A 30.0\u00a0%, B 30.0\u00a0%, unchanged');
  expect(sidesText(7 * MS, 7 * MS, absolute)).toBe('A 7.00\u00a0core-ms, B 7.00\u00a0core-ms, unchanged');
});

describe('how sure a change is', () => {
  const rest = 'main;work 60000\nmain;other 8000\n';
  const sides = {
    a: `${rest}main;slow 8000\nmain;few 5\n`,
    b: `${rest}main;slow 16000\nmain;few 300\nmain;tiny 3\n`,
  };
  const unclear = { a: 'main;work 6000\nmain;wobble 150\n', b: 'main;work 6000\nmain;wobble 180\n' };
  const nodeOf = ({ diff }: ShownComparison, name: string): number =>
    diff.node[diff.tree.func.indexOf(diff.functions.names.indexOf(name))];

  it('is a verdict by node and by function, and a sentence', async () => {
    const shown = await compared(sides, 'absolute');
    const { evidence, diff } = shown;
    const of = (name: string): string[] => [
      verdictOfNode(evidence, nodeOf(shown, name)),
      verdictOfFunction(evidence, diff.functions.names.indexOf(name)),
    ];
    expect(of('slow')).toEqual(['supported', 'supported']);
    expect(of('tiny')).toEqual(['small', 'small']);
    expect(verdictOfFunction(evidence, -1)).toBe('untested');
    expect(evidenceOfNode(shown, nodeOf(shown, 'slow'))).toMatch(
      /^More than noise: relative to the rest \+\d+(\.\d)?\u00a0% … \+\d+(\.\d)?\u00a0% \(95 %\)\.$/,
    );
    expect(evidenceOfNode(shown, nodeOf(shown, 'tiny'))).toBe('Not tested: under 0.1 % of both sides.');
    expect(evidenceOfNode({ ...shown, evidence: undefined }, 0)).toBe('The evidence is loading.');
  });

  it('idle time is not tested, however much it changed, and counts in the totals', async () => {
    const shown = await compared(
      { a: 'main;work 6000\n(idle) 4000\n', b: 'main;work 6000\n(idle) 9000\n' },
      'absolute',
    );
    const idle = nodeOf(shown, '(idle)');
    expect(verdictOfNode(shown.evidence, idle)).toBe('untested');
    expect(evidenceOfNode(shown, idle)).toBe('Not tested: idle time is not a cost.');
    expect(shown.diff.totals).toEqual({ a: 10_000, b: 15_000 });
    expect(shown.diff.idle).toEqual({ a: expect.closeTo(0.4, 12), b: expect.closeTo(0.6, 12) });
    expect(shown.evidence.found.changes.filter(({ supported }) => supported)).toEqual([]);
  });

  it('says what evidence is taken from, and does not speak of counts that nobody knows', () => {
    const from = { isSliced: false, isCounted: true, isOneRun: false, slices: { a: 1, b: 1 } };
    expect(evidenceText(from)).toBe('evidence from sample counts only: weaker, changes under 3 % are ignored');
    expect(evidenceText({ ...from, isCounted: false })).toBe(
      'evidence from amounts only, without sample counts: weaker, changes under 3 % are ignored',
    );
    const sliced = { ...from, isSliced: true, isCounted: false, slices: { a: 60, b: 59 } };
    expect(evidenceText(sliced)).toBe('evidence from 60 + 59 time slices; sample counts are unknown');
  });

  it('says how much more would be enough: time, or samples where the length is unknown', async () => {
    const timed = await compared(unclear, 'absolute');
    expect(verdictOfNode(timed.evidence, nodeOf(timed, 'wobble'))).toBe('unclear');
    expect(evidenceOfNode(timed, nodeOf(timed, 'wobble'))).toMatch(
      /^150 samples against 180: may be noise\. About \d+\u00a0min.* more of each side would be enough\.$/,
    );
    const same = await compared({ a: unclear.a, b: unclear.a }, 'absolute');
    expect(evidenceOfNode(same, nodeOf(same, 'wobble'))).toMatch(/^Unchanged/);
    const untimed = await compared(unclear, 'absolute', { ...cpu, seconds: undefined });
    expect(evidenceOfNode(untimed, nodeOf(untimed, 'wobble'))).toMatch(
      /About \d+ times as many samples would be enough\.$/,
    );
    const uncounted: ShownComparison = { ...timed, evidence: { ...timed.evidence, isCounted: false } };
    expect(evidenceOfNode(uncounted, nodeOf(uncounted, 'wobble'))).toMatch(/^May be noise\. About/);
  });
});

describe('the rate of a side', () => {
  const stacks = { a: 'main 90000000000', b: 'main 60000000000' };

  it('is one number for the chart and for What changed', async () => {
    const shown = await compared(stacks, 'per-second');
    const { a, b, unit } = totalsOf(shown);
    expect([a, b, unit.kind]).toEqual([1.5e9, 1e9, 'per-second']);
    expect(rateText(shown, 'a', shown.open.a.side, false)).toBe('1.50\u00a0cores');
    expect(rateText(shown, 'b', shown.open.b.side, false)).toBe('1\u00a0cores');
  });

  it('is nothing while it is still to come: the chart shows no other estimate before it', async () => {
    const shown = await compared(stacks, 'per-second');
    const { side } = shown.open.a;
    const uncovered = { ...shown, open: { ...shown.open, b: { ...shown.open.b, covered: undefined } } };
    for (const [now, of] of [
      [undefined, side],
      [{ ...shown, isWhole: false }, side],
      [shown, { ...side }],
      [uncovered, side],
    ] as const) {
      expect(rateText(now, 'a', of, false)).toBe('');
      expect(rateText(now, 'a', of, true)).toBeUndefined();
    }
  });

  it('is no rate of 0 where nothing is stored', async () => {
    const shown = await compared(stacks, 'per-second');
    const profile = { ...shown.open.a.profile, coveredShare: 0 };
    const without = { ...shown, open: { ...shown.open, a: { ...shown.open.a, profile } } };
    expect(rateText(without, 'a', shown.open.a.side, true)).toBe('no profiles');
  });

  it('is left to the chart where the comparison is of something else', async () => {
    const shown = await compared(stacks, 'per-second');
    const focused = { ...shown.request, transforms: [{ kind: 'ignore', match: 'main' }] as const };
    expect(rateText({ ...shown, request: focused }, 'a', shown.open.a.side, false)).toBeUndefined();
    const snapshots = await compared(stacks, 'absolute', { ...cpu, isSnapshot: true });
    expect(rateText(snapshots, 'a', snapshots.open.a.side, false)).toBeUndefined();
    expect(totalsOf(snapshots)).toMatchObject({ a: 90e9, b: 60e9, unit: { kind: 'absolute' } });
  });
});
