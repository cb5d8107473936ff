/** Which changes are more than noise: of functions (code), of contexts (work) and of nodes. Rules: product.md, Compare. */
import { groupWork, type Contexts, type WorkGroups } from './contexts.ts';
import type { UnionTree } from './union.ts';
import { compareRatios, discoveries, usualBar, type Bar, type Comparison, type SideCounts } from './significance.ts';
import { leastSlices, type SideSlices } from './slices.ts';

/** Why a change is not supported, or that it is. */
export type Verdict = 'supported' | 'unclear' | 'few-samples' | 'small' | 'untested';
/** In the order of the numbers in `Findings.verdict`. */
export const verdicts: readonly Verdict[] = ['untested', 'supported', 'unclear', 'few-samples', 'small'];
const [UNTESTED, SUPPORTED, UNCLEAR, FEW, SMALL] = [0, 1, 2, 3, 4];

/** One row for each thing that was looked at. */
export interface Findings {
  readonly verdict: Uint8Array; // index of `verdicts`
  readonly z: Float64Array;
  /** Relative change against the rest, −1 gone, Infinity new, and its interval; NaN where nothing is known. */
  readonly change: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Samples on each side; of a file without counts, what its values are worth at most. */
  readonly samplesA: Float64Array;
  readonly samplesB: Float64Array;
  /** How many times the samples there are would make the change clear, if it is one. */
  readonly needed: Float64Array;
}

export interface Evidence {
  /** False: variances are those of counts, and a change must exceed 3 %. */
  readonly isSliced: boolean;
  /** False: a side does not tell how many samples it has. */
  readonly isCounted: boolean;
  /** By function of the union. Tested against the rest of its contexts, without the other changed ones. */
  readonly functions: Findings;
  /** Functions whose change is supported, clearest first. */
  readonly changed: Int32Array;
  /** Contexts that grew alike, and by group its size against the rest of the whole, without the changed functions. */
  readonly groups: WorkGroups;
  readonly work: Findings;
  /** By node of the union: its row in `nodes`, or −1 below 0.1 points. */
  readonly nodeRow: Int32Array;
  readonly nodes: Findings;
  /** By context: share of B over share of A of all that did not change as code; 0, Infinity where a side lacks it. */
  readonly growth: Float64Array;
}

/** Peeling ends at so many functions. */
const MOST_CHANGED = 40;
/** With this z a change would be seen in four of five tries. */
const CLEAR_Z = 2.8;

/** @param bar floors and false discovery rate, for all three families */
export function findEvidence(
  union: UnionTree,
  contexts: Contexts,
  slicesA: SideSlices,
  slicesB: SideSlices,
  bar: Bar = usualBar,
): Evidence {
  let a = new Side(union, contexts, slicesA, true);
  let b = new Side(union, contexts, slicesB, true);
  const isSliced = a.slices >= leastSlices && b.slices >= leastSlices;
  if (!isSliced) {
    a = new Side(union, contexts, slicesA, false);
    b = new Side(union, contexts, slicesB, false);
  }
  const { functions, changed } = testFunctions(union, a, b, bar);
  const samples = ({ contextSums, samplesPerUnit }: Side): Float64Array =>
    contextSums.map((sum) => Math.max(0, sum) * samplesPerUnit);
  const groups = groupWork(contexts, samples(a), samples(b));
  const { nodeRow, nodes } = testNodes(union, a, b, bar);
  return {
    isSliced,
    isCounted: slicesA.samplesPerUnit !== undefined && slicesB.samplesPerUnit !== undefined,
    functions,
    changed,
    groups,
    work: testWork(groups, a, b, bar),
    nodeRow,
    nodes,
    growth: growthOf(contexts.count, a, b),
  };
}

/** Amounts of one side by slice: of the whole, of contexts, and of each function in each context. Peeling takes from it. */
class Side {
  readonly slices: number;
  readonly samplesPerUnit: number;
  readonly whole: Float64Array; // by slice
  readonly contextSums: Float64Array; // by context, not peeled
  readonly cells: { readonly node: Int32Array; readonly slice: Int32Array; readonly value: Float64Array };
  /** All of a function, whatever its context. */
  readonly functionSums: Float64Array;
  readonly #contexts: Float64Array; // [context, slice]: what is not peeled
  readonly #contextOf: Int32Array; // by node
  readonly #func: Int32Array; // by node
  // Of the functions that may be tested: which contexts they are in (pairs), and the amounts there.
  readonly #pairs = new Map<number, Map<number, Float64Array>>();
  readonly #peeled = new Set<number>();
  readonly #allOf: Float64Array; // by context

  constructor(union: UnionTree, contexts: Contexts, sliced: SideSlices, isSliced: boolean) {
    const { node, slice, value, sliceCount } = sliced;
    const sums = new Float64Array(sliceCount);
    for (let e = 0; e < value.length; e++) sums[slice[e]] += Math.max(0, value[e]);
    const places = new Int32Array(sliceCount).fill(-1);
    let slices = 0;
    for (let s = 0; s < sliceCount; s++) if (sums[s] > 0) places[s] = isSliced ? slices++ : (slices = 1) - 1;
    this.slices = Math.max(1, slices);
    this.#contextOf = contexts.context;
    this.#func = union.func;
    const kept: number[] = [];
    for (let e = 0; e < value.length; e++) if (value[e] > 0) kept.push(e);
    this.cells = {
      node: Int32Array.from(kept, (e) => node[e]),
      slice: Int32Array.from(kept, (e) => places[slice[e]]),
      value: Float64Array.from(kept, (e) => value[e]),
    };
    this.whole = new Float64Array(this.slices);
    this.contextSums = new Float64Array(contexts.count);
    this.#contexts = new Float64Array(contexts.count * this.slices);
    this.functionSums = new Float64Array(union.names.length);
    const { cells } = this;
    for (let e = 0; e < cells.node.length; e++) {
      const context = contexts.context[cells.node[e]];
      this.whole[cells.slice[e]] += cells.value[e];
      this.contextSums[context] += cells.value[e];
      this.#contexts[context * this.slices + cells.slice[e]] += cells.value[e];
      if (cells.node[e] > 0) this.functionSums[union.func[cells.node[e]]] += cells.value[e];
    }
    this.#allOf = this.contextSums.slice();
    this.samplesPerUnit = sliced.samplesPerUnit ?? worthOf(cells, union.length);
  }

  get total(): number {
    let sum = 0;
    for (const one of this.whole) sum += one;
    return sum;
  }

  /** @param isTested by function */
  gather(isTested: Uint8Array): void {
    const { node, slice, value } = this.cells;
    for (let e = 0; e < node.length; e++) {
      const f = node[e] === 0 ? -1 : this.#func[node[e]];
      if (f < 0 || isTested[f] === 0) continue;
      let byContext = this.#pairs.get(f);
      if (!byContext) this.#pairs.set(f, (byContext = new Map()));
      const context = this.#contextOf[node[e]];
      let amounts = byContext.get(context);
      if (!amounts) byContext.set(context, (amounts = new Float64Array(this.slices)));
      amounts[slice[e]] += value[e];
    }
  }

  contextsOf(f: number): readonly number[] {
    return [...(this.#pairs.get(f)?.keys() ?? [])];
  }

  /** The function's amounts in a context, undefined where it has none. */
  amounts(f: number, context: number): Float64Array | undefined {
    return this.#pairs.get(f)?.get(context);
  }

  context(context: number): Float64Array {
    return this.#contexts.subarray(context * this.slices, (context + 1) * this.slices);
  }

  /** All of a context, peeled or not. */
  allOf(context: number): number {
    return this.#allOf[context];
  }

  isPeeled(f: number): boolean {
    return this.#peeled.has(f);
  }

  /** Takes a function out of its contexts, or (1) puts it back. */
  peel(f: number, sign: -1 | 1): void {
    if (sign < 0) this.#peeled.add(f);
    else this.#peeled.delete(f);
    for (const [context, amounts] of this.#pairs.get(f) ?? []) {
      const rest = this.context(context);
      for (let i = 0; i < rest.length; i++) {
        // What is left of nothing must be nothing.
        rest[i] = Math.max(0, rest[i] + sign * amounts[i]);
        this.contextSums[context] += sign * amounts[i];
      }
    }
  }
}

/** Kish's number: so many equal samples would be as telling as these unequal ones, at most. */
function worthOf(cells: Side['cells'], nodes: number): number {
  const byNode = new Float64Array(nodes);
  for (let e = 0; e < cells.node.length; e++) byNode[cells.node[e]] += cells.value[e];
  let sum = 0;
  let squares = 0;
  for (const value of byNode) {
    sum += value;
    squares += value * value;
  }
  return squares > 0 ? sum / squares : 1;
}

function testFunctions(
  union: UnionTree,
  a: Side,
  b: Side,
  bar: Bar,
): { readonly functions: Findings; readonly changed: Int32Array } {
  const count = union.names.length;
  const found = emptyFindings(count);
  const isTested = new Uint8Array(count);
  const tested: number[] = [];
  const totalA = a.total;
  const totalB = b.total;
  for (let f = 0; f < count; f++) {
    const x = a.functionSums[f];
    const y = b.functionSums[f];
    found.samplesA[f] = x * a.samplesPerUnit;
    found.samplesB[f] = y * b.samplesPerUnit;
    if (x + y === 0 || totalA === 0 || totalB === 0) continue;
    // What is smaller on the mean of both sides cannot change by as much as the floor.
    if (x / totalA + y / totalB < bar.leastShare) found.verdict[f] = SMALL;
    else if (found.samplesA[f] + found.samplesB[f] < bar.leastSamples) found.verdict[f] = FEW;
    else {
      isTested[f] = 1;
      tested.push(f);
    }
  }
  a.gather(isTested);
  b.gather(isTested);
  const results = new Map<number, Tested>();
  const peeled: number[] = [];
  const testAll = (): void => {
    for (const f of tested) results.set(f, testFunction(f, a, b, totalA, totalB));
  };
  const supported = (): number[] => {
    const isFound = discoveries(
      tested.map((f) => results.get(f)!.z),
      bar.falseRate,
    );
    return tested.filter((f, i) => isFound[i] === 1 && isLarge(results.get(f)!, bar));
  };
  testAll();
  while (peeled.length < MOST_CHANGED) {
    const next = clearest(
      supported().filter((f) => !peeled.includes(f)),
      results,
    );
    if (next === undefined) break;
    peeled.push(next);
    a.peel(next, -1);
    b.peel(next, -1);
    testAll();
  }
  // An early one may have been taken for a later one's doing: with all others out, each must still stand.
  for (let again = peeled.length; again > 0; again--) {
    const stands = supported();
    const fallen = peeled.filter((f) => !stands.includes(f));
    if (fallen.length === 0) break;
    const weakest = fallen.reduce((x, y) => (Math.abs(results.get(y)!.z) < Math.abs(results.get(x)!.z) ? y : x));
    peeled.splice(peeled.indexOf(weakest), 1);
    a.peel(weakest, 1);
    b.peel(weakest, 1);
    testAll();
  }
  for (const f of tested) {
    const result = results.get(f)!;
    setFinding(found, f, result);
    found.verdict[f] = peeled.includes(f) ? SUPPORTED : isLarge(result, bar) ? UNCLEAR : SMALL;
  }
  peeled.sort((x, y) => Math.abs(found.z[y]) - Math.abs(found.z[x]));
  return { functions: found, changed: Int32Array.from(peeled) };
}

interface Tested extends Comparison {
  /** Mean over both sides of what the change is of the whole. */
  readonly points: number;
}

/** A function against the rest of its contexts, each context weighing as much as the function does in it. */
function testFunction(f: number, a: Side, b: Side, totalA: number, totalB: number): Tested {
  const ofA = { x: new Float64Array(a.slices), m: new Float64Array(a.slices) };
  const ofB = { x: new Float64Array(b.slices), m: new Float64Array(b.slices) };
  let sizeA = 0;
  let sizeB = 0;
  let spreadA = 0;
  let spreadB = 0;
  for (const context of new Set([...a.contextsOf(f), ...b.contextsOf(f)])) {
    const restA = restOf(f, context, a);
    const restB = restOf(f, context, b);
    // A context on one side only is work.
    if (restA.rest <= 0 || restB.rest <= 0) continue;
    const weight = (restA.own + restB.own) / (restA.rest + restB.rest);
    addContext(ofA, restA, weight);
    addContext(ofB, restB, weight);
    sizeA += weight * restA.rest;
    sizeB += weight * restB.rest;
    spreadA += weight * weight * restA.rest;
    spreadB += weight * weight * restB.rest;
  }
  const compared = compareRatios(
    { ...ofA, spread: spreadA, samplesPerUnit: a.samplesPerUnit },
    { ...ofB, spread: spreadB, samplesPerUnit: b.samplesPerUnit },
  );
  const points = (Math.abs(compared.ratioB - compared.ratioA) * (sizeA / totalA + sizeB / totalB)) / 2;
  return { ...compared, points };
}

/** What is held against a function in one context of one side. */
interface Rest {
  readonly amounts: Float64Array | undefined;
  readonly context: Float64Array;
  readonly own: number;
  readonly rest: number;
  readonly isPeeled: boolean;
}

function restOf(f: number, context: number, side: Side): Rest {
  const amounts = side.amounts(f, context);
  const isPeeled = side.isPeeled(f);
  let own = 0;
  if (amounts) for (const one of amounts) own += one;
  const left = side.contextSums[context] - (isPeeled ? 0 : own);
  // Differences of large sums leave crumbs.
  const rest = left > side.contextSums[context] * 1e-9 ? left : 0;
  return { amounts, context: side.context(context), own, rest, isPeeled };
}

function addContext({ x, m }: Pick<SideCounts, 'x' | 'm'>, { amounts, context, isPeeled }: Rest, weight: number): void {
  for (let i = 0; i < x.length; i++) {
    const own = amounts ? amounts[i] : 0;
    x[i] += own;
    m[i] += weight * (context[i] - (isPeeled ? 0 : own));
  }
}

function testWork({ count, group }: WorkGroups, a: Side, b: Side, bar: Bar): Findings {
  const found = emptyFindings(count);
  const restA = unpeeled(group.length, a);
  const restB = unpeeled(group.length, b);
  const results: Tested[] = [];
  for (let g = 0; g < count; g++) {
    const [partA, partB] = [a, b].map((side) => {
      const part = new Float64Array(side.slices);
      for (let c = 0; c < group.length; c++) if (group[c] === g) addTo(part, side.context(c));
      return part;
    });
    found.samplesA[g] = sumOf(partA) * a.samplesPerUnit;
    found.samplesB[g] = sumOf(partB) * b.samplesPerUnit;
    results.push(testPart(partA, restA, a, partB, restB, b));
  }
  judge(
    found,
    results,
    Array.from({ length: count }, (_, g) => g),
    bar,
  );
  return found;
}

/** A part of the whole against all of the whole that is not it. */
function testPart(
  partA: Float64Array,
  wholeA: Float64Array,
  a: Side,
  partB: Float64Array,
  wholeB: Float64Array,
  b: Side,
): Tested {
  const ownA = sumOf(partA);
  const ownB = sumOf(partB);
  const allA = sumOf(wholeA);
  const allB = sumOf(wholeB);
  const weight = (ownA + ownB) / (allA - ownA + allB - ownB);
  if (!(weight > 0 && weight < 1e9))
    return { ratioA: 0, ratioB: 0, z: 0, low: Number.NaN, high: Number.NaN, points: 0 };
  const rest = (whole: Float64Array, part: Float64Array): Float64Array =>
    whole.map((one, i) => Math.max(0, one - part[i]) * weight);
  const compared = compareRatios(
    { x: partA, m: rest(wholeA, partA), spread: weight ** 2 * (allA - ownA), samplesPerUnit: a.samplesPerUnit },
    { x: partB, m: rest(wholeB, partB), spread: weight ** 2 * (allB - ownB), samplesPerUnit: b.samplesPerUnit },
  );
  return { ...compared, points: Math.abs(ownB / allB - ownA / allA) };
}

/** Nodes over the floor on the mean of both sides; what is below them is counted with them. */
function testNodes(union: UnionTree, a: Side, b: Side, bar: Bar): { nodeRow: Int32Array; nodes: Findings } {
  const { length, parent } = union;
  const share = new Float64Array(length);
  for (const side of [a, b]) {
    const { node, value } = side.cells;
    const total = side.total;
    for (let e = 0; e < node.length; e++) share[node[e]] += value[e] / total / 2;
  }
  for (let node = length - 1; node > 0; node--) share[parent[node]] += share[node];
  const nodeRow = new Int32Array(length).fill(-1);
  const up: number[] = []; // by row: the caller's row; -1 below the root
  for (let node = 1; node < length; node++)
    if (share[node] >= bar.leastShare) nodeRow[node] = up.push(nodeRow[parent[node]]) - 1;
  const rows = up.length;
  const partsA = nodeAmounts(union, nodeRow, up, a);
  const partsB = nodeAmounts(union, nodeRow, up, b);
  const nodes = emptyFindings(rows);
  const results: Tested[] = [];
  const tested: number[] = [];
  for (let row = 0; row < rows; row++) {
    const partA = partsA.subarray(row * a.slices, (row + 1) * a.slices);
    const partB = partsB.subarray(row * b.slices, (row + 1) * b.slices);
    nodes.samplesA[row] = sumOf(partA) * a.samplesPerUnit;
    nodes.samplesB[row] = sumOf(partB) * b.samplesPerUnit;
    tested.push(row);
    results.push(testPart(partA, a.whole, a, partB, b.whole, b));
  }
  judge(nodes, results, tested, bar);
  return { nodeRow, nodes };
}

/** [row, slice] */
function nodeAmounts({ parent }: UnionTree, nodeRow: Int32Array, up: readonly number[], side: Side): Float64Array {
  const { slices, cells } = side;
  const amounts = new Float64Array(up.length * slices);
  // The nearest row at or above each node: callers precede their callees.
  const nearest = nodeRow.slice();
  for (let node = 1; node < nearest.length; node++) if (nearest[node] < 0) nearest[node] = nearest[parent[node]];
  for (let e = 0; e < cells.node.length; e++) {
    const row = nearest[cells.node[e]];
    if (row >= 0) amounts[row * slices + cells.slice[e]] += cells.value[e];
  }
  for (let row = up.length - 1; row >= 0; row--) {
    if (up[row] < 0) continue;
    for (let i = 0; i < slices; i++) amounts[up[row] * slices + i] += amounts[row * slices + i];
  }
  return amounts;
}

/** One family: all rows that have samples enough are tested together. */
function judge(found: Findings, results: readonly Tested[], rows: readonly number[], bar: Bar): void {
  const tested = rows.filter((row) => found.samplesA[row] + found.samplesB[row] >= bar.leastSamples);
  const isFound = discoveries(
    tested.map((row) => results[row].z),
    bar.falseRate,
  );
  for (const row of rows) {
    setFinding(found, row, results[row]);
    found.verdict[row] = FEW;
  }
  for (const [i, row] of tested.entries())
    found.verdict[row] = !isLarge(results[row], bar) ? SMALL : isFound[i] === 1 ? SUPPORTED : UNCLEAR;
}

/** By slice: what of the whole is not peeled. */
function unpeeled(contexts: number, side: Side): Float64Array {
  const sums = new Float64Array(side.slices);
  for (let context = 0; context < contexts; context++) {
    addTo(sums, side.context(context));
  }
  return sums;
}

function addTo(sums: Float64Array, amounts: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] += amounts[i];
}

function growthOf(contexts: number, a: Side, b: Side): Float64Array {
  const relative = a.total / b.total;
  const ofAll = (sumOf(unpeeled(contexts, b)) / sumOf(unpeeled(contexts, a))) * relative;
  return Float64Array.from({ length: contexts }, (_, context) => {
    const growth = (sumOf(b.context(context)) / sumOf(a.context(context))) * relative;
    if (growth > 0 && Number.isFinite(growth)) return growth;
    const [allA, allB] = [a.allOf(context), b.allOf(context)];
    // On both sides, but all of it changed as code: its work went as everything's.
    return allA > 0 === allB > 0 ? ofAll || 1 : allB / allA;
  });
}

function clearest(candidates: readonly number[], results: ReadonlyMap<number, Comparison>): number | undefined {
  let best: number | undefined;
  for (const f of candidates)
    if (best === undefined || Math.abs(results.get(f)!.z) > Math.abs(results.get(best)!.z)) best = f;
  return best;
}

function isLarge({ ratioA, ratioB, points }: Tested, { leastShare, leastChange }: Bar): boolean {
  return points >= leastShare && Math.abs(ratioB - ratioA) >= leastChange * Math.min(ratioA, ratioB);
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

function setFinding(found: Findings, row: number, { ratioA, ratioB, z, low, high }: Comparison): void {
  found.z[row] = z;
  found.change[row] = ratioA === 0 && ratioB === 0 ? Number.NaN : ratioB / ratioA - 1;
  found.low[row] = low;
  found.high[row] = high;
  if (z !== 0) found.needed[row] = Math.max(1, (CLEAR_Z / z) ** 2);
}

function sumOf(column: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < column.length; i++) sum += column[i];
  return sum;
}
