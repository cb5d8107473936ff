/** Comparisons of stacks as runtimes record them: handlers, event loops, collectors, inlining, few samples. */
import { describe, expect, it } from 'vitest';
import type { Change } from '#model/change.ts';
import { whatChanged } from '#model/changes.ts';
import { amountsOf, describeChange } from '#model/changes-text.ts';
import { unionTree } from '#model/diff.ts';
import { chosenQuantile, discoveries } from '#model/chance.ts';
import { compareSides, type Evidence, verdicts } from '#model/evidence.ts';
import { idleShares } from '#model/idle.ts';
import { normalise } from '#model/normalise.ts';
import { noiseOf } from '#model/noise.ts';
import { estimateOf, intervalOf, score, type Stratum, zOf } from '#model/score-test.ts';
import { sideOfUnion, slicesOfTrees } from '#model/slices.ts';
import type { NamedTree, UnionTree } from '#model/union.ts';
import { poisson, seeded } from '#base/seeded.ts';
import { joined } from '../perf/truth-pairs.ts';
import { profileFromText, treeOf } from '../support/profile-from-text.ts';

const SLICES = 20;
const HTTP = 'net/http.(*conn).serve;net/http.serverHandler.ServeHTTP;net/http.HandlerFunc.ServeHTTP';
const cores = { kind: 'share', sampleType: { type: 'cpu', unit: 'nanoseconds' } } as const;

/** Samples by stack in a slice, on the mean. */
type Program = Readonly<Record<string, number>>;
type Recorded = Program | ((slice: number) => Program);

const shop: Program = {
  [`${HTTP};shop.search;shop.rank;sort.Slice`]: 40,
  [`${HTTP};shop.search;shop.rank`]: 20,
  [`${HTTP};shop.search;shop.parse;regexp.match`]: 50,
  [`${HTTP};shop.search`]: 30,
  [`${HTTP};shop.report;shop.load`]: 40,
  [`${HTTP};shop.report;shop.encode;json.Marshal`]: 60,
  [`${HTTP};shop.report`]: 30,
  [`${HTTP};shop.cart;shop.price`]: 50,
  [`${HTTP};shop.cart;shop.encode;json.Marshal`]: 40,
  [`${HTTP};shop.cart`]: 20,
};

describe('units of work', () => {
  it('a handler below dispatch frames that is called more is work', () => {
    expect(claims(shop, scaled(shop, 'shop.report', 1.8))).toEqual(['work shop.report']);
  });

  it('without recognised handlers, more calls and dearer calls are reported as either', () => {
    const plain = renamed(shop, HTTP, 'main;serve');
    const found = changes(plain, scaled(plain, 'shop.report', 1.8)).filter(({ supported }) => supported);
    expect(found.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['either shop.report']);
    expect(describeChange(found[0], cores)).toMatch(
      /^shop\.report and what it calls: more calls, or each costs more: \+/,
    );
  });

  it('where nothing tells handlers, the user can: each callee of a frame is a route, named by its handler', () => {
    const plain = Object.fromEntries(
      Object.entries(shop).map(([stack, mean]) => [
        stack.replace(HTTP, 'main;loop;serve').replace('serve;shop.report', 'serve;wrap;shop.report'),
        mean,
      ]),
    );
    const told = compared(plain, scaled(plain, 'shop.report', 1.8), 'share', 'serve').found.changes;
    expect(told.filter(({ supported }) => supported).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'work shop.report',
    ]);
    const dearer = compared(plain, scaled(plain, 'shop.rank', 1.6), 'share', 'serve').found.changes;
    expect(dearer[0]).toMatchObject({ kind: 'code', name: 'shop.rank', supported: true });
    // A function that is not there changes nothing.
    const b = scaled(plain, 'shop.report', 1.8);
    expect(compared(plain, b, 'share', 'nobody').found).toEqual(compared(plain, b, 'share').found);
  });

  it('a router that one unit hides is offered, and not once its callees are routes', () => {
    const router = 'shop.(*Router).ServeHTTP';
    const hidden = renamed(shop, HTTP, `${HTTP};shop.logged;${router}`);
    const offered = (program: Program, routes?: string): string | undefined => {
      const { evidence, union } = compared(program, scaled(program, 'shop.price', 1.5), 'share', routes);
      return evidence.likelyRouter === undefined ? undefined : union.names[evidence.likelyRouter];
    };
    expect(offered(hidden)).toBe(router);
    expect(offered(hidden, router)).toBeUndefined();
    for (const name of ['http.ServeMux', 'dispatch', 'app.handle_request', 'userRoutes', 'shop.handle:12'])
      expect(offered(renamed(shop, HTTP, `${HTTP};${name}`))).toBe(name);
    // Their names are not those of routers.
    for (const name of ['shop.everything', 'shop.recall', 'shop.closeHandle', 'shop.demux', 'shop.rerouted'])
      expect(offered(renamed(shop, HTTP, `${HTTP};${name}`))).toBeUndefined();
    expect(offered(shop)).toBeUndefined();
  });

  it('a handler that is mostly one function may cost more, or be called more', () => {
    const hashing: Program = {
      ...shop,
      [`${HTTP};shop.login;shop.hash;sha256.Sum`]: 14,
      [`${HTTP};shop.login;shop.hash;sha256.block`]: 8,
      [`${HTTP};shop.login`]: 2,
    };
    // The hash alone got dearer: what is left of the handler is too little to tell.
    expect(claims(hashing, scaled(hashing, 'shop.hash', 2))).toEqual(['either shop.login']);
    // All of report grew: also what is not its largest function.
    expect(claims(hashing, scaled(hashing, 'shop.report', 1.8))).toEqual(['work shop.report']);
  });

  it('code outside of handlers is not called work', () => {
    const loose: Program = { ...shop, 'worker.loop;worker.flush': 20, 'timer.tick;timer.run': 15 };
    const b = scaled(scaled(loose, 'worker.loop', 3), 'timer.tick', 3);
    const found = changes(loose, b);
    expect(found.filter(({ kind, isRemainder }) => kind === 'work' && isRemainder)).toEqual([]);
    const rest = { ...found.find(({ kind }) => kind === 'either')!, name: 'code outside of handlers', part: 0.02 };
    expect(describeChange({ ...rest, isRemainder: true }, cores)).toBe(
      'code outside of handlers takes more: +2.00\u00a0points',
    );
  });

  it('where the loads of all handlers shift, none of them is called more; where one shifts as far, it is', () => {
    const shifts = [0.5, 0.65, 0.8, 1, 1.3, 1.6, 1.9, 0.7, 1.4, 0.55];
    const served = (load: (route: number) => number): Program =>
      Object.fromEntries(
        shifts.flatMap((_, route) =>
          ['parse', 'load', 'write'].map((part) => [
            `${HTTP};shop.route${route};shop.${part}${route};lib.${part}`,
            30 * load(route),
          ]),
        ),
      );
    const usual = served(() => 1);
    expect(
      claims(
        usual,
        served((route) => shifts[route]),
      ),
    ).toEqual([]);
    expect(
      claims(
        usual,
        served((route) => (route === 6 ? shifts[6] : 1)),
      ),
    ).toEqual(['work shop.route6']);
  });

  it('middleware between dispatch frames is not a handler', () => {
    const wrapped = renamed(shop, HTTP, `${HTTP};app.logging;net/http.HandlerFunc.ServeHTTP`);
    expect(claims(wrapped, scaled(wrapped, 'shop.report', 1.8))).toEqual(['work shop.report']);
  });

  it('below a handler more is code, named by the function with all it calls', () => {
    const found = changes(shop, scaled(shop, 'shop.rank', 1.6)).filter(({ supported }) => supported);
    expect(found[0]).toMatchObject({ kind: 'code', name: 'shop.rank', scope: 'subtree' });
    expect(found[0].low! < 60 && 60 < found[0].high!).toBe(true);
    expect(found.filter(({ kind }) => kind === 'code')).toHaveLength(1);
  });

  it('a handler of which most changed: what came and went is told first, and the others beside what stayed', () => {
    const order = (tax: number, coupon: number, encode: number): Program => ({
      [`${HTTP};shop.order;shop.total`]: 320,
      [`${HTTP};shop.order;shop.total;shop.tax`]: tax,
      [`${HTTP};shop.order;shop.coupon;regexp.match`]: coupon,
      [`${HTTP};shop.order;shop.marshal`]: 80,
      [`${HTTP};shop.order;shop.marshal;shop.encode`]: encode,
      [`${HTTP};shop.status;fmt.Fprintf`]: 50,
      [`${HTTP};shop.metrics;atomic.Add`]: 40,
    });
    const found = changes(order(180, 0, 230), order(0, 250, 530)).filter(({ supported }) => supported);
    expect(found.map(({ kind, name, trend }) => `${kind} ${name} ${trend}`)).toEqual([
      'code shop.encode grew',
      'code regexp.match new',
      'code shop.tax gone',
    ]);
    expect(found[0].low! < 130 && 130 < found[0].high!).toBe(true);
  });

  it('a handler that is called more than the others may take less than it did', () => {
    const [found] = changes(shop, scaled(shop, 'shop.report', 1.8)).filter(({ supported }) => supported);
    expect(describeChange({ ...found, codePct: 43, part: -0.0157 }, cores)).toBe(
      'shop.report is called more than the others: −1.57\u00a0points',
    );
  });

  it('a helper that got dearer in one handler alone is reported with it', () => {
    const b = { ...shop, [`${HTTP};shop.report;shop.encode;json.Marshal`]: 120 };
    expect(changes(shop, b)[0]).toMatchObject({ kind: 'code', name: 'json.Marshal', within: 'shop.report' });
  });
});

describe('the runtime', () => {
  const collected: Program = { ...shop, 'runtime.gcBgMarkWorker;runtime.gcDrain;runtime.scanobject': 40 };

  it('garbage collection belongs to the runtime, and is last', () => {
    const b = scaled(scaled(collected, 'runtime.scanobject', 2), 'shop.price', 1.8);
    expect(claims(collected, b)).toEqual(['code shop.price', 'runtime runtime.scanobject']);
  });

  it('does not follow the program in proportion: what load makes of it is no change', () => {
    expect(claims(collected, scaled(collected, 'runtime.scanobject', 1.15))).toEqual([]);
    const b = scaled(collected, 'runtime.scanobject', 1.6);
    const [found] = changes(collected, b).filter(({ supported }) => supported);
    expect(found).toMatchObject({ kind: 'runtime', name: 'runtime.scanobject' });
    expect(found.low! < 35 && 60 < found.high!).toBe(true);
  });

  it('idle time is excluded', () => {
    const idle = (samples: number): Program => ({ ...shop, '(idle)': samples });
    const union = unionTree(merged(idle(900)), merged(idle(10)));
    expect(idleShares(union)).toEqual({
      a: expect.closeTo(900 / union.a.total[0], 12),
      b: expect.closeTo(10 / union.b.total[0], 12),
    });
    expect(claims(idle(900), idle(10))).toEqual([]);
  });

  it('idle time is part of the totals, and its change is a row of its own', () => {
    const idle = (samples: number): Program => ({ ...shop, '(idle)': samples });
    const { union, found } = compared(idle(900), idle(300), 'absolute');
    const alone = joined(recorded(idle(900), 'a'));
    expect(union.a.total[0]).toBe(alone.tree.total[0]);
    expect(found.total.a).toBe(alone.tree.total[0]);
    const row = found.changes.find(({ name }) => name === 'idle time')!;
    expect(row).toMatchObject({ kind: 'runtime', supported: false, delta: row.part });
    expect(row.selfA).toBe(
      alone.tree.self.reduce(
        (sum, one, node) =>
          sum + (alone.tree.func[node] >= 0 && alone.names[alone.tree.func[node]] === '(idle)' ? one : 0),
        0,
      ),
    );
  });

  it('preemption counts with the caller', () => {
    const preempted = {
      ...shop,
      [`${HTTP};shop.cart;shop.price`]: 30,
      [`${HTTP};shop.cart;shop.price;runtime.asyncPreempt`]: 20,
    };
    expect(claims(shop, preempted)).toEqual([]);
  });
});

describe('paths', () => {
  it('beside new code all shares shrink: only the paths that it is part of changed by themselves', () => {
    const b: Program = { ...shop, [`${HTTP};shop.report;shop.audit`]: 150 };
    const { union, evidence } = compared(shop, b, 'share');
    expect(verdictsOfPaths(union, evidence)).toMatchObject({
      'shop.audit': 'supported',
      'shop.report': 'supported',
      'shop.search': 'shifted',
      'shop.rank': 'shifted',
      'shop.price': 'shifted',
    });
    // The other way round the same, and with nothing found nothing has moved.
    const back = compared(b, shop, 'share');
    expect(verdictsOfPaths(back.union, back.evidence)).toMatchObject({
      'shop.audit': 'supported',
      'shop.search': 'shifted',
    });
  });

  it('a handler with more calls has a larger part, and makes those of the others smaller', () => {
    const { union, evidence } = compared(shop, scaled(shop, 'shop.report', 1.8), 'share');
    expect(verdictsOfPaths(union, evidence)).toMatchObject({
      'shop.report': 'supported',
      'shop.load': 'supported',
      'shop.search': 'shifted',
    });
  });
});

describe('moves', () => {
  it('an inlined callee is cost that moved, not two changes of code', () => {
    const b = { ...shop, [`${HTTP};shop.cart;shop.price`]: 2, [`${HTTP};shop.cart`]: 68 };
    expect(claims(shop, b)).toEqual(['moved shop.price']);
    expect(changes(shop, b)[0].within).toBe('shop.cart');
  });

  it('if a language inlines anew at each start, the caller need not be clear', () => {
    // The page lost cost to two callees, apart from the noise of its other callees.
    const script = (page: number, item: number, text: number): Program => ({
      ['node:_http_server:parserOnIncoming:1;./svc.mjs:page:25']: page,
      ['node:_http_server:parserOnIncoming:1;./svc.mjs:page:25;./svc.mjs:item:14']: item,
      ['node:_http_server:parserOnIncoming:1;./svc.mjs:page:25;./svc.mjs:text:15']: text,
      ['node:_http_server:parserOnIncoming:1;./svc.mjs:page:25;./svc.mjs:filter:16']: 14,
      ['node:_http_server:parserOnIncoming:1;./svc.mjs:search:24;./svc.mjs:filter:16']: 60,
      ['node:_http_server:parserOnIncoming:1;./svc.mjs:search:24;./svc.mjs:sort:17']: 40,
    });
    expect(claims(script(24, 1, 2), script(14, 6, 7)).map((claim) => claim.split(' ')[0])).toEqual(['moved']);
  });

  describe('a callee that a start may inline, without a loss of its caller', () => {
    const script = (page: number, item: number): Program => ({
      ['node:_http_server:parserOnIncoming:1;./svc.mjs:page:25']: page,
      ['node:_http_server:parserOnIncoming:1;./svc.mjs:page:25;./svc.mjs:item:14']: item,
      ['node:_http_server:parserOnIncoming:1;./svc.mjs:page:25;./svc.mjs:filter:16']: 40,
      ['node:_http_server:parserOnIncoming:1;./svc.mjs:search:24;./svc.mjs:filter:16']: 60,
      ['node:_http_server:parserOnIncoming:1;./svc.mjs:search:24;./svc.mjs:sort:17']: 40,
    });

    it('is no claim where both together may be unchanged', () => {
      expect(claims(script(60, 1), script(58, 8))).toEqual([]);
    });

    it('is judged with its caller: the size is that of both', () => {
      const [found, ...others] = changes(script(40, 1), script(40, 60)).filter(({ supported }) => supported);
      expect(others).toEqual([]);
      expect([found.kind, found.name, found.inlined, found.within]).toEqual([
        'code',
        './svc.mjs:item:14',
        ['./svc.mjs:page:25'],
        './svc.mjs:page:25',
      ]);
      expect(found.low! < 144 && 144 < found.high! && found.high! < 300).toBe(true);
      expect(describeChange(found, cores)).toMatch(
        /^\.\/svc\.mjs:item:14 with \.\/svc\.mjs:page:25, since one may be inlined in another, costs [\d.]+\u00a0% more in /,
      );
      expect(amountsOf(found)).toBe('together with ./svc.mjs:page:25: any may be inlined in another');
    });

    it('is new code if A never ran it', () => {
      expect(claims(script(40, 0), script(40, 12))).toEqual(['code ./svc.mjs:item:14']);
    });
  });

  it('a callee that is inlined for a part of a range is neither a change nor hides others', () => {
    const script =
      (score: number, isInlined: (slice: number) => boolean) =>
      (slice: number): Program => ({
        ['node:_http_server:parserOnIncoming:1;./svc.mjs:page:25']: isInlined(slice) ? 95 : 25,
        ['node:_http_server:parserOnIncoming:1;./svc.mjs:page:25;./svc.mjs:item:14']: isInlined(slice) ? 0 : 70,
        ['node:_http_server:parserOnIncoming:1;./svc.mjs:page:25;./svc.mjs:filter:16']: 25,
        ['node:_http_server:parserOnIncoming:1;./svc.mjs:search:24;./svc.mjs:filter:16']: 40,
        ['node:_http_server:parserOnIncoming:1;./svc.mjs:search:24;./svc.mjs:sort:17']: 30,
        ['node:_http_server:parserOnIncoming:1;./svc.mjs:search:24;./svc.mjs:text:15']: 20,
        ['node:_http_server:parserOnIncoming:1;./svc.mjs:search:24']: 20,
        ['node:_http_server:parserOnIncoming:1;./svc.mjs:cart:26;./svc.mjs:price:18']: 30,
        ['node:_http_server:parserOnIncoming:1;./svc.mjs:cart:26;./svc.mjs:score:19']: score,
        ['node:_http_server:parserOnIncoming:1;./svc.mjs:cart:26']: 30,
      });
    const never = (): boolean => false;
    expect(
      claims(
        script(0, never),
        script(2, (slice) => slice < SLICES / 2),
      ),
    ).toEqual(['code ./svc.mjs:score:19']);
    expect(
      claims(
        script(10, never),
        script(10, (slice) => slice % 4 < 2),
      ),
    ).toEqual([]);
  });

  it('a callee that got dearer is not a move', () => {
    expect(claims(shop, scaled(shop, 'shop.price', 1.6))).toEqual(['code shop.price']);
  });
});

describe('every normalisation', () => {
  it.each(['share', 'per-second', 'load-adjusted', 'equal-work', 'absolute'] as const)('%s: parts add up', (kind) => {
    const b = scaled(scaled(shop, 'shop.rank', 1.6), 'shop.report', 1.5);
    const { found } = compared({ ...shop, '(idle)': 500 }, { ...b, '(idle)': 300 }, kind);
    expect(found.changes.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(found.delta, 6);
    for (const { codePct, part, selfB, scope, supported } of found.changes)
      if (supported && scope !== 'unit' && codePct !== null)
        expect((part / (selfB - part)) * 100).toBeCloseTo(codePct, 6);
  });

  it.each(['share', 'per-second', 'equal-work'] as const)(
    '%s: percent, interval and verdict are of one test',
    (kind) => {
      const { found, evidence } = compared(shop, scaled(shop, 'shop.rank', 1.1), kind);
      const rows = found.changes.filter(({ low, high }) => low !== null && high !== null);
      for (const { low, high, codePct } of rows) expect(low! <= codePct! && codePct! <= high!).toBe(true);
      const functions = rows.filter(
        ({ kind: of, scope, supported }) => of === 'code' && scope === 'self' && !supported,
      );
      expect(functions.length).toBeGreaterThan(4);
      for (const { index, low, high, codePct } of functions)
        expect([codePct, low, high]).toEqual(
          (['change', 'low', 'high'] as const).map((column) => evidence.functions[column][index] * 100),
        );
    },
  );
});

describe('many tests', () => {
  it('a test that weighs more needs less, and the others more', () => {
    // A tail of 0.0214 of two: against 0.015.
    expect([...discoveries([2.3, 0.1], 0.03)]).toEqual([0, 0]);
    expect([...discoveries([2.3, 0.1], 0.03, [9, 1])]).toEqual([1, 0]);
    expect([...discoveries([2.3, 0.1], 0.03, [1, 9])]).toEqual([0, 0]);
  });

  it('intervals of what was chosen from many are wider', () => {
    expect(chosenQuantile(1, 1)).toBeCloseTo(1.96, 2);
    // 0.05 / 100
    expect(chosenQuantile(1, 100)).toBeCloseTo(3.4808, 3);
    expect(chosenQuantile(100, 100)).toBeCloseTo(1.96, 2);
    expect(chosenQuantile(300, 100)).toBeCloseTo(1.96, 2);
  });
});

describe('what stands above, and what goes along', () => {
  it('code that an interpreter calls is not the runtime, though nothing else is above it', () => {
    const glue = 'node::Start;v8::internal::Execution::Call;Builtins_InterpreterEntryTrampoline';
    const script = { ...renamed(shop, HTTP, `${glue};start`), 'start_thread;v8::internal::compiler::Optimize': 20 };
    expect(claims(script, scaled(script, 'shop.rank', 1.6))).toEqual(['code shop.rank']);
    expect(claims(script, scaled(script, 'shop.report', 1.8))).toEqual(['either shop.report']);
  });

  it('a row whose amounts have folded helpers says so', () => {
    const helped = { ...shop, [`${HTTP};shop.cart;shop.price;runtime.mallocgc`]: 30 };
    const row = (program: Program): Change => changes(program, scaled(program, 'shop.price', 1.6))[0];
    const [with30, without] = [row(helped), row(shop)];
    expect([with30.name, with30.scope, with30.hasHelpers, amountsOf(with30)]).toEqual([
      'shop.price',
      'self',
      true,
      'with runtime helpers',
    ]);
    expect([without.name, without.scope, without.hasHelpers, amountsOf(without)]).toEqual([
      'shop.price',
      'self',
      false,
      '',
    ]);
  });

  it('a callee that went the other way does not have the interval of the cause above it', () => {
    const parts = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`${HTTP};shop.report;shop.load;part${i}`, 12 + i]),
    );
    const a: Program = { ...shop, ...parts, [`${HTTP};shop.report;shop.load;shop.keep`]: 12 };
    const b = scaled(scaled(a, 'shop.load', 2), 'shop.keep', 0.4);
    const { union, evidence } = compared(a, b, 'share');
    expect(evidence.causes.map(({ func, scope }) => `${scope} ${union.names[func]}`)).toEqual(['subtree shop.load']);
    const { verdict, low } = evidence.functions;
    const verdictOf = (name: string): unknown => verdicts[verdict[union.names.indexOf(name)]];
    expect([verdictOf('part3'), verdictOf('shop.keep')]).toEqual(['supported', 'unclear']);
    expect(low[union.names.indexOf('part3')]).toBeGreaterThan(0);
    expect(low[union.names.indexOf('shop.keep')]).toBeNaN();
  });
});

describe('score test', () => {
  const flat = (value: number): Float64Array => new Float64Array(SLICES).fill(value);
  const flatOf = (slices: number, value: number): Float64Array => new Float64Array(slices).fill(value);
  const stratum = (xA: number, xB: number): Stratum => ({ xA: flat(xA), mA: flat(100), xB: flat(xB), mB: flat(100) });
  const noise = noiseOf([], { samplesPerUnit: 1 }, { samplesPerUnit: 1 }, 0.01);

  it('new and gone are as clear as each other, and have an end that is known', () => {
    const [fresh, gone] = [score([stratum(0, 5)], 1, 1)!, score([stratum(5, 0)], 1, 1)!];
    expect(zOf(fresh, noise)).toBeGreaterThan(6);
    expect(zOf(gone, noise)).toBeCloseTo(-zOf(fresh, noise), 9);
    expect(estimateOf(fresh)).toBe(Number.POSITIVE_INFINITY);
    expect(intervalOf(fresh, noise)).toEqual({ low: expect.closeTo(20, -1.5), high: Number.POSITIVE_INFINITY });
    expect(intervalOf(gone, noise).low).toBe(-1);
  });

  it('the interval holds its estimate, and no change where the test sees none', () => {
    const same = score([stratum(10, 10.4)], 1, 1)!;
    const { low, high } = intervalOf(same, noise);
    expect(Math.abs(zOf(same, noise))).toBeLessThan(1.96);
    expect(low < 0 && 0 < high && low < estimateOf(same) && estimateOf(same) < high).toBe(true);
    expect(estimateOf(same)).toBeCloseTo(0.04, 6);
  });

  it('what lasts from slice to slice is seen through counting noise, and not made up where there is little', () => {
    const lasting = (height: number): Stratum => {
      const random = seeded('lasting');
      const x = Float64Array.from({ length: 24 }, (_, i) => poisson(40 + height * Math.sin(i / 3), random));
      return { xA: x, mA: flatOf(24, 1000), xB: x, mB: flatOf(24, 1000) };
    };
    const correlationAt = (height: number): number => {
      const tests = Array.from({ length: 12 }, () => score([lasting(height)], 1, 1)!);
      return noiseOf(tests, { samplesPerUnit: 1 }, { samplesPerUnit: 1 }, 0).a.correlation;
    };
    const lagged = score([lasting(12)], 1, 1)!.a.lagged;
    expect(correlationAt(12)).toBeGreaterThan(lagged + 0.15);
    expect(correlationAt(0)).toBeLessThan(0.35);
  });

  it('two parts of a whole change by the same measure', () => {
    const { xA, mA, xB, mB } = stratum(60, 90);
    const [part, rest] = [score([{ xA, mA, xB, mB }], 1, 1)!, score([{ xA: mA, mA: xA, xB: mB, mB: xB }], 1, 1)!];
    expect(zOf(rest, noise)).toBeCloseTo(-zOf(part, noise), 9);
  });
});

/** By function: the verdict on its largest path. */
function verdictsOfPaths(union: UnionTree, { nodeRow, nodes }: Evidence): Record<string, string> {
  const largest = new Map<string, number>();
  for (let node = 1; node < union.length; node++) {
    const name = union.names[union.func[node]];
    if (union.b.total[node] >= union.b.total[largest.get(name) ?? node]) largest.set(name, node);
  }
  return Object.fromEntries(
    [...largest].map(([name, node]) => [name, nodeRow[node] < 0 ? 'none' : verdicts[nodes.verdict[nodeRow[node]]]]),
  );
}

function claims(a: Recorded, b: Recorded): string[] {
  return changes(a, b)
    .filter(({ supported }) => supported)
    .map(({ kind, name }) => `${kind} ${name}`);
}

function changes(a: Recorded, b: Recorded): readonly Change[] {
  return compared(a, b, 'share').found.changes;
}

function compared(a: Recorded, b: Recorded, kind: Parameters<typeof normalise>[0], routes?: string) {
  const [ofA, ofB] = [recorded(a, 'a'), recorded(b, 'b')];
  const union = unionTree(joined(ofA), joined(ofB));
  const evidence = compareSides(
    union,
    slicesOfTrees(sideOfUnion(union, 'a'), ofA, 1),
    slicesOfTrees(sideOfUnion(union, 'b'), ofB, 1),
    routes,
  );
  const facts = { seconds: 600, isSnapshot: false };
  const work = { unit: evidence.units.unit, growth: evidence.growth };
  return { union, evidence, found: whatChanged(union, normalise(kind, union, facts, facts, work), evidence) };
}

/** Handlers vary by a tenth, independently. */
function recorded(program: Recorded, seed: string): NamedTree[] {
  const random = seeded(seed);
  return Array.from({ length: SLICES }, (_, slice) => {
    const busy = new Map<string, number>();
    const means = typeof program === 'function' ? program(slice) : program;
    const lines = Object.entries(means).flatMap(([stack, mean]) => {
      const handler = /shop\.(?:search|report|cart)/.exec(stack)?.[0] ?? '';
      if (!busy.has(handler)) busy.set(handler, 0.9 + 0.2 * random());
      const count = poisson(mean * busy.get(handler)!, random);
      return count > 0 ? [`${stack} ${count}`] : [];
    });
    return drawn(lines.join('\n'));
  });
}

function merged(program: Program): NamedTree {
  return drawn(
    Object.entries(program)
      .map(([stack, mean]) => `${stack} ${mean}`)
      .join('\n'),
  );
}

function drawn(stacks: string): NamedTree {
  const profile = profileFromText(stacks);
  return { tree: treeOf(profile), names: profile.functions.names };
}

function scaled(program: Program, through: string, factor: number): Program {
  return Object.fromEntries(
    Object.entries(program).map(([stack, mean]) => [stack, stack.split(';').includes(through) ? mean * factor : mean]),
  );
}

function renamed(program: Program, from: string, to: string): Program {
  return Object.fromEntries(Object.entries(program).map(([stack, mean]) => [stack.replace(from, to), mean]));
}
