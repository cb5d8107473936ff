/** Frames for the values of a label: stacks that are grouped by a label begin with one. */

/** In place of a value: samples without the label, and values that have no frames of their own. */
const NO_VALUE = '(none)';
const OTHER_VALUES = 'other values';
/** Values that read as one of these, or as one in quotes: they are written in one more pair of quotes. */
const LIKE_A_MARK = /^"*(?:\(none\)|other values)"*$/;

/** What stacks are grouped by. */
export interface LabelValues {
  readonly label: string;
  /** Those that have frames of their own. */
  readonly values: readonly string[];
}

export type FrameOfLabel =
  | { readonly kind: 'value'; readonly value: string }
  /** The values that have no frames of their own, together. */
  | { readonly kind: 'others' }
  | { readonly kind: 'none' };

/**
 * What stacks with a value begin with.
 * @param value '' for samples without the label
 * @param hasFrame whether the value has a frame of its own
 * @returns `endpoint: /cart`, `endpoint: other values`, `endpoint: (none)`; `endpoint: "(none)"` for a value `(none)`
 */
export function frameOfValue(label: string, value: string, hasFrame: boolean): string {
  if (value === '') return `${label}: ${NO_VALUE}`;
  if (!hasFrame) return `${label}: ${OTHER_VALUES}`;
  return `${label}: ${LIKE_A_MARK.test(value) ? `"${value}"` : value}`;
}

/** The reverse; undefined for a name that is not of the label. */
export function readLabelFrame(label: string, name: string): FrameOfLabel | undefined {
  if (!name.startsWith(`${label}: `)) return undefined;
  const text = name.slice(label.length + 2);
  if (text === NO_VALUE) return { kind: 'none' };
  if (text === OTHER_VALUES) return { kind: 'others' };
  const isQuoted = text.startsWith('"') && text.endsWith('"') && LIKE_A_MARK.test(text);
  return { kind: 'value', value: isQuoted ? text.slice(1, -1) : text };
}
