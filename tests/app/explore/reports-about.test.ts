import { expect, it } from 'vitest';
import { reportsAbout } from '#app/explore/reports-about.ts';

const refusal = (service?: string) => ({
  kind: 'bad_profile',
  count: 1,
  last: '',
  lastMs: 1,
  ...(service !== undefined && { service }),
});

it('are those of the service, and those that name none', () => {
  const all = ['shop', 'shop.cpu', 'shop-two', 'cart', undefined].map(refusal);
  const about = (service?: string) => reportsAbout(all, service).map((one) => one.service);
  expect(about('shop')).toEqual(['shop', 'shop.cpu', undefined]);
  expect(about('other')).toEqual([undefined]);
  expect(about()).toEqual(['shop', 'shop.cpu', 'shop-two', 'cart', undefined]);
});
