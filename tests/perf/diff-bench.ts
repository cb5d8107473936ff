/** What the evidence of a comparison finds in made-up pairs, beside the plain test of shares. */
import { finish } from '#base/steps.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import { whatChanged } from '#model/changes.ts';
import { diffTree, unionTree } from '#model/diff.ts';
import type { NamedTree } from '#model/union.ts';
import { compareSides } from '#model/evidence.ts';
import { normalise } from '#model/normalise.ts';
import { discoveries } from '#model/chance.ts';
import { sideOfUnion, slicesOfTrees, unsliced, type SideSlices } from '#model/slices.ts';
import { decodeProfile } from '#formats/registry.ts';
import { FOLLOWS_THE_DAY, makeDays } from './daily-pairs.ts';
import { makePair, PERIOD, type MadePair, type PairPlan } from './diff-pairs.ts';
import { joined } from '../support/named-trees.ts';

const SLICES = 30;
const DETECTABLE_Z = 5;

/** What one method says of a pair: functions whose code changed, most first. */
interface Claims {
  readonly names: readonly string[];
  readonly size: ReadonlyMap<string, number>;
  readonly isWorkClaimed: boolean;
}

export interface Score {
  detectable: number;
  firstPercent: number;
  foundPercent: number;
  innocentsPerPair: number;
  medianSizeErrorPoints: number | null;
  unchangedPairs: number;
  unchangedClaimPercent: number;
}

type Method = 'slices' | 'two files' | 'shares over slices' | 'shares of two files';

export function scoreMethods(
  pairs: number,
  noise: PairPlan['noise'],
  culprit: 'small' | 'large',
  seed: string,
): Record<Method, Score> {
  const methods: Record<Method, (pair: MadePair) => Claims> = {
    slices: (pair) => ours(pair, true),
    'two files': (pair) => ours(pair, false),
    'shares over slices': (pair) => shareTest(pair, true),
    'shares of two files': (pair) => shareTest(pair, false),
  };
  const tallies = Object.fromEntries(
    Object.keys(methods).map((name) => [
      name,
      { detectable: 0, first: 0, found: 0, innocents: 0, changed: 0, errors: [] as number[], claims: 0 },
    ]),
  );
  for (let i = 0; i < pairs; i++) {
    const changed = makePair({ seed: `${seed} ${noise} ${culprit} ${i}`, noise, culprit, slices: SLICES });
    const same = makePair({ seed: `${seed} ${noise} none ${culprit} ${i}`, noise, culprit: 'none', slices: SLICES });
    for (const [name, method] of Object.entries(methods)) {
      const tally = tallies[name];
      const { name: guilty, factor, expectedZ } = changed.culprit!;
      const { names, size } = method(changed);
      tally.changed++;
      tally.innocents += names.filter((one) => one !== guilty).length;
      if (expectedZ >= DETECTABLE_Z) {
        tally.detectable++;
        if (names[0] === guilty) tally.first++;
        if (names.includes(guilty)) {
          tally.found++;
          tally.errors.push(Math.abs(size.get(guilty)! - (factor - 1) * 100));
        }
      }
      if (method(same).names.length > 0) tally.claims++;
    }
  }
  return Object.fromEntries(
    Object.entries(tallies).map(([name, { detectable, first, found, innocents, changed, errors, claims }]) => [
      name,
      {
        detectable,
        firstPercent: percent(first, detectable),
        foundPercent: percent(found, detectable),
        innocentsPerPair: Number((innocents / changed).toFixed(3)),
        medianSizeErrorPoints:
          errors.length === 0 ? null : Number(errors.sort((x, y) => x - y)[errors.length >> 1].toFixed(2)),
        unchangedPairs: pairs,
        unchangedClaimPercent: percent(claims, pairs),
      },
    ]),
  ) as Record<Method, Score>;
}

/** Unchanged pairs with a claim, and culprits first, where inputs drift between the sides; claims of work at one load. */
export function scoreDrift(
  pairs: number,
  drift: number,
  seed: string,
): { unchangedClaimPercent: number; firstPercent: number; detectable: number; workAtSameLoadPercent: number } {
  let [claims, first, detectable, work] = [0, 0, 0, 0];
  for (let i = 0; i < pairs; i++) {
    const plan = {
      seed: `${seed} drift ${i}`,
      noise: i % 2 === 0 ? ('independent' as const) : ('lasting' as const),
      slices: SLICES,
      drift,
    };
    if (ours(makePair({ ...plan, culprit: 'none' }), true).names.length > 0) claims++;
    if (ours(makePair({ ...plan, culprit: 'none', isLoadSame: true }), true).isWorkClaimed) work++;
    const changed = makePair({ ...plan, culprit: i % 3 === 0 ? 'small' : 'large' });
    if (changed.culprit!.expectedZ < DETECTABLE_Z) continue;
    detectable++;
    if (ours(changed, true).names[0] === changed.culprit!.name) first++;
  }
  return {
    unchangedClaimPercent: percent(claims, pairs),
    firstPercent: percent(first, detectable),
    detectable,
    workAtSameLoadPercent: percent(work, pairs),
  };
}

/** Days against days: how often a function that follows the day is found when it costs more, and others are accused. */
export function scoreDays(pairs: number, seed: string): Record<string, { found: number; falseClaims: number }> {
  return Object.fromEntries(
    [1, 1.05, 1.1, 1.2].map((factor) => {
      let [found, falseClaims] = [0, 0];
      for (let i = 0; i < pairs; i++) {
        const { names } = ours(makeDays(`${seed} day ${factor} ${i}`, factor), true);
        if (names.includes(FOLLOWS_THE_DAY) && factor > 1) found++;
        if (names.some((name) => name !== FOLLOWS_THE_DAY || factor === 1)) falseClaims++;
      }
      return [`×${factor}`, { found: percent(found, pairs), falseClaims: percent(falseClaims, pairs) }];
    }),
  );
}

/** Medians of five, in ms, of what the worker does for two profiles. */
export function timeUnion(bytesA: Uint8Array, bytesB: Uint8Array): Record<string, number> {
  const sides = [bytesA, bytesB].map((bytes): NamedTree => {
    const { profile } = finish(decodeProfile({ bytes, name: 'side.pb.gz', form: { kind: 'file' } }));
    return { tree: finish(buildCallTree(profile, profile.defaultSampleType, 'size')), names: profile.functions.names };
  });
  const times: Record<string, number[]> = {};
  let nodes = 0;
  for (let round = 0; round < 5; round++) {
    const timed = <T>(name: string, work: () => T): T => {
      const began = performance.now();
      const result = work();
      (times[name] ??= []).push(performance.now() - began);
      return result;
    };
    const facts = { seconds: 60, isSnapshot: false };
    const union = timed('union, ms', () => unionTree(sides[0], sides[1]));
    const normalised = timed('normalise, ms', () => normalise('share', union, facts, facts, undefined));
    timed('diff tree, ms', () => diffTree(union, normalised, 'mean', 'size'));
    const a = unsliced(union.a, 1 / PERIOD);
    const b = unsliced(union.b, 1 / PERIOD);
    const evidence = timed('evidence without slices, ms', () => compareSides(union, a, b));
    const spread = [a, b].map(spreadOut);
    timed('evidence of 30 slices, ms', () => compareSides(union, spread[0], spread[1]));
    timed('what changed, ms', () => whatChanged(union, normalised, evidence));
    nodes = union.length;
  }
  return {
    'union nodes': nodes,
    ...Object.fromEntries(Object.entries(times).map(([name, all]) => [name, Math.round(all.sort((x, y) => x - y)[2])])),
  };
}

/** The same side as if each node had been seen in two of the slices. */
function spreadOut(side: SideSlices): SideSlices {
  const length = side.node.length * 2;
  return {
    ...side,
    sliceCount: SLICES,
    node: Int32Array.from({ length }, (_, i) => side.node[i >> 1]),
    slice: Uint16Array.from({ length }, (_, i) => ((i >> 1) * 7 + (i & 1) * 13) % SLICES),
    value: Float64Array.from({ length }, (_, i) => side.value[i >> 1] / 2),
  };
}

function ours({ a, b }: MadePair, isSliced: boolean): Claims {
  const union = unionTree(joined(a), joined(b));
  const [ofA, ofB] = isSliced
    ? [slicesOfTrees(sideOfUnion(union, 'a'), a, 1 / PERIOD), slicesOfTrees(sideOfUnion(union, 'b'), b, 1 / PERIOD)]
    : [unsliced(union.a, 1 / PERIOD), unsliced(union.b, 1 / PERIOD)];
  const evidence = compareSides(union, ofA, ofB);
  const facts = { seconds: 900, isSnapshot: false };
  const { changes } = whatChanged(union, normalise('share', union, facts, facts, undefined), evidence);
  const claims = changes.filter(({ kind, supported }) => kind === 'code' && supported);
  return {
    names: claims.map(({ name }) => name),
    size: new Map(claims.map(({ name, codePct }) => [name, codePct ?? Number.NaN])),
    isWorkClaimed: changes.some(({ kind, supported }) => (kind === 'work' || kind === 'either') && supported),
  };
}

/** Each function's share of the whole, side against side: what a comparison without contexts can say. */
function shareTest({ a, b }: MadePair, isSliced: boolean): Claims {
  const { names } = a[0];
  const selfs = [a, b].map((trees) =>
    trees.map(({ tree }) => {
      const self = new Float64Array(names.length);
      for (let node = 1; node < tree.length; node++) self[tree.func[node]] += tree.self[node] / PERIOD;
      return self;
    }),
  );
  const wholes = selfs.map((slices) => slices.map((self) => self.reduce((sum, one) => sum + one, 0)));
  const total = wholes.map((slices) => slices.reduce((sum, one) => sum + one, 0));
  const tested: number[] = [];
  const z: number[] = [];
  const points: number[] = [];
  for (let f = 0; f < names.length; f++) {
    const own = selfs.map((slices) => slices.reduce((sum, self) => sum + self[f], 0));
    if (own[0] + own[1] < 20) continue;
    const share = own.map((one, side) => one / total[side]);
    const variances = share.map((one, side) => {
      if (!isSliced) return (one * (1 - one)) / total[side];
      const n = selfs[side].length;
      const each = selfs[side].map((self, i) => (wholes[side][i] > 0 ? self[f] / wholes[side][i] : one));
      const mean = each.reduce((sum, x) => sum + x, 0) / n;
      return each.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1) / n;
    });
    tested.push(f);
    points.push(share[1] - share[0]);
    z.push((share[1] - share[0]) / Math.sqrt(Math.max(1e-18, variances[0] + variances[1])));
  }
  const found = discoveries(z, 0.05);
  const claims = tested
    .map((f, i) => ({ f, i }))
    .filter(({ i }) => found[i] === 1 && Math.abs(points[i]) >= 0.001)
    .sort((x, y) => Math.abs(points[y.i]) - Math.abs(points[x.i]));
  const shareOf = (side: number, f: number): number =>
    selfs[side].reduce((sum, self) => sum + self[f], 0) / total[side];
  return {
    names: claims.map(({ f }) => names[f]),
    size: new Map(claims.map(({ f }) => [names[f], (shareOf(1, f) / shareOf(0, f) - 1) * 100])),
    isWorkClaimed: false,
  };
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Number(((part / whole) * 100).toFixed(1));
}
