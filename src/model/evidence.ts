/** Which changes are more than noise: of functions (code), of contexts (work) and of nodes. Rules: product.md, Compare. */
import { pathOf } from './call-path.ts';
import { groupWork, type Contexts, type WorkGroups } from './contexts.ts';
import type { UnionTree } from './union.ts';
import { compareRatios, discoveries, usualBar, type Bar, type Comparison, type SideCounts } from './significance.ts';
import { SideAmounts } from './side-amounts.ts';
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
  let a = new SideAmounts(union, contexts, slicesA, true);
  let b = new SideAmounts(union, contexts, slicesB, true);
  const isSliced = a.slices >= leastSlices && b.slices >= leastSlices;
  if (!isSliced) {
    a = new SideAmounts(union, contexts, slicesA, false);
    b = new SideAmounts(union, contexts, slicesB, false);
  }
  const { functions, changed } = testFunctions(union, a, b, bar);
  const samples = ({ contextSums, samplesPerUnit }: SideAmounts): Float64Array =>
    contextSums.map((sum) => Math.max(0, sum) * samplesPerUnit);
  const groups = groupWork(contexts, samples(a), samples(b));
  const { nodeRow, nodes } = testNodes(union, a, b, bar);
  return {
    isSliced,
    isCounted: slicesA.samplesPerUnit !== undefined && slicesB.samplesPerUnit !== undefined,
    functions,
    changed,
    groups,
    work: testWork(union, groups, a, b, bar),
    nodeRow,
    nodes,
    growth: growthOf(contexts.count, a, b),
  };
}

function testFunctions(
  union: UnionTree,
  a: SideAmounts,
  b: SideAmounts,
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
  // Of equally clear ones the first by name goes first: functions are numbered by side, and a swap must find the same.
  tested.sort((f, g) => (union.names[f] < union.names[g] ? -1 : 1));
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
      (f) => results.get(f)!,
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
    const weakest = fallen.reduce((x, y) => (isClearer(results.get(x)!, results.get(y)!) ? y : x));
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
function testFunction(f: number, a: SideAmounts, b: SideAmounts, totalA: number, totalB: number): Tested {
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

function restOf(f: number, context: number, side: SideAmounts): Rest {
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

/**
 * Peeled as functions are: beside one route that grew by half, all others take a smaller share, and none of them is the
 * cause. So what was found is left out of the rest that the others are held against.
 */
function testWork(union: UnionTree, groups: WorkGroups, a: SideAmounts, b: SideAmounts, bar: Bar): Findings {
  const { count, group } = groups;
  const found = emptyFindings(count);
  const parts = [a, b].map((side) =>
    Array.from({ length: count }, (_group, g) => {
      const part = new Float64Array(side.slices);
      for (let c = 0; c < group.length; c++) if (group[c] === g) addTo(part, side.context(c));
      return part;
    }),
  );
  const rests = [a, b].map((side) => unpeeled(group.length, side));
  const rows = inOrderOfNames(union, groups);
  for (const g of rows) {
    found.samplesA[g] = sumOf(parts[0][g]) * a.samplesPerUnit;
    found.samplesB[g] = sumOf(parts[1][g]) * b.samplesPerUnit;
  }
  // As they were when they were taken out: what is left at the end may be too little to hold them against.
  const peeled = new Map<number, Tested>();
  for (;;) {
    const results = parts[0].map((part, g) => peeled.get(g) ?? testPart(part, rests[0], a, parts[1][g], rests[1], b));
    judge(found, results, rows, bar);
    const next = clearest(
      rows.filter((g) => !peeled.has(g) && found.verdict[g] === SUPPORTED),
      (g) => results[g],
    );
    if (next === undefined || peeled.size === MOST_CHANGED) return found;
    peeled.set(next, results[next]);
    for (const [side, rest] of rests.entries())
      for (let i = 0; i < rest.length; i++) rest[i] = Math.max(0, rest[i] - parts[side][next][i]);
  }
}

/** Numbers follow the sides: see `testFunctions`. */
function inOrderOfNames({ parent, func, names }: UnionTree, { count, node, isRemainder }: WorkGroups): number[] {
  const texts = Array.from(
    { length: count },
    (_, g) => `${pathOf({ parent, func }, names, node[g]).join('\n')}\n${isRemainder[g]}`,
  );
  return texts.map((_, g) => g).sort((g, h) => (texts[g] < texts[h] ? -1 : 1));
}

/** A part of the whole against all of the whole that is not it. */
function testPart(
  partA: Float64Array,
  wholeA: Float64Array,
  a: SideAmounts,
  partB: Float64Array,
  wholeB: Float64Array,
  b: SideAmounts,
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
function testNodes(
  union: UnionTree,
  a: SideAmounts,
  b: SideAmounts,
  bar: Bar,
): { nodeRow: Int32Array; nodes: Findings } {
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
function nodeAmounts(
  { parent }: UnionTree,
  nodeRow: Int32Array,
  up: readonly number[],
  side: SideAmounts,
): Float64Array {
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
function unpeeled(contexts: number, side: SideAmounts): Float64Array {
  const sums = new Float64Array(side.slices);
  for (let context = 0; context < contexts; context++) {
    addTo(sums, side.context(context));
  }
  return sums;
}

function addTo(sums: Float64Array, amounts: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] += amounts[i];
}

function growthOf(contexts: number, a: SideAmounts, b: SideAmounts): Float64Array {
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

/** Of equally clear rows the first. */
function clearest(rows: readonly number[], resultOf: (row: number) => Comparison): number | undefined {
  let best: number | undefined;
  for (const row of rows) if (best === undefined || isClearer(resultOf(row), resultOf(best))) best = row;
  return best;
}

/** Beyond rounding, which depends on the order of sums. */
function isClearer(one: Comparison, other: Comparison): boolean {
  return Math.abs(one.z) > Math.abs(other.z) * (1 + 1e-9);
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
