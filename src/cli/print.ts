/** A comparison as text for people, JSON for scripts, Markdown for a pull request. */
import {
  changesAsMarkdown,
  describeChange,
  formatAmount,
  formatInterval,
  summarise,
  type AmountUnit,
} from '#model/changes-text.ts';
import { consoleForm, type WhatChanged } from '#model/changes.ts';
import { unlikeLanguages } from '#model/comparability.ts';
import { isCoverageShown } from '#model/covered-time.ts';
import { formatDuration } from '#model/time-text.ts';
import type { UnionTree } from '#model/union.ts';
import type { Evidence } from '#model/evidence.ts';
import { functionTotals } from '#model/function-table.ts';
import type { Normalised } from '#model/normalise.ts';
import type { SampleType } from '#model/profile.ts';
import { formatValue } from '#model/units.ts';
import type { DiffSide } from './side.ts';

export interface Comparison {
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly union: UnionTree;
  readonly normalised: Normalised;
  readonly evidence: Evidence;
  readonly found: WhatChanged;
  /** Whether the noise is from slices of two files with times. */
  readonly isOneRun: boolean;
}

/** A number if a double holds the value exactly, otherwise its digits. */
type Exact = number | string;

export function printText(compared: Comparison): string {
  const { a, b, union, found, evidence } = compared;
  const unit = amountUnit(compared);
  const lines = [a, b].map(
    (side, i) => `${'AB'[i]}  ${titleOf(side)}: ${totalText(side, [union.a, union.b][i].total[0])}`,
  );
  const unlike = unlikeLanguages(a.named, b.named);
  if (unlike !== undefined) lines.push(unlike);
  const router = evidence.likelyRouter === undefined ? undefined : plain(union.names[evidence.likelyRouter]);
  if (router !== undefined)
    lines.push(`${router} may be a router: --routes ${JSON.stringify(router)} compares what it calls as routes`);
  lines.push(
    `${compared.normalised.kind}; ${evidenceWords(evidence, compared.isOneRun)}`,
    '',
    summarise(found, unit),
    '',
  );
  for (const change of found.changes.filter(({ supported }) => supported)) {
    const interval = formatInterval(change);
    lines.push(`  ${change.kind}  ${describeChange(change, unit)}${interval === '' ? '' : ` (${interval})`}`);
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

export function printMarkdown(compared: Comparison): string {
  const { a, b, found } = compared;
  return changesAsMarkdown(found, amountUnit(compared), { a: titleOf(a), b: titleOf(b) }, undefined);
}

/**
 * `changes` has the form of the page's console. `functions` has every function that differs, with the recorded amounts:
 * exact whole numbers, as text beyond 2^53. `note` is there when the sides run two languages; `nameInA` when A has the
 * function under another name.
 */
export function printJson(compared: Comparison, broken: readonly string[]): string {
  const { a, b, union, normalised, evidence, found } = compared;
  const answer = {
    a: sideSummary(a, union.a),
    b: sideSummary(b, union.b),
    normalization: normalised.kind,
    load: normalised.load,
    evidence: { slices: evidence.isSliced, counted: evidence.isCounted, oneRun: compared.isOneRun },
    summary: summarise(found, amountUnit(compared)),
    note: unlikeLanguages(a.named, b.named),
    delta: found.delta,
    explained: found.explained,
    broken,
    changes: found.changes.map(consoleForm),
    functions: changedFunctions(compared),
  };
  return `${JSON.stringify(answer, null, 2)}\n`;
}

function sideSummary(
  { source, sampleType, fromMs, untilMs, notes }: DiffSide,
  { exact, total, negative }: UnionTree['a'],
): object {
  return {
    source,
    sampleType: sampleType.type,
    unit: sampleType.unit,
    from: fromMs,
    until: untilMs,
    total: exact ? plainNumber(exact.total[0]) : total[0],
    negative,
    notes,
  };
}

function changedFunctions({ union }: Comparison): readonly object[] {
  const [a, b] = [union.a, union.b].map((side) => {
    const totals = functionTotals({ ...union, ...side }, union.names.length);
    return totals.exact ?? totals;
  });
  const rows: {
    name: string;
    nameInA: string | undefined;
    selfA: Exact;
    selfB: Exact;
    totalA: Exact;
    totalB: Exact;
  }[] = [];
  for (const [func, name] of union.names.entries()) {
    const row = {
      name,
      nameInA: union.namesInA.get(func),
      selfA: plainNumber(a.self[func]),
      selfB: plainNumber(b.self[func]),
      totalA: plainNumber(a.total[func]),
      totalB: plainNumber(b.total[func]),
    };
    // One side may have bigints and the other doubles, so they are compared as text.
    if (`${row.selfA}` !== `${row.selfB}` || `${row.totalA}` !== `${row.totalB}`) rows.push(row);
  }
  const moved = ({ selfA, selfB }: (typeof rows)[number]): number => Math.abs(Number(selfB) - Number(selfA));
  return rows.sort((x, y) => moved(y) - moved(x) || (x.name < y.name ? -1 : 1));
}

function evidenceWords({ isSliced, isCounted }: Evidence, isOneRun: boolean): string {
  const times = isOneRun
    ? 'noise from slices of one run each, without the variation between runs'
    : 'noise from slices of time';
  const words = isSliced ? times : 'without time slices: weaker evidence';
  return isCounted ? words : `${words}; sample counts are unknown: weaker still`;
}

function amountUnit({ a, normalised }: Comparison): AmountUnit {
  const sampleType: SampleType = a.sampleType;
  return { kind: normalised.kind, sampleType };
}

function titleOf({ title, sampleType: { type } }: DiffSide): string {
  return `${plain(title)}, ${plain(type)}`;
}

/** `18.8 core-min, 1.25 cores on average`, and over which time where not all of the range has profiles. */
function totalText({ sampleType, facts, fromMs, untilMs }: DiffSide, total: number): string {
  const text = formatValue(total, sampleType.unit, sampleType.type);
  const coveredMs = (facts.seconds ?? 0) * 1000;
  if (coveredMs === 0 || facts.isSnapshot) return text;
  const rate = (perSecond: number): string => formatAmount(perSecond, { kind: 'per-second', sampleType });
  const rangeMs = fromMs === undefined || untilMs === undefined ? coveredMs : untilMs - fromMs;
  const isPart = isCoverageShown(total, coveredMs, rangeMs, rate);
  const time = isPart ? ` over the ${formatDuration(coveredMs)} with profiles` : '';
  return `${text}, ${rate((total / coveredMs) * 1000)} on average${time}`;
}

function plain(text: string): string {
  return text.replace(/\p{C}+/gu, ' ').slice(0, 200);
}

function plainNumber(value: number | bigint): Exact {
  const number = Number(value);
  return typeof value === 'number' || Number.isSafeInteger(number) ? number : String(value);
}
