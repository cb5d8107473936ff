/** What changed, in words: a line for a cause, a sentence for a comparison, Markdown for a pull request. */
import type { Change } from './change.ts';
import { explaining, type WhatChanged } from './changes.ts';
import { isOfAll } from './decide-by-counts.ts';
import type { Normalisation } from './normalise.ts';
import { ALMOST_NOTHING_FROM, intervalText, signedPercent } from './percent-text.ts';
import type { SampleType } from './profile.ts';
import { formatDuration } from './time-text.ts';
import { formatExact, formatNumber, formatPercent, formatShare, formatValue } from './units.ts';

/** What amounts are of. */
export interface AmountUnit {
  readonly kind: Normalisation;
  readonly sampleType: SampleType;
}

const MAX_NAME_LENGTH = 120;
const MAX_NAMED = 3;
/** A uniform growth below this is not mentioned. For shares the limit is lower, because the page shows the total. */
const MIN_GROWTH = 0.05;
const MIN_RATE_GROWTH = 0.01;

/** `+0.310 cores`, `−4.10 points`; an amount with its sign. */
export function formatChange(value: number, unit: AmountUnit): string {
  const sign = value > 0 ? '+' : '';
  if (isShare(unit)) return `${sign}${formatNumber(value * 100)}\u00a0points`;
  return `${sign}${formatAmount(value, unit)}`;
}

/** `3.10 %` of a side, `0.310 cores`. */
export function formatAmount(value: number, unit: AmountUnit): string {
  if (isShare(unit)) return formatPercent(value);
  const { type, unit: word } = unit.sampleType;
  if (unit.kind === 'absolute') return formatValue(value, word, type);
  if (unit.kind === 'per-request') return `${formatValue(value, word, type)}/request`;
  if (type === 'cpu' && /^n(ano)?s(econds?)?$/.test(word)) return formatValue(value / 1e9, 'cores', '');
  return `${formatValue(value, word, type)}/s`;
}

/** All digits of a recorded amount, `1 405 316 nanoseconds`; derived amounts have only the digits shown. */
export function exactAmount(value: number, { kind, sampleType }: AmountUnit): string | undefined {
  return kind === 'absolute' ? formatExact(value, sampleType.unit) : undefined;
}

/** From this factor on a change is written as a multiple. */
const MULTIPLE_FROM = 5;

/** `json.Marshal costs 23.0 % more wherever it is called: +0.310 cores`. */
export function describeChange(change: Change, unit: AmountUnit): string {
  const { kind, trend, part, delta, within } = change;
  const name = shortText(change.name);
  const isOfLabel = change.label !== undefined;
  switch (kind) {
    case 'code':
    case 'runtime': {
      // What it is called by may have gone the other way, and further.
      const isAgainst = part * delta < 0;
      const amount = `${formatChange(part, unit)}${isAgainst ? `, but ${formatChange(delta, unit)} in all` : ''}`;
      const place = change.requests?.isMeasure
        ? 'per request'
        : isAgainst
          ? 'beside the code around it'
          : within === undefined
            ? 'wherever it is called'
            : `in ${shortText(within)}`;
      const what =
        change.inlined !== undefined
          ? `${name} with ${namesOf(change.inlined)}, since one may be inlined in another,`
          : change.scope === 'subtree' && !isOfLabel
            ? `${name} with what it calls`
            : name;
      if (trend === 'new') return `${name} is new ${kind === 'code' ? 'code' : 'in the runtime'}: ${amount}`;
      if (trend === 'gone') return `${name} is gone: ${amount}`;
      return `${what} costs ${sizeOf(change.codePct ?? 0)} ${kind === 'code' || isAgainst ? place : 'in the runtime'}${inBrackets(requestsText(change, unit))}: ${amount}`;
    }
    case 'work': {
      const amount = formatChange(delta, unit);
      const what = isOfLabel ? name : `The route ${name}`;
      if (trend === 'new') return `${what} is new: ${amount}`;
      if (trend === 'gone') return `${what} is gone: ${amount}`;
      const moreOrLess = wentUp(change) ? 'more' : 'less';
      const went = isOfLabel ? `has ${moreOrLess} work` : `is called ${moreOrLess}`;
      const beside = change.requests
        ? inBrackets(requestsText(change, unit))
        : (change.codePct ?? 0) * part < 0
          ? ' than the others'
          : '';
      return `${name} ${went}${beside}: ${formatChange(part, unit)}`;
    }
    case 'either': {
      const amount = formatChange(trend === 'new' || trend === 'gone' ? delta : part, unit);
      if (change.isRemainder) return `${name} takes ${part < 0 ? 'less' : 'more'}: ${amount}`;
      const who = isOfLabel ? name : `${name} and what it calls`;
      if (trend === 'new') return `${who} is new: ${amount}`;
      if (trend === 'gone') return `${who} is gone: ${amount}`;
      const work = wentUp(change) ? 'more work, or its work costs more' : 'less work, or its work costs less';
      const calls = wentUp(change) ? 'more calls, or each costs more' : 'fewer calls, or each costs less';
      return isOfLabel ? `${name} has ${work}: ${amount}` : `${who}: ${calls}: ${amount}`;
    }
    case 'moved':
      return `Cost moved between ${name} and ${shortText(within ?? '')}, which calls it: together ${formatChange(delta, unit)}`;
  }
}

/**
 * `10.8 to 23.6 requests of /report a second, +119 %, each costs 2.1 % less`; where amounts are parts of the whole,
 * `/report is 16.2 to 37.1 % of the requests`. '' where none are known.
 */
export function requestsText({ requests, kind }: Change, unit: AmountUnit): string {
  if (!requests) return '';
  const { route, a, b, allA, allB, costPct, isMeasure } = requests;
  const each = costPct === null || isMeasure ? '' : `, each costs ${aboutAs(costPct)}`;
  if (kind === 'work' && isOfAll(unit.kind))
    return `${shortText(route)} was ${formatShare(a, allA)} of the requests and is ${formatShare(b, allB)}${each}`;
  return rateText(a, b, `requests of ${shortText(route)}`) + each;
}

function inBrackets(text: string): string {
  return text === '' ? '' : ` (${text})`;
}

/** `10.8 to 23.6 requests of /report a second, +119 %`; `53.3 requests a second on both sides` */
function rateText(a: number, b: number, what: string): string {
  if (isAlike(a, b)) return `${formatNumber(a)}\u00a0${what} a second on both sides`;
  const change = a > 0 && b > 0 ? `, ${signedPercent((b / a - 1) * 100)}` : '';
  return `${formatNumber(a)} to ${formatNumber(b)}\u00a0${what} a second${change}`;
}

/** Whether two rates look the same: then no change of them is shown. */
function isAlike(a: number, b: number): boolean {
  return formatNumber(a) === formatNumber(b);
}

/** Changes below this, in percent, are called about the same. */
const ABOUT_THE_SAME = 2;

function aboutAs(percentage: number): string {
  return Math.abs(percentage) < ABOUT_THE_SAME ? 'about the same' : sizeOf(percentage);
}

/** A unit of work beside the others: all of them may shrink, or give way to code that got dearer. */
function wentUp({ codePct, part }: Change): boolean {
  return (codePct ?? part) >= 0;
}

/** `23.0 % more`, `18 times as much`. */
function sizeOf(percentage: number): string {
  const factor = 1 + percentage / 100;
  if (factor >= ALMOST_NOTHING_FROM) return `over ${ALMOST_NOTHING_FROM} times as much, from almost nothing,`;
  if (factor >= MULTIPLE_FROM) return `${formatNumber(factor)} times as much`;
  return `${percent(percentage)} ${percentage < 0 ? 'less' : 'more'}`;
}

/** The difference between the sides is mentioned from this on, in percent. */
const MIN_BETWEEN = 3;

/** `15.5 % of the change`. @param explained of a change */
export function explainedText(explained: number, unit: AmountUnit): string {
  if (explained > 1) return `more than ${isShare(unit) ? 'everything that moved' : 'the net change'}`;
  return `${formatShare(explained, 1)} of the change`;
}

/** A few sentences. */
export function summarise(found: WhatChanged, unit: AmountUnit): string {
  const { changes, whole, explained, growth } = found;
  const supported = changes.filter((change) => change.supported);
  const code = supported.filter(({ kind }) => kind === 'code');
  const ofRequests = aboutRequests(found, unit);
  const sentences: string[] = ofRequests === undefined ? [] : [ofRequests];
  const isOpen = supported.some(({ kind }) => kind === 'either');
  if (code.length === 0 && !isOpen) sentences.push(silence(found, 'No code change'));
  const named = supported.slice(0, MAX_NAMED);
  if (named.length > 0) {
    const more = supported.length - named.length;
    sentences.push(
      `${named.map((change) => describeChange(change, unit)).join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
    );
    if (isOpen) sentences.push('Profiles alone do not show whether that is code or traffic.');
    if (isOpen && code.length === 0) sentences.push(silence(found, 'No other change of code'));
    if (explained > 0 && whole !== 0) {
      const counted = explaining(changes, isShare(unit));
      const isAll = counted.length === supported.length;
      const direction = counted[0].part > 0 ? 'grew' : 'shrank';
      const isOne = counted.length === 1;
      const all = isOne ? 'This' : `These ${counted.length}`;
      const these = isAll ? all : `The ${isOne ? 'one' : counted.length} that ${direction}`;
      const points = (value: number): string => formatChange(Math.abs(value), unit).replace(/^\+/, '');
      const change = isShare(unit) ? `the ${points(whole)} that moved` : formatChange(whole, unit);
      const sum = isShare(unit) ? points(explained * whole) : formatChange(explained * whole, unit);
      const share = sum === (isShare(unit) ? points(whole) : change) ? 'all' : formatShare(explained, 1);
      sentences.push(
        explained <= 1 || share === 'all'
          ? `${these} ${isOne ? 'explains' : 'explain'} ${share} of ${change}.`
          : `${these} ${isOne ? 'makes' : 'make'} ${sum}, more than ${isShare(unit) ? `${change}: other changes` : `the net change of ${change}: the rest`} went the other way.`,
      );
    }
  }
  // What is named of units is part of this growth: then it is not that of everything else.
  const isEverythingElse = !supported.some(({ kind }) => kind === 'work' || kind === 'either');
  if (ofRequests === undefined && isEverythingElse && Math.abs(growth - 1) >= MIN_GROWTH) {
    const why = growth > 1 ? 'more work, or a uniformly slower' : 'less work, or a uniformly faster';
    const what = code.length > 0 ? 'Everything else' : 'Everything';
    sentences.push(
      `${what} ${growth > 1 ? 'grew' : 'shrank'} by ${percent((growth - 1) * 100)}${orChance(growth, found, why)}.`,
    );
  }
  const { rateGrowth } = found;
  if (
    ofRequests === undefined &&
    rateGrowth !== undefined &&
    supported.length === 0 &&
    Math.abs(rateGrowth - 1) >= MIN_RATE_GROWTH
  ) {
    const why = rateGrowth > 1 ? 'more work, or a slower' : 'less work, or a faster';
    sentences.push(
      `Everything ${rateGrowth > 1 ? 'grew' : 'shrank'} alike, by ${percent((rateGrowth - 1) * 100)} per second${orChance(rateGrowth, found, why)}.`,
    );
  }
  if (found.between >= MIN_BETWEEN)
    sentences.push(
      `The two sides differ by about ±${formatNumber(found.between)}\u00a0% from function to function where nothing changed; intervals allow for that.`,
    );
  return sentences.join(' ');
}

function orChance(growth: number, { chance }: WhatChanged, why: string): string {
  return Math.abs(Math.log(growth)) < chance ? ', which may be chance' : `: ${why} program`;
}

/** A smaller relative change of requests, or of the cost of each, is not mentioned as growth. */
const MIN_REQUESTS_CHANGE = 0.03;

/** The change of the whole, as the change of requests times that of the cost of each; undefined without counts. */
function aboutRequests({ requests }: WhatChanged, { sampleType: { type, unit } }: AmountUnit): string | undefined {
  if (requests === undefined || !(requests.costA > 0 && requests.costB > 0)) return undefined;
  const { rateA, rateB, costA, costB, isWithoutIdle } = requests;
  const [more, dearer] = [rateB / rateA - 1, costB / costA - 1];
  const idle = isWithoutIdle ? ' without idle time' : '';
  const [ofA, ofB] = [costA, costB].map((one) => formatValue(one, unit, type));
  const cost = ofA === ofB ? `${ofA}${idle} on both sides` : `${ofA} to ${ofB}${idle}, ${signedPercent(dearer * 100)}`;
  const isBusier = Math.abs(more) >= MIN_REQUESTS_CHANGE;
  const isDearer = Math.abs(dearer) >= MIN_REQUESTS_CHANGE;
  const calls = more > 0 ? 'more requests' : 'fewer requests';
  const why = isBusier
    ? isDearer
      ? `${calls}, and each costs ${dearer > 0 ? 'more' : 'less'}`
      : `${calls}, and each costs about the same`
    : isDearer
      ? `about as many requests, and each costs ${dearer > 0 ? 'more' : 'less'}`
      : 'about as many requests, and each costs about the same';
  const from = isAlike(rateA, rateB) ? '' : 'From ';
  return `${from}${rateText(rateA, rateB, 'requests')}; each took ${cost}: ${why}.`;
}

/** Beyond this size the sentence says only that there is too little data. */
const SEEN_UP_TO = 100;

/** The sentence when nothing was found: the size that would have been found. */
function silence({ silence: known }: WhatChanged, nothing: string): string {
  if (known === undefined) return `${nothing} is more than noise.`;
  const largest =
    known.functions === 1 ? 'the largest function' : `the ${numberWord(known.functions)} largest functions`;
  const functions = `${largest} outside of the runtime`;
  return known.percent > SEEN_UP_TO
    ? `${nothing} is more than noise, but there is too little data to show less than a doubling in ${functions}.`
    : `${nothing} is more than noise: a change above ±${formatNumber(known.percent)}\u00a0% would show in ${functions}${moreTime(known)}.`;
}

function moreTime({ percent: shown, moreSeconds }: NonNullable<WhatChanged['silence']>): string {
  if (moreSeconds === undefined) return '';
  return `, and a change above ±${formatNumber((Math.sqrt(1 + shown / 100) - 1) * 100)}\u00a0% after ${formatDuration(Math.ceil(moreSeconds / 60) * 60_000)} more of each side`;
}

function numberWord(count: number): string {
  return ['no', 'one', 'two', 'three', 'four', 'five'][count] ?? String(count);
}

/**
 * For a pull request: the summary and the supported causes. Names are written as code, whatever their characters.
 * @param link undefined leaves it out
 */
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
    lines.push(
      '',
      '| | what | A | B | change | due to it | interval of that (95 %) |',
      '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
    );
    for (const change of rows) {
      const cells = [
        change.kind,
        [markdownCode(shortText(change.name)), markdownText(amountsOf(change))].filter(Boolean).join(' '),
        formatAmount(change.selfA, unit),
        formatAmount(change.selfB, unit),
        formatChange(change.delta, unit),
        partText(change, unit),
        formatInterval(change),
      ];
      lines.push(`| ${cells.join(' | ')} |`);
    }
  }
  if (link !== undefined) lines.push('', link);
  return `${lines.join('\n')}\n`;
}

/**
 * The amount that the change itself caused, `+0.636 points (+25.0 %)`: code for a function, work for a unit. The percent alone
 * where a function's change may be noise: its amount is then a part of its unit's growth, not what the test is about.
 */
export function partText({ part, codePct, scope, supported }: Change, unit: AmountUnit): string {
  if (codePct === null) return formatChange(part, unit);
  const percentage = signedPercent(codePct);
  return supported || scope === 'unit' ? `${formatChange(part, unit)} (${percentage})` : percentage;
}

/** `+12.0 … +34.0 %`, or a word instead. */
export function formatInterval({ low, high, trend }: Change): string {
  return intervalText(low, high) || (trend === 'new' || trend === 'gone' ? trend : '');
}

/** What the amounts of a function's row have beside its own cost; '' where they have nothing else. */
export function amountsOf({ scope, hasHelpers, inlined }: Change): string {
  if (scope === 'subtree') return 'with callees';
  if (inlined !== undefined) return `together with ${namesOf(inlined)}: any may be inlined in another`;
  return hasHelpers ? 'with runtime helpers' : '';
}

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).map(shortText);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(' and ');
}

/** Names are hostile: no line breaks, and bounded. */
function shortText(name: string): string {
  const plain = name.replace(/\p{C}+/gu, ' ');
  return plain.length > MAX_NAME_LENGTH ? `${plain.slice(0, MAX_NAME_LENGTH)}…` : plain;
}

function isShare({ kind }: AmountUnit): boolean {
  return kind === 'share' || kind === 'equal-work';
}

function percent(value: number): string {
  return `${formatNumber(Math.abs(value))}\u00a0%`;
}

function markdownCode(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

/** Escapes all characters that Markdown would interpret. */
export function markdownText(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!~]/g, '\\$&');
}
