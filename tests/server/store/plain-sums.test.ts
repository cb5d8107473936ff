/** The store against plain sums over lists, before and after upkeep. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { type LabelMatcher, labelValue } from '#model/labels.ts';
import type { MergedTree, ProfileSelector, SlicedTree } from '#server/store/profile-reader.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { upkeep } from '#server/store/upkeep.ts';
import { functionOf, madeLabels, type MadeProfile } from '../../support/made-profiles.ts';
import { add, pathsOf, stacksOf } from '../../support/merged-paths.ts';
import { KEEP_SPANS } from '../../support/store-limits.ts';
import { BASE_MS, CPU, DAY_MS, KEEP_ALL, noStop, storeWithBeats } from '../../support/store-with-beats.ts';

const { disk, put, beat } = storeWithBeats();

const frame = fc.constantFrom('main:1', 'main:2', 'a:1', 'a:7', 'b:3', 'c:4', 'd:5');
const made: fc.Arbitrary<MadeProfile> = fc
  .record({
    service: fc.constantFrom('shop', 'cart'),
    pod: fc.constantFrom('p0', 'p1', ''),
    atMs: fc.integer({ min: 0, max: 5 * 3_600_000 }),
    us: fc.integer({ min: 0, max: 999 }),
    period: fc.constantFrom(10_000_000, 1000),
    stacks: fc.array(
      fc.record({
        frames: fc.array(frame, { maxLength: 4 }),
        value: fc.constantFrom(10_000_000, 30_000_000, 7, 123_456_789_012),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ service, pod, atMs, us, period, stacks }) => ({
    labels: madeLabels(service, CPU, pod === '' ? {} : { pod }),
    service,
    profileType: CPU,
    timeUs: (BASE_MS + atMs) * 1000 + us,
    period,
    stacks,
  }));

const anyMatchers = fc.constantFrom<readonly LabelMatcher[]>(
  [],
  [{ name: 'service_name', operator: '=', value: 'shop' }],
  [{ name: 'pod', operator: '=~', value: 'p.*' }],
  [{ name: 'pod', operator: '!=', value: 'p0' }],
  [{ name: 'pod', operator: '=', value: '' }],
);

const selector = fc
  .record({
    matchers: anyMatchers,
    from: fc.integer({ min: -10, max: 5 * 3_600_000 }),
    length: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 * 3_600_000 }), fc.constant(6 * 3_600_000)),
    callSite: fc.constantFrom([], [], ['main'], ['main', 'a'], ['nobody']),
  })
  .map(({ matchers, from, length, callSite }): ProfileSelector => ({
    profileType: CPU,
    matchers,
    callSite,
    startMs: BASE_MS + from,
    endMs: BASE_MS + from + length,
  }));

it('answers as plain sums do, before and after packing', () => {
  fc.assert(
    fc.property(
      fc.array(made, { maxLength: 30 }),
      fc.array(made, { maxLength: 10 }),
      fc.array(selector, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 250, max: 400_000 }),
      (first, later, selectors, slices, stepMs) => {
        clear();
        put(first);
        check(first, selectors, slices, stepMs);
        // Some hours are over, some are not.
        finish(upkeep(disk.db, KEEP_ALL, BASE_MS + 2.5 * 3_600_000));
        check(first, selectors, slices, stepMs);
        put(later);
        check([...first, ...later], selectors, slices, stepMs);
        finish(upkeep(disk.db, KEEP_ALL, BASE_MS + DAY_MS));
        expect(disk.db.prepare('SELECT count(*) AS n FROM raw').get()).toEqual({ n: 0 });
        check([...first, ...later], selectors, slices, stepMs);
        // Retention removes whole hours, and nothing else.
        const nowMs = BASE_MS + DAY_MS;
        beat(13);
        beat(24);
        finish(upkeep(disk.db, { retentionMs: DAY_MS - 2 * 3_600_000, maxBytes: Infinity, spans: KEEP_SPANS }, nowMs));
        const kept = [...first, ...later].filter(({ timeUs }) => timeUs >= (BASE_MS + 2 * 3_600_000) * 1000);
        check(kept, selectors, slices, stepMs);
        // And what comes after finds its place.
        put(later);
        check([...kept, ...later], selectors, slices, stepMs);
      },
    ),
    { numRuns: 20 },
  );
});

function clear(): void {
  disk.db.exec(
    'DELETE FROM raw; DELETE FROM hour; DELETE FROM dict; DELETE FROM part; DELETE FROM series; DELETE FROM service; DELETE FROM ledger',
  );
  disk.db.exec("INSERT INTO meta VALUES ('removals', 1) ON CONFLICT(key) DO UPDATE SET value = value + 1");
  disk.writer = new ProfileWriter(disk.db);
}

function check(
  profiles: readonly MadeProfile[],
  selectors: readonly ProfileSelector[],
  slices: number,
  stepMs: number,
): void {
  for (const asked of selectors) {
    const chosen = profiles.filter(
      ({ labels, timeUs }) =>
        timeUs >= asked.startMs * 1000 && timeUs <= asked.endMs * 1000 && fulfils(labels, asked.matchers),
    );
    const sums = new Map<string, number>();
    const lineSums = new Map<string, number>();
    for (const { stacks } of chosen) {
      for (const { frames, value } of stacks) {
        if (!asked.callSite.every((name, i) => frames[i] !== undefined && functionOf(frames[i]) === name)) continue;
        add(sums, frames.map(functionOf).join('>'), value);
        add(lineSums, frames.join('>'), value);
      }
    }
    const merged = disk.store.merge(asked, 'names', noStop);
    expect(merged.warnings).toEqual([]);
    expect(stacksOf(merged)).toEqual(sums);
    expect(stacksOf(disk.store.merge(asked, 'lines', noStop))).toEqual(lineSums);
    checkShape(merged);
    checkCut(merged, asked);

    const sliced = disk.store.slices(asked, slices, noStop);
    expect(stacksOf(sliced.tree)).toEqual(sums);
    checkSlices(sliced, chosen, asked, slices);

    const series = disk.store.timeSeries(asked, ['pod'], stepMs, noStop);
    const expected = new Map<string, number>();
    for (const { labels, timeUs, stacks } of profiles) {
      if (!fulfils(labels, asked.matchers)) continue;
      const bucket = Math.max(0, Math.ceil((timeUs / 1000 - asked.startMs) / stepMs));
      const edge = asked.startMs + bucket * stepMs;
      if (timeUs < (asked.startMs - stepMs) * 1000 || edge > asked.endMs) continue;
      for (const { frames, value } of stacks) {
        if (!asked.callSite.every((name, i) => frames[i] !== undefined && functionOf(frames[i]) === name)) continue;
        add(expected, `${labelValue(labels, 'pod')} ${edge}`, value);
      }
    }
    const got = new Map<string, number>();
    for (const { labels, timesMs, sums: values } of series) {
      timesMs.forEach((time, i) => got.set(`${labelValue(labels, 'pod')} ${time}`, values[i]));
    }
    expect(got).toEqual(expected);
  }
}

function checkShape({ length, parent, self, total }: MergedTree): void {
  const sum = Float64Array.from(self);
  for (let node = length - 1; node > 0; node--) {
    expect(parent[node]).toBeLessThan(node);
    expect(total[node]).toBeGreaterThan(0);
    sum[parent[node]] += sum[node];
  }
  expect(total).toEqual(sum);
}

/** The largest nodes are there with their exact sums, whatever was left out; what was stands in `rest`. */
function checkCut(whole: MergedTree, asked: ProfileSelector): void {
  const most = 3;
  const few = disk.store.merge(asked, 'names', noStop, most);
  const totals = (tree: MergedTree): Map<string, number> =>
    new Map(pathsOf(tree).map((path, node) => [path, tree.total[node]]));
  const all = totals(whole);
  const some = totals(few);
  for (const [path, total] of some) expect(total).toBe(all.get(path));
  const needed = [...all.values()].slice(1).toSorted((a, b) => b - a)[most - 1] ?? 0;
  for (const [path, total] of all) if (total >= needed) expect(some.has(path)).toBe(true);
  const rest = few.total.slice();
  for (let node = 0; node < few.length; node++) {
    rest[node] -= few.self[node];
    if (node > 0) rest[few.parent[node]] -= few.total[node];
  }
  expect(few.rest ?? rest.fill(0)).toEqual(rest);
}

function checkSlices(
  { tree, start, slice, value, count, profiles }: SlicedTree,
  chosen: readonly MadeProfile[],
  { startMs, endMs, callSite }: ProfileSelector,
  slices: number,
): void {
  const width = ((endMs - startMs) * 1000) / slices;
  const expected = new Map<string, number>();
  const counts = new Map<string, number>();
  const times = new Int32Array(slices);
  for (const { timeUs, stacks, period } of chosen) {
    const at = timeUs - startMs * 1000;
    // Slices are cut at whole microseconds.
    let index = 0;
    while (index + 1 < slices && at >= Math.round(width * (index + 1))) index++;
    times[index]++;
    for (const { frames, value: one } of stacks) {
      if (!callSite.every((name, i) => frames[i] !== undefined && functionOf(frames[i]) === name)) continue;
      add(expected, `${frames.map(functionOf).join('>')} ${index}`, one);
      add(counts, `${frames.map(functionOf).join('>')} ${index}`, one / period);
    }
  }
  const paths = pathsOf(tree);
  const got = new Map<string, number>();
  const gotCounts = new Map<string, number>();
  for (let node = 0; node < tree.length; node++) {
    for (let i = start[node]; i < start[node + 1]; i++) {
      got.set(`${paths[node]} ${slice[i]}`, value[i]);
      gotCounts.set(`${paths[node]} ${slice[i]}`, count[i]);
    }
  }
  expect(got).toEqual(expected);
  expect(gotCounts.size).toBe(counts.size);
  for (const [key, one] of counts) expect(gotCounts.get(key)).toBeCloseTo(one, 6);
  if (callSite.length === 0) expect(profiles).toEqual(times);
}

function fulfils(labels: MadeProfile['labels'], matchers: readonly LabelMatcher[]): boolean {
  return matchers.every(({ name, operator, value }) => {
    const has = labelValue(labels, name);
    if (operator === '=') return has === value;
    if (operator === '!=') return has !== value;
    return new RegExp(`^(?:${value})$`).test(has) === (operator === '=~');
  });
}
