/**
 * Label matchers, compiled. Regular expressions are RE2's by contract (`(?i)` anywhere, `\pL`, `[[:alpha:]]`, letters beyond
 * U+FFFF), which our own search patterns are not: those speak JavaScript's dialect, search instead of match, and see half
 * characters. So they go to re2js, a port of RE2 that is linear too. Only the server needs this file; pages need the parser.
 */
import { RE2JS, RE2JSException } from 're2js';
import { valuesOfPattern } from './matcher-values.ts';
import { type LabelMatcher, type LabelSet, labelValue } from './labels.ts';

/**
 * RE2 bounds the size of a program, not its time per character: a hostile pattern of 1000 characters takes under 0.2 s
 * for a long value.
 */
const MAX_PATTERN = 1000;

/** What is wrong with a regular expression, in one sentence. */
export class MatcherError extends Error {}

/**
 * Whether a label's value meets the matcher; a missing label is asked with ''.
 * @throws MatcherError at a pattern that is too long or does not compile; a list of plain values has no limit
 */
export function compileMatcher({ name, operator, value }: LabelMatcher): (labelValue: string) => boolean {
  if (operator === '=') return (asked) => asked === value;
  if (operator === '!=') return (asked) => asked !== value;
  // Dashboards send lists of values as a pattern, however many there are.
  const values = valuesOfPattern(value);
  if (values !== undefined) {
    const known = new Set(values);
    return (asked) => known.has(asked) === (operator === '=~');
  }
  if (value.length > MAX_PATTERN)
    throw new MatcherError(
      `The pattern of ${name} is longer than ${MAX_PATTERN} characters: list fewer values, separated by |.`,
    );
  const pattern = compilePattern(name, value);
  // Values repeat from series to series.
  const known = new Map<string, boolean>();
  const wanted = operator === '=~';
  return (asked) => {
    let matches = known.get(asked);
    if (matches === undefined) known.set(asked, (matches = pattern.testExact(asked)));
    return matches === wanted;
  };
}

/** Whether a label set meets all matchers. @throws MatcherError as `compileMatcher` */
export function compileMatchers(matchers: readonly LabelMatcher[]): (labels: LabelSet) => boolean {
  const tests = matchers.map((matcher) => ({ name: matcher.name, test: compileMatcher(matcher) }));
  return (labels) => tests.every(({ name, test }) => test(labelValue(labels, name)));
}

function compilePattern(name: string, source: string): RE2JS {
  try {
    return RE2JS.compile(source, RE2JS.DOTALL);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    // The message is Go's and includes the flag that we add.
    const reason = error.message.replace('error parsing regexp: ', '').replace('(?s)', '');
    throw new MatcherError(`The pattern of ${name} is not a valid regular expression: ${reason}.`);
  }
}
