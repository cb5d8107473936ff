/** Pairs the functions of the two sides of a comparison, although names change at every build or start. */
import type { CallTree } from './call-tree.ts';
import { canonicalName, stableName } from './canonical-name.ts';
import { type LineShifts, lineShifts } from './line-shifts.ts';
import { type Neighbours, neighboursOf } from './name-neighbours.ts';
import { scriptPlace } from './script-place.ts';
import type { NamedTree, SideKey } from './union.ts';

/** The functions of both sides as one table: A's under their own numbers, then those that only B has. */
export interface PairedNames {
  /** Names in B; for functions that only A has, names in A. */
  readonly names: readonly string[];
  /** Names in A, where they differ from `names`. */
  readonly namesInA: ReadonlyMap<number, string>;
  /** The function in `names`, by function of each side. */
  readonly a: Int32Array;
  readonly b: Int32Array;
}

/** The functions of each side with one canonical name, by their stable names. */
interface Group {
  readonly a: string[];
  readonly b: string[];
}

/** Larger groups are paired by equal names alone, because all candidates are compared with each other. */
const MAX_CANDIDATES = 4096;

/**
 * Pairs equal names, and names that differ only in random marks or counters (`canonical-name.ts`). Functions of one side are
 * one where only random marks tell them apart. Of several with one canonical name those are paired that moved with the
 * lines around them, then equal names, those with the same callers and callees, and those in one order; the rest stands alone.
 */
export function pairNames(a: NamedTree, b: NamedTree): PairedNames {
  if (haveEqualNames(a.names, b.names)) {
    const same = Int32Array.from(a.names, (_, func) => func);
    return { names: b.names, namesInA: new Map(), a: same, b: same };
  }
  const stableA = a.names.map(stableName);
  const stableB = b.names.map(stableName);
  const pairs = pairStableNames(sideOf(a, stableA), sideOf(b, stableB));

  const names = [...a.names];
  const namesInA = new Map<number, string>();
  const places = new Map<string, number>();
  const ofA = Int32Array.from(stableA, (stable, func) => firstPlace(places, stable, func));
  const placesOfB = new Map<string, number>();
  const ofB = Int32Array.from(stableB, (stable, func) => {
    const known = placesOfB.get(stable);
    if (known !== undefined) return known;
    const paired = pairs.get(stable);
    const place = (paired === undefined ? undefined : places.get(paired)) ?? names.length;
    if (place < a.names.length && names[place] !== b.names[func]) namesInA.set(place, names[place]);
    names[place] = b.names[func];
    placesOfB.set(stable, place);
    return place;
  });
  return { names, namesInA, a: ofA, b: ofB };
}

function haveEqualNames(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((name, func) => name === b[func]));
}

function firstPlace(places: Map<string, number>, stable: string, func: number): number {
  const known = places.get(stable);
  if (known === undefined) places.set(stable, func);
  return known ?? func;
}

interface Side {
  readonly tree: CallTree;
  /** By function. */
  readonly stable: readonly string[];
  readonly has: ReadonlySet<string>;
}

function sideOf({ tree }: NamedTree, stable: readonly string[]): Side {
  return { tree, stable, has: new Set(stable) };
}

/** By stable name of B: its partner in A. */
function pairStableNames(a: Side, b: Side): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  const groups = new Map<string, Group>();
  const canonical = new Map<string, string>();
  const collect = (side: SideKey, own: Side, other: Side): void => {
    for (const stable of own.has) {
      const form = canonicalName(stable);
      canonical.set(stable, form);
      if (form === stable && other.has.has(stable)) {
        pairs.set(stable, stable);
        continue;
      }
      let group = groups.get(form);
      if (!group) groups.set(form, (group = { a: [], b: [] }));
      group[side].push(stable);
    }
  };
  collect('a', a, b);
  collect('b', b, a);

  const open: Group[] = [];
  for (const group of groups.values()) {
    if (group.a.length === 0 || group.b.length === 0) continue;
    if (group.a.length === group.b.length && group.a.every((stable) => b.has.has(stable)))
      for (const stable of group.a) pairs.set(stable, stable);
    else open.push(group);
  }
  if (open.length === 0) return pairs;
  const candidates = new Set(open.flatMap((group) => [...group.a, ...group.b]));
  const form = (stable: string): string => canonical.get(stable)!;
  const evidence: Evidence = {
    shifts: lineShifts(pairs),
    a: neighboursOf(a.tree, a.stable, candidates, form),
    b: neighboursOf(b.tree, b.stable, candidates, form),
  };
  const ambiguous: Group[] = [];
  for (const group of open) {
    const [ofA] = group.a;
    const [ofB] = group.b;
    if (group.a.length > 1 || group.b.length > 1) ambiguous.push(group);
    else if (!contradict(ofA, ofB, evidence) && !evidence.shifts.excludes(ofA, ofB)) pairs.set(ofB, ofA);
  }
  // The pairs in a file that are certain show how far the other functions moved.
  const known = { ...evidence, shifts: lineShifts(pairs) };
  for (const group of ambiguous) for (const [ofB, ofA] of pairsOf(group, known)) pairs.set(ofB, ofA);
  return pairs;
}

interface Evidence {
  readonly shifts: LineShifts;
  readonly a: Neighbours;
  readonly b: Neighbours;
}

/** Pairs [B, A] of a group, strongest evidence first. */
function pairsOf(group: Group, evidence: Evidence): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  let restA = [...group.a].sort(byNumbers);
  let restB = [...group.b].sort(byNumbers);
  const take = (pairs: readonly (readonly [string, string])[]): void => {
    found.push(...pairs);
    const takenA = new Set(pairs.map(([, ofA]) => ofA));
    const takenB = new Set(pairs.map(([ofB]) => ofB));
    restA = restA.filter((one) => !takenA.has(one));
    restB = restB.filter((one) => !takenB.has(one));
  };
  const isSmall = group.a.length * group.b.length <= MAX_CANDIDATES;
  if (isSmall) take(movedWithLines(restA, restB, evidence.shifts));
  const takeEqual = (isSame: (name: string) => boolean): void => {
    const inB = new Set(restB);
    take(restA.filter((one) => inB.has(one) && isSame(one)).map((one) => [one, one] as const));
  };
  takeEqual((name) => !contradict(name, name, evidence) && shareCallers(name, name, evidence));
  if (!isSmall) return found;
  for (let more = bestPairs(restA, restB, evidence); more.length > 0; more = bestPairs(restA, restB, evidence))
    take(more);
  takeEqual((name) => !contradict(name, name, evidence));
  take(inOrder(restA, restB, evidence));
  return found;
}

const numbers = new Intl.Collator('en', { numeric: true });

function byNumbers(one: string, other: string): number {
  return numbers.compare(one, other);
}

function movedWithLines(
  restA: readonly string[],
  restB: readonly string[],
  shifts: LineShifts,
): readonly (readonly [string, string])[] {
  const taken = new Set<string>();
  const found: (readonly [string, string])[] = [];
  for (const one of restA) {
    const line = shifts.lineInB(one);
    if (line === undefined) continue;
    const there = restB.filter((other) => !taken.has(other) && scriptPlace(other)?.line === line);
    const column = scriptPlace(one)?.column;
    const other = there.length === 1 ? there[0] : there.find((candidate) => scriptPlace(candidate)?.column === column);
    if (other === undefined) continue;
    taken.add(other);
    found.push([other, one]);
  }
  return found;
}

/** Both have callees, and none in common. */
function contradict(ofA: string, ofB: string, { a, b }: Evidence): boolean {
  const mine = a.callees(ofA);
  const others = b.callees(ofB);
  return mine.size > 0 && others.size > 0 && overlap(mine, others) === 0;
}

function shareCallers(ofA: string, ofB: string, { a, b }: Evidence): boolean {
  return overlap(a.callers(ofA), b.callers(ofB)) > 0;
}

/** Callees tell more than callers, which handlers of one dispatcher share. */
function likeness(ofA: string, ofB: string, evidence: Evidence): number {
  if (contradict(ofA, ofB, evidence)) return 0;
  const { a, b } = evidence;
  return overlap(a.callers(ofA), b.callers(ofB)) + 2 * overlap(a.callees(ofA), b.callees(ofB));
}

/** Shared part of two sets, 0 to 1. */
function overlap(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0;
  for (const item of one) if (other.has(item)) shared++;
  return shared === 0 ? 0 : shared / (one.size + other.size - shared);
}

/** Pairs in which each is the other's best match. */
function bestPairs(
  restA: readonly string[],
  restB: readonly string[],
  evidence: Evidence,
): readonly (readonly [string, string])[] {
  const alike = restA.map((ofA) => restB.map((ofB) => likeness(ofA, ofB, evidence)));
  const found: (readonly [string, string])[] = [];
  for (const [i, row] of alike.entries()) {
    const best = Math.max(0, ...row);
    const j = row.indexOf(best);
    const isBest = best > 0 && row.lastIndexOf(best) === j && alike.every((other, k) => k === i || other[j] < best);
    if (isBest) found.push([restB[j], restA[i]]);
  }
  return found;
}

/** Pairs functions with the same callers, if both sides have equally many, in the order of their numbers. */
function inOrder(
  restA: readonly string[],
  restB: readonly string[],
  evidence: Evidence,
): readonly (readonly [string, string])[] {
  const ofB = byCallers(restB, evidence.b);
  const found: (readonly [string, string])[] = [];
  for (const [callers, mine] of byCallers(restA, evidence.a)) {
    const others = ofB.get(callers) ?? [];
    if (others.length !== mine.length || mine.some((one, i) => contradict(one, others[i], evidence))) continue;
    for (const [i, one] of mine.entries()) found.push([others[i], one]);
  }
  return found;
}

function byCallers(functions: readonly string[], neighbours: Neighbours): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const one of functions) {
    const callers = [...neighbours.callers(one)].sort().join('\n');
    const known = groups.get(callers);
    if (known) known.push(one);
    else groups.set(callers, [one]);
  }
  return groups;
}
