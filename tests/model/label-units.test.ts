/** Comparisons whose units of work are the values of a label. */
import { describe, expect, it } from 'vitest';
import { poisson, seeded } from '#base/seeded.ts';
import type { Change } from '#model/change.ts';
import { type WhatChanged, whatChanged } from '#model/changes.ts';
import { describeChange, summarise } from '#model/changes-text.ts';
import { unionTree } from '#model/diff.ts';
import { compareSides, type Evidence } from '#model/evidence.ts';
import { normalise, type Normalisation, normalisations } from '#model/normalise.ts';
import { type CountedRequests, RouteFinder } from '#model/requests.ts';
import { sideOfUnion, slicesOfTrees } from '#model/slices.ts';
import { isUnitLabel, unitValues, valueCosts } from '#model/unit-labels.ts';
import type { NamedTree, UnionTree } from '#model/union.ts';
import { joined } from '../support/named-trees.ts';
import { profileFromText, treeOf } from '../support/profile-from-text.ts';

const SLICES = 20;
const SECONDS = 600;
const SERVE = 'net/http.(*conn).serve;net/http.serverHandler.ServeHTTP';
const share = { kind: 'share', sampleType: { type: 'cpu', unit: 'nanoseconds' } } as const;

/** Samples by stack in a slice, on the mean. All endpoints run the same functions, so that only the label tells them apart. */
type Program = Readonly<Record<string, number>>;

function endpoint(value: string, load: number, encode = 1): Program {
  const top = `endpoint: ${value};${SERVE};shop.handle`;
  return {
    [`endpoint: ${value};${SERVE}`]: 2 * load,
    [top]: 8 * load,
    [`${top};shop.parse;regexp.match`]: 20 * load,
    [`${top};shop.load;sql.Query`]: 30 * load,
    [`${top};shop.encode`]: 12 * load * encode,
    [`${top};shop.encode;json.Marshal`]: 28 * load * encode,
  };
}

const background: Program = {
  'endpoint: (none);shop.refresh;shop.load;sql.Query': 20,
  'endpoint: (none);shop.refresh;shop.merge': 30,
  'endpoint: (none);shop.flush;shop.write': 25,
  'endpoint: (none);runtime.gcBgMarkWorker;runtime.scanobject': 15,
};

const shop: Program = {
  ...endpoint('/cart', 1),
  ...endpoint('/report', 1.5),
  ...endpoint('/search', 2),
  ...endpoint('/item', 0.8),
  ...background,
};

describe('values of a label as units of work', () => {
  it('an endpoint that is called twice as much is work, although all endpoints run the same functions', () => {
    const busier = { ...shop, ...endpoint('/cart', 2) };
    const { found } = compared(shop, busier);
    expect(supported(found)).toEqual(['work endpoint: /cart']);
    const [first] = found.changes;
    expect(first).toMatchObject({ label: 'endpoint', scope: 'unit', path: ['endpoint: /cart'] });
    expect(describeChange(first, share)).toMatch(/^endpoint: \/cart has more work: \+[\d.]+\u00a0points$/);
    // All functions are in each endpoint: what moved is counted in each of them.
    expect(first.explained).toBeGreaterThan(0.8);
    expect(first.explained).toBeLessThanOrEqual(1);
    expect(summarise(found, share)).not.toContain('went the other way');
    expect(
      summarise(compared(shop, busier, { kind: 'per-second' }).found, { ...share, kind: 'per-second' }),
    ).not.toContain('Everything else');
    // Without the label nothing tells it from the other endpoints.
    expect(supported(compared(shop, busier, { label: 'none' }).found).join()).not.toContain('cart');
  });

  it('a function that costs half more in one endpoint is code of that endpoint', () => {
    const { found } = compared(shop, { ...shop, ...endpoint('/report', 1.5, 1.5) });
    const [first, ...others] = found.changes.filter((one) => one.supported);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ kind: 'code', name: 'shop.encode', scope: 'subtree', within: 'endpoint: /report' });
    expect(first.low).toBeLessThan(50);
    expect(first.high).toBeGreaterThan(50);
    expect(describeChange(first, share)).toMatch(
      /^shop\.encode with what it calls costs [\d.]+\u00a0% more in endpoint: \/report: /,
    );
  });

  it('an endpoint that only one side has is new work', () => {
    const { found } = compared(shop, { ...shop, ...endpoint('/export', 1) });
    expect(supported(found)).toEqual(['work endpoint: /export']);
    expect(describeChange(found.changes[0], share)).toMatch(/^endpoint: \/export is new: \+/);
  });

  it('samples without the label are never called work', () => {
    const busy = Object.fromEntries(
      Object.entries(shop).map(([stack, mean]) => [stack, stack.includes('(none)') ? mean * 3 : mean]),
    );
    const { found } = compared(shop, busy);
    expect(
      found.changes.filter(({ kind }) => kind === 'work' || kind === 'code').filter((one) => one.supported),
    ).toEqual([]);
    const rest = found.changes.find(({ isRemainder }) => isRemainder)!;
    expect(rest).toMatchObject({ kind: 'either', name: 'code without the label endpoint', supported: true });
    expect(describeChange(rest, share)).toMatch(/^code without the label endpoint takes more: \+/);
  });

  it('several values in one frame are no single unit of work', () => {
    const folded = (program: Program): Program =>
      Object.fromEntries(
        Object.entries(program).map(([stack, mean]) => [
          stack.replace('endpoint: /cart', 'endpoint: other values'),
          mean,
        ]),
      );
    const { found } = compared(folded(shop), folded({ ...shop, ...endpoint('/cart', 2) }));
    expect(supported(found)).toEqual(['either endpoint: other values']);
    expect(describeChange(found.changes[0], share)).toMatch(
      /^endpoint: other values has more work, or its work costs more: \+/,
    );
  });

  it('what calls the handlers of a value counts with it', () => {
    const { union, evidence } = compared(shop, shop);
    const units = new Map<string, Set<number>>();
    for (let node = 1; node < union.length; node++) {
      let top = node;
      while (union.parent[top] > 0) top = union.parent[top];
      const name = union.names[union.func[top]];
      if (name !== 'endpoint: (none)') units.set(name, (units.get(name) ?? new Set()).add(evidence.units.unit[node]));
    }
    expect([...units.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1]);
    expect(new Set([...units.values()].flatMap((one) => [...one])).size).toBe(4);
  });

  it('parts add up to the change in every normalisation, and the total is that without the label', () => {
    const b = { ...shop, ...endpoint('/cart', 2), ...endpoint('/report', 1.5, 1.5) };
    for (const kind of normalisations) {
      const setting = { kind, requests: [counted(6000), counted(12_000)] } as const;
      const { changes, delta, total } = compared(shop, b, setting).found;
      const sum = changes.reduce((all, { part }) => all + part, 0);
      const size = Math.max(Math.abs(total.a), Math.abs(total.b));
      expect([kind, Math.abs(sum - delta) <= 1e-9 * size]).toEqual([kind, true]);
      if (kind === 'load-adjusted' || kind === 'equal-work') continue;
      const without = compared(shop, b, { ...setting, label: 'none' }).found;
      expect([kind, total, delta]).toEqual([kind, without.total, without.delta]);
    }
  });

  it('a swap mirrors, and the same data is silent', () => {
    const b = { ...shop, ...endpoint('/cart', 2), ...endpoint('/report', 1.5, 1.5) };
    const told = ({ changes }: WhatChanged, sign: 1 | -1): string[] =>
      changes
        .filter((one) => one.supported)
        .map(({ kind, scope, name, within, delta }: Change) =>
          [kind, scope, name, within, (sign * delta + 0).toPrecision(9)].join(' '),
        )
        .sort();
    const there = compared(shop, b, { seeds: ['a', 'b'] }).found;
    expect(told(there, 1)).toHaveLength(2);
    expect(told(compared(b, shop, { seeds: ['b', 'a'] }).found, -1)).toEqual(told(there, 1));
    const same = compared(shop, shop, { seeds: ['a', 'a'], kind: 'absolute' }).found;
    expect([same.changes, same.delta]).toEqual([[], 0]);
  });

  it('stacks without frames of the label are compared as usual', () => {
    const b = { ...shop, ...endpoint('/report', 1.5, 1.5) };
    expect(compared(shop, b, { label: 'lost' }).found).toEqual(compared(shop, b, { label: 'none' }).found);
  });

  it('requests of a route decide whether its value has more work or dearer work', () => {
    const b = { ...shop, ...endpoint('/cart', 2) };
    const busier = compared(shop, b, { kind: 'per-second', requests: [counted(6000), counted(12_000)] }).found;
    expect(supported(busier)).toEqual(['work endpoint: /cart']);
    expect(busier.changes[0].requests).toMatchObject({ route: '/cart', a: 10, b: 20 });
    const dearer = compared(shop, b, { kind: 'per-second', requests: [counted(6000), counted(6000)] }).found;
    expect(supported(dearer)).toEqual(['code endpoint: /cart']);
    expect(describeChange(dearer.changes[0], { ...share, kind: 'per-second' })).toMatch(
      /^endpoint: \/cart costs [\d.]+\u00a0% more per request \(10\.0\u00a0requests of \/cart a second on both sides\): /,
    );
  });
});

describe('routes of values', () => {
  const routes = ['GET /cart', 'POST /cart', '/orders/{id}', 'GET /users/{id}/orders', '/report'];
  const sides: CountedRequests = {
    kind: 'counted',
    rate: 5,
    count: 5,
    routes: routes.map((route) => ({ route, count: 1 })),
  };
  it.each([
    ['GET /cart', 'GET /cart'],
    ['/cart', '/cart'],
    ['/orders/{id}', '/orders/{id}'],
    ['GET /orders/:id', '/orders/{id}'],
    ['/users/{userId}/orders', '/users/{id}/orders'],
    ['ReportController.show', '/report'],
    ['main.cart', '/cart'],
    ['PUT /cart', undefined],
    ['POST /orders/:id', '/orders/{id}'],
    ['GET /users/:id/orders', 'GET /users/{id}/orders'],
    ['POST /users/:id/orders', undefined],
    ['POST /report', '/report'],
    ['PUT cart', undefined],
    ['/basket', undefined],
    ['/basket/cart-items', undefined],
  ])('%s is counted as %s', (value, route) => {
    expect(new RouteFinder(sides, sides).findValue(value)?.route).toBe(route);
  });
});

describe('which labels and values', () => {
  it('a label that varies on a side is offered, and those of instances are not', () => {
    expect(isUnitLabel('endpoint', 1, 2)).toBe(true);
    expect(isUnitLabel('endpoint', 0, 2)).toBe(false);
    expect(isUnitLabel('endpoint', 1, 1)).toBe(false);
    expect(isUnitLabel('endpoint', undefined, 2)).toBe(false);
    expect(isUnitLabel('request_id', 3, 20_000)).toBe(false);
    for (const name of ['pod', 'k8s.pod.name', 'service_instance_id', 'hostname', 'service_version', '__name__'])
      expect([name, isUnitLabel(name, 3, 3)]).toEqual([name, false]);
    for (const name of ['thread_name', 'http_route', 'span_name', 'podcast'])
      expect([name, isUnitLabel(name, 3, 3)]).toEqual([name, true]);
  });

  it('the values with the largest parts of both sides have units of their own, whichever side is first', () => {
    const costs = (first: number): ReadonlyMap<string, number> =>
      new Map(Array.from({ length: 30 }, (_, i) => [`r${i}`, i < 29 ? 1 + ((i + first) % 29) : 0]));
    const [a, b] = [costs(0), new Map([...costs(0)].map(([value, cost]) => [value, 1000 * cost]))];
    const values = unitValues(new Map([...a, ['', 500]]), new Map([...b, ['only-b', 40_000]]));
    expect(values).toEqual(['only-b', ...Array.from({ length: 19 }, (_, i) => `r${i + 10}`)]);
    expect(unitValues(new Map([...b, ['only-b', 40_000]]), a)).toEqual(values);
    expect(unitValues(new Map([['', 5]]), b)).toEqual([]);
  });

  it('costs are those of the range', () => {
    const of = (endpointOf: string, values: number[]) => ({
      labels: endpointOf === '' ? [] : [{ name: 'endpoint', value: endpointOf }],
      timesMs: Float64Array.of(1000, 2000, 3000),
      values: Float64Array.from(values),
    });
    const costs = valueCosts([of('/a', [7, 1, 2]), of('', [9, 0, 5])], 'endpoint', { startMs: 1000, endMs: 3000 });
    expect([...costs]).toEqual([
      ['/a', 3],
      ['', 5],
    ]);
  });
});

/** Requests of ten minutes. */
function counted(cart: number): CountedRequests {
  const byRoute = { '/cart': cart, '/report': 9000, '/search': 12_000, '/item': 5000 };
  const routes = Object.entries(byRoute).map(([route, count]) => ({ route: `GET ${route}`, count }));
  const count = routes.reduce((sum, one) => sum + one.count, 0);
  return { kind: 'counted', rate: count / SECONDS, count, routes };
}

function supported({ changes }: WhatChanged): readonly string[] {
  return changes.filter((one) => one.supported).map(({ kind, name }) => `${kind} ${name}`);
}

interface Setting {
  readonly kind?: Normalisation;
  /** Without frames of the label it is `lost` where it was chosen, `none` where it was not. */
  readonly label?: 'there' | 'lost' | 'none';
  readonly seeds?: readonly [string, string];
  readonly requests?: readonly [CountedRequests, CountedRequests];
}

function compared(
  a: Program,
  b: Program,
  { kind = 'share', label = 'there', seeds = ['a', 'b'], requests }: Setting = {},
): { union: UnionTree; evidence: Evidence; found: WhatChanged } {
  const [ofA, ofB] = [recorded(a, seeds[0], label === 'there'), recorded(b, seeds[1], label === 'there')];
  const union = unionTree(joined(ofA), joined(ofB));
  const evidence = compareSides(
    union,
    slicesOfTrees(sideOfUnion(union, 'a'), ofA, 1),
    slicesOfTrees(sideOfUnion(union, 'b'), ofB, 1),
    label === 'none' ? undefined : { kind: 'label', name: 'endpoint' },
  );
  const [factsA, factsB] = [0, 1].map((i) => ({ seconds: SECONDS, isSnapshot: false, requests: requests?.[i] }));
  const work = { unit: evidence.units.unit, growth: evidence.growth };
  return { union, evidence, found: whatChanged(union, normalise(kind, union, factsA, factsB, work), evidence) };
}

/** Endpoints vary by a tenth, independently. */
function recorded(program: Program, seed: string, hasFrames: boolean): NamedTree[] {
  const random = seeded(seed);
  return Array.from({ length: SLICES }, () => {
    const busy = new Map<string, number>();
    const lines = Object.entries(program).flatMap(([stack, mean]) => {
      const [top] = stack.split(';');
      if (!busy.has(top)) busy.set(top, 0.9 + 0.2 * random());
      const count = poisson(mean * busy.get(top)!, random);
      return count > 0 ? [`${hasFrames ? stack : stack.slice(top.length + 1)} ${count}`] : [];
    });
    const profile = profileFromText(lines.join('\n'));
    return { tree: treeOf(profile), names: profile.functions.names };
  });
}
