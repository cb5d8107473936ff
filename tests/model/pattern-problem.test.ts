import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileMatcher, MatcherError } from '#model/label-matching.ts';
import { findPatternProblem } from '#model/pattern-problem.ts';

it.each([
  ['web-(a|b', '4: this ( is not closed'],
  ['web-a)', '5: this ) closes nothing'],
  ['web-[ab', '4: this [ is not closed'],
  ['a\\', '1: a backslash at the end has nothing to escape'],
  ['(?=a)b', '0: look-around is not supported'],
  ['a(?<!b)', '1: look-around is not supported'],
  ['(?>a)', '0: this kind of group is not supported'],
  ['(a)\\1', '3: back-references are not supported'],
  ['(?P<n>a)\\k<n>', '8: back-references are not supported'],
  ['*.log', '0: there is nothing before this * to repeat'],
  ['a|+', '2: there is nothing before this + to repeat'],
  ['a**', '2: this repeats a repetition'],
  ['a{2000}', '1: a repetition goes up to 1000'],
  ['a{3,2}', '1: the larger number comes second'],
  ['\\y', '0: \\y has no meaning here'],
])('%s', (pattern, wanted) => {
  const problem = findPatternProblem(pattern);
  expect(problem && `${problem.at}: ${problem.message}`).toBe(wanted);
});

it.each([
  '',
  'web-.*',
  '(?i)web',
  '(?i:a)|(?P<n>b)|(?<m>c)|(?:d)',
  '[]a]',
  '[^]a]',
  '[[:alpha:]-]',
  '[(]',
  'a{,3}',
  'a{2,3}?',
  '\\Q(*\\E',
  '\\pL\\x{1F600}\\101',
  'a??',
  '^*',
  '|',
  '()',
  'a(?i)*',
])('%s is let pass', (pattern) => {
  expect(findPatternProblem(pattern)).toBeUndefined();
});

it('never accuses a pattern that the server takes', () => {
  const letters = 'a b 1 . * + ? ( ) [ ] { } | ^ $ \\ , : < > = ! - P Q E i';
  const pieces = `${letters} (? (?: (?i) [[: :] \\d \\1 \\12 {2} {2, (?<n> \\b`.split(' ');
  const pattern = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(pattern, (value) => {
      fc.pre(findPatternProblem(value) !== undefined);
      expect(() => compileMatcher({ name: 'a', operator: '=~', value }), value).toThrow(MatcherError);
    }),
    { numRuns: 1000 },
  );
});
