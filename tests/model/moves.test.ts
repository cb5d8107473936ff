/** Cost that moved between a function and one that may be inlined in it. */
import { describe, expect, it } from 'vitest';
import { amountsOf, describeChange } from '#model/changes-text.ts';
import { changes, claims, cores, HTTP, type Program, scaled, shop, SLICES } from '../support/shop.ts';

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

    it('is gone if B never ran it, though its caller costs a little more', () => {
      expect(claims(script(40, 8), script(43, 0))).toEqual(['code ./svc.mjs:item:14']);
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
    const half = (slice: number): boolean => slice < SLICES / 2;
    expect(claims(script(0, never), script(2, half))).toEqual(['code ./svc.mjs:score:19']);
    const often = (slice: number): boolean => slice % 4 < 2;
    expect(claims(script(10, never), script(10, often))).toEqual([]);
  });

  it('a callee that got dearer is not a move', () => {
    expect(claims(shop, scaled(shop, 'shop.price', 1.6))).toEqual(['code shop.price']);
  });
});
