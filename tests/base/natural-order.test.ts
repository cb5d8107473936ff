import { expect, it } from 'vitest';
import { compareNatural } from '#base/natural-order.ts';

it('numbers within names count as numbers', () => {
  expect(['10', '1', '11', '0', 'pod-10', 'pod-2', 'v1.10.0', 'v1.9.0'].sort(compareNatural)).toEqual([
    '0',
    '1',
    '10',
    '11',
    'pod-2',
    'pod-10',
    'v1.9.0',
    'v1.10.0',
  ]);
});

it('two names are equal only where they are the same', () => {
  expect(compareNatural('01', '1')).not.toBe(0);
  expect(compareNatural('a', 'a')).toBe(0);
});
