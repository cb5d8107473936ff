import { expect, it } from 'vitest';
import { shortPaths } from '#app/views/source/short-paths.ts';

it('files of one name have as many folders as tell them apart', () => {
  expect(
    shortPaths(['app/cart/service.go', 'app/order/service.go', 'main.go', 'x/v1/api.go', 'y/v1/api.go', '/api.go', '']),
  ).toEqual(['cart/service.go', 'order/service.go', 'main.go', 'x/v1/api.go', 'y/v1/api.go', '/api.go', '']);
});

it('the same path twice stays what it is', () => {
  expect(shortPaths(['a/b.go', 'a/b.go'])).toEqual(['a/b.go', 'a/b.go']);
});
