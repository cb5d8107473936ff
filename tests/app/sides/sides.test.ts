/** The sides of a comparison: what a link says, what it leaves open, and the link that says all of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UrlState } from '#app/url/url-state.ts';
import {
  followsView,
  isRefreshed,
  linkOfSides,
  type Side,
  type SideDefaults,
  sidesOf,
  type SourceSide,
} from '#app/sides/sides.ts';
import { parseUrl, printUrl } from '#app/url/codec.ts';
import { isTimePoint } from '#model/time-range.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 25, 12);
const HOUR_AGO = NOW - 60 * MINUTE;
const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const WALL = 'wall:wall:nanoseconds:wall:nanoseconds';

const known: SideDefaults = {
  service: 'shop',
  profileType: CPU,
  matchers: [{ name: 'env', operator: '=', value: 'prod' }],
  range: { startMs: HOUR_AGO, endMs: NOW },
  oldestMs: NOW - 24 * 60 * MINUTE,
  nowMs: NOW,
  zone: 'UTC',
};

function sides(link: string, more: Partial<SideDefaults> = {}): Readonly<Record<'a' | 'b', Side>> {
  const { state, notices } = parseUrl(`?v=1&${link}`);
  expect(notices).toEqual([]);
  return sidesOf(state, { ...known, ...more });
}

function sources(link: string, more?: Partial<SideDefaults>): Readonly<Record<'a' | 'b', SourceSide>> {
  const { a, b } = sides(link, more);
  if (a.kind !== 'source' || b.kind !== 'source') throw new Error('a side is a file');
  return { a, b };
}

describe('the defaults of a side', () => {
  it('service and type are those of the other side', () => {
    const { a, b } = sources(`a.svc=api&a.type=${WALL}`);
    expect([b.service, b.profileType]).toEqual(['api', WALL]);
    expect([a.service, a.profileType]).toEqual(['api', WALL]);
    expect(sources('b.svc=api').a.service).toBe('api');
  });

  it('otherwise they are those of the page', () => {
    const { a, b } = sources('a.svc=api&b.svc=web');
    expect([a.service, b.service]).toEqual(['api', 'web']);
    expect([a.profileType, b.profileType]).toEqual([CPU, CPU]);
    expect([a.matchers, b.matchers]).toEqual([known.matchers, known.matchers]);
  });

  it('a side with empty labels does not take those of the page', () => {
    const { a, b } = sources('a.q=&b.q=env="test"');
    expect(a.matchers).toEqual([]);
    expect(b.matchers).toEqual([{ name: 'env', operator: '=', value: 'test' }]);
  });

  it('keeps a side without service or range from being asked for', () => {
    expect(sources('', { service: undefined }).a.query).toBeUndefined();
    expect(sources('', { range: undefined }).b.query).toBeUndefined();
  });

  it('the query has the service before the labels', () => {
    expect(sources('a.q=pod="x"').a.query?.matchers).toEqual([
      { name: 'service_name', operator: '=', value: 'shop' },
      { name: 'pod', operator: '=', value: 'x' },
    ]);
  });
});

describe('the usual ranges', () => {
  const startOfA = HOUR_AGO - 60 * MINUTE - 1;

  it('are the one in view and the time before it', () => {
    const { a, b } = sources('view=compare');
    expect(b.range).toEqual(known.range);
    expect(a.range).toEqual({ startMs: startOfA, endMs: HOUR_AGO - 1 });
  });

  it('are two halves where there is too little before it', () => {
    const { a, b } = sources('view=compare', { oldestMs: HOUR_AGO - 10 * MINUTE });
    const middle = NOW - 30 * MINUTE;
    expect(a.range).toEqual({ startMs: HOUR_AGO, endMs: middle - 1 });
    expect(b.range).toEqual({ startMs: middle, endMs: NOW });
  });

  it('are the time before where a source does not tell how old its profiles are', () => {
    expect(sources('view=compare', { oldestMs: undefined }).a.range?.endMs).toBe(HOUR_AGO - 1);
  });

  it('precede B if only B is given, and are the range in view if only A is given', () => {
    const b = { startMs: NOW - 20 * MINUTE, endMs: NOW - 10 * MINUTE };
    expect(sources(`b.from=${b.startMs}&b.until=${b.endMs}`).a.range).toEqual({
      startMs: b.startMs - 10 * MINUTE - 1,
      endMs: b.startMs - 1,
    });
    expect(sources(`a.from=${HOUR_AGO - 10}&a.until=${HOUR_AGO - 1 + MINUTE}`).b.range).toEqual(known.range);
  });

  it.each([
    ['labels', 'a.q=version="1"&b.q=version="2"'],
    ['the labels of one side', 'a.q=version="1"'],
    ['services', 'a.svc=api&b.svc=web'],
    ['the service of one side', 'a.svc=api&b.svc=shop'],
  ])('are the same where the sides differ in %s', (_, link) => {
    const { a, b } = sources(link);
    expect([a.range, b.range]).toEqual([known.range, known.range]);
    const said = `${link}&b.from=now-5m&b.until=now`;
    expect(sources(said).a.range).toEqual({ startMs: NOW - 5 * MINUTE, endMs: NOW });
    expect(sources(said.replaceAll('b.from', 'a.from').replaceAll('b.until', 'a.until')).b.range).toEqual({
      startMs: NOW - 5 * MINUTE,
      endMs: NOW,
    });
  });

  it.each(['a.svc=api', 'b.svc=api', 'a.svc=shop', 'a.q=env="prod"&b.q=env="prod"', 'a.q=env="prod"'])(
    'are two where the sides are one thing: %s',
    (link) => {
      const { a, b } = sources(link);
      expect(b.range).toEqual(known.range);
      expect(a.range?.endMs).toBe(HOUR_AGO - 1);
    },
  );

  it('beside a file are the range in view, however old the profiles are', () => {
    for (const oldestMs of [known.oldestMs, HOUR_AGO]) {
      expect(sides('a.file=x.pb.gz', { oldestMs }).b).toMatchObject({ kind: 'source', range: known.range });
      expect(sides('b.file=x.pb.gz', { oldestMs }).a).toMatchObject({ kind: 'source', range: known.range });
    }
  });
});

it('half a range is ignored, and an invalid one is reported', () => {
  expect(sources('a.from=now-5m').a.range?.endMs).toBe(HOUR_AGO - 1);
  const { a } = sources('a.from=now&a.until=now-5m');
  expect([a.range, a.query, a.mistake]).toEqual([undefined, undefined, 'The end is not after the start.']);
});

it('a file is a side by name, and its sample type by key', () => {
  const { a, b } = sides('a.file=x.pb.gz&a.st=cpu&b.file=y.txt');
  expect(a).toEqual({ kind: 'file', file: 'x.pb.gz', st: 'cpu', matchers: [] });
  expect(b).toEqual({ kind: 'file', file: 'y.txt', st: undefined, matchers: [] });
});

describe('the link of both sides', () => {
  const text = fc.string({ minLength: 1, maxLength: 12 });
  const matcher = fc.record({
    name: fc.constantFrom('pod', 'env', 'version'),
    operator: fc.constantFrom('=', '!=', '=~', '!~'),
    value: fc.string({ maxLength: 12 }),
  });
  const range = fc.constantFrom(
    {},
    { from: 'now-1h', until: 'now' },
    { from: 'now/d', until: 'now' },
    { from: String(HOUR_AGO), until: String(NOW - MINUTE) },
  );
  const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
  const side = fc.record({
    svc: optional(text),
    type: optional(fc.constantFrom(CPU, WALL)),
    q: optional(fc.array(matcher, { maxLength: 3 })),
    file: optional(text),
    st: optional(text),
    range,
  });

  it('gives the same sides, whatever was left open, and does not depend on other defaults', () => {
    const open = parseUrl('?v=1&view=compare').state;
    fc.assert(
      fc.property(side, side, optional(fc.constantFrom(HOUR_AGO, 0)), (a, b, oldestMs) => {
        const entries = Object.entries({ a, b }).flatMap(([name, { range: said, ...rest }]) =>
          Object.entries({ ...rest, ...said }).map(([key, value]) => [`${name}.${key}`, value]),
        );
        const found = sidesOf({ ...open, ...Object.fromEntries(entries) }, { ...known, oldestMs });
        for (const one of Object.values(found))
          if (one.kind === 'source') expect([one.text.from, one.text.until].every(isTimePoint)).toBe(true);
        const { state, notices } = parseUrl(printUrl({ ...open, ...linkOfSides(found) }));
        expect(notices).toEqual([]);
        const others = { service: 'x', profileType: WALL, matchers: [], range: undefined, oldestMs: undefined };
        expect(sidesOf(state, { ...known, ...others })).toEqual(found);
      }),
    );
  });
});

it('the range in view is followed where, and only where, it moves a side', () => {
  const range = (name: string): string => `${name}.from=now-2h&${name}.until=now-1h`;
  const parts = ['a.svc=api', 'b.svc=web', 'a.q=pod="one"', 'a.file=x.txt', 'b.file=y.txt', range('a'), range('b')];
  fc.assert(
    fc.property(fc.subarray(parts), (said) => {
      const link = said.join('&');
      const spans = (hours: number): string => {
        const { a, b } = sides(link, { range: { startMs: NOW - hours * 60 * MINUTE, endMs: NOW } });
        return JSON.stringify([a, b].map((side) => side.kind === 'source' && side.range));
      };
      expect(followsView(parseUrl(`?v=1&${link}`).state)).toBe(spans(1) !== spans(3));
    }),
  );
});

it('two files are not refreshed, anything of a source is', () => {
  const shown = (view: UrlState['view'], more: Partial<UrlState>): boolean =>
    isRefreshed({ view, ...more } as UrlState);
  expect(shown('compare', { 'a.file': 'one', 'b.file': 'two' })).toBe(false);
  expect(shown('compare', { 'a.file': 'one' })).toBe(true);
  expect(shown('explore', { 'a.file': 'one', 'b.file': 'two' })).toBe(true);
});
