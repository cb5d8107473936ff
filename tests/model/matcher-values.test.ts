import fc from 'fast-check';
import { RE2JS } from 're2js';
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

it.each(['web-.*', 'a|b+', '(a|b', '(a)|(b)', 'x(a|b)', '(?i)a', 'a$b', '\\d', 'a\\', '(a\\)', '[ab]'])(
  '%s is a pattern, not a list of values',
  (pattern) => {
    expect(valuesOfPattern(pattern)).toBeUndefined();
  },
);

it.each([
  ['(a|b)', ['a', 'b']],
  ['(?:a|b)', ['a', 'b']],
  ['^(a\\.b|c)$', ['a.b', 'c']],
  ['^a|b$', ['a', 'b']],
  ['^a', ['a']],
  ['a\\$', ['a$']],
  ['(a\\))', ['a)']],
  ['a|', ['a', '']],
])('%s is a list of values', (pattern, wanted) => {
  expect(valuesOfPattern(pattern)).toEqual(wanted);
});

it('the values of a pattern are what RE2 matches', () => {
  const letter = fc.constantFrom(...'aab|||()^$\\.?:'.split(''));
  fc.assert(
    fc.property(
      fc.string({ unit: letter, maxLength: 9 }),
      fc.string({ unit: letter, maxLength: 3 }),
      (pattern, other) => {
        const found = valuesOfPattern(pattern);
        if (found === undefined) return;
        const compiled = RE2JS.compile(pattern, RE2JS.DOTALL);
        for (const asked of [...found, other, ''])
          expect([pattern, asked, compiled.testExact(asked)]).toEqual([pattern, asked, found.includes(asked)]);
      },
    ),
    { numRuns: 3000 },
  );
});

it('a list of values is matched whatever its length, a pattern up to 1000 characters', () => {
  const pods = Array.from({ length: 5000 }, (_, i) => `checkout-service-7d9f8b6c5-${i}.eu-west-1`);
  const escaped = pods.map(escapeValue).join('|');
  for (const value of [escaped, `(${escaped})`, `^(?:${escaped})$`]) {
    const isOne = compileMatcher({ name: 'pod', operator: '=~', value });
    const isNone = compileMatcher({ name: 'pod', operator: '!~', value });
    for (const asked of [pods[0], pods[4999], 'checkout', ''])
      expect([isOne(asked), isNone(asked)]).toEqual([pods.includes(asked), !pods.includes(asked)]);
  }
  expect(() => compileMatcher({ name: 'pod', operator: '=~', value: `${escaped}|.*` })).toThrow('1000 characters');
});

it('escapes what RE2 reads as more than itself', () => {
  expect(escapeValue('v1.2+b (x|y)')).toBe('v1\\.2\\+b \\(x\\|y\\)');
});
