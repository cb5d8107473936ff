/** What makes two sides comparable: shares, rates, requests, equal load, equal work, or nothing. */
import { roleOf } from './frame-roles.ts';
import type { CountedRequests, SideRequests } from './requests.ts';
import { sumUp, type SideColumns, type SideKey, type UnionTree } from './union.ts';

export const normalisations = [
  'share',
  'per-second',
  'per-request',
  'load-adjusted',
  'equal-work',
  'absolute',
] as const;
export type Normalisation = (typeof normalisations)[number];

/** Facts about a side beside its tree, from its query or file. */
export interface SideFacts {
  /** Length of its range, where it is known. */
  readonly seconds: number | undefined;
  /** True for live amounts (memory in use, goroutines), which have no rate. */
  readonly isSnapshot: boolean;
  /** Undefined where nobody was asked. */
  readonly requests?: SideRequests | undefined;
}

/** Units of work (`evidence.ts`) and how the work of each changed: its share on B over its share on A. */
export interface UnitGrowth {
  /** By node. */
  readonly unit: Int32Array;
  /** By unit; 0 or Infinity where a side lacks it. */
  readonly growth: Float64Array;
}

export interface Normalised {
  readonly kind: Normalisation;
  /** By node of the union. */
  readonly a: { readonly self: Float64Array; readonly total: Float64Array };
  readonly b: { readonly self: Float64Array; readonly total: Float64Array };
  /** The load of B relative to A, by which `load-adjusted` divides; 1 for other kinds. */
  readonly load: number;
  /** The recorded amounts of each side. */
  readonly recorded: Readonly<Record<SideKey, Recorded>>;
}

interface Recorded {
  readonly total: number;
  /** Undefined where it is not known, and of what has no rate. */
  readonly seconds: number | undefined;
  /** Undefined where they are not known, and of what has no rate. */
  readonly requests: CountedRequests | undefined;
}

/** @returns why it cannot be applied, undefined where it can. */
export function whyNotNormalised(
  kind: Normalisation,
  union: UnionTree,
  a: SideFacts,
  b: SideFacts,
): string | undefined {
  const totals = [union.a.total[0], union.b.total[0]];
  if (kind === 'absolute') return undefined;
  if (kind === 'share' || kind === 'equal-work') {
    const empty = totals.findIndex((total) => !(total > 0));
    return empty < 0 ? undefined : `Side ${'AB'[empty]} has no shares: its total is ${totals[empty]}.`;
  }
  if (a.isSnapshot || b.isSnapshot)
    return kind === 'per-request'
      ? 'Live amounts, such as memory in use, are not used by single requests.'
      : 'Live amounts, such as memory in use, have no rate per second.';
  const timeless = [a, b].findIndex(({ seconds }) => seconds === undefined || !(seconds > 0));
  if (timeless >= 0) return `Side ${'AB'[timeless]} does not say how long it was recorded.`;
  if (kind === 'per-request') return whyNotPerRequest(a, b);
  if (kind === 'load-adjusted' && totals.some((total) => !(total > 0)))
    return 'A side is empty: there is no load to adjust.';
  return undefined;
}

function whyNotPerRequest(a: SideFacts, b: SideFacts): string | undefined {
  for (const [i, { requests }] of [a, b].entries()) {
    if (requests?.kind === 'counted' && requests.count > 0 && requests.rate > 0) continue;
    const why = requests?.kind === 'unknown' ? requests.why : 'No requests were counted.';
    return `Side ${'AB'[i]}: ${why}`;
  }
  return undefined;
}

/**
 * @param work for `equal-work`: each unit of both sides is scaled to their (geometric) mean, so that a swap mirrors it.
 * @throws RangeError where `whyNotNormalised` has a reason
 */
export function normalise(
  kind: Normalisation,
  union: UnionTree,
  a: SideFacts,
  b: SideFacts,
  work: UnitGrowth | undefined,
): Normalised {
  const reason = whyNotNormalised(kind, union, a, b);
  if (reason !== undefined) throw new RangeError(reason);
  const recorded = { a: recordedOf(union.a, a), b: recordedOf(union.b, b) };
  switch (kind) {
    case 'absolute':
      return { kind, a: union.a, b: union.b, load: 1, recorded };
    case 'share':
      return { kind, a: divided(union.a, union.a.total[0]), b: divided(union.b, union.b.total[0]), load: 1, recorded };
    case 'per-second':
      return { kind, a: divided(union.a, a.seconds!), b: divided(union.b, b.seconds!), load: 1, recorded };
    case 'per-request': {
      const [ofA, ofB] = [recorded.a.requests!.rate * a.seconds!, recorded.b.requests!.rate * b.seconds!];
      return { kind, a: divided(union.a, ofA), b: divided(union.b, ofB), load: 1, recorded };
    }
    case 'load-adjusted': {
      const load = loadRatio(union) * (a.seconds! / b.seconds!);
      const root = Math.sqrt(load);
      return { kind, a: divided(union.a, a.seconds! / root), b: divided(union.b, b.seconds! * root), load, recorded };
    }
    case 'equal-work': {
      if (!work) throw new RangeError('Equal work needs the units of work of both sides.');
      return {
        kind,
        a: reweighted(union.a, union, work, 0.5),
        b: reweighted(union.b, union, work, -0.5),
        load: 1,
        recorded,
      };
    }
  }
}

function recordedOf({ total }: SideColumns, { seconds, isSnapshot, requests }: SideFacts): Recorded {
  const hasRate = !isSnapshot && seconds !== undefined && seconds > 0;
  const isCounted = requests?.kind === 'counted' && requests.count > 0 && requests.rate > 0;
  return {
    total: total[0],
    seconds: hasRate ? seconds : undefined,
    requests: hasRate && isCounted ? requests : undefined,
  };
}

/** A single division rounds once, so proportional sides have identical shares. */
function divided({ self, total }: SideColumns, by: number): Normalised['a'] {
  return { self: self.map((value) => value / by), total: total.map((value) => value / by) };
}

function reweighted(
  { self, total }: SideColumns,
  { parent }: UnionTree,
  { unit, growth }: UnitGrowth,
  power: number,
): Normalised['a'] {
  const whole = total[0];
  const factor = growth.map((k) => (k > 0 && Number.isFinite(k) ? k ** power : 1));
  const weighted = self.map((value, node) => (value / whole) * factor[unit[node]]);
  return { self: weighted, total: sumUp(weighted, parent) };
}

/**
 * Median over functions of self on B over self on A, each weighted by how well its ratio is known: for counts the
 * variance of log(b/a) is 1/a + 1/b. In raw amounts; waiting is no load.
 */
function loadRatio({ a, b, func, names }: UnionTree): number {
  const ofA = new Float64Array(names.length);
  const ofB = new Float64Array(names.length);
  for (let node = 1; node < func.length; node++) {
    ofA[func[node]] += a.self[node];
    ofB[func[node]] += b.self[node];
  }
  const isIdle = names.map((name) => roleOf(name) === 'idle');
  const ratios: { readonly log: number; readonly weight: number }[] = [];
  for (let f = 0; f < names.length; f++) {
    if (isIdle[f] || !(ofA[f] > 0 && ofB[f] > 0)) continue;
    // As shares, so that a swap of the sides, or a longer one, weighs alike.
    const x = ofA[f] / a.total[0];
    const y = ofB[f] / b.total[0];
    ratios.push({ log: Math.log(ofB[f] / ofA[f]), weight: (x * y) / (x + y) });
  }
  if (ratios.length === 0) return b.total[0] / a.total[0];
  ratios.sort((x, y) => x.log - y.log);
  const half = ratios.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let below = 0;
  for (const [i, { log, weight }] of ratios.entries()) {
    below += weight;
    if (below > half) return Math.exp(log);
    if (below === half) return Math.exp((log + ratios[i + 1].log) / 2);
  }
  return Math.exp(ratios.at(-1)!.log);
}
