/**
 * More calls, or dearer ones: what a profile alone cannot tell, the counts of requests can. The cost of a route changes by
 * its requests times what each of them costs; a unit of work (or a function that stands where handlers do) that a route
 * fits is traffic or code by whichever changed more. How: docs/compare.md.
 */
import type { Change, ChangeRequests, RankedChange } from './change.ts';
import { difference } from './difference.ts';
import type { Evidence, Findings } from './evidence.ts';
import type { Normalisation, Normalised } from './normalise.ts';
import { type CountedRequests, RouteFinder, type RouteRates } from './requests.ts';
import type { UnionTree } from './union.ts';

const Z95 = 1.96;
/** The z that counts need for a change that the profiles alone do not show. */
const MIN_Z = 3;
const MIN_LOG = Math.log(1.1);
/** Requests vary by chance: growth beside all other routes is reported above this, */
const BUSIER_LOG = Math.log(1.5);
/** or above this where the profiles show it too. */
const MIN_BUSIER_LOG = Math.log(1.05);
/** The share of a side from which a unit is reported. */
const MIN_SHARE = 0.01;
/** A route with this many times the requests counts as new. */
const NEW_FROM = 20;

export function decideByCounts(
  rows: readonly RankedChange[],
  union: UnionTree,
  evidence: Evidence,
  { kind, recorded: { a, b } }: Normalised,
): readonly RankedChange[] {
  if (!a.requests || !b.requests || a.seconds === undefined || b.seconds === undefined) return rows;
  const routes = fittedRoutes(rows, a.requests, b.requests);
  if (routes.size === 0) return rows;
  const sums = recordedSums(union, evidence, a.seconds, b.seconds);
  const causeAt = causesByRow(evidence);
  const all: AllFacts = { kind, rateA: a.requests.rate, rateB: b.requests.rate };
  const costs = rows.map(({ change }): RowCost | undefined => {
    const route = routes.get(change);
    if (!route) return undefined;
    const cause = change.scope === 'unit' ? -1 : (causeAt.get(change.index) ?? -1);
    if (change.scope !== 'unit' && cause < 0) return undefined;
    const isUnit = change.scope === 'unit';
    const [x, y] = isUnit ? sums.ofUnit(change.index) : sums.ofCause(cause);
    const deviation = isUnit ? deviationOf(evidence.work, change.index) : deviationOf(evidence.code, cause);
    const isLarge = Math.max((x * a.seconds!) / a.total, (y * b.seconds!) / b.total) >= MIN_SHARE;
    const seen = Math.sign(isUnit ? evidence.work.change[change.index] : evidence.code.change[cause]);
    return { route, x, y, deviation, seen, isLarge };
  });
  return rows.flatMap((row, i) => {
    const cost = costs[i];
    if (!cost) return [row];
    const { scope, index } = row.change;
    const func = scope === 'unit' ? union.func[evidence.units.node[index]] : index;
    return decided(row, cost, all, othersCost(costs, i, rows), func);
  });
}

/** A row's recorded cost per second on both sides, without causes that stand by themselves. */
interface RowCost {
  readonly route: RouteRates;
  readonly x: number;
  readonly y: number;
  /** Standard deviation of the logarithm of the change of cost. */
  readonly deviation: number;
  /** Whether its share grew or shrank, as the profiles show it. */
  readonly seen: number;
  readonly isLarge: boolean;
}

interface AllFacts {
  readonly kind: Normalisation;
  /** Requests of the whole program per second, which its load moves. */
  readonly rateA: number;
  readonly rateB: number;
}

/** A machine that is slower makes all requests dearer: what each of the other units' requests costs, B over A. */
function othersCost(costs: readonly (RowCost | undefined)[], own: number, rows: readonly RankedChange[]): number {
  let expected = 0;
  let found = 0;
  for (const [i, cost] of costs.entries()) {
    if (!cost || i === own || rows[i].change.scope !== 'unit' || cost.route === costs[own]!.route) continue;
    const { route, x, y } = cost;
    if (!(x > 0 && y > 0 && route.a > 0 && route.b > 0)) continue;
    expected += x * (route.b / route.a);
    found += y;
  }
  return expected > 0 ? found / expected : 1;
}

function decided(
  { change, rank }: RankedChange,
  { route, x, y, deviation, seen, isLarge }: RowCost,
  { kind, rateA, rateB }: AllFacts,
  others: number,
  func: number,
): readonly RankedChange[] {
  const { a, b } = route;
  const isOnBoth = x > 0 && y > 0;
  const each = isOnBoth && a > 0 && b > 0 ? y / x / (b / a) : undefined;
  const costPct = each === undefined ? null : (each - 1) * 100;
  const requests: ChangeRequests = { route: route.route, a, b, allA: rateA, allB: rateB, costPct, isMeasure: false };
  const counted: Change = { ...change, requests };
  if (each === undefined) {
    if (!change.supported) return [{ change: counted, rank }];
    const isNewRoute = x === 0 ? b > NEW_FROM * a : a > NEW_FROM * b;
    return [{ change: isNewRoute ? asWork(counted) : a > 0 && b > 0 ? asCode(counted) : counted, rank }];
  }
  const busier = Math.log(b / a / (rateB / rateA));
  const dearer = nearerToZero(Math.log(each), Math.log(each / others));
  const sd = Math.hypot(deviation, route.deviation);
  const byCounts = { change: counted, rank };
  if (change.scope !== 'unit') {
    if (Math.abs(dearer) >= Math.abs(busier)) return [{ change: asCode(counted), rank }];
    return Math.sign(busier) === seen ? [{ change: asWork(counted), rank }] : [byCounts];
  }
  if (!Number.isFinite(sd)) return [byCounts];
  const isDearer = change.supported
    ? Math.abs(dearer) >= Z95 * sd && Math.abs(dearer) > Math.abs(busier)
    : isLarge && Math.abs(dearer) >= MIN_Z * sd && Math.abs(dearer) >= MIN_LOG;
  // What got dearer hides its requests.
  const isSeen = isDearer || Math.sign(busier) === seen;
  const minBusier = Math.max(change.supported ? MIN_BUSIER_LOG : BUSIER_LOG, MIN_Z * route.deviation);
  const isBusier = isSeen && isLarge && Math.abs(busier) >= minBusier;
  // The change is that of the requests, at A's cost of each, and that of what each costs, in B's requests.
  const more = isOfAll(kind) ? Math.exp(busier) : b / a;
  const ofRequests = change.selfA * (more - 1);
  const ofCost = difference(ofRequests, change.part);
  const work: Change = {
    ...asWork(counted),
    part: ofRequests,
    code: difference(ofRequests, change.delta),
    codePct: (more - 1) * 100,
    ...endsOf(more, route.deviation),
    supported: isBusier,
    trend: more > 1 ? 'grew' : 'shrank',
  };
  const cost: Change = {
    ...counted,
    kind: 'code',
    scope: 'subtree',
    index: func,
    part: ofCost,
    code: ofCost,
    codePct: costPct,
    // What all requests have in common is not this route's.
    ...(isDearer ? endsOf(each, sd) : { low: null, high: null }),
    supported: isDearer,
    trend: each > 1 ? 'grew' : 'shrank',
    requests: { ...requests, isMeasure: true },
  };
  const certainty = Math.max(0.1, 1 - (Z95 * sd) / Math.abs(dearer || 1));
  return [
    ...(isDearer || ofCost !== 0 ? [{ change: cost, rank: Math.abs(ofCost) * (isDearer ? certainty : 1) }] : []),
    { change: work, rank: Math.abs(ofRequests) },
  ];
}

/** Amounts go by a route's part of all requests, not by how many there are. */
export function isOfAll(kind: Normalisation): boolean {
  return kind !== 'per-second' && kind !== 'absolute';
}

function endsOf(ratio: number, deviation: number): Pick<Change, 'low' | 'high'> {
  const [low, high] = [-Z95, Z95].map((z) => (ratio * Math.exp(z * deviation) - 1) * 100);
  return { low, high };
}

/** 0 where they differ in sign. */
function nearerToZero(x: number, y: number): number {
  return x * y > 0 ? Math.sign(x) * Math.min(Math.abs(x), Math.abs(y)) : 0;
}

function asWork(change: Change): Change {
  return change.scope === 'unit'
    ? { ...change, kind: 'work' }
    : { ...change, kind: 'work', code: difference(change.part, change.delta) };
}

function asCode(change: Change): Change {
  return { ...change, kind: 'code' };
}

/** A route is one unit's, and one function's. */
function fittedRoutes(
  rows: readonly RankedChange[],
  a: CountedRequests,
  b: CountedRequests,
): ReadonlyMap<Change, RouteRates> {
  const finder = new RouteFinder(a, b);
  const fitted = new Map<Change, RouteRates>();
  const taken = new Map<string, Change | undefined>();
  for (const { change } of rows) {
    const { kind, scope, name, path, isRemainder, supported } = change;
    const isUnit = scope === 'unit' && !isRemainder && kind !== 'runtime';
    const isFunction = scope === 'subtree' && supported && (kind === 'code' || kind === 'either');
    if (!isUnit && !isFunction) continue;
    const route = finder.find(isUnit ? [...path, name] : [name]);
    if (!route) continue;
    const key = `${scope} ${route.route}`;
    const other = taken.get(key);
    if (taken.has(key)) {
      if (other) fitted.delete(other);
      taken.set(key, undefined);
      continue;
    }
    taken.set(key, change);
    fitted.set(change, route);
  }
  return fitted;
}

/** Causes of a function with its callees, by function; one that has several is left out. */
function causesByRow({ causes }: Evidence): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const several = new Set<number>();
  for (const [cause, { func, scope }] of causes.entries()) {
    if (scope !== 'subtree') continue;
    if (found.has(func)) several.add(func);
    found.set(func, cause);
  }
  for (const func of several) found.delete(func);
  return found;
}

type Pair = readonly [a: number, b: number];

/** Per second, as recorded. */
function recordedSums(
  { a, b, length }: UnionTree,
  { causeOf, causes, units }: Evidence,
  secondsA: number,
  secondsB: number,
): { ofUnit(unit: number): Pair; ofCause(cause: number): Pair } {
  const unit = [new Float64Array(units.count), new Float64Array(units.count)];
  const cause = [new Float64Array(causes.length), new Float64Array(causes.length)];
  for (const [side, { self }] of [a, b].entries())
    for (let node = 0; node < length; node++) {
      if (causeOf[node] >= 0) cause[side][causeOf[node]] += self[node];
      else unit[side][units.unit[node]] += self[node];
    }
  return {
    ofUnit: (row) => [unit[0][row] / secondsA, unit[1][row] / secondsB],
    ofCause: (row) => [cause[0][row] / secondsA, cause[1][row] / secondsB],
  };
}

function deviationOf({ low, high }: Findings, row: number): number {
  return (Math.log1p(high[row]) - Math.log1p(low[row])) / (2 * Z95);
}
