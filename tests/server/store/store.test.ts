/** The store against plain sums over lists, before and after upkeep. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { labelValue, type LabelMatcher } from '#model/labels.ts';
import { openForReading, openForWriting, type Database } from '#server/store/database.ts';
import { isFull } from '#server/store/folder.ts';
import type { MergedTree, ProfileSelector, SlicedTree } from '#server/store/profile-reader.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { upkeep } from '#server/store/upkeep.ts';
import { functionOf, incoming, madeLabels, type MadeProfile } from '../../support/made-profiles.ts';
import { KEEP_SPANS } from '../../support/store-limits.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const DAY_MS = 86_400_000;
const BASE_MS = 20_000 * DAY_MS + 22 * 3_600_000; // two hours before midnight
const KEEP_ALL = { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS };

let folder: string;
let db: Database;
let readerDb: Database;
let writer: ProfileWriter;
let store: ProfileStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  db = openForWriting(join(folder, 'profiles.db'));
  // These tests are not about crashes, and disk syncs would take most of their time.
  db.exec('PRAGMA synchronous = OFF');
  readerDb = openForReading(join(folder, 'profiles.db'));
  writer = new ProfileWriter(db);
  store = new ProfileStore(readerDb);
});

afterEach(() => {
  readerDb.close();
  db.close();
  rmSync(folder, { recursive: true });
});

function put(profiles: readonly MadeProfile[]): void {
  for (const profile of profiles) writer.add(incoming(profile), BASE_MS);
  writer.flush();
}

/** Profiles that no question here asks for: age is counted from the newest. */
function beat(hour: number): void {
  const timeUs = (BASE_MS + hour * 3_600_000) * 1000;
  const labels = madeLabels('beat', CPU, {});
  put([{ labels, service: 'beat', profileType: CPU, timeUs, period: 0, stacks: [{ frames: ['beat:1'], value: 1 }] }]);
}

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

const noStop = (): void => undefined;

it('answers as plain sums do, before and after packing', { timeout: 30_000 }, () => {
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
        finish(upkeep(db, KEEP_ALL, BASE_MS + 2.5 * 3_600_000));
        check(first, selectors, slices, stepMs);
        put(later);
        check([...first, ...later], selectors, slices, stepMs);
        finish(upkeep(db, KEEP_ALL, BASE_MS + DAY_MS));
        expect(db.prepare('SELECT count(*) AS n FROM raw').get()).toEqual({ n: 0 });
        check([...first, ...later], selectors, slices, stepMs);
        // Retention removes whole hours, and nothing else.
        const nowMs = BASE_MS + DAY_MS;
        beat(13);
        beat(24);
        finish(upkeep(db, { retentionMs: DAY_MS - 2 * 3_600_000, maxBytes: Infinity, spans: KEEP_SPANS }, nowMs));
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

describe('repeats', () => {
  const one: MadeProfile = {
    labels: madeLabels('shop', CPU, {}),
    service: 'shop',
    profileType: CPU,
    timeUs: BASE_MS * 1000,
    period: 0,
    stacks: [{ frames: ['main:1'], value: 5 }],
  };
  const all: ProfileSelector = { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS, endMs: BASE_MS };

  it('count once within the hour', () => {
    const upload = { ...incoming(one), repeatKey: 'k' };
    expect(writer.add(upload, BASE_MS).isRepeat).toBe(false);
    expect(writer.add(upload, BASE_MS).isRepeat).toBe(true);
    writer.flush();
    expect(writer.add(upload, BASE_MS + 1000).isRepeat).toBe(true);
    writer.flush();
    expect(store.merge(all, 'names', noStop).total[0]).toBe(5);
    expect(writer.add(upload, BASE_MS + 3_600_001).isRepeat).toBe(false);
  });

  it('are known after a restart', () => {
    writer.add({ ...incoming(one), repeatKey: 'k' }, BASE_MS);
    writer.flush();
    expect(new ProfileWriter(db).add({ ...incoming(one), repeatKey: 'k' }, BASE_MS).isRepeat).toBe(true);
  });
});

it('forgets what a failed commit would have written', () => {
  const one = (name: string, timeUs: number): MadeProfile => ({
    labels: madeLabels('shop', CPU, {}),
    service: 'shop',
    profileType: CPU,
    timeUs,
    period: 0,
    stacks: [{ frames: [`${name}:1`, `${name}2:1`], value: 1 }],
  });
  put([one('kept', BASE_MS * 1000)]);
  db.exec("CREATE TRIGGER full BEFORE INSERT ON raw BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
  writer.add(incoming(one('lost', BASE_MS * 1000)), BASE_MS);
  expect(() => writer.flush()).toThrow('full');
  db.exec('DROP TRIGGER full');
  put([one('after', BASE_MS * 1000)]);
  const tree = store.merge(
    { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS, endMs: BASE_MS },
    'names',
    noStop,
  );
  expect(tree.warnings).toEqual([]);
  expect([...stacksOf(tree)].toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
    ['after>after2', 1],
    ['kept>kept2', 1],
  ]);
});

it('on a full disk takes nothing, shows what it has, and goes on when the oldest is gone', () => {
  const one = (day: number): MadeProfile => ({
    labels: madeLabels('shop', CPU, {}),
    service: 'shop',
    profileType: CPU,
    timeUs: (BASE_MS + day * DAY_MS) * 1000,
    period: 0,
    // A text of its own: what comes needs room.
    stacks: [{ frames: [`day ${day} ${'x'.repeat(30_000)}:1`], value: 10 ** day }],
  });
  const total = (): number => {
    const range = { startMs: BASE_MS, endMs: BASE_MS + 9 * DAY_MS };
    const tree = store.merge({ profileType: CPU, matchers: [], callSite: [], ...range }, 'names', noStop);
    expect(tree.warnings).toEqual([]);
    return tree.total[0];
  };
  put([one(0), one(1)]);
  const { page_count } = db.prepare('PRAGMA page_count').get() as { page_count: number };
  db.exec(`PRAGMA max_page_count = ${page_count + 1}`);
  let failure: unknown;
  try {
    put([one(2)]);
  } catch (error) {
    failure = error;
  }
  expect(isFull(failure)).toBe(true);
  expect(total()).toBe(11);
  finish(upkeep(db, { retentionMs: undefined, maxBytes: 1, spans: KEEP_SPANS }, BASE_MS + 2 * DAY_MS));
  expect(total()).toBe(10);
  put([one(2)]);
  expect(total()).toBe(110);
});

it('forgets the dictionary of a day that is over, and reads it again when the day goes on', () => {
  const one = (day: number, name: string): MadeProfile => ({
    labels: madeLabels('shop', CPU, {}),
    service: 'shop',
    profileType: CPU,
    timeUs: (BASE_MS + day * DAY_MS) * 1000,
    period: 0,
    stacks: [{ frames: ['main:1', `${name}:1`], value: 1 }],
  });
  put([one(1, 'new')]);
  const { internerBytes } = writer;
  put([one(0, 'old')]);
  expect(writer.internerBytes).toBeGreaterThan(internerBytes);
  put(Array.from({ length: 1001 }, () => one(1, 'new')));
  expect(writer.internerBytes).toBe(internerBytes);
  put([one(0, 'old'), one(0, 'older')]);
  const range = { startMs: BASE_MS, endMs: BASE_MS + 2 * DAY_MS };
  const tree = store.merge({ profileType: CPU, matchers: [], callSite: [], ...range }, 'names', noStop);
  expect(tree.warnings).toEqual([]);
  expect(Object.fromEntries(stacksOf(tree))).toEqual({ 'main>new': 1002, 'main>old': 2, 'main>older': 1 });
  expect(db.prepare('SELECT count(*) AS n FROM part').get()).toEqual({ n: 2 });
});

it('steps over a damaged block, and says so', () => {
  put([
    {
      labels: madeLabels('shop', CPU, {}),
      service: 'shop',
      profileType: CPU,
      timeUs: BASE_MS * 1000,
      period: 0,
      stacks: [{ frames: ['main:1'], value: 1 }],
    },
    {
      labels: madeLabels('shop', CPU, {}),
      service: 'shop',
      profileType: CPU,
      timeUs: BASE_MS * 1000 + 1000,
      period: 0,
      stacks: [{ frames: ['main:1'], value: 2 }],
    },
  ]);
  const { data } = db.prepare('SELECT data FROM raw WHERE seq = 2').get() as { data: Uint8Array };
  data[data.length - 1] ^= 255;
  db.prepare('UPDATE raw SET data = ? WHERE seq = 2').run(data);
  const tree = store.merge(
    { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS, endMs: BASE_MS + 10 },
    'names',
    noStop,
  );
  expect(tree.total[0]).toBe(1);
  expect(tree.warnings).toEqual([expect.stringContaining('checksum')]);
});

function clear(): void {
  db.exec(
    'DELETE FROM raw; DELETE FROM hour; DELETE FROM dict; DELETE FROM part; DELETE FROM series; DELETE FROM service; DELETE FROM ledger',
  );
  db.exec("INSERT INTO meta VALUES ('removals', 1) ON CONFLICT(key) DO UPDATE SET value = value + 1");
  writer = new ProfileWriter(db);
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
    const merged = store.merge(asked, 'names', noStop);
    expect(merged.warnings).toEqual([]);
    expect(stacksOf(merged)).toEqual(sums);
    expect(stacksOf(store.merge(asked, 'lines', noStop))).toEqual(lineSums);
    checkShape(merged);
    checkCut(merged, asked);

    const sliced = store.slices(asked, slices, noStop);
    expect(stacksOf(sliced.tree)).toEqual(sums);
    checkSlices(sliced, chosen, asked, slices);

    const series = store.timeSeries(asked, ['pod'], stepMs, noStop);
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
  const few = store.merge(asked, 'names', noStop, most);
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

function stacksOf(tree: MergedTree): Map<string, number> {
  const paths = pathsOf(tree);
  const stacks = new Map<string, number>();
  tree.self.forEach((self, node) => {
    if (self !== 0) add(stacks, paths[node], self);
  });
  return stacks;
}

function pathsOf({ length, func, line, parent, functions }: MergedTree): string[] {
  const paths = [''];
  for (let node = 1; node < length; node++) {
    const name = functions.names[func[node]] + (line ? `:${line[node]}` : '');
    paths.push(parent[node] === 0 ? name : `${paths[parent[node]]}>${name}`);
  }
  return paths;
}

function fulfils(labels: MadeProfile['labels'], matchers: readonly LabelMatcher[]): boolean {
  return matchers.every(({ name, operator, value }) => {
    const has = labelValue(labels, name);
    if (operator === '=') return has === value;
    if (operator === '!=') return has !== value;
    return new RegExp(`^(?:${value})$`).test(has) === (operator === '=~');
  });
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

it('names the largest profile of a bucket, and finds it by that name', () => {
  const at = (ms: number, value: number, pod: string): MadeProfile => ({
    labels: madeLabels('shop', CPU, { pod }),
    service: 'shop',
    profileType: CPU,
    timeUs: (BASE_MS + ms) * 1000,
    period: 0,
    stacks: [{ frames: [`f${value}:1`], value }],
  });
  put([at(0, 5, 'a'), at(10, 9, 'b'), at(20, 7, 'a'), at(1500, 1, 'a')]);
  const asked = { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS, endMs: BASE_MS + 2000 };
  const [series] = store.timeSeries(asked, [], 1000, noStop, true);
  expect(series.exemplars?.map(({ value }) => value)).toEqual([5, 9, 1]);
  const [, largest] = series.exemplars ?? [];
  expect(labelValue(largest.labels, 'pod')).toBe('b');
  for (const packed of [false, true]) {
    if (packed) finish(upkeep(db, KEEP_ALL, BASE_MS + DAY_MS));
    expect([...stacksOf(store.merge({ ...asked, only: [largest.profile] }, 'names', noStop))]).toEqual([['f9', 9]]);
  }
});

it('counts each profile once where an hour has several blocks and periods', () => {
  const at = (ms: number, period: number): MadeProfile => ({
    labels: madeLabels('shop', CPU, {}),
    service: 'shop',
    profileType: CPU,
    timeUs: (BASE_MS + ms) * 1000,
    period,
    stacks: [{ frames: ['main:1'], value: 1000 }],
  });
  put([at(0, 10), at(1, 100)]);
  finish(upkeep(db, KEEP_ALL, BASE_MS + DAY_MS));
  put([at(2, 10), at(3, 100)]);
  finish(upkeep(db, KEEP_ALL, BASE_MS + DAY_MS));
  expect(db.prepare('SELECT count(*) AS n FROM hour').get()).toEqual({ n: 2 });
  const whole = { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS - 1, endMs: BASE_MS + DAY_MS };
  const { value, count } = store.slices(whole, 1, noStop);
  expect([[...value], [...count]]).toEqual([[4000], [220]]);
});

it('slices that are grouped by a label begin with frames of its values', () => {
  const sent = (pod: string, ms: number, value: number): MadeProfile => ({
    labels: madeLabels('shop', CPU, pod === '' ? {} : { pod }),
    service: 'shop',
    profileType: CPU,
    timeUs: (BASE_MS + ms) * 1000,
    period: 1,
    stacks: [{ frames: ['main:1', 'work:2'], value }],
  });
  put([sent('a', 0, 1), sent('b', 10, 2), sent('c', 10, 4), sent('', 20, 8), sent('d', 90, 16), sent('a', 90, 32)]);
  const asked = { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS, endMs: BASE_MS + 100 };
  const { tree, start, slice, value, profiles } = store.slices(asked, 2, noStop, { label: 'pod', values: ['a', 'b'] });
  const paths = pathsOf(tree);
  const entries = paths.flatMap((path, node) =>
    Array.from({ length: start[node + 1] - start[node] }, (_, i) => start[node] + i).map((entry) => [
      `${path} ${slice[entry]}`,
      value[entry],
    ]),
  );
  expect(Object.fromEntries(entries)).toEqual({
    'pod: (none)>main>work 0': 8,
    'pod: a>main>work 0': 1,
    'pod: a>main>work 1': 32,
    'pod: b>main>work 0': 2,
    'pod: other values>main>work 0': 4,
    'pod: other values>main>work 1': 16,
  });
  const totals = paths.flatMap((path, node) => (tree.parent[node] === 0 ? [[path, tree.total[node]]] : []));
  expect(Object.fromEntries(totals)).toEqual({ 'pod: a': 33, 'pod: b': 2, 'pod: other values': 20, 'pod: (none)': 8 });
  expect([tree.total[0], [...profiles]]).toEqual([63, [4, 2]]);
});

it('shows old profiles that come after retention has removed their hour', () => {
  const at = (ms: number): MadeProfile => ({
    labels: madeLabels('shop', CPU, {}),
    service: 'shop',
    profileType: CPU,
    timeUs: (BASE_MS + ms) * 1000,
    period: 0,
    stacks: [{ frames: ['main:1'], value: 1 }],
  });
  put([at(0), at(3_600_000)]);
  beat(13);
  beat(24);
  finish(upkeep(db, { retentionMs: DAY_MS - 3_600_000, maxBytes: Infinity, spans: KEEP_SPANS }, BASE_MS + DAY_MS));
  put([at(10)]);
  const asked = { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS, endMs: BASE_MS + 100 };
  expect(store.merge(asked, 'names', noStop).total[0]).toBe(1);
});
