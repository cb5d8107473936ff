/** Evidence from slices of time, from merges of sub-ranges, and without either. */
import { describe, expect, it } from 'vitest';
import { unionTree } from '#model/diff.ts';
import { compareSides, verdicts } from '#model/evidence.ts';
import { sideOfUnion, slicesOfAnswer, slicesOfTrees, slicesToAsk, unsliced } from '#model/slices.ts';
import type { NamedTree } from '#model/union.ts';
import { drawn } from '../support/named-trees.ts';
import { MS, recorded, SLICES } from '../support/recorded-sides.ts';

describe('evidence and slices', () => {
  it('says why not: too few samples, too small, not clear', () => {
    const union = unionTree(drawn('m;a 500\nm;b 400\nm;rare 1'), drawn('m;a 500\nm;b 404\nm;rare 9'));
    const { functions } = compareSides(union, unsliced(union.a, 1), unsliced(union.b, 1));
    const verdict = (name: string): string => verdicts[functions.verdict[union.names.indexOf(name)]];
    expect([verdict('rare'), verdict('b'), verdict('m')]).toEqual(['few-samples', 'small', 'untested']);
  });

  it('a share without slices must exceed three percent', () => {
    const many = 1e8;
    const union = unionTree(
      drawn(`m;a;x ${many}\nm;a;y ${many}\nm;b;z ${many}`),
      drawn(`m;a;x ${many * 1.025}\nm;a;y ${many}\nm;b;z ${many}`),
    );
    expect(compareSides(union, unsliced(union.a, 1), unsliced(union.b, 1)).causes).toHaveLength(0);
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
    expect(compareSides(union, few(a), few(b)).isSliced).toBe(false);
  });

  it('asks for slices of two uploads at least', () => {
    expect([slicesToAsk(3_600_000, 15_000), slicesToAsk(900_000, 30_000), slicesToAsk(300_000, 30_000)]).toEqual([
      60, 15, 1,
    ]);
  });
});
