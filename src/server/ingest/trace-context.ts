/** The span and trace of each sample of a profile, from the labels that agents set. */

import type { Profile } from '#model/profile.ts';
import type { TraceContext, TraceContexts } from '../incoming.ts';

type Id = keyof TraceContext;

const SPAN_DIGITS = 16;
const TRACE_DIGITS = 32;
const MAX_DECIMAL_DIGITS = 20;

/** A label's name in lower case, its words joined by `_`: `span id`, `spanId` and `span_id` are one. */
export function labelWords(name: string): string {
  return name
    .slice(-64)
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
}

/** @returns undefined if no sample names a span or a trace */
export function traceContexts({ labels, sampleCount }: Profile): TraceContexts | undefined {
  const { start, key, text, number, strings } = labels;
  if (key.length === 0) return undefined;
  /** By string; '' for labels that hold none. */
  const idOf: (Id | '' | undefined)[] = [];
  const of = new Int32Array(sampleCount).fill(-1);
  const known = new Map<string, number>();
  const contexts: TraceContext[] = [];
  for (let sample = 0; sample < sampleCount; sample++) {
    let span = '';
    let root = '';
    let trace = '';
    for (let i = start[sample]; i < start[sample + 1]; i++) {
      const name = strings[key[i]];
      const id = (idOf[key[i]] ??= namedBy(name));
      if (id === '') continue;
      const value = text[i] < 0 ? BigInt.asUintN(64, number[i]).toString() : strings[text[i]];
      // Only Datadog's tracers put blanks into names and decimal digits into values.
      const isDecimal = text[i] < 0 || name.includes(' ');
      if (id === 'span') span = hexId(value, isDecimal, SPAN_DIGITS) || span;
      else if (id === 'root') root = hexId(value, isDecimal, SPAN_DIGITS) || root;
      else trace = hexId(value, isDecimal, TRACE_DIGITS) || trace;
    }
    if (span === '' && root === '' && trace === '') continue;
    const context = `${span} ${root} ${trace}`;
    let index = known.get(context);
    if (index === undefined) {
      known.set(context, (index = contexts.length));
      contexts.push({ span, root, trace });
    }
    of[sample] = index;
  }
  return contexts.length === 0 ? undefined : { of, contexts };
}

/** The ids of both by sample: those of the first one, and what it does not say from the second one. */
export function joinContexts(first: TraceContexts, second: TraceContexts): TraceContexts {
  const of = new Int32Array(first.of.length).fill(-1);
  const known = new Map<string, number>();
  const contexts: TraceContext[] = [];
  first.of.forEach((at, sample) => {
    const other = second.of[sample];
    const a = at < 0 ? undefined : first.contexts[at];
    const b = other < 0 ? undefined : second.contexts[other];
    if (a === undefined && b === undefined) return;
    const idOf = (id: Id): string => a?.[id] || b?.[id] || '';
    const context = { span: idOf('span'), root: idOf('root'), trace: idOf('trace') };
    const key = Object.values(context).join(' ');
    let index = known.get(key);
    if (index === undefined) known.set(key, (index = contexts.push(context) - 1));
    of[sample] = index;
  });
  return { of, contexts };
}

/** Which id a label holds. */
function namedBy(name: string): Id | '' {
  const words = labelWords(name);
  if (words === 'profile_id') return 'span';
  const [, id, isRoot] = /(?:^|_)((root_)?span|trace)_id$/.exec(words) ?? [];
  if (id === undefined) return '';
  return id === 'trace' ? 'trace' : isRoot === undefined ? 'span' : 'root';
}

/** In hex digits; '' if it is not an id. */
function hexId(value: string, isDecimal: boolean, digits: number): string {
  let hex = value;
  if (isDecimal && /^\d+$/.test(value) && value.length <= MAX_DECIMAL_DIGITS) hex = BigInt(value).toString(16);
  // Older tracers have traces of 64 bits, and some leave the first zeros out.
  if (hex.length > digits || !/^[0-9a-fA-F]*[1-9a-fA-F][0-9a-fA-F]*$/.test(hex)) return '';
  return hex.toLowerCase().padStart(digits, '0');
}
