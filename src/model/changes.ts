/** What changed: causes in order, each code or work. Σ code + Σ work is the change of the whole. */
import { pathOf, type CallPath } from './call-path.ts';
import { nodeName, type CallTree } from './call-tree.ts';
import type { Contexts, WorkGroups } from './contexts.ts';
import type { UnionTree } from './union.ts';
import { verdicts, type Evidence, type Findings } from './evidence.ts';
import type { Normalised } from './normalise.ts';

/** One cause. Amounts are in the shown normalisation, percents are in percent. */
export interface Change {
  readonly kind: 'code' | 'work';
  /** Of the function, or of the topmost frame of a context. */
  readonly name: string;
  /** Where the function changed most; of a context, its place. */
  readonly path: CallPath;
  /** Self of the function; of a context, its total. */
  readonly selfA: number;
  readonly selfB: number;
  readonly delta: number;
  /** Null from 0 and to 0. */
  readonly deltaPct: number | null;
  /** What of the delta is code: of a function beyond the growth of its contexts, of a context all but its growth. */
  readonly code: number;
  /** Of a function against its surroundings; of a context its size against the whole. Null for what is new or gone. */
  readonly codePct: number | null;
  /** 95 % interval of `codePct`. */
  readonly low: number | null;
  readonly high: number | null;
  readonly supported: boolean;
  /** Part of the whole change that this cause alone accounts for; of a net change, negative where it goes the other way. */
  readonly explained: number;
  /** What the cause did: `code` of a function, the rest of a context's delta. */
  readonly part: number;
  readonly trend: 'new' | 'gone' | 'grew' | 'shrank';
  /** What is left of a frame when the parts below it are taken out. */
  readonly isRemainder: boolean;
  /** Function of the union, or group of `Evidence.groups`. */
  readonly index: number;
}

export interface WhatChanged {
  /** Supported first, then the rest, each by the size of its part. */
  readonly changes: readonly Change[];
  /** Net change of the whole. */
  readonly delta: number;
  /** Whole change: the net one, or for shares half of what all functions moved. */
  readonly whole: number;
  /** What the supported causes account for together, of `whole`. */
  readonly explained: number;
  /** Growth of all that did not change as code, 1 under shares: more work, or a program that is slower all over. */
  readonly growth: number;
  readonly total: { readonly a: number; readonly b: number };
}

/** Smaller parts than this of the whole are rounding. */
const ROUNDING = 1e-12;

export function whatChanged(
  union: UnionTree,
  contexts: Contexts,
  normalised: Normalised,
  evidence: Evidence,
): WhatChanged {
  const split = splitChange(union, contexts, normalised, evidence.changed);
  const { ofFunction, ofContext } = split;
  const total = { a: normalised.a.total[0], b: normalised.b.total[0] };
  const delta = total.b - total.a;
  const isShare = normalised.kind === 'share' || normalised.kind === 'equal-work';
  let moved = 0;
  for (let f = 0; f < ofFunction.a.length; f++) moved += Math.abs(ofFunction.b[f] - ofFunction.a[f]) / 2;
  const whole = isShare ? moved : delta;
  const least = ROUNDING * Math.max(Math.abs(total.a), Math.abs(total.b));
  const explains = (part: number, change: number): number => {
    if (Math.abs(whole) <= least) return 0;
    return isShare ? Math.min(1, Math.min(Math.abs(part), Math.abs(change) || Math.abs(part)) / whole) : part / whole;
  };
  const row = (
    kind: Change['kind'],
    index: number,
    amounts: Amounts,
    part: number,
    findings: Findings,
    node: number,
  ): Change => {
    const [selfA, selfB] = [amounts.a[index], amounts.b[index]];
    const code = kind === 'code' ? part : selfB - selfA - part;
    // Where nothing was tested, the sizes themselves.
    const change = Number.isNaN(findings.change[index]) ? percentOf(selfB - part, part) : findings.change[index] * 100;
    return {
      kind,
      name: kind === 'code' ? union.names[index] : nodeName(asTree(union), union.names, node),
      path: pathOf(asTree(union), union.names, node),
      selfA,
      selfB,
      delta: selfB - selfA,
      deltaPct: percentOf(selfA, selfB - selfA),
      code,
      codePct: selfA === 0 || selfB === 0 ? null : change,
      low: percentOrNull(findings.low[index]),
      high: percentOrNull(findings.high[index]),
      supported: verdicts[findings.verdict[index]] === 'supported',
      explained: explains(part, selfB - selfA),
      part,
      trend: selfA === 0 ? 'new' : selfB === 0 ? 'gone' : part > 0 ? 'grew' : 'shrank',
      isRemainder: kind === 'work' && evidence.groups.isRemainder[index] === 1,
      index,
    };
  };
  const changes: Change[] = [];
  const places = largestChanges(union, normalised);
  for (let f = 0; f < union.names.length; f++) {
    const { a, b, part } = ofFunction;
    if (Math.abs(part[f]) > least || Math.abs(b[f] - a[f]) > least)
      changes.push(row('code', f, ofFunction, part[f], evidence.functions, places[f]));
  }
  const ofGroup = grouped(ofContext, evidence.groups);
  for (let g = 0; g < evidence.groups.count; g++) {
    if (Math.abs(ofGroup.part[g]) > least)
      changes.push(row('work', g, ofGroup, ofGroup.part[g], evidence.work, evidence.groups.node[g]));
  }
  changes.sort(
    (x, y) =>
      Number(y.supported) - Number(x.supported) || Math.abs(y.part) - Math.abs(x.part) || (x.name < y.name ? -1 : 1),
  );
  return {
    changes,
    delta,
    whole: Math.abs(whole) <= least ? 0 : whole,
    explained: explainedTogether(
      changes.filter(({ supported }) => supported),
      isShare,
    ),
    growth: isShare ? 1 : split.growth,
    total,
  };
}

/** A change as `changes(n)` of the console and the command line give it. */
export function consoleForm(change: Change): Omit<Change, 'part' | 'trend' | 'isRemainder' | 'index'> {
  const { part: _part, trend: _trend, isRemainder: _rest, index: _index, ...row } = change;
  return row;
}

interface Amounts {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

interface Split {
  /** The last function stands for stacks without a frame. */
  readonly ofFunction: Amounts & { readonly part: Float64Array };
  readonly ofContext: Amounts & { readonly part: Float64Array };
  readonly growth: number;
}

/**
 * code of f = what B has of it, less what A would have with each context grown by k; work of c = (k − 1) · all of c on A;
 * k over what did not change as code. A context on one side only is work alone.
 */
function splitChange(
  union: UnionTree,
  { context, count }: Contexts,
  normalised: Normalised,
  changed: Int32Array,
): Split {
  const functions = union.names.length + 1;
  const selfA = normalised.a.self;
  const selfB = normalised.b.self;
  const columns = (length: number): Amounts & { readonly part: Float64Array } => ({
    a: new Float64Array(length),
    b: new Float64Array(length),
    part: new Float64Array(length),
  });
  const ofFunction = columns(functions);
  const ofContext = columns(count);
  const rest = columns(count);
  const isChanged = new Uint8Array(functions);
  for (const f of changed) isChanged[f] = 1;
  for (let node = 0; node < union.length; node++) {
    const f = node === 0 ? functions - 1 : union.func[node];
    const c = context[node];
    ofFunction.a[f] += selfA[node];
    ofFunction.b[f] += selfB[node];
    ofContext.a[c] += selfA[node];
    ofContext.b[c] += selfB[node];
    if (isChanged[f] === 1) continue;
    rest.a[c] += selfA[node];
    rest.b[c] += selfB[node];
  }
  const sum = (column: Float64Array): number => column.reduce((all, one) => all + one, 0);
  const ofAll = sum(rest.b) / sum(rest.a);
  const overall = ofAll > 0 && Number.isFinite(ofAll) ? ofAll : 1;
  const k = Float64Array.from(rest.a, (a, c) => {
    const isOnBoth = ofContext.a[c] > 0 && ofContext.b[c] > 0;
    if (!isOnBoth) return ofContext.b[c] === 0 ? 0 : 1;
    return a > 0 && rest.b[c] > 0 ? rest.b[c] / a : overall;
  });
  const isNewContext = Uint8Array.from(ofContext.a, (a, c) => (a === 0 && ofContext.b[c] !== 0 ? 1 : 0));
  for (let node = 0; node < union.length; node++) {
    const c = context[node];
    if (isNewContext[c] === 1) continue;
    ofFunction.part[node === 0 ? functions - 1 : union.func[node]] += selfB[node] - k[c] * selfA[node];
  }
  for (let c = 0; c < count; c++)
    ofContext.part[c] = isNewContext[c] === 1 ? ofContext.b[c] : (k[c] - 1) * ofContext.a[c];
  return { ofFunction, ofContext, growth: overall };
}

function grouped({ a, b, part }: Split['ofContext'], { count, group }: WorkGroups): Split['ofContext'] {
  const sum = (column: Float64Array): Float64Array => {
    const sums = new Float64Array(count);
    for (let c = 0; c < group.length; c++) sums[group[c]] += column[c];
    return sums;
  };
  return { a: sum(a), b: sum(b), part: sum(part) };
}

/** The sum of what each explains. What moved under shares was taken from one side and given to the other: the larger counts. */
function explainedTogether(supported: readonly Change[], isShare: boolean): number {
  let grown = 0;
  let shrunk = 0;
  for (const { part, explained } of supported) {
    if (part > 0) grown += explained;
    else shrunk += explained;
  }
  return isShare ? Math.min(1, Math.max(grown, shrunk)) : grown + shrunk;
}

/** By function: the node whose self changed most, of equal ones the first. */
function largestChanges({ func, names, length }: UnionTree, { a, b }: Normalised): Int32Array {
  const place = new Int32Array(names.length);
  const largest = new Float64Array(names.length).fill(-1);
  for (let node = 1; node < length; node++) {
    const delta = Math.abs(b.self[node] - a.self[node]);
    if (delta <= largest[func[node]]) continue;
    largest[func[node]] = delta;
    place[func[node]] = node;
  }
  return place;
}

/** Names and paths need no amounts. */
function asTree(union: UnionTree): CallTree {
  return { ...union, self: union.a.self, total: union.a.total, exact: undefined, negative: union.a.negative };
}

function percentOf(from: number, delta: number): number | null {
  const percent = (delta / from) * 100;
  return Number.isFinite(percent) ? percent : null;
}

function percentOrNull(ratio: number): number | null {
  return Number.isFinite(ratio) ? ratio * 100 : null;
}
