/**
 * A matcher while it is edited: values that are ticked, or a pattern that is typed; one becomes the other where it can.
 */
import type { LabelMatcher } from '#model/labels.ts';
import { escapeValue, matcherOfValues, valuesOfMatcher, valuesOfPattern } from '#model/matcher-values.ts';

export interface LabelDraft {
  /** '' until one is chosen. */
  readonly name: string;
  /** `=` and `!=` with any number of values. */
  readonly operator: LabelMatcher['operator'];
  /** What is ticked, in the order of ticking; empty if a pattern is typed. */
  readonly values: readonly string[];
  /** What filters the values, or the pattern. */
  readonly text: string;
}

export const emptyDraft: LabelDraft = { name: '', operator: '=', values: [], text: '' };

export function isPattern({ operator }: LabelDraft): boolean {
  return operator === '=~' || operator === '!~';
}

/** A pattern that only lists values is edited as values. */
export function draftOf(matcher: LabelMatcher): LabelDraft {
  const { name, operator, value } = matcher;
  const values = value === '' ? undefined : valuesOfMatcher(matcher);
  if (values) return { name, operator: operator === '=' || operator === '=~' ? '=' : '!=', values, text: '' };
  return { name, operator, values: [], text: value };
}

export function withOperator(draft: LabelDraft, operator: LabelDraft['operator']): LabelDraft {
  const next = { ...draft, operator };
  if (isPattern(draft) === isPattern(next)) return next;
  if (isPattern(next)) {
    return {
      ...next,
      values: [],
      text: draft.values.length > 0 ? draft.values.map(escapeValue).join('|') : draft.text,
    };
  }
  const values = draft.text === '' ? undefined : valuesOfPattern(draft.text);
  return values ? { ...next, values, text: '' } : next;
}

export function isTicked(draft: LabelDraft, value: string): boolean {
  if (!isPattern(draft)) return draft.values.includes(value);
  return draft.text !== '' && (valuesOfPattern(draft.text)?.includes(value) ?? false);
}

/** In a pattern, adds the value as an alternative, or removes it if the pattern only lists values. */
export function withValueToggled(draft: LabelDraft, value: string): LabelDraft {
  const toggled = (values: readonly string[]): readonly string[] =>
    values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  if (!isPattern(draft)) return { ...draft, values: toggled(draft.values), text: '' };
  if (draft.text === '') return { ...draft, text: escapeValue(value) };
  const values = valuesOfPattern(draft.text);
  return {
    ...draft,
    text: values ? toggled(values).map(escapeValue).join('|') : `${draft.text}|${escapeValue(value)}`,
  };
}

/** Undefined while there is nothing to apply. */
export function matcherOfDraft(draft: LabelDraft): LabelMatcher | undefined {
  const { name, operator, values, text } = draft;
  if (name === '') return undefined;
  if (isPattern(draft)) return text === '' ? undefined : { name, operator, value: text };
  return values.length === 0 ? undefined : matcherOfValues(name, values, operator === '!=');
}
