/** The two halves of a day of the demo: what is named is what the deploy made slower, each function once. */
import { expect, it } from 'vitest';
import { unionTree } from '#model/diff.ts';
import { compareSides } from '#model/evidence.ts';
import { sideOfUnion, slicesOfTrees } from '#model/slices.ts';
import type { NamedTree } from '#model/union.ts';
import { demoTruth, DemoWorkload, HOUR_MS, planDemo } from '#server/demo/workload.ts';
import { joined } from '../../support/named-trees.ts';
import { treeOf } from '../../support/profile-from-text.ts';

const NOW = Date.UTC(2026, 3, 1, 15, 20, 12);
const SLICES = 20;
const SLICE_MS = (12 * HOUR_MS) / SLICES;
const READ_MS = 120_000;

it.each([
  ['a function in one unit, then the same function elsewhere', 'test'],
  ['a function with its callees in one place, then its own cost elsewhere', 'g'],
])('%s, is one cause', (_, seed) => {
  const workload = new DemoWorkload(planDemo(NOW, seed));
  const [a, b] = [24, 12].map((hoursAgo) => slicesFrom(workload, NOW - hoursAgo * HOUR_MS));
  const union = unionTree(joined(a), joined(b));
  const [ofA, ofB] = [slicesOfTrees(sideOfUnion(union, 'a'), a, 1), slicesOfTrees(sideOfUnion(union, 'b'), b, 1)];
  const named = compareSides(union, ofA, ofB).causes.map(({ func }) => union.names[func]);
  expect(named.length).toBe(3);
  // A service may be named by the only function that it calls.
  const slower = demoTruth.slower.map(({ name }) => name.split('.')[0]);
  expect(named.map((name) => name.split('.')[0]).sort()).toEqual(slower.sort());
});

/** The first minutes of each slice. */
function slicesFrom(workload: DemoWorkload, fromMs: number): NamedTree[] {
  return Array.from({ length: SLICES }, (_, i) => {
    const profiles = workload.profiles(fromMs + i * SLICE_MS, fromMs + i * SLICE_MS + READ_MS);
    const cpu = profiles.filter(({ profile }) => profile.sampleTypes[0].type === 'samples');
    return joined(cpu.map(({ profile }) => ({ tree: treeOf(profile), names: profile.functions.names })));
  });
}
