/** Labels of a series, and matchers. Rules: Prometheus' data model, as Pyroscope uses it. */

export interface Label {
  readonly name: string;
  readonly value: string;
}

/** Sorted by name (code unit order), each name once, no empty value. */
export type LabelSet = readonly Label[];

/**
 * One condition. A label that is missing counts as the empty text, for every operator.
 * `=~` and `!~` hold a regular expression of RE2's syntax that must match the whole value.
 */
export interface LabelMatcher {
  readonly name: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** The label by which profiles belong to a service. */
export const SERVICE_LABEL = 'service_name';

/** The service of the server's profiles of itself. */
export const OWN_SERVICE = 'flametide';

/** Value of a label, '' where the set has none. */
export function labelValue(labels: LabelSet, name: string): string {
  return labels.find((label) => label.name === name)?.value ?? '';
}

/** Any pairs as a label set: sorted, empty values left out, the last of one name counts. */
export function labelSet(pairs: Iterable<Label>): LabelSet {
  const byName = new Map<string, string>();
  for (const { name, value } of pairs) byName.set(name, value);
  return [...byName]
    .filter(([, value]) => value !== '')
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/**
 * Splits a query's matchers into the plain service and the others; the service is undefined unless the query names
 * exactly one.
 */
export function splitService(matchers: readonly LabelMatcher[]): {
  readonly service: string | undefined;
  readonly others: readonly LabelMatcher[];
} {
  const isPlain = ({ name, operator }: LabelMatcher): boolean => name === SERVICE_LABEL && operator === '=';
  const named = matchers.filter(isPlain);
  if (named.length !== 1) return { service: undefined, others: matchers };
  return { service: named[0].value, others: matchers.filter((matcher) => !isPlain(matcher)) };
}

/** The reverse: the service comes first. */
export function joinService(service: string | undefined, others: readonly LabelMatcher[]): readonly LabelMatcher[] {
  return service === undefined ? others : [{ name: SERVICE_LABEL, operator: '=', value: service }, ...others];
}

/** One value of a label in place of what the matchers say of it; undefined: any value. */
export function withValue(
  matchers: readonly LabelMatcher[],
  name: string,
  value: string | undefined,
): readonly LabelMatcher[] {
  const others = matchers.filter((one) => one.name !== name);
  return value === undefined ? others : [...others, { name, operator: '=', value }];
}
