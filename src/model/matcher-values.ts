/** Matchers that stand for a plain set of values: `a="x"`, `a=~"x|y"` with every character of a value taken as it is. */
import type { LabelMatcher } from './labels.ts';

/** Characters with a special meaning in RE2. */
const SPECIAL = /[\\.+*?()|[\]{}^$]/g;

/** A regular expression that matches exactly the value. */
export function escapeValue(value: string): string {
  return value.replace(SPECIAL, '\\$&');
}

/** @param values at least one @param isNegated everything but the values */
export function matcherOfValues(name: string, values: readonly string[], isNegated: boolean): LabelMatcher {
  if (values.length === 1) return { name, operator: isNegated ? '!=' : '=', value: values[0] };
  return { name, operator: isNegated ? '!~' : '=~', value: values.map(escapeValue).join('|') };
}

/** The values that a matcher names one by one; undefined if it holds a pattern. */
export function valuesOfMatcher({ operator, value }: LabelMatcher): readonly string[] | undefined {
  return operator === '=' || operator === '!=' ? [value] : valuesOfPattern(value);
}

/** The values between the bars of a pattern, `a|b`, `(a|b)` or `^(?:a|b)$`; undefined where it is more than values and bars. */
export function valuesOfPattern(pattern: string): readonly string[] | undefined {
  return valuesBetweenBars(withoutWrapping(pattern));
}

/** The pattern without anchors and one group around it, which mean nothing where the whole value must match. */
function withoutWrapping(pattern: string): string {
  let bare = pattern.startsWith('^') ? pattern.slice(1) : pattern;
  if (endsIn(bare, '$')) bare = bare.slice(0, -1);
  const open = /^\((?:\?:)?/.exec(bare)?.[0];
  return open !== undefined && endsIn(bare, ')') ? bare.slice(open.length, -1) : bare;
}

/** Whether the character is the last one and not escaped. */
function endsIn(pattern: string, letter: string): boolean {
  let backslashes = 0;
  while (pattern[pattern.length - 2 - backslashes] === '\\') backslashes++;
  return pattern.endsWith(letter) && backslashes % 2 === 0;
}

function valuesBetweenBars(pattern: string): readonly string[] | undefined {
  const values: string[] = [];
  let value = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === '|') {
      values.push(value);
      value = '';
    } else if (c === '\\') {
      const escaped = pattern[++i] ?? '';
      // \d, \pL and their like name more than one character.
      if (!/^[^A-Za-z0-9\u0080-\uffff]$/.test(escaped)) return undefined;
      value += escaped;
    } else if ('.+*?()[]{}^$'.includes(c)) return undefined;
    else value += c;
  }
  values.push(value);
  return values;
}
