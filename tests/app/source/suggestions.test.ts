import { expect, it } from 'vitest';
import { busiestFirst, offeredNames, withWords } from '#app/source/suggestions.ts';

const rows = [
  { name: 'b', cost: 1 },
  { name: 'unknown', cost: undefined },
  { name: 'a', cost: 1 },
  { name: 'Busy', cost: 7 },
];
const names = (found: readonly { readonly name: string }[]): string[] => found.map(({ name }) => name);

it('the busiest come first, what has no cost last', () => {
  expect(names(busiestFirst(rows))).toEqual(['Busy', 'a', 'b', 'unknown']);
});

it('a search wants every word, whatever the case', () => {
  const services = [{ name: 'Checkout-web' }, { name: 'checkout-db' }, { name: 'web' }];
  expect(names(withWords(services, ' WEB check '))).toEqual(['Checkout-web']);
  expect(names(withWords(services, ' '))).toEqual(names(services));
});

it('the service and the names of the store are not offered as labels', () => {
  const offered = offeredNames(
    ['pod', '__profile_type__', 'service_name', 'env'].map((name) => ({ name, valueCount: 1 })),
  );
  expect(names(offered)).toEqual(['env', 'pod']);
});
