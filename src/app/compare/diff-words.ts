/** The text about a frame in a comparison: amounts, changes, and how certain they are. */
import type { EvidenceAnswer } from '#analysis/analysis.ts';
import { difference } from '#model/difference.ts';
import { rootName } from '#model/call-tree.ts';
import { type AmountUnit, formatAmount, formatChange } from '#model/changes-text.ts';
import { type Findings, IDLE_ROW, type Verdict, verdicts } from '#model/evidence.ts';
import { formatDuration } from '#model/time-text.ts';
import { intervalText, percentText } from '#model/percent-text.ts';
import { formatCount, formatValue } from '#model/units.ts';
import { type Side, type SideName, sideNames } from '../sides/sides.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';

export function unitOf({ diff, type }: ShownComparison): AmountUnit {
  return { kind: diff.kind, sampleType: type };
}

/** Totals as recorded, whatever they are normalised by. @param side the one that is drawn; undefined: both */
export function rootLabelOf({ diff: { totals }, type }: ShownComparison, side?: SideName): string {
  const total = (name: SideName): string =>
    `${name.toUpperCase()} ${formatValue(Number(totals[name]), type.unit, type.type)}`;
  return [rootName, ...(side ? [side] : sideNames).map(total)].join(' · ');
}

/** The totals of both sides: rates where both have a length, since sides of different length can only be compared so. */
export function totalsOf({ diff, open, type }: ShownComparison): {
  readonly a: number;
  readonly b: number;
  readonly unit: AmountUnit;
} {
  const { a, b } = diff.totals;
  const isRated = open.a.seconds !== undefined && open.b.seconds !== undefined && !open.a.isSnapshot;
  return {
    a: isRated ? Number(a) / open.a.seconds : Number(a),
    b: isRated ? Number(b) / open.b.seconds : Number(b),
    unit: { kind: isRated ? 'per-second' : 'absolute', sampleType: type },
  };
}

/**
 * The rate of a side, for its range in the chart: the number that What changed shows. Nothing while it is still to come,
 * so that no other estimate stands there before it. Undefined where it will not come, and where transforms left out what
 * the chart shows.
 * @param isSettled whether nothing more is loading
 */
export function rateText(
  shown: ShownComparison | undefined,
  name: SideName,
  side: Side,
  isSettled: boolean,
): string | undefined {
  const unknown = isSettled ? undefined : '';
  if (!shown?.isWhole || shown.open[name].side !== side) return unknown;
  // The store has none in the range: that is no rate of 0.
  const { coveredShare, sampleCount } = shown.open[name].profile;
  if (coveredShare === 0 || sampleCount === 0) return 'no profiles';
  if (shown.request.transforms.length > 0) return undefined;
  if (sideNames.some((one) => shown.open[one].covered === undefined)) return unknown;
  const { unit, ...totals } = totalsOf(shown);
  return unit.kind === 'per-second' ? formatAmount(totals[name], unit) : undefined;
}

/** Both sides of something, in words for a screen reader. */
export function sidesText(a: number, b: number, unit: AmountUnit): string {
  const change = difference(a, b);
  const words = change === 0 ? 'unchanged' : `${formatChange(change, unit)}, ${percentText(a, b)}`;
  return `A ${formatAmount(a, unit)}, B ${formatAmount(b, unit)}, ${words}`;
}

/** The verdict on a union node: `small` if it was too small to test, `untested` for idle time. */
export function verdictOfNode(evidence: EvidenceAnswer, node: number): Verdict {
  const row = evidence.nodeRow[node];
  if (row === IDLE_ROW) return 'untested';
  return row < 0 ? 'small' : verdicts[evidence.nodes.verdict[row]];
}

export function verdictOfFunction(evidence: EvidenceAnswer, func: number): Verdict {
  return func < 0 ? 'untested' : verdicts[evidence.functions.verdict[func]];
}

/** `+12.0 … +34.0 %`; nothing where none is known. */
export function intervalOf({ low, high }: Findings, row: number): string {
  return row < 0 ? '' : intervalText(low[row] * 100, high[row] * 100);
}

/** A sentence of evidence for a node. */
export function evidenceOfNode(shown: ShownComparison, node: number): string {
  const { evidence } = shown;
  if (!evidence) return 'The evidence is loading.';
  const row = evidence.nodeRow[node];
  if (row === IDLE_ROW) return 'Not tested: idle time is not a cost.';
  if (row < 0) return 'Not tested: under 0.1 % of both sides.';
  return sentence(shown, evidence.nodes, row, evidence.isCounted);
}

/** What all evidence of a comparison is taken from. */
export function evidenceText({
  isSliced,
  isCounted,
  isOneRun,
  slices,
}: Pick<EvidenceAnswer, 'isSliced' | 'isCounted' | 'isOneRun' | 'slices'>): string {
  if (!isSliced)
    return `evidence from ${isCounted ? 'sample counts only' : 'amounts only, without sample counts'}: weaker, changes under 3 % are ignored`;
  const words = `evidence from ${slices.a} + ${slices.b} time slices${isOneRun ? ' of one run each, without the variation between runs' : ''}`;
  return isCounted ? words : `${words}; sample counts are unknown`;
}

/** A sentence of evidence for a function's self cost. */
export function evidenceOfFunction(shown: ShownComparison, func: number): string {
  const { evidence } = shown;
  if (!evidence) return 'The evidence is loading.';
  return sentence(shown, evidence.functions, func, evidence.isCounted);
}

/** The number of tested paths that end in a function, and of those whose total changed by more than noise. */
export function pathsOf(
  { diff: { tree, node }, evidence }: ShownComparison,
  func: number,
): { readonly tested: number; readonly supported: number } {
  let [tested, supported] = [0, 0];
  if (!evidence) return { tested, supported };
  for (let i = 1; i < tree.length; i++) {
    if (tree.func[i] !== func || evidence.nodeRow[node[i]] < 0) continue;
    tested++;
    if (verdictOfNode(evidence, node[i]) === 'supported') supported++;
  }
  return { tested, supported };
}

function sentence({ open }: ShownComparison, findings: Findings, row: number, isCounted: boolean): string {
  const samples = isCounted
    ? `${formatCount(Math.round(findings.samplesA[row]))} samples against ${formatCount(Math.round(findings.samplesB[row]))}`
    : undefined;
  switch (verdicts[findings.verdict[row]]) {
    case 'supported': {
      const between = intervalOf(findings, row);
      return between === '' ? 'More than noise.' : `More than noise: relative to the rest ${between} (95 %).`;
    }
    case 'unclear': {
      const needed = findings.needed[row];
      const longest = Math.max(open.a.seconds ?? 0, open.b.seconds ?? 0);
      const more =
        !Number.isFinite(needed) || needed <= 1
          ? ''
          : longest > 0
            ? ` About ${formatDuration((needed - 1) * longest * 1000)} more of each side would be enough.`
            : ` About ${formatCount(Math.ceil(needed))} times as many samples would be enough.`;
      return `${samples === undefined ? 'May be noise.' : `${samples}: may be noise.`}${more}`;
    }
    case 'few-samples':
      return `${samples === undefined ? 'Too few samples' : samples}: too few to test.`;
    case 'shifted':
      return 'Not its own change: its share of the whole changed because that of others did.';
    case 'small':
      return 'Unchanged, or by less than 2 % or 0.1 points.';
    case 'untested':
      return 'Not tested.';
  }
}
