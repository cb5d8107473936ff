/** Frames for the values of a label: stacks that are grouped by a label begin with one. */

/** In place of a value: samples without the label, and values that have no frames of their own. */
const NO_VALUE = '(none)';
const OTHER_VALUES = 'other values';

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

/** `endpoint: /cart`, `endpoint: other values`, `endpoint: (none)` */
export function labelFrame(label: string, frame: FrameOfLabel): string {
  return `${label}: ${frame.kind === 'value' ? frame.value : frame.kind === 'others' ? OTHER_VALUES : NO_VALUE}`;
}

/** The reverse; undefined for a name that is not of the label. */
export function readLabelFrame(label: string, name: string): FrameOfLabel | undefined {
  if (!name.startsWith(`${label}: `)) return undefined;
  const value = name.slice(label.length + 2);
  return value === NO_VALUE ? { kind: 'none' } : value === OTHER_VALUES ? { kind: 'others' } : { kind: 'value', value };
}
