import { expect, it } from 'vitest';
import { rowOf } from '#app/views/functions/active-function.ts';

const names = ['main', 'read', 'write', 'idle'];
const rows = Int32Array.of(2, 0, 1);

it.each([
  ['stays where it is', { name: 'main', row: 1 }, 1],
  ['is found where another order put it', { name: 'read', row: 0 }, 2],
  ['leaves its row to the next where it is filtered away', { name: 'idle', row: 1 }, 1],
  ['leaves the last row where rows are fewer', { name: 'gone', row: 9 }, 2],
])('a function %s', (_, active, wanted) => {
  expect(rowOf(active, rows, names)).toBe(wanted);
});

it('is found by name in a profile that numbers it anew', () => {
  expect(rowOf({ name: 'main', row: 0 }, rows, ['read', 'write', 'main'])).toBe(0);
  expect(rowOf({ name: 'main', row: 0 }, Int32Array.of(), names)).toBe(-1);
});
