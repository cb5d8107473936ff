/** Handlers of requests as units of work: more calls of one, and dearer code below it. */
import { describe, expect, it } from 'vitest';
import { describeChange } from '#model/changes-text.ts';
import { changes, claims, compared, cores, HTTP, type Program, renamed, scaled, shop } from '../support/shop.ts';

describe('units of work', () => {
  it('a handler below dispatch frames that is called more is work', () => {
    expect(claims(shop, scaled(shop, 'shop.report', 1.8))).toEqual(['work shop.report']);
  });

  it('a handler whose callees are compiled one after the other is no router', () => {
    const warming =
      (fresh: number) =>
      (slice: number): Program => ({
        ...shop,
        ...Object.fromEntries(
          [8, 3, 14].flatMap((until, i) => {
            const times = 1 + 2 / (1 + Math.exp(slice - until));
            return [
              [`${HTTP};shop.order;shop.part${i}`, 20 * times],
              [`${HTTP};shop.order;shop.part${i};shop.leaf${i}`, 20 * times],
            ];
          }),
        ),
        [`${HTTP};shop.order;shop.fresh`]: fresh / 2,
        [`${HTTP};shop.order;shop.fresh;shop.work`]: fresh / 2,
      });
    expect(claims(warming(0), warming(20))).toEqual(['code shop.fresh']);
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
