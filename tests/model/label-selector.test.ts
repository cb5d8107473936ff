import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileMatcher, compileMatchers, MatcherError } from '#model/label-matching.ts';
import { parseLabelSelector, parseTypedSelector, printLabelSelector } from '#model/label-selector.ts';
import { type LabelMatcher, labelSet } from '#model/labels.ts';

/** As `name op value`, or where and why not. */
function read(text: string): string {
  const parsed = parseLabelSelector(text);
  return parsed.ok
    ? parsed.matchers.map(({ name, operator, value }) => `${name} ${operator} ${value}`).join(' | ')
    : `${parsed.at}: ${parsed.message}`;
}

describe('a selector', () => {
  it.each([
    ['{}', ''],
    [' { } ', ''],
    ['{a="b"}', 'a = b'],
    ['{a="b",c!="d",e=~"f",g!~"h",}', 'a = b | c != d | e =~ f | g !~ h'],
    ['up', '__name__ = up'],
    [
      'process_cpu:cpu:nanoseconds:cpu:nanoseconds{a="b"}',
      '__name__ = process_cpu:cpu:nanoseconds:cpu:nanoseconds | a = b',
    ],
    ['{"service.name"="x"}', 'service.name = x'],
    ['{"up",a="b"}', '__name__ = up | a = b'],
    ["{a='it\\'s'}", "a = it's"],
    ['{a=`raw \\n "x"`}', 'a = raw \\n "x"'],
    ['{a="\\x41\\102\\u00fc\\U0001f600\\t\\\\\\""}', 'a = ABü😀\t\\"'],
    ['{a="\\xc3\\xbc"}', 'a = ü'],
    ['{a="Zürich, 東京"}', 'a = Zürich, 東京'],
  ])('%s', (text, wanted) => {
    expect(read(text)).toBe(wanted);
  });

  it.each([
    ['', '0: a selector is missing; {} selects everything'],
    ['{', '0: unclosed {'],
    ['{a=', '0: unclosed {'],
    ['{a="b', '3: unclosed quote'],
    ['{a="b" c="d"}', '7: expected , or }'],
    ['{a~"b"}', '2: expected =, !=, =~ or !~'],
    ['{a=b}', '3: expected a value in quotes'],
    ['{,}', '1: expected a label name'],
    ['{a="b"} x', '8: nothing may follow the selector'],
    ['{a="\\q"}', '4: unknown escape; a backslash is written \\\\'],
    ['{""="b"}', '1: a label name may not be empty'],
    ['up{"down"}', '3: the metric name stands here twice'],
    ['{a.b="c"}', '2: expected =, !=, =~ or !~'],
  ])('%s is refused with the place', (text, wanted) => {
    expect(read(text)).toBe(wanted);
  });

  it('has at most 100 matchers', () => {
    const many = (count: number): string => `{${'a="b",'.repeat(count)}}`;
    expect(parseLabelSelector(many(100)).ok).toBe(true);
    expect(read(many(100_000))).toBe('601: a selector has at most 100 matchers');
  });

  it('is read back from its printed form', () => {
    const text = fc.string({ unit: 'grapheme' });
    const matcher: fc.Arbitrary<LabelMatcher> = fc.record({
      name: fc.oneof(fc.constantFrom('a', 'service_name'), fc.string({ unit: 'grapheme', minLength: 1 })),
      operator: fc.constantFrom('=', '!=', '=~', '!~'),
      value: text,
    });
    fc.assert(
      fc.property(fc.array(matcher), (matchers) => {
        expect(parseLabelSelector(printLabelSelector(matchers))).toEqual({ ok: true, matchers });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', 'a', '"', "'", '`', '=', '!', '~', ',', '\\', 'x', '4', ' ') }),
        (text) => {
          const parsed = parseLabelSelector(text);
          expect(parsed.ok ? 0 : parsed.at).toBeLessThanOrEqual(text.length);
        },
      ),
    );
  });
});

describe('as it is typed', () => {
  it.each([
    ['pod=~"x", version="y"', '{pod=~"x", version="y"}'],
    ['  "a b" != `c`', '{"a b"!="c"}'],
    ['{pod="x"}', '{pod="x"}'],
    ['cpu{pod="x"}', '{__name__="cpu", pod="x"}'],
    ['cpu', '{__name__="cpu"}'],
    ['{}', '{}'],
  ])('%s', (text, printed) => {
    const parsed = parseTypedSelector(text);
    expect(parsed.ok && printLabelSelector(parsed.matchers)).toBe(printed);
  });

  it('mistakes have their place in what was typed', () => {
    expect(parseTypedSelector('pod=x')).toMatchObject({ ok: false, at: 4 });
    expect(parseTypedSelector('pod="x" b="y"')).toMatchObject({ ok: false, at: 8 });
    expect(parseTypedSelector('pod="x"} b')).toMatchObject({ ok: false });
    expect(parseTypedSelector('')).toMatchObject({ ok: false, at: 0 });
  });
});

describe('a matcher', () => {
  const matches = (operator: LabelMatcher['operator'], pattern: string, value: string): boolean =>
    compileMatcher({ name: 'a', operator, value: pattern })(value);

  it.each([
    ['=~', 'eu.*', 'eu-west', true],
    ['=~', 'eu', 'eu-west', false],
    ['=~', 'a|b', 'ab', false],
    ['=~', 'a.b', 'a\nb', true],
    ['=~', '(?i)EU', 'eu', true],
    ['=~', '.', '😀', true],
    ['=~', '\\pL+', 'größe', true],
    ['=~', '[[:digit:]]+', '12', true],
    ['=~', '', '', true],
    ['!~', 'eu', 'eu-west', true],
    ['!~', '.+', '', true],
    ['=', '', '', true],
    ['!=', 'x', '', true],
  ] as const)('%s %s of %s', (operator, pattern, value, wanted) => {
    expect(matches(operator, pattern, value)).toBe(wanted);
  });

  it.each(['(', 'a{2000}', '(?=a)', '\\1', `${'a'.repeat(1000)}.`])('refuses %s', (pattern) => {
    expect(() => matches('=~', pattern, 'a')).toThrow(MatcherError);
  });

  it('takes a label that is missing as empty', () => {
    const set = labelSet([{ name: 'a', value: 'x' }]);
    expect(compileMatchers([{ name: 'b', operator: '=', value: '' }])(set)).toBe(true);
    expect(compileMatchers([{ name: 'b', operator: '!=', value: '' }])(set)).toBe(false);
  });

  it('cannot hang', () => {
    expect(matches('=~', '(a+)+$', `${'a'.repeat(2000)}b`)).toBe(false);
    expect(matches('=~', '(.*a){60}b', 'a'.repeat(2000))).toBe(false);
  });
});
