/** A pprof file whose samples have labels. */
import { encodeMessage, type Field, message, Strings } from './pprof-message.ts';

export interface LabelledSample {
  /** Root first. */
  readonly stack: readonly string[];
  readonly value: number;
  readonly labels: readonly (readonly [key: string, value: string | number])[];
}

/** @param facts `drop_frames`, `keep_frames` and comments of the file, and the period of its samples */
export function labelledPprof(
  samples: readonly LabelledSample[],
  facts: {
    readonly drop?: string;
    readonly keep?: string;
    readonly comments?: readonly string[];
    readonly period?: number;
  } = {},
): Uint8Array {
  const s = new Strings();
  const names = [...new Set(samples.flatMap(({ stack }) => stack))];
  const idOf = (name: string): number => names.indexOf(name) + 1;
  const fields: Field[] = [[1, message([1, s.at('cpu')], [2, s.at('nanoseconds')])]];
  for (const { stack, value, labels } of samples) {
    const written = labels.map(([key, text]): Field => {
      const content: Field = typeof text === 'string' ? [2, s.at(text)] : [3, text];
      return [3, message([1, s.at(key)], content)];
    });
    fields.push([2, message([1, stack.toReversed().map(idOf)], [2, [value]], ...written)]);
  }
  for (const name of names) {
    fields.push([4, message([1, idOf(name)], [4, message([1, idOf(name)], [2, 1])])]);
    fields.push([5, message([1, idOf(name)], [2, s.at(name)])]);
  }
  const { drop = '', keep = '', comments = [], period } = facts;
  if (drop !== '') fields.push([7, s.at(drop)]);
  if (keep !== '') fields.push([8, s.at(keep)]);
  if (period !== undefined) fields.push([11, message([1, s.at('cpu')], [2, s.at('nanoseconds')])], [12, period]);
  for (const comment of comments) fields.push([13, s.at(comment)]);
  return encodeMessage(message(...fields, ...s.fields));
}
