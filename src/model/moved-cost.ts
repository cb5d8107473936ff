/**
 * Finds cost that moved between a caller and a callee while their sum stayed, for example because a compiler inlines
 * differently.
 */
import { VALUE } from './prepared-stacks.ts';
import type { Remaining } from './remaining.ts';
import { languageOf } from './runtimes/language.ts';
import { noiseOf } from './noise.ts';
import { zOf } from './score-test.ts';
import type { UnitStratum } from './tracked-strata.ts';
import { sumOf } from './work-units.ts';

export interface Move {
  readonly unit: number;
  /** Nodes of the prepared tree: the caller's, and those of what it calls. */
  readonly callers: readonly number[];
  readonly callees: readonly number[];
  /** How clear the fainter end is; 0 where it is unknown what moved. */
  readonly z: number;
  /** Whether the sum may have changed as well: which end did cannot be known. */
  readonly isInlined: boolean;
}

/**
 * Maximum number of moves; minimum z of both ends together and of each end alone; maximum of their sum relative to the
 * larger end.
 */
const MAX_MOVES = 20;
const MIN_Z = 2.5;
const MIN_PART_Z = 1.5;
const MAX_SUM = 0.6;
/** The gain of one end is at least this share of the other's loss. */
const MIN_PAID = 0.25;
/** An inlined callee nearly disappears: it changes by at least this, in logs. A smaller change is a change of cost. */
const MIN_LOG = 0.9;

/** A caller hides what was inlined in it: it has at least this part of what the callee gained. */
const MIN_HIDDEN = 0.5;

/** Cost that goes to and fro between a caller and a callee: correlation, variance beyond that of counts, and slices. */
const MAX_CORRELATION = -0.7;
const MIN_RATIO = 3;
const MIN_SLICES = 8;

/** Languages that decide about inlining at each start, invisibly to profilers: a move needs less proof. */
const INLINED_ANEW: ReadonlySet<string> = new Set(['JavaScript', '.NET']);

/** Both ends count as one from then on: the rest of each counts at the caller. */
export function foldMoves(left: Remaining, leastSamples: number, leastShare: number): Move[] {
  const moves: Move[] = [];
  const language = languageOf(left.tree.names);
  const isInlinedAnew = language !== undefined && INLINED_ANEW.has(language);
  const leastCallerZ = isInlinedAnew ? 0 : MIN_PART_Z;
  if (isInlinedAnew) {
    moves.push(...tradedWithin(left, leastShare));
    if (moves.length > 0) left.move(moves.flatMap(({ callees }) => callees));
  }
  for (let found = 0; found < MAX_MOVES; found++) {
    const move = clearestMove(left, leastSamples, leastShare, leastCallerZ);
    if (move === undefined) break;
    moves.push(move);
    left.move(move.callees);
  }
  if (!isInlinedAnew) return moves;
  const inlined = inlinedIn(left, leastSamples, leastShare);
  if (inlined.length > 0) left.move(inlined.flatMap(({ callees }) => callees));
  return [...moves, ...inlined];
}

/**
 * Callees that a compiler inlines for a part of a range, and then no more: from slice to slice, what they gain their caller
 * loses. Alone each of both would vary far more than the program does, and would hide what changed elsewhere. This compares
 * slices of one side, never the sides.
 */
function tradedWithin(left: Remaining, leastShare: number): Move[] {
  const { callers, callees } = calls(left, leastShare);
  const groups = new Map<number, number[]>();
  for (const { caller, nodes } of callees.values()) {
    if (!([0, 1] as const).some((side) => isTraded(left, side, nodes, callers.get(caller)!))) continue;
    const group = groups.get(caller);
    if (group) group.push(...nodes);
    else groups.set(caller, [...nodes]);
  }
  return withoutChains(left, groups, callers);
}

/** Beside all else, the own costs of both vary beyond chance, and against each other. */
function isTraded(left: Remaining, side: 0 | 1, callees: readonly number[], callers: readonly number[]): boolean {
  const { whole, samplesPerUnit, slices } = left.sides[side];
  if (slices < MIN_SLICES) return false;
  const [x, y] = [callees, callers].map((nodes) => {
    const sums = new Float64Array(slices);
    for (const node of nodes) for (const [i, value] of left.ownBySlice(side, node).entries()) sums[i] += value;
    return sums;
  });
  const rest = whole.map((all, i) => all - x[i] - y[i]);
  const sumRest = sumOf(rest);
  const strays = [x, y].map((part) => {
    const sum = sumOf(part);
    const stray = part.map((one, i) => one - (sum / sumRest) * rest[i]);
    return { stray, square: product(stray, stray), counts: (sum * (1 + sum / sumRest)) / samplesPerUnit };
  });
  const [ofX, ofY] = strays;
  return (
    strays.every(({ square, counts }) => square > MIN_RATIO * counts) &&
    product(ofX.stray, ofY.stray) <= MAX_CORRELATION * Math.sqrt(ofX.square * ofY.square)
  );
}

function product(one: Float64Array, other: Float64Array): number {
  return one.reduce((sum, value, i) => sum + value * other[i], 0);
}

/**
 * Callees that nearly appeared or went, below callers that have room for them: each start may inline other ones, and their
 * cost is the caller's then. Beside them the caller's own cost need not have shrunk, so that caller and callees can only be
 * judged as one. A callee without any sample on a side is new or gone: what is inlined runs by itself until it is compiled.
 */
function inlinedIn(left: Remaining, leastSamples: number, leastShare: number): Move[] {
  const { callers, callees } = calls(left, leastShare);
  const groups = new Map<number, number[]>();
  for (const { caller, nodes } of callees.values()) {
    const own = callers.get(caller)!;
    const [a, b] = left.amounts({ nodes, scope: 'self', unit: -1 });
    if (!hasBoth(left, [a, b]) || a / left.totals[0] + b / left.totals[1] < leastShare) continue;
    // Against its whole unit: beside what is left without its caller, a change of one callee is one of all others.
    const [unitA, unitB] = ([0, 1] as const).map((side) => sumOf(left.unitSums(side, left.units.unit[nodes[0]])));
    const log = Math.log(b / unitB / (a / unitA));
    if (!(Math.abs(log) >= MIN_LOG) || Math.abs(zAlone(left, nodes, [], leastSamples)) < MIN_PART_Z) continue;
    const shares = left.amounts({ nodes: own, scope: 'self', unit: -1 }).map((one, side) => one / left.totals[side]);
    const gained = Math.abs(b / left.totals[1] - a / left.totals[0]);
    if (shares[log > 0 ? 0 : 1] < MIN_HIDDEN * gained) continue;
    const group = groups.get(caller);
    if (group) group.push(...nodes);
    else groups.set(caller, [...nodes]);
  }
  return withoutChains(left, groups, callers);
}

/** What is inlined in one of the groups is not a caller of another. @param groups callees by their caller */
function withoutChains(
  left: Remaining,
  groups: ReadonlyMap<number, readonly number[]>,
  callers: ReadonlyMap<number, readonly number[]>,
): Move[] {
  const taken = new Set([...groups.values()].flat());
  return [...groups].flatMap(([caller, nodes]): Move[] => {
    const own = callers.get(caller)!;
    return own.some((node) => taken.has(node))
      ? []
      : [{ unit: left.units.unit[own[0]], callers: own, callees: nodes, z: 0, isInlined: true }];
  });
}

/** Less is no sample: agents give processor time to stacks that they did not sample. */
function hasBoth({ sides }: Remaining, amounts: readonly [number, number]): boolean {
  return amounts.every((amount, side) => amount * sides[side].samplesPerUnit >= 1);
}

/** @param leastCallerZ how clear the caller's end must be beside the rest alone, where no side lacks the callee */
function clearestMove(
  left: Remaining,
  leastSamples: number,
  leastShare: number,
  leastCallerZ: number,
): Move | undefined {
  const z = (nodes: readonly number[], without: readonly number[] = []): number =>
    zAlone(left, nodes, without, leastSamples);
  const { callers, callees } = calls(left, leastShare);
  const known = new Map<number, number>();
  const groups = new Map<number, number[]>();
  for (const { caller, nodes } of callees.values()) {
    const [a, b] = left.amounts({ nodes, scope: 'self', unit: -1 });
    if (a / left.totals[0] + b / left.totals[1] < leastShare) continue;
    const callee = z(nodes);
    if (Math.abs(callee) < MIN_PART_Z) continue;
    if (!known.has(caller)) known.set(caller, z(callers.get(caller)!));
    const own = known.get(caller)!;
    if (own * callee >= 0 || Math.abs(own) < MIN_Z) continue;
    const group = groups.get(caller);
    if (group) group.push(...nodes);
    else groups.set(caller, [...nodes]);
  }
  let best: Move | undefined;
  // In the order of names: functions are numbered by side, and a swap must find the same.
  const nameOf = ([caller]: [number, number[]]): string => left.tree.names[left.tree.func[callers.get(caller)![0]]];
  for (const [caller, nodes] of [...groups].sort((x, y) => (nameOf(x) < nameOf(y) ? -1 : 1))) {
    const own = callers.get(caller)!;
    const clear = Math.min(Math.abs(known.get(caller)!), Math.abs(z(nodes)));
    if (clear < MIN_Z || (best !== undefined && clear <= best.z * (1 + 1e-9))) continue;
    // Each relative to the rest alone: otherwise the change of one end would shift the share of the other.
    const { func } = left.tree;
    const unit = left.units.unit[own[0]];
    const alike = [...new Set(nodes.map((node) => func[node]))].flatMap((f) =>
      callers.get(f * left.units.count + unit)!,
    );
    const [ofCaller, ofCallee] = [z(own, alike), z(nodes, own)];
    const leastZ = hasBoth(left, left.amounts({ nodes, scope: 'self', unit: -1 })) ? leastCallerZ : MIN_PART_Z;
    if (ofCaller * ofCallee >= 0 || Math.abs(ofCaller) < leastZ || Math.abs(ofCallee) < MIN_PART_Z) continue;
    if (!(Math.abs(Math.log(ratioOf(left, nodes, own))) >= MIN_LOG)) continue;
    const [lost, won] = [changeOf(left, own, alike), changeOf(left, nodes, own)].map(Math.abs);
    if (!(Math.min(lost, won) >= MIN_PAID * Math.max(lost, won)) || !Number.isFinite(lost + won)) continue;
    const both = z([...nodes, ...own]);
    if (Math.abs(both) > MAX_SUM * Math.max(Math.abs(ofCaller), Math.abs(ofCallee))) continue;
    best = { unit, callers: own, callees: nodes, z: clear, isInlined: false };
  }
  return best;
}

/**
 * What a caller's own cost is named by that others may be inlined in: the function of them that changed most, in the unit of
 * the caller, with the others. Undefined where nothing was inlined in it. @param cause whose nodes are the caller's
 */
export function inlinedCause(
  left: Remaining,
  moves: readonly Move[],
  cause: number,
  isMore: boolean,
): { readonly func: number; readonly unit: number; readonly inlined: readonly number[] } | undefined {
  const {
    tree: { func },
    sides: [a, b],
    totals,
  } = left;
  const nodes = left.owned(cause);
  const owned = new Set(nodes);
  const groups = moves.filter(({ isInlined, callers }) => isInlined && callers.some((node) => owned.has(node)));
  if (groups.length === 0) return undefined;
  const changes = new Map<number, number>();
  for (const node of [...nodes, ...groups.flatMap(({ callees }) => callees)]) {
    const change = (b.self[node] / totals[1] - a.self[node] / totals[0]) * (isMore ? 1 : -1);
    changes.set(func[node], (changes.get(func[node]) ?? 0) + change);
  }
  const [first, ...inlined] = [...changes].sort(([f, x], [g, y]) => y - x || f - g).map(([one]) => one);
  return { func: first, unit: groups[0].unit, inlined };
}

/** The change of these nodes relative to the rest of their unit without the others, on the mean of both sides. */
function changeOf(left: Remaining, nodes: readonly number[], without: readonly number[]): number {
  const strata = left.ownStrata(nodes, without);
  return strata.reduce((sum, { xA, mA, xB, mB }) => {
    const [restA, restB] = [sumOf(mA), sumOf(mB)];
    return sum + ((sumOf(xB) / restB - sumOf(xA) / restA) * (restA + restB)) / 2;
  }, 0);
}

/** The growth of these nodes over the growth of the rest of their unit without the others. */
function ratioOf(left: Remaining, nodes: readonly number[], without: readonly number[]): number {
  const strata = left.ownStrata(nodes, without);
  const sum = (of: (stratum: UnitStratum) => Float64Array): number =>
    strata.reduce((all, stratum) => all + sumOf(of(stratum)), 0);
  return (sum(({ xB }) => xB) * sum(({ mA }) => mA)) / (sum(({ xA }) => xA) * sum(({ mB }) => mB));
}

/** Nodes by function and unit; and by function that calls them, of those that are large enough. */
function calls(
  left: Remaining,
  leastShare: number,
): {
  readonly callers: ReadonlyMap<number, readonly number[]>;
  readonly callees: ReadonlyMap<number, { readonly caller: number; readonly nodes: number[] }>;
} {
  const { parent, func, names, length, called } = left.tree;
  const { unit, count } = left.units;
  const { movedTo } = left;
  const own = new Float64Array(names.length);
  for (let node = 1; node < length; node++) own[func[node]] += left.shareOf(node, 'self');
  const callers = new Map<number, number[]>();
  const callees = new Map<number, { caller: number; nodes: number[] }>();
  const isEnd = new Uint8Array(names.length);
  for (let node = 1; node < length; node++) {
    const up = movedTo[parent[node]];
    if (
      up <= 0 ||
      called[up] >= VALUE ||
      own[func[node]] < leastShare ||
      func[node] === names.length - 1 ||
      movedTo[node] !== node ||
      func[up] === func[node] ||
      unit[up] !== unit[node]
    )
      continue;
    const caller = func[up] * count + unit[up];
    const key = caller * names.length + func[node];
    const known = callees.get(key);
    if (known) known.nodes.push(node);
    else callees.set(key, { caller, nodes: [node] });
    isEnd[func[up]] = 1;
    isEnd[func[node]] = 1;
    callers.set(caller, []);
    callers.set(func[node] * count + unit[node], []);
  }
  for (let node = 1; node < length; node++)
    if (isEnd[func[node]] === 1) callers.get(func[node] * count + unit[node])?.push(node);
  return { callers, callees };
}

/** The z of the self cost of these nodes; assumes no difference between ranges, and independent slices. */
function zAlone(left: Remaining, nodes: readonly number[], without: readonly number[], leastSamples: number): number {
  const strata = left.ownStrata(nodes, without);
  const scored = left.score(strata);
  if (!scored) return 0;
  const [a, b] = left.sides;
  const samples = scored.strata.reduce((sum, { xA, xB }) => sum + xA * a.samplesPerUnit + xB * b.samplesPerUnit, 0);
  return samples < leastSamples ? 0 : zOf(scored, noiseOf([], a, b, 0));
}
