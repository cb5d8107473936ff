import { expect, it } from 'vitest';
import { EntryTable } from '#server/store/entry-table.ts';

/** More than a table holds before it joins; each node and slice comes several times. */
it.each([
  ['few', 50],
  ['many', 2_500_000],
])('%s entries in any order are read by node and ascending slice, each once', (_, pushes) => {
  const nodes = 997;
  const slices = 60;
  const table = new EntryTable();
  const sums = new Float64Array(nodes * slices);
  const counts = new Float64Array(nodes * slices);
  let seed = 1;
  for (let i = 0; i < pushes; i++) {
    seed = (seed * 48_271) % 2_147_483_647;
    const cell = seed % (nodes * slices);
    sums[cell] += i;
    counts[cell] += 2;
    table.push(Math.floor(cell / slices), cell % slices, i, 2);
  }
  const { start, slice, value, count } = table.byNode(nodes);
  const read = { sums: new Float64Array(nodes * slices), counts: new Float64Array(nodes * slices) };
  let isAscending = true;
  for (let node = 0; node < nodes; node++) {
    for (let i = start[node]; i < start[node + 1]; i++) {
      if (i > start[node] && slice[i] <= slice[i - 1]) isAscending = false;
      read.sums[node * slices + slice[i]] += value[i];
      read.counts[node * slices + slice[i]] += count[i];
    }
  }
  expect(isAscending).toBe(true);
  expect(start[nodes]).toBe(counts.filter((one) => one > 0).length);
  expect(read).toEqual({ sums, counts });
});
