/** What changed: causes in order. Σ code + Σ work + Σ moved + Σ runtime is the change of the total. */
import { difference } from './difference.ts';
import { pathOf } from './call-path.ts';
import { nodeName, type CallTree } from './call-tree.ts';
import type { Change, ChangeKind, RankedChange } from './change.ts';
import { decideByCounts } from './decide-by-counts.ts';
import { verdicts, type Evidence, type Findings } from './evidence.ts';
import type { Normalised } from './normalise.ts';
import { ofEach, splitChange, type Split } from './split-change.ts';
import type { UnionTree } from './union.ts';

export interface WhatChanged {
  /** Supported first: code, code or traffic, traffic, moves, the runtime; each group by size and certainty. Then the rest by size. */
  readonly changes: readonly Change[];
  /** Net change of the whole. */
  readonly delta: number;
  /** The whole change: the net change, or for shares half of the sum of all functions' moves. */
  readonly whole: number;
  /** The share of `whole` that the supported causes explain together. */
  readonly explained: number;
  /** Growth of everything without code changes, 1 for shares: more work, or a uniformly slower program. */
  readonly growth: number;
  /** For shares, which do not show it: the total of B per second over that of A; undefined without a rate. */
  readonly rateGrowth: number | undefined;
  /** The logarithm of a growth that chance alone reaches in one of twenty comparisons: that of counting samples. */
  readonly chance: number;
  readonly total: { readonly a: number; readonly b: number };
  /** The largest code change that could be hidden in the largest unchanged functions outside of the runtime; undefined if none was tested. */
  readonly silence: Silence | undefined;
  /** Random difference between the ranges, in percent of each function. */
  readonly between: number;
  /** Requests of both sides together with their cost, where both sides have counts. */
  readonly requests: AllRequests | undefined;
}

/** Requests per second, and what each costs in the unit of the profiles. */
interface AllRequests {
  readonly rateA: number;
  readonly rateB: number;
  readonly costA: number;
  readonly costB: number;
  /** Whether the costs leave out idle time, which the totals of the sides have. */
  readonly isWithoutIdle: boolean;
}

interface Silence {
  /** The number of these largest functions. */
  readonly functions: number;
  readonly percent: number;
  /** Further seconds of each side that would show half of it; undefined if they would not, or if unknown. */
  readonly moreSeconds: number | undefined;
}

/** Smaller parts than this of the whole are rounding. */
const ROUNDING = 1e-12;
const Z95 = 1.96;
/** The number of functions in the statement about no change. */
const SILENT_FUNCTIONS = 5;
/** Longer waits than this many times the range are not suggested. */
const MAX_TIMES = 20;

/** Names of units that no frame names. */
const unitNames: Readonly<Partial<Record<Evidence['units']['kind'][number], string>>> = {
  rest: 'code outside of handlers',
  runtime: 'the runtime',
  idle: 'idle time',
};

const groups: Readonly<Record<ChangeKind, number>> = { code: 0, either: 1, work: 2, moved: 3, runtime: 4 };

export function whatChanged(union: UnionTree, normalised: Normalised, evidence: Evidence): WhatChanged {
  const split = splitChange(union, normalised, evidence);
  const total = { a: normalised.a.total[0], b: normalised.b.total[0] };
  const delta = difference(total.a, total.b);
  const isShare = normalised.kind === 'share' || normalised.kind === 'equal-work';
  const whole = isShare ? split.moved : delta;
  const least = ROUNDING * Math.max(Math.abs(total.a), Math.abs(total.b));
  const rows = decideByCounts(rowsOf(union, evidence, split, least), union, evidence, normalised);
  const explains = ({ part }: Change): number =>
    Math.abs(whole) <= least ? 0 : (isShare ? Math.abs(part) : part) / whole;
  const changes = rows
    .map(({ change, rank }) => ({ change: { ...change, explained: explains(change) }, rank }))
    .sort(
      (x, y) =>
        Number(y.change.supported) - Number(x.change.supported) ||
        (x.change.supported ? groups[x.change.kind] - groups[y.change.kind] : 0) ||
        y.rank - x.rank ||
        (x.change.name < y.change.name ? -1 : 1),
    )
    .map(({ change }) => change);
  return {
    changes,
    delta,
    whole: Math.abs(whole) <= least ? 0 : whole,
    explained: explainedBy(explaining(changes, isShare)),
    growth: isShare ? 1 : split.growth,
    rateGrowth: isShare ? rateGrowthOf(normalised) : undefined,
    chance: chanceOf(evidence),
    total,
    silence: silenceOf(union, evidence, normalised),
    between: evidence.between * 100,
    requests: allRequests(union, evidence, normalised),
  };
}

/** A change as `changes(n)` of the console and the command line give it. */
export function consoleForm(change: Change): Omit<Change, 'part' | 'trend' | 'isRemainder' | 'hasHelpers' | 'index'> {
  const { part: _part, trend: _trend, isRemainder: _rest, hasHelpers: _helpers, index: _index, ...row } = change;
  return row;
}

function rowsOf(union: UnionTree, evidence: Evidence, split: Split, least: number): RankedChange[] {
  const { causes, moves, units, code, work, functions } = evidence;
  const rows: RankedChange[] = [];
  const add = (
    which: Pick<Change, 'kind' | 'name' | 'scope' | 'within' | 'index' | 'hasHelpers' | 'inlined'> & {
      node: number;
      supported: boolean;
    },
    [selfA, selfB, ofPart]: readonly [number, number, number],
    findings: Findings | undefined,
    row: number,
  ): void => {
    if (!which.supported && !(Math.abs(ofPart) > least) && !(which.scope !== 'unit' && Math.abs(selfB - selfA) > least))
      return;
    const { node, ...rest } = which;
    const delta = difference(selfA, selfB);
    const part = Math.abs(ofPart) > least ? ofPart : 0;
    const isUnit = which.scope === 'unit';
    const isOneSided = selfA === 0 || selfB === 0;
    // Percent, interval and verdict are of one test; what was not tested has only its amounts.
    const tested = findings ? finite(findings.change[row] * 100) : null;
    const codePct = isOneSided ? null : (tested ?? percentOf(selfB - part, part));
    const trend =
      selfA === 0 ? 'new' : selfB === 0 ? 'gone' : (isUnit ? part : (tested ?? part)) > 0 ? 'grew' : 'shrank';
    const [low, high] = findings ? [findings.low[row] * 100, findings.high[row] * 100] : [Number.NaN, Number.NaN];
    const z = findings?.z[row] ?? 0;
    rows.push({
      change: {
        ...rest,
        path: pathOf(asTree(union), union.names, node),
        selfA,
        selfB,
        delta,
        deltaPct: percentOf(selfA, delta),
        code: isUnit ? difference(part, delta) : part,
        codePct,
        low: codePct === null ? null : finite(Math.min(low, codePct)),
        high: codePct === null ? null : finite(Math.max(high, codePct)),
        explained: 0,
        part,
        trend,
        isRemainder: isUnit && units.kind[which.index] === 'rest',
      },
      // As large as it is at least.
      rank: which.supported ? Math.abs(part) * Math.max(0.1, 1 - Z95 / Math.abs(z || 1)) : Math.abs(part),
    });
  };
  const unitName = (unit: number): string => nodeName(asTree(union), union.names, units.node[unit]);
  const places = split.places;
  for (const [i, { func, scope, unit, isRuntime, isEither, inlined }] of causes.entries())
    add(
      {
        kind: isRuntime ? 'runtime' : isEither ? 'either' : 'code',
        name: union.names[func],
        scope,
        within: unit < 0 || isRuntime ? undefined : unitName(unit),
        hasHelpers: scope === 'self' && split.isShared[i] === 1,
        inlined: inlined.length > 0 ? inlined.map((f) => union.names[f]) : undefined,
        index: func,
        node: places.ofCause[i],
        supported: true,
      },
      ofEach(split.ofCause, i),
      code,
      i,
    );
  for (const [i, { caller, callee, isClear }] of moves.entries())
    add(
      {
        kind: 'moved',
        name: union.names[callee],
        scope: 'self',
        within: union.names[caller],
        index: callee,
        node: places.ofMove[i],
        supported: isClear,
      },
      ofEach(split.ofMove, i),
      undefined,
      0,
    );
  for (const [kind, amounts] of [
    ['code', split.ofFunction],
    ['runtime', split.ofRuntime],
  ] as const)
    for (let f = 0; f < union.names.length; f++)
      add(
        {
          kind,
          name: union.names[f],
          scope: 'self',
          within: undefined,
          index: f,
          node: places.ofFunction[f],
          supported: false,
        },
        ofEach(amounts, f),
        verdicts[functions.verdict[f]] === 'supported' ? undefined : functions,
        f,
      );
  for (let unit = 0; unit < units.count; unit++) {
    const kind = units.kind[unit];
    const named = unitNames[kind];
    add(
      {
        kind: kind === 'runtime' || kind === 'idle' ? 'runtime' : kind === 'work' ? 'work' : 'either',
        name: named ?? unitName(unit),
        scope: 'unit',
        within: undefined,
        index: unit,
        node: named === undefined ? units.node[unit] : 0,
        supported: verdicts[work.verdict[unit]] === 'supported',
      },
      ofEach(split.ofUnit, unit),
      kind === 'runtime' || kind === 'idle' ? undefined : work,
      unit,
    );
  }
  return rows;
}

/**
 * The supported changes that count towards what is explained together. Gains and losses of shares mirror each other: those
 * of the larger direction count.
 */
export function explaining(changes: readonly Change[], isShare: boolean): readonly Change[] {
  const supported = changes.filter((change) => change.supported);
  if (!isShare) return supported;
  const [grown, shrunk] = [supported.filter(({ part }) => part > 0), supported.filter(({ part }) => part <= 0)];
  return explainedBy(grown) >= explainedBy(shrunk) ? grown : shrunk;
}

function explainedBy(changes: readonly Change[]): number {
  return changes.reduce((sum, { explained }) => sum + explained, 0);
}

/**
 * The growth that the widest interval allows among the largest unchanged functions. The runtime is left out: it is assumed
 * to differ by so much between any two ranges that no length of them would show less.
 */
function silenceOf(
  { a, b, func, names }: UnionTree,
  { functions, between, units }: Evidence,
  { recorded }: Normalised,
): Silence | undefined {
  const size = new Float64Array(names.length);
  for (let node = 1; node < func.length; node++) {
    const kind = units.kind[units.unit[node]];
    if (kind === 'runtime' || kind === 'idle') continue;
    size[func[node]] += Math.max(0, a.self[node]) / a.total[0] + Math.max(0, b.self[node]) / b.total[0];
  }
  const tested = [...names.keys()].filter((f) => {
    const verdict = verdicts[functions.verdict[f]];
    return size[f] > 0 && verdict !== 'supported' && functions.low[f] > -1 && Number.isFinite(functions.high[f]);
  });
  const largest = tested.sort((f, g) => size[g] - size[f]).slice(0, SILENT_FUNCTIONS);
  if (largest.length === 0) return undefined;
  // An interval of the same width, centred at no change.
  const width = largest.map((f) => (Math.log1p(functions.high[f]) - Math.log1p(functions.low[f])) / 2);
  const widest = Math.max(...width);
  // More time reduces the variation within the ranges, not the difference between them.
  const lasting = (Z95 * between) ** 2;
  const times = (widest ** 2 - lasting) / (widest ** 2 / 4 - lasting);
  const seconds = Math.max(recorded.a.seconds ?? 0, recorded.b.seconds ?? 0);
  return {
    functions: largest.length,
    percent: Math.expm1(widest) * 100,
    moreSeconds: seconds > 0 && times > 1 && times <= MAX_TIMES ? (times - 1) * seconds : undefined,
  };
}

function allRequests({ a, b }: UnionTree, { units }: Evidence, { recorded }: Normalised): AllRequests | undefined {
  const [ofA, ofB] = [recorded.a.requests, recorded.b.requests];
  if (!ofA || !ofB) return undefined;
  const idle = units.kind.indexOf('idle');
  const costOf = ({ self }: UnionTree['a'], requests: number): number =>
    self.reduce((sum, one, node) => (units.unit[node] === idle ? sum : sum + one), 0) / requests;
  return {
    rateA: ofA.rate,
    rateB: ofB.rate,
    costA: costOf(a, ofA.rate * recorded.a.seconds!),
    costB: costOf(b, ofB.rate * recorded.b.seconds!),
    isWithoutIdle: units.unit.some((unit, node) => unit === idle && a.self[node] + b.self[node] > 0),
  };
}

function rateGrowthOf({ recorded: { a, b } }: Normalised): number | undefined {
  if (a.seconds === undefined || b.seconds === undefined || !(a.total > 0) || !(b.total > 0)) return undefined;
  return b.total / b.seconds / (a.total / a.seconds);
}

function chanceOf({ functions: { samplesA, samplesB } }: Evidence): number {
  const [a, b] = [samplesA, samplesB].map((column) => column.reduce((sum, one) => sum + one, 0));
  return Z95 * Math.sqrt(1 / a + 1 / b);
}

/** Names and paths need no amounts. */
function asTree(union: UnionTree): CallTree {
  return { ...union, self: union.a.self, total: union.a.total, exact: undefined, negative: union.a.negative };
}

function percentOf(from: number, delta: number): number | null {
  return finite((delta / from) * 100);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
