/** More calls or dearer ones: decided by counts of requests. */
import { describe, expect, it } from 'vitest';
import { poisson, seeded } from '#base/seeded.ts';
import type { Change } from '#model/change.ts';
import { changesAsMarkdown, describeChange, formatAmount, summarise } from '#model/changes-text.ts';
import { whatChanged, type WhatChanged } from '#model/changes.ts';
import { unionTree } from '#model/diff.ts';
import { compareSides } from '#model/evidence.ts';
import { type Normalisation, normalisations, normalise, type SideFacts, whyNotNormalised } from '#model/normalise.ts';
import { type CountedRequests, RouteFinder } from '#model/requests.ts';
import { sideOfUnion, slicesOfTrees } from '#model/slices.ts';
import type { NamedTree } from '#model/union.ts';
import { drawn, joined } from '../support/named-trees.ts';
import { HTTP } from '../support/shop.ts';

const SLICES = 24;
const SECONDS = 960;
const MS = 1_000_000;
const NBSP = '\u00a0';
const ROUTES = ['search', 'cart', 'login', 'export'];

interface Recording {
  /** By route: times its usual 10 requests a second. */
  readonly load?: Readonly<Record<string, number>>;
  /** By route: what each request costs, times the usual. */
  readonly cost?: Readonly<Record<string, number>>;
  readonly seed: string;
  /** Waits in the scheduler, ms in each slice. */
  readonly idle?: number;
}

describe('a route', () => {
  it('that is called more is traffic, told with its requests', () => {
    const found = compared({ seed: 'a' }, { seed: 'b', load: { search: 2 } });
    const [first, ...others] = found.changes.filter((one) => one.supported);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ kind: 'work', name: 'main.search', requests: { route: '/search', a: 10, b: 20 } });
    expect(Math.abs(first.requests!.costPct!)).toBeLessThan(12);
    expect(describeChange(first, cores)).toMatch(
      /^main\.search is called more \(10\.0 to 20\.0.requests of \/search a second, \+100.%, each costs (about the same|[\d.]+.% (more|less))\): \+/,
    );
  });

  it('of which each request costs more is code, although the profile alone cannot tell', () => {
    const sides = [{ seed: 'a' }, { seed: 'b', cost: { login: 3 } }] as const;
    expect(supported(compared(...sides, { isCounted: false }))).toEqual(['either unit main.login']);
    const found = compared(...sides);
    expect(supported(found)).toEqual(['code subtree main.login']);
    const [{ codePct, low, high, requests }] = found.changes;
    expect(codePct).toBe(requests!.costPct);
    expect(low! < 200 && 200 < high!).toBe(true);
    expect(describeChange(found.changes[0], cores)).toMatch(
      /^main\.login with what it calls costs \d+.% more per request \(10\.0.requests of \/login a second on both sides\): \+/,
    );
    expect(changesAsMarkdown(found, cores, { a: 'A', b: 'B' }, undefined)).toContain(
      '| code | `main.login` with callees |',
    );
  });

  it('that costs twice as much for half as many requests is both, although its share stays', () => {
    const sides = [{ seed: 'a' }, { seed: 'b', load: { login: 0.4 }, cost: { login: 2.5 } }] as const;
    expect(supported(compared(...sides, { isCounted: false }))).toEqual([]);
    const found = compared(...sides);
    expect(supported(found)).toEqual(['code subtree main.login', 'work unit main.login']);
    const [code, work] = found.changes;
    expect(code.part).toBeGreaterThan(0);
    expect(work.part).toBeLessThan(0);
    expect(code.part + work.part).toBeCloseTo(code.delta, 12);
  });

  it('is not dearer because the whole machine is slower', () => {
    const slower = Object.fromEntries(ROUTES.map((route) => [route, 1.6]));
    const found = compared({ seed: 'a' }, { seed: 'b', cost: slower });
    expect(supported(found)).toEqual([]);
    expect(summarise(found, cores)).toMatch(
      /; each took .*, \+6\d(\.\d)?.%: about as many requests, and each costs more\. /,
    );
  });

  it('has a cost without idle time, which is said where there is some', () => {
    const [a, b] = [{ seed: 'a' }, { seed: 'b', cost: all(2) }];
    const without = compared(a, b);
    const idle = compared({ ...a, idle: 30_000 }, { ...b, idle: 30_000 });
    expect(idle.requests).toEqual({ ...without.requests, isWithoutIdle: true });
    expect(summarise(idle, cores)).toMatch(/; each took [\d.]+\score-ms to [\d.]+\score-ms without idle time, \+/);
    expect(summarise(without, cores)).not.toMatch(/idle/);
  });

  it('is not told as busier where its requests did not change', () => {
    const sides = [{ seed: 'a' }, { seed: 'b', load: { cart: 2.2 } }] as const;
    const counts = { a: counted({ seed: 'a' }), b: counted({ seed: 'b' }) };
    expect(supported(compared(...sides, { isCounted: false }))).toEqual(['work unit main.cart']);
    expect(supported(compared(...sides, counts))).toEqual(['code subtree main.cart']);
  });

  it('that is new is traffic; one that was asked for before is new code', () => {
    const sides = [{ seed: 'a', load: { search: 0 } }, { seed: 'b' }] as const;
    const kinds = (found: WhatChanged): readonly string[] =>
      found.changes
        .filter(({ trend, supported: is }) => is && trend === 'new')
        .map(({ kind, name }) => `${kind} ${name}`);
    expect(kinds(compared(...sides))).toEqual(['work main.search']);
    expect(kinds(compared(...sides, { a: counted({ seed: 'a' }) }))).toEqual(['code main.search']);
  });
});

describe('requests of all routes', () => {
  it.each<[string, Omit<Recording, 'seed'>, RegExp]>([
    ['grew', { load: all(1.5) }, /more requests, and each costs about the same\./],
    ['shrank', { load: all(0.6) }, /fewer requests, and each costs about the same\./],
    ['stayed', {}, /about as many requests, and each costs about the same\./],
    ['grew, and got dearer', { load: all(1.5), cost: all(1.3) }, /more requests, and each costs more\./],
  ])('%s', (_, b, words) => {
    const text = summarise(compared({ seed: 'a' }, { seed: 'b', ...b }), cores);
    expect(text).toMatch(words);
    expect(text).toMatch(
      b.load ? /^From 40\.0 to [\d.]+.requests a second, / : /^40\.0.requests a second on both sides; each took/,
    );
    expect(text).not.toMatch(/uniformly|Everything/);
  });
});

describe('per request', () => {
  const facts = (requests: SideFacts['requests']): SideFacts => ({ seconds: 60, isSnapshot: false, requests });
  const known = facts({ kind: 'counted', rate: 10, count: 600, routes: [] });
  const union = unionTree(drawn('m;a 1200\nm;b 600'), drawn('m;a 3600\nm;b 600'));

  it('is the cost of a second over the requests of a second', () => {
    const { a, b } = normalise(
      'per-request',
      union,
      known,
      facts({ kind: 'counted', rate: 20, count: 1, routes: [] }),
      undefined,
    );
    expect([a.total[0], b.total[0]]).toEqual([3, 3.5]);
  });

  it.each<[SideFacts, RegExp]>([
    [facts(undefined), /^Side B: No requests were counted\.$/],
    [facts({ kind: 'unknown', why: 'Counts cover 20 % of it.' }), /^Side B: Counts cover 20 % of it\.$/],
    [facts({ kind: 'counted', rate: 0, count: 0, routes: [] }), /^Side B: No requests were counted\.$/],
    [{ ...known, isSnapshot: true }, /Live amounts/],
    [{ ...known, seconds: undefined }, /how long/],
  ])('says what it lacks: %j', (b, words) => {
    expect(whyNotNormalised('per-request', union, known, b)).toMatch(words);
    expect(whyNotNormalised('per-request', union, known, known)).toBeUndefined();
  });

  it('has its unit', () => {
    const kind = 'per-request';
    expect(formatAmount(1_840_000, { kind, sampleType: { type: 'cpu', unit: 'nanoseconds' } })).toBe(
      `1.84${NBSP}core-ms/request`,
    );
    expect(formatAmount(3 * 2 ** 20, { kind, sampleType: { type: 'alloc_space', unit: 'bytes' } })).toBe(
      `3.00${NBSP}MiB/request`,
    );
  });
});

describe.each(normalisations)('with counts, %s', (kind) => {
  it('code, traffic, moves and the runtime add up to the change', () => {
    const { changes, delta } = compared(
      { seed: 'a' },
      { seed: 'b', load: { login: 0.5, cart: 1.7 }, cost: { login: 3, search: 1.4 } },
      { kind },
    );
    expect(changes.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(
      delta,
      9 - Math.log10(Math.abs(changes[0].selfA) + 1),
    );
    const parts = changes.map((row) => (row.scope === 'unit' ? row.delta - row.code : row.code));
    for (const [i, part] of parts.entries())
      expect(part / (changes[i].part || 1)).toBeCloseTo(changes[i].part ? 1 : 0, 6);
  });
});

describe('a route fits a handler', () => {
  it.each([
    ['/cart', 'main.cart'],
    ['/cart', 'r_cart'],
    ['/report', './node/svc.mjs:report:26'],
    ['GET /api/v1/users/{id}/orders', 'main.(*Server).handleUserOrders', false],
    ['GET /api/v1/users/{id}/orders', 'shop.(*Server).usersOrders'],
    ['/orders/:id', 'com.shop.OrdersController.show'],
    ['main.cart', 'main.cart'],
    ['/cart', 'main.cartTotals', false],
    ['/', 'main.main', false],
    ['/login', 'login (app.py:12)'],
  ])('%s and %s: %j', (route, name, fits = true) => {
    const sides = { kind: 'counted', rate: 1, count: 1, routes: [{ route, count: 1 }] } as const;
    expect(new RouteFinder(sides, sides).find(['main', name])?.route).toBe(
      fits ? route.replace(/^GET /, '') : undefined,
    );
  });

  it('routes with the same words fit none; methods of one path are one', () => {
    const routes = ['GET /cart', 'POST /cart', '/user', '/user/{id}'].map((route) => ({ route, count: 5 }));
    const sides: CountedRequests = { kind: 'counted', rate: 2, count: 20, routes };
    const finder = new RouteFinder(sides, sides);
    expect(finder.find(['cart'])).toMatchObject({ route: '/cart', a: 1, b: 1 });
    expect(finder.find(['user'])).toBeUndefined();
  });
});

const cores = { kind: 'per-second', sampleType: { type: 'cpu', unit: 'nanoseconds' } } as const;

function all(times: number): Readonly<Record<string, number>> {
  return Object.fromEntries(ROUTES.map((route) => [route, times]));
}

function supported({ changes }: WhatChanged): readonly string[] {
  return changes.filter((one) => one.supported).map(({ kind, scope, name }: Change) => `${kind} ${scope} ${name}`);
}

interface Setting {
  readonly isCounted?: boolean;
  readonly kind?: Normalisation;
  readonly a?: CountedRequests;
  readonly b?: CountedRequests;
}

function compared(ofA: Recording, ofB: Recording, setting: Setting = {}): WhatChanged {
  const { isCounted = true, kind = 'per-second', a = counted(ofA), b = counted(ofB) } = setting;
  const [treesA, treesB] = [record(ofA), record(ofB)];
  const union = unionTree(joined(treesA), joined(treesB));
  const evidence = compareSides(
    union,
    slicesOfTrees(sideOfUnion(union, 'a'), treesA, 1 / (10 * MS)),
    slicesOfTrees(sideOfUnion(union, 'b'), treesB, 1 / (10 * MS)),
  );
  const facts = (requests: CountedRequests): SideFacts => ({
    seconds: SECONDS,
    isSnapshot: false,
    requests: isCounted ? requests : undefined,
  });
  const work = { unit: evidence.units.unit, growth: evidence.growth };
  return whatChanged(union, normalise(kind, union, facts(a), facts(b), work), evidence);
}

function counted({ load = {} }: Recording): CountedRequests {
  const routes = ROUTES.map((route) => ({ route: `/${route}`, count: 10 * SECONDS * (load[route] ?? 1) }));
  const count = routes.reduce((sum, one) => sum + one.count, 0);
  return { kind: 'counted', rate: count / SECONDS, count, routes };
}

/** Login is one function; the other handlers do several things. */
function record({ load = {}, cost = {}, seed, idle = 0 }: Recording): readonly NamedTree[] {
  const random = seeded(seed);
  return Array.from({ length: SLICES }, () => {
    const lines: string[] = idle > 0 ? [`runtime.mcall;runtime.park_m;runtime.findRunnable ${idle * MS}`] : [];
    for (const route of ROUTES) {
      // Load strays by itself.
      const mean = 60 * (load[route] ?? 1) * (cost[route] ?? 1) * (0.85 + 0.3 * random());
      const parts =
        route === 'login'
          ? ['hash']
          : ['', 'parse', 'query', 'render', 'query;encode'].map((one) => one && `${route}.${one}`);
      for (const part of parts) {
        const count = poisson(mean / parts.length, random);
        if (count > 0) lines.push(`${HTTP};main.${route}${part && `;${part}`} ${count * 10 * MS}`);
      }
    }
    return drawn(lines.join('\n'));
  });
}
