import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseUrl, printUrl } from '#app/url/codec.ts';
import type { UrlState } from '#app/url/url-state.ts';
import { normalisations } from '#model/normalise.ts';
import type { Transform } from '#model/transforms/registry.ts';

const hostile = fc.constantFrom(
  '<script>alert(1)</script>',
  '\u202egnp.exe',
  'a;b\\c',
  '100%',
  'x=1&y=2#z',
  '🔥👨‍👩‍👧',
  '__proto__',
  'a+b c',
  'a => b\\ =>',
  '"',
  '="x"',
);
const text = fc.oneof(hostile, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }));
const typeId = fc
  .tuple(...Array.from({ length: 5 }, () => text))
  .map((parts) => parts.map((part) => part.replaceAll(':', ';')).join(':'));
const path = fc.array(fc.oneof(text, fc.constant('')), { maxLength: 6 });
const transform: fc.Arbitrary<Transform> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('focus' as const, 'hide' as const, 'ignore' as const, 'show-from' as const),
    match: text,
  }),
  fc.record({ kind: fc.constant('rename' as const), match: text, name: fc.oneof(text, fc.constant('')) }),
  fc.record({ kind: fc.constant('group-by' as const), by: fc.constantFrom('package', 'file', 'binary') }),
  fc.record({ kind: fc.constant('focus-path' as const), path: fc.array(text, { minLength: 1, maxLength: 4 }) }),
  fc.constantFrom({ kind: 'invert' as const }, { kind: 'merge-recursion' as const }),
);
const timePoint = fc.oneof(fc.nat().map(String), fc.constantFrom('now', 'now-1h', 'now/d', 'now-1d/d'));
const matchers = fc.array(fc.record({ name: text, operator: fc.constantFrom('=', '!=', '=~', '!~'), value: text }), {
  maxLength: 4,
});
const interval = fc
  .record({ fromMs: fc.nat(), lengthMs: fc.integer({ min: 1, max: 1e6 }), isRest: fc.boolean() })
  .map(({ fromMs, lengthMs, isRest }) => ({ fromMs: fromMs / 1000, untilMs: (fromMs + lengthMs) / 1000, isRest }));
const orOpen = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined });
const anyState: fc.Arbitrary<UrlState> = fc.record({
  view: fc.constantFrom('explore', 'compare', 'files'),
  svc: orOpen(text),
  type: orOpen(typeId),
  q: matchers,
  routes: orOpen(text),
  unit: orOpen(text),
  span: fc.constantFrom(undefined, '00f067aa0ba902b7'),
  trace: fc.constantFrom(undefined, '4bf92f3577b34da6a3ce929d0e0e4736'),
  from: orOpen(timePoint),
  until: orOpen(timePoint),
  tz: fc.constantFrom('local', 'UTC', 'Europe/Berlin'),
  by: fc.oneof(text, fc.constant('')),
  during: orOpen(interval),
  at: orOpen(interval.map((one) => ({ ...one, isRest: false }))),
  ref: fc.option(fc.constantFrom(0, 5, 900), { nil: undefined }),
  grid: fc.constantFrom('none', 'services', 'types', 'values', 'flames'),
  cs: path,
  snap: fc.constantFrom(undefined, 'abcd1234', 'z9'.repeat(25)),
  'a.svc': orOpen(text),
  'a.type': orOpen(typeId),
  'a.q': orOpen(matchers),
  'a.from': orOpen(timePoint),
  'a.until': orOpen(timePoint),
  'a.file': orOpen(text),
  'a.st': orOpen(text),
  'a.during': orOpen(interval),
  'b.svc': orOpen(text),
  'b.type': orOpen(typeId),
  'b.q': orOpen(matchers),
  'b.from': orOpen(timePoint),
  'b.until': orOpen(timePoint),
  'b.file': orOpen(text),
  'b.st': orOpen(text),
  'b.during': orOpen(interval),
  norm: fc.constantFrom(...normalisations),
  w: fc.constantFrom('mean', 'a', 'b'),
  dcol: fc.constantFrom('total', 'self'),
  noise: fc.constantFrom('pale', 'shown'),
  embed: fc.boolean(),
  rate: orOpen(fc.constantFrom(0, 0.04, 1200)),
  // Choices are written once something is shown.
  file: text,
  src: fc.option(
    fc.record({ kind: fc.constant('demo' as const), nodes: fc.integer({ min: 10, max: 2_000_000 }), seed: fc.nat() }),
    { nil: undefined },
  ),
  st: orOpen(text),
  pane: fc.constantFrom('flame', 'functions', 'both', 'sides', 'sandwich', 'tree', 'source', 'when', 'chart'),
  s: fc.oneof(text, fc.constant('')),
  z: path,
  sel: path,
  sw: fc.oneof(text, fc.constant('')),
  sf: fc.oneof(text, fc.constant('')),
  sort: fc.record({ key: fc.constantFrom('name', 'self', 'total', 'file', 'a', 'b'), descending: fc.boolean() }),
  col: fc.constantFrom('package', 'function', 'file', 'self', 'search'),
  dir: fc.constantFrom('icicle', 'flame'),
  order: fc.constantFrom('size', 'name'),
  t: fc.array(transform, { maxLength: 5 }),
  unknown: fc.array(fc.tuple(fc.constantFrom('later', 'utm'), text), { maxLength: 2 }),
});

/** Repeats of a key stand together in a link, so that their order among other keys is not kept. */
function grouped(state: UrlState): UrlState {
  return { ...state, unknown: state.unknown.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)) };
}

describe('the link', () => {
  it('prints and parses to the same state, 1 000 times', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const { state: parsed, notices } = parseUrl(printUrl(state));
        expect(notices).toEqual([]);
        expect(grouped(parsed)).toEqual(grouped(state));
      }),
      { seed: 7, numRuns: 1000 },
    );
  });

  it('opens every sample of version 1, without a notice and without a change', () => {
    for (const link of readFileSync('tests/fixtures/links/v1.txt', 'utf8').trim().split('\n')) {
      const { state, notices } = parseUrl(link);
      expect(notices, link).toEqual([]);
      expect(parseUrl(printUrl(state)).state, link).toEqual(state);
    }
  });

  it('a comparison without dcol is coloured by total, as its link meant; one opened from another page by self', () => {
    expect(parseUrl('?v=1&view=compare&norm=absolute').state.dcol).toBe('total');
    expect(parseUrl('?v=1&a.file=x&b.file=y').state.dcol).toBe('total');
    for (const link of ['', '?view=explore&svc=shop', '?file=x']) {
      const { state } = parseUrl(link);
      expect(printUrl(state)).not.toContain('dcol');
      const opened = printUrl({ ...state, view: 'compare' });
      expect(opened).toContain('dcol=self');
      expect(parseUrl(opened).state.dcol).toBe('self');
    }
  });

  it('has a sample of every key, and one that is packed', () => {
    const samples = readFileSync('tests/fixtures/links/v1.txt', 'utf8').trim().split('\n');
    const { unknown: _, ...known } = parseUrl('').state;
    const found = new Set(samples.flatMap((link) => [...new URLSearchParams(link).keys()]));
    expect([...Object.keys(known), 'p', 'nodes', 'seed'].filter((key) => !found.has(key))).toEqual([]);
    const { state } = parseUrl(samples.find((link) => /[?&]p=/.test(link))!);
    expect(state).toMatchObject({ view: 'compare', norm: 'equal-work', unknown: [['utm', 'kept']] });
    expect(state.t).toEqual([{ kind: 'hide', match: expect.stringMatching(/Stage0.*Stage39/) }, { kind: 'invert' }]);
  });

  it('is readable: names, slashes and colons are not escaped', () => {
    const { state } = parseUrl('?file=x&z=net/http.(*conn).serve;main.run&t=hide:/^runtime/');
    expect(printUrl(state)).toContain('z=net/http.(*conn).serve;main.run');
    expect(printUrl(state)).toContain('t=hide:/^runtime/');
  });

  it('whatever comes, there is a state, and the page hears what was wrong', () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), (query) => {
        expect(['explore', 'compare', 'files']).toContain(parseUrl(`?${query}`).state.view);
      }),
      { seed: 7, numRuns: 500 },
    );
    for (const bad of [
      'pane=x',
      'sort=-',
      'col=',
      't=boil',
      't=focus:',
      'z=a\\',
      'src=demo&nodes=1e99',
      'src=http://evil',
      'v=9',
      'st=',
      'q=a',
      'q=a~"x"',
      'from=yesterday',
      'until=now-1',
      'tz=Mars/Base',
      'ref=1',
      'ref=-5',
      'grid=x',
    ]) {
      expect(parseUrl(`?${bad}`).notices, bad).toHaveLength(1);
    }
    expect(parseUrl(`?s=${'x'.repeat(1_000_000)}`).notices[0]).toContain('characters');
    expect(parseUrl(`?${'t=invert&'.repeat(50)}`).notices[0]).toContain('t=');
  });

  it('a path too long for a link is a hash with a readable tail', () => {
    const { state } = parseUrl('?file=x');
    const link = printUrl({ ...state, z: Array.from({ length: 200 }, (_, i) => `some.function.of.depth.${i}`) });
    expect(link.length).toBeLessThan(400);
    expect(link).toContain('some.function.of.depth.199');
  });
});
