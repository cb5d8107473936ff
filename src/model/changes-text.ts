/** What changed, in words: a line for a cause, a sentence for a comparison, Markdown for a pull request. */
import type { Change, WhatChanged } from './changes.ts';
import type { Normalisation } from './normalise.ts';
import type { SampleType } from './profile.ts';
import { formatExact, formatNumber, formatShare, formatValue } from './units.ts';

/** What amounts are of. */
export interface AmountUnit {
  readonly kind: Normalisation;
  readonly sampleType: SampleType;
}

const LONGEST_NAME = 120;
const MOST_NAMED = 3;
/** Growth of everything alike below this is not worth a word. */
const LEAST_GROWTH = 0.05;

/** `+0.310 cores`, `−4.10 points`; what is measured, with its sign. */
export function formatChange(value: number, unit: AmountUnit): string {
  const sign = value > 0 ? '+' : '';
  if (isShare(unit)) return `${sign}${formatNumber(value * 100)}\u00a0points`;
  return `${sign}${formatAmount(value, unit)}`;
}

/** `3.10 %` of a side, `0.310 cores`. */
export function formatAmount(value: number, unit: AmountUnit): string {
  if (isShare(unit)) return formatShare(value, 1);
  const { type, unit: word } = unit.sampleType;
  if (unit.kind === 'absolute') return formatValue(value, word, type);
  if (type === 'cpu' && /^n(ano)?s(econds?)?$/.test(word)) return formatValue(value / 1e9, 'cores', '');
  return `${formatValue(value, word, type)}/s`;
}

/** Every digit of an amount as recorded, `1 405 316 nanoseconds`; what is worked out has none beyond those shown. */
export function exactAmount(value: number, { kind, sampleType }: AmountUnit): string | undefined {
  return kind === 'absolute' ? formatExact(value, sampleType.unit) : undefined;
}

/** `json.Marshal costs 23.0 % more wherever it is called: +0.310 cores`. */
export function describeChange(change: Change, unit: AmountUnit): string {
  const { kind, trend, part, codePct, delta } = change;
  const name = shortName(change);
  const amount = formatChange(kind === 'code' ? part : delta, unit);
  if (kind === 'code') {
    if (trend === 'new') return `${name} is new code: ${amount}`;
    if (trend === 'gone') return `${name} is gone: ${amount}`;
    return `${name} costs ${percent(codePct ?? 0)} ${(codePct ?? 0) < 0 ? 'less' : 'more'} wherever it is called: ${amount}`;
  }
  if (trend === 'new') return `${name} is a new route: ${amount}`;
  if (trend === 'gone') return `${name} is a gone route: ${amount}`;
  const work = formatChange(part, unit).replace(/^[+\u2212]/, '');
  return `${name} takes ${work} ${part < 0 ? 'less' : 'more'} by its work`;
}

/** One to three sentences. */
export function summarise(found: WhatChanged, unit: AmountUnit): string {
  const { changes, whole, explained, growth } = found;
  const supported = changes.filter((change) => change.supported);
  const code = supported.filter(({ kind }) => kind === 'code');
  // What the program does comes before what it is asked to do.
  const named = [...code, ...supported.filter(({ kind }) => kind === 'work')].slice(0, MOST_NAMED);
  const sentences: string[] = [];
  if (named.length === 0) sentences.push('No change is more than noise.');
  else {
    const more = supported.length - named.length;
    sentences.push(
      `${named.map((change) => describeChange(change, unit)).join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
    );
    if (code.length === 0) sentences.push('This is work: no code change is more than noise.');
    if (explained > 0 && whole !== 0) {
      const these = supported.length === 1 ? 'This explains' : `These ${supported.length} explain`;
      const change = isShare(unit)
        ? `the ${formatChange(Math.abs(whole), unit).replace(/^\+/, '')} that moved`
        : formatChange(whole, unit);
      sentences.push(
        explained <= 1
          ? `${these} ${formatShare(explained, 1)} of ${change}.`
          : `${supported.length === 1 ? 'Alone' : 'Together'} ${formatChange(explained * whole, unit)}, more than the net change of ${change}: the rest went the other way.`,
      );
    }
  }
  if (Math.abs(growth - 1) >= LEAST_GROWTH) {
    const [verb, why] =
      growth > 1 ? ['grew', 'more work, or a uniformly slower'] : ['shrank', 'less work, or a uniformly faster'];
    const what = code.length > 0 ? 'Everything else' : 'Everything';
    sentences.push(`${what} ${verb} by ${percent((growth - 1) * 100)}: ${why} program.`);
  }
  return sentences.join(' ');
}

/** For a pull request: the summary and the supported causes. Names are code, whatever stands in them. @param link undefined leaves it out */
export function changesAsMarkdown(
  found: WhatChanged,
  unit: AmountUnit,
  sides: { readonly a: string; readonly b: string },
  link: string | undefined,
): string {
  const rows = found.changes.filter(({ supported }) => supported);
  const lines = [
    `**${markdownText(summarise(found, unit))}**`,
    '',
    `A: ${markdownCode(sides.a)}, B: ${markdownCode(sides.b)}`,
  ];
  if (rows.length > 0) {
    lines.push('', '| | what | A | B | change | interval (95 %) |', '| --- | --- | ---: | ---: | ---: | ---: |');
    for (const change of rows) {
      const cells = [
        change.kind,
        markdownCode(shortName(change)),
        formatAmount(change.selfA, unit),
        formatAmount(change.selfB, unit),
        formatChange(change.part, unit),
        formatInterval(change),
      ];
      lines.push(`| ${cells.join(' | ')} |`);
    }
  }
  if (link !== undefined) lines.push('', link);
  return `${lines.join('\n')}\n`;
}

/** `+12.0 … +34.0 %`, or what stands in its place. */
export function formatInterval({ low, high, trend }: Change): string {
  if (low === null || high === null) return trend === 'new' || trend === 'gone' ? trend : '';
  return `${signed(low)} … ${signed(high)}`;
}

/** Names are hostile: no line breaks, and bounded. */
function shortName({ name, isRemainder }: Pick<Change, 'name' | 'isRemainder'>): string {
  const plain = name.replace(/\p{C}+/gu, ' ');
  const short = plain.length > LONGEST_NAME ? `${plain.slice(0, LONGEST_NAME)}…` : plain;
  return isRemainder ? `the rest of ${short}` : short;
}

function isShare({ kind }: AmountUnit): boolean {
  return kind === 'share' || kind === 'equal-work';
}

function percent(value: number): string {
  return `${formatNumber(Math.abs(value))}\u00a0%`;
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${formatNumber(value)}\u00a0%`;
}

function markdownCode(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

/** No letter of it is read as Markdown. */
export function markdownText(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!~]/g, '\\$&');
}
