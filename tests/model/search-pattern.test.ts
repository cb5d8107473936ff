import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Automaton } from '#model/automaton.ts';
import { compilePattern, type SearchPattern } from '#model/search-pattern.ts';

function compiled(source: string, ignoreCase = false): SearchPattern {
  const found = compilePattern(source, ignoreCase);
  if (!found.ok) throw new Error(found.message);
  return found.pattern;
}

it('patterns mean what JavaScript takes them to mean', () => {
  const letter = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '\\W', '^', '$', '\\b', '\\B', '\\.', 'é');
  const { pattern } = fc.letrec<{ pattern: string; atom: string }>((tie) => ({
    atom: fc.oneof(
      { maxDepth: 4 },
      letter,
      tie('pattern').map((inner) => `(${inner})`),
      tie('pattern').map((inner) => `(?:${inner})`),
    ),
    pattern: fc
      .array(fc.tuple(tie('atom'), fc.constantFrom('', '', '', '*', '+', '?', '*?', '{2}', '{0,2}', '{1,}', '|')), {
        minLength: 1,
        maxLength: 4,
      })
      .map((parts) =>
        parts
          .map(([atom, repeat]) => (/^(\^|\$|\\b|\\B)$/.test(atom) && repeat !== '|' ? atom : atom + repeat))
          .join(''),
      ),
  }));
  const text = fc
    .array(fc.constantFrom('a', 'b', '.', ' ', 'é', 'A'), { maxLength: 9 })
    .map((letters) => letters.join(''));
  let automata = 0;
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 5 }), fc.boolean(), (source, texts, ignoreCase) => {
      const found = compilePattern(source, ignoreCase);
      if (!found.ok) return expect(found.message).toBe('pattern too large');
      if (found.pattern instanceof Automaton) automata++;
      const native = new RegExp(source, ignoreCase ? 'i' : '');
      for (const one of texts) expect(found.pattern.test(one), `/${source}/ on ${one}`).toBe(native.test(one));
    }),
    { seed: 7, numRuns: 2000 },
  );
  expect(automata).toBeGreaterThan(500);
});

it('finds the leftmost match, and the longest there', () => {
  // Without assertions a piece of text matches or not by itself, so that JavaScript can be asked for every piece.
  const source = fc
    .array(fc.tuple(fc.constantFrom('a', 'b', '.', '[ab]', '(ab|a)', '(?:b|ba)'), fc.constantFrom('', '*', '+', '?')), {
      minLength: 1,
      maxLength: 4,
    })
    .map((parts) => parts.map((part) => part.join('')).join(''));
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(source, text, fc.nat({ max: 3 }), (pattern, letters, from) => {
      const whole = new RegExp(`^(?:${pattern})$`);
      let wanted: { start: number; end: number } | undefined;
      for (let start = from; start <= letters.length && !wanted; start++)
        for (let end = letters.length; end >= start && !wanted; end--)
          if (whole.test(letters.slice(start, end))) wanted = { start, end };
      expect(compiled(pattern).find(letters, from)).toEqual(wanted);
    }),
    { seed: 7, numRuns: 1000 },
  );
});

it('finds by the surrounding characters', () => {
  expect(compiled('\\bb').find('ab b', 0)).toEqual({ start: 3, end: 4 });
  expect(compiled('^a').find('aa', 1)).toBeUndefined();
  expect(compiled('a$').find('aa', 0)).toEqual({ start: 1, end: 2 });
});

it.each([
  '(a+)+$',
  '^(a|a)*$',
  '^(a|aa)+$',
  '.*.*.*.*.*.*.*.*x',
  'a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaaaaax',
  '((a{9}){9}){9}x',
  '(.*a){12}x',
])(
  '/%s/ ends, however long the name',
  (source) => {
    expect(compiled(source).test(`${'a'.repeat(2000)}!`)).toBe(false);
  },
  2000,
);

it.each([
  ['(ab', 0, 'unterminated group'],
  ['ab)', 2, 'unmatched )'],
  ['a[bc', 1, 'unterminated character class'],
  ['a**', 2, 'nothing to repeat'],
  ['ab\\', 2, '\\ at end of pattern'],
  ['(?=a)', 0, 'look-around is not supported'],
  ['(a)\\1', 3, 'back references are not supported'],
  ['[z-a]', 0, 'range out of order in character class'],
  ['a{99999}', 1, 'pattern too large'],
  ['(((((a{99}){99}){99})))', 5, 'pattern too large'],
  ['x'.repeat(1001), 1000, 'pattern longer than 1000 characters'],
])('/%s/ is refused at character %i: %s', (source, at, message) => {
  const found = compilePattern(source, false);
  expect(found).toMatchObject({ ok: false, message });
  if (!found.ok && message !== 'pattern too large') expect(found.at).toBe(at);
});

it('(?i) asks for either case, as in pprof', () => {
  expect(compiled('(?i)SERVE').test('net/http.serve')).toBe(true);
  expect(compiled('SERVE').test('net/http.serve')).toBe(false);
  expect(compilePattern('(?i)(', false)).toEqual({ ok: false, at: 4, message: 'unterminated group' });
});

it('brackets that repeat nothing are letters', () => {
  expect(compiled('^{}]a{x}.*.*$').test('{}]a{x}')).toBe(true);
});

it('answers stay the same however many texts were asked before', () => {
  // Each text takes other ways through the automaton, more than are kept.
  const source = '(a|b)*a(a|b){10}c';
  const kept = compiled(source);
  const native = new RegExp(source);
  const texts = Array.from(
    { length: 3000 },
    (_, i) => `${(i * 2_654_435_761).toString(2).replaceAll('0', 'a').replaceAll('1', 'b')}c`,
  );
  for (const text of texts) expect(kept.test(text), text).toBe(native.test(text));
});
