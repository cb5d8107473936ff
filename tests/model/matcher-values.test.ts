import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileMatcher } from '#model/label-matching.ts';
import { escapeValue, matcherOfValues, valuesOfMatcher, valuesOfPattern } from '#model/matcher-values.ts';

const values = fc.array(
  fc.oneof(
    fc.string({ unit: fc.constantFrom(...'. + * ? ( ) | [ ] { } ^ $ \\ / - , a ß 😀 \n'.split(' ')) }),
    fc.string({ unit: 'grapheme' }),
  ),
  { minLength: 1, maxLength: 5 },
);

describe('a choice of values', () => {
  it.each([
    [['web-1'], false, 'pod = web-1'],
    [['web-1'], true, 'pod != web-1'],
    [['/api/a', '/api/b'], false, 'pod =~ /api/a|/api/b'],
    [['a.b', 'c|d'], true, 'pod !~ a\\.b|c\\|d'],
  ])('%j, negated %s', (chosen, isNegated, wanted) => {
    const { name, operator, value } = matcherOfValues('pod', chosen, isNegated);
    expect(`${name} ${operator} ${value}`).toBe(wanted);
  });

  it('matches exactly the values, whatever letters they hold', () => {
    fc.assert(
      fc.property(values, fc.string({ unit: 'grapheme' }), fc.boolean(), (chosen, other, isNegated) => {
        const matches = compileMatcher(matcherOfValues('a', chosen, isNegated));
        for (const asked of [...chosen, other]) expect(matches(asked)).toBe(chosen.includes(asked) !== isNegated);
      }),
    );
  });

  it('is read back from its matcher', () => {
    fc.assert(
      fc.property(values, fc.boolean(), (chosen, isNegated) => {
        expect(valuesOfMatcher(matcherOfValues('a', chosen, isNegated))).toEqual(chosen);
      }),
    );
  });
});

it.each(['web-.*', 'a|b+', '(a|b)', '\\d', 'a\\', '^a', '[ab]'])('%s is a pattern, not a list of values', (pattern) => {
  expect(valuesOfPattern(pattern)).toBeUndefined();
});

it('escapes what RE2 reads as more than itself', () => {
  expect(escapeValue('v1.2+b (x|y)')).toBe('v1\\.2\\+b \\(x\\|y\\)');
});
