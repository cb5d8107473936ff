/** Which changes between two sides are more than noise: of functions (code), of units (work) and of nodes. How: docs/compare.md. */
import { isPathBefore } from './call-path.ts';
import { type Bar, usualBar } from './bar.ts';
import { withoutIdle } from './idle.ts';
import { likelyRouter } from './likely-router.ts';
import { inlinedCause } from './moved-cost.ts';
import { ownChanges, testNodes } from './node-changes.ts';
import { prepareSide, prepareStacks, type PreparedTree } from './prepared-stacks.ts';
import type { Remaining } from './remaining.ts';
import { estimateOf, intervalOf, type Noise, type Scored } from './score-test.ts';
import { leastSlices, type SideSlices } from './slices.ts';
import { scanTree, type Scan } from './tree-scan.ts';
import type { UnionTree } from './union.ts';
import { growthOf, testUnits, type UnitTest } from './unit-work.ts';
import { findUnits, RUNTIME_UNIT } from './work-units.ts';

/** The verdict on a change. `shifted`: of a node, whose share changed because that of others did. */
export type Verdict = 'supported' | 'unclear' | 'few-samples' | 'small' | 'untested' | 'shifted';
/** In the order of the numbers in `Findings.verdict`. */
export const verdicts: readonly Verdict[] = ['untested', 'supported', 'unclear', 'few-samples', 'small', 'shifted'];
const [UNTESTED, SUPPORTED, UNCLEAR, FEW, SMALL, SHIFTED] = [0, 1, 2, 3, 4, 5];

/** Instead of a row index: idle time is not tested. */
export const IDLE_ROW = -2;

/** One row for each tested item. */
export interface Findings {
  readonly verdict: Uint8Array; // index of `verdicts`
  readonly z: Float64Array;
  /** Relative change against the rest, −1 gone, Infinity new, and its interval; NaN if nothing is known. */
  readonly change: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Samples on each side; for a file without counts, the largest number that its values can stand for. */
  readonly samplesA: Float64Array;
  readonly samplesB: Float64Array;
  /** The factor by which more samples would make the change clear, if it is real. */
  readonly needed: Float64Array;
}

/** A code change: a function alone, or with all its callees. */
interface FoundCause {
  /** Function of the union. */
  readonly func: number;
  readonly scope: 'self' | 'subtree';
  /** The unit that it changed in; −1: wherever it is called. */
  readonly unit: number;
  readonly isRuntime: boolean;
  /** True if it is where handlers would be in a program without recognised ones: more calls, or each costs more. */
  readonly isEither: boolean;
  /** Functions that are counted with it: any of them may have changed, since one may be inlined in another. */
  readonly inlined: readonly number[];
}

/** Cost that moved between a function and what it calls. */
interface FoundMove {
  readonly caller: number;
  readonly callee: number;
  readonly isClear: boolean;
}

/** Units of work: handlers, background loops, the rest, and last idle time. */
interface FoundUnits {
  readonly count: number;
  /** By node of the union. */
  readonly unit: Int32Array;
  /** By unit: the node of the union that names it. */
  readonly node: Int32Array;
  /**
   * `work`: known to be a unit of work. `either`: more calls, or each costs more. `rest`: code outside of all units.
   */
  readonly kind: readonly ('work' | 'either' | 'rest' | 'runtime' | 'idle')[];
}

export interface Evidence {
  /** False: variances come from counts alone, and small changes are ignored. */
  readonly isSliced: boolean;
  /** False: a side does not tell how many samples it has. */
  readonly isCounted: boolean;
  /** Clearest first; and by cause. */
  readonly causes: readonly FoundCause[];
  readonly code: Findings;
  readonly moves: readonly FoundMove[];
  /** By node of the union: its cause or its move, −1 where it has none. */
  readonly causeOf: Int32Array;
  readonly moveOf: Int32Array;
  readonly units: FoundUnits;
  readonly work: Findings;
  /** By function of the union. */
  readonly functions: Findings;
  /** By node of the union: its row in `nodes`; −1 below 0.1 points, `IDLE_ROW` for idle time. */
  readonly nodeRow: Int32Array;
  readonly nodes: Findings;
  /** By unit: share of B over share of A, without code changes; 0 or Infinity if a side lacks it. */
  readonly growth: Float64Array;
  /** How far the ranges differ by themselves, as a part of each function. */
  readonly between: number;
  /** Function of the union whose callees may be routes, where one unit hides them. */
  readonly likelyRouter: number | undefined;
}

/** With this z a change is detected with a probability of 80 %. */
const CLEAR_Z = 2.8;
const CLEAR_MOVE_Z = 3.5;
/** If one function is this share of a unit, more calls cannot be distinguished from dearer ones. */
const ONE_FUNCTION = 0.9;
/** A frame with this share of a unit's topmost frame belongs to its trunk. */
const TRUNK = 0.9;
/** The deepest frame with this share of a unit names it. */
const NAMES_FROM = 0.95;
/** A change of a node's share is its own if what it covers makes this part of it. */
const OWN_PART = 0.5;

/**
 * @param router function whose callees are routes; undefined: routes are found by dispatch frames
 * @param bar floors and false discovery rate, for all families
 */
export function compareSides(
  recorded: UnionTree,
  ofA: SideSlices,
  ofB: SideSlices,
  router?: string,
  bar: Bar = usualBar,
): Evidence {
  const union = withoutIdle(recorded);
  const tree = prepareStacks(union, router);
  let [a, b] = [prepareSide(tree, ofA, true), prepareSide(tree, ofB, true)];
  const isSliced = a.slices >= leastSlices && b.slices >= leastSlices;
  if (!isSliced) [a, b] = [prepareSide(tree, ofA, false), prepareSide(tree, ofB, false)];
  const scan = scanTree(tree, findUnits(tree, a, b), a, b, bar);
  const code = emptyFindings(scan.causes.length);
  for (const [cause, { z, scored, endsAt }] of scan.causes.entries()) {
    setFinding(code, cause, scored, z, scan.noise, endsAt);
    code.verdict[cause] = SUPPORTED;
  }
  const { causeOf, moveOf } = ownersOf(union, tree, scan);
  const { tests, noise: noiseOfWork } = testUnits(scan.left, bar);
  const units = unitsOf(union, tree, scan.left, tests);
  const work = emptyFindings(units.count);
  for (const [unit, { scored, z, isSupported, isLarge }] of tests) {
    setFinding(work, unit, scored, z, noiseOfWork);
    work.verdict[unit] = isSupported ? SUPPORTED : isLarge ? UNCLEAR : SMALL;
  }
  const growth = growthOf(scan.left);
  const found = testNodes(union, tree, [a, b], [ofA, ofB], bar);
  const nodes = emptyFindings(found.rows.length);
  const own = ownChanges(union, scan.left, units.unit, growth, {
    isChanged: (node) => causeOf[node] >= 0 || (moveOf[node] >= 0 && scan.moves[moveOf[node]].z >= CLEAR_MOVE_Z),
    workZ: (unit) => (work.verdict[unit] === SUPPORTED ? work.z[unit] : 0),
  });
  for (const [row, { scored, z, isFound }] of found.rows.entries()) {
    if (!scored) continue;
    setFinding(nodes, row, scored, z, found.noise);
    const isSmall = Math.abs(pointsOf(scored)) < bar.leastShare || Math.abs(nodes.change[row]) < bar.leastChange;
    const isFew = nodes.samplesA[row] + nodes.samplesB[row] < bar.leastSamples;
    const isOwn = own[found.nodes[row]] * Math.sign(pointsOf(scored)) >= OWN_PART * Math.abs(pointsOf(scored));
    nodes.verdict[row] = isFew ? FEW : isSmall ? SMALL : isFound ? (isOwn ? SUPPORTED : SHIFTED) : UNCLEAR;
  }
  return {
    isSliced,
    isCounted: ofA.samplesPerUnit !== undefined && ofB.samplesPerUnit !== undefined,
    causes: scan.causes.map(({ func, scope, unit, z }, cause) => ({
      func,
      scope,
      unit,
      inlined: [],
      ...(scope === 'self' ? inlinedCause(scan.left, scan.moves, cause, z > 0) : undefined),
      isRuntime: scan.left.owned(cause).every((node) => scan.left.units.unit[node] === RUNTIME_UNIT),
      isEither: scope === 'subtree' && mayBeHandler(scan.left, cause),
    })),
    code,
    moves: scan.moves.map(({ callers, callees, z }) => ({
      caller: tree.func[callers[0]],
      callee: largestOf(scan.left, callees),
      isClear: z >= CLEAR_MOVE_Z,
    })),
    causeOf,
    moveOf,
    units,
    work,
    functions: functionFindings(union, scan, code, causeOf, growth, bar),
    nodeRow: found.nodeRow.map((row, node) => (tree.place[node] < 0 ? IDLE_ROW : row)),
    nodes,
    growth,
    between: scan.noise.between,
    likelyRouter: likelyRouter(scan.left),
  };
}

function ownersOf(
  { length }: UnionTree,
  { place }: PreparedTree,
  { left, moves }: Scan,
): { causeOf: Int32Array; moveOf: Int32Array } {
  const causeOf = new Int32Array(length).fill(-1);
  const moveOf = new Int32Array(length).fill(-1);
  const moveAt = new Int32Array(left.owner.length).fill(-1);
  for (const [move, { callers, callees }] of moves.entries())
    for (const node of [...callers, ...callees]) moveAt[node] = move;
  for (let node = 0; node < length; node++) {
    if (place[node] < 0) continue;
    causeOf[node] = left.owner[left.movedTo[place[node]]];
    if (causeOf[node] < 0) moveOf[node] = moveAt[place[node]];
  }
  return { causeOf, moveOf };
}

function unitsOf(
  union: UnionTree,
  tree: PreparedTree,
  left: Remaining,
  tests: ReadonlyMap<number, UnitTest>,
): FoundUnits {
  const { length, a, b } = union;
  const { unit, count, isKnown } = left.units;
  const share = (node: number): number => {
    const [ofA, ofB] = left.sides;
    return ofA.total[node] / left.totals[0] + ofB.total[node] / left.totals[1] || 0;
  };
  // Among equals the same one, whichever side is A.
  const isLarger = (node: number, than: number): boolean => {
    const more = share(node) - share(than);
    return more > 0 || (more === 0 && isPathBefore(tree, tree.names, node, than));
  };
  const named = new Int32Array(count).fill(-1); // node of the prepared tree
  const ofOne = new Float64Array(count);
  const whole = new Float64Array(count);
  const own = new Map<number, number>(); // by unit and function
  const [{ self: selfA }, { self: selfB }] = left.sides;
  for (let node = 1; node < tree.length; node++) {
    const u = unit[node];
    if ((unit[tree.parent[node]] !== u || tree.parent[node] === 0) && (named[u] < 0 || isLarger(node, named[u])))
      named[u] = node;
    const self = selfA[node] / left.totals[0] + selfB[node] / left.totals[1];
    // Only of what is known to be a unit it is asked whether one function is nearly all of it.
    if (isKnown[u] === 0 || !(self > 0)) continue;
    whole[u] += self;
    const key = u * tree.names.length + tree.func[node];
    const sum = (own.get(key) ?? 0) + self;
    own.set(key, sum);
    ofOne[u] = Math.max(ofOne[u], sum);
  }
  for (let u = 0; u < count; u++) {
    if (u <= RUNTIME_UNIT || named[u] < 0) continue;
    for (;;) {
      let next = -1;
      const at = named[u];
      for (let kid = at + 1; kid < tree.subtreeEnd[at]; kid = tree.subtreeEnd[kid])
        if (unit[kid] === u && tree.subtreeEnd[kid] > kid + 1 && share(kid) >= NAMES_FROM * share(at)) next = kid;
      if (next < 0) break;
      named[u] = next;
    }
  }
  const node = new Int32Array(count);
  const largest = new Float64Array(count).fill(-1);
  for (let at = 1; at < length; at++) {
    const place = tree.place[at];
    const u = place < 0 ? -1 : unit[place];
    if (u < 0 || named[u] !== place) continue;
    const size = a.total[at] / (a.total[0] || 1) + b.total[at] / (b.total[0] || 1);
    if (size > largest[u] || (size === largest[u] && isPathBefore(union, union.names, at, node[u])))
      [largest[u], node[u]] = [size, at];
  }
  return {
    count: count + 1,
    unit: Int32Array.from(tree.place, (place) => (place < 0 ? count : unit[place])),
    node,
    kind: Array.from({ length: count + 1 }, (_, u) =>
      u === count
        ? 'idle'
        : u === RUNTIME_UNIT
          ? 'runtime'
          : u < RUNTIME_UNIT
            ? 'rest'
            : isKnown[u] === 1 && ofOne[u] < ONE_FUNCTION * whole[u] && isWork(tests.get(u))
              ? 'work'
              : 'either',
    ),
  };
}

function isWork(test: UnitTest | undefined): boolean {
  return test?.isSupported !== true || test.isShared;
}

/** The row of a function's self cost: that of its cause if it has one that it follows, otherwise as tested. */
function functionFindings(
  { names, func, length, a, b }: UnionTree,
  { functions, noise, left }: Scan,
  code: Findings,
  causeOf: Int32Array,
  growth: Float64Array,
  bar: Bar,
): Findings {
  const found = emptyFindings(names.length);
  const [sideA, sideB] = left.sides;
  const all = new Float64Array(names.length);
  const ofCause = new Map<number, Map<number, { size: number; beyond: number }>>();
  for (let node = 1; node < length; node++) {
    const f = func[node];
    const [x, y] = [Math.max(0, a.self[node]), Math.max(0, b.self[node])];
    found.samplesA[f] += x * sideA.samplesPerUnit;
    found.samplesB[f] += y * sideB.samplesPerUnit;
    const size = x / left.totals[0] + y / left.totals[1];
    if (!(size > 0)) continue;
    all[f] += size;
    if (causeOf[node] < 0) continue;
    let sums = ofCause.get(f);
    if (!sums) ofCause.set(f, (sums = new Map()));
    const sum = sums.get(causeOf[node]) ?? { size: 0, beyond: 0 };
    sum.size += size;
    // B's excess over what the growth of the unit makes of A's share.
    sum.beyond += y / left.totals[1] - (growth[left.units.unit[left.tree.place[node]]] * x) / left.totals[0];
    sums.set(causeOf[node], sum);
  }
  for (let f = 0; f < names.length; f++) {
    if (all[f] === 0) continue;
    const main = [...(ofCause.get(f) ?? [])].find(([, { size }]) => size > all[f] / 2);
    const tested = functions.get(f);
    // The cause may be a function with its callees, and this callee may have gone the other way.
    const isAgainst = main !== undefined && main[1].beyond * code.change[main[0]] < 0;
    if (main !== undefined && !isAgainst) {
      const [cause] = main;
      for (const column of ['z', 'change', 'low', 'high', 'needed'] as const) found[column][f] = code[column][cause];
      found.verdict[f] = SUPPORTED;
    } else if (tested) {
      const { samplesA, samplesB } = found;
      const samples = [samplesA[f], samplesB[f]];
      setFinding(found, f, tested.scored, tested.z, noise);
      [samplesA[f], samplesB[f]] = samples;
      found.verdict[f] = tested.isLarge ? UNCLEAR : SMALL;
    } else if (all[f] < bar.leastShare) found.verdict[f] = SMALL;
    else if (found.samplesA[f] + found.samplesB[f] < bar.leastSamples) found.verdict[f] = FEW;
    else if (isAgainst) found.verdict[f] = UNCLEAR;
  }
  return found;
}

/** Directly below the trunk of a unit that is not known to be one. */
function mayBeHandler(left: Remaining, cause: number): boolean {
  const { tree, units, owner, sides, totals } = left;
  const share = (node: number): number => sides[0].total[node] / totals[0] + sides[1].total[node] / totals[1];
  return left
    .owned(cause)
    .filter((node) => owner[tree.parent[node]] !== cause)
    .every((node) => {
      const unit = units.unit[node];
      if (units.isKnown[unit] === 1 || unit === RUNTIME_UNIT) return false;
      const above = tree.parent[node];
      let trunk = above;
      while (trunk > 0 && tree.parent[trunk] > 0 && units.unit[tree.parent[trunk]] === unit) trunk = tree.parent[trunk];
      return trunk > 0 && share(above) >= TRUNK * share(trunk);
    });
}

/** The function with the largest cost among these nodes; of equal ones the first by name. */
function largestOf({ tree: { func, names }, sides, totals }: Remaining, nodes: readonly number[]): number {
  const sizes = new Map<number, number>();
  for (const node of nodes) {
    const size = sides[0].self[node] / totals[0] + sides[1].self[node] / totals[1];
    if (func[node] < names.length - 1) sizes.set(func[node], (sizes.get(func[node]) ?? 0) + size);
  }
  const order = [...sizes].sort(([f, x], [g, y]) => (Math.abs(x - y) > 1e-9 ? y - x : names[f] < names[g] ? -1 : 1));
  return order[0][0];
}

function pointsOf({ strata }: Scored): number {
  return strata.reduce((sum, { xA, nA, xB, nB }) => sum + xB / nB - xA / nA, 0);
}

function emptyFindings(rows: number): Findings {
  const column = (): Float64Array => new Float64Array(rows);
  return {
    verdict: new Uint8Array(rows).fill(UNTESTED),
    z: column(),
    change: column().fill(Number.NaN),
    low: column().fill(Number.NaN),
    high: column().fill(Number.NaN),
    samplesA: column(),
    samplesB: column(),
    needed: column().fill(Number.NaN),
  };
}

function setFinding(found: Findings, row: number, scored: Scored, z: number, noise: Noise, endsAt?: number): void {
  const { low, high } = intervalOf(scored, noise, endsAt);
  found.z[row] = z;
  found.change[row] = estimateOf(scored);
  found.low[row] = low;
  found.high[row] = high;
  for (const { xA, xB } of scored.strata) {
    found.samplesA[row] += xA * noise.a.samplesPerUnit;
    found.samplesB[row] += xB * noise.b.samplesPerUnit;
  }
  if (z !== 0) found.needed[row] = Math.max(1, (CLEAR_Z / z) ** 2);
}
