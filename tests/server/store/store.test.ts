/** Single cases of the store: repeats, failed commits, a full disk, days that are over, damage, exemplars. */

import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { labelValue } from '#model/labels.ts';
import { isFull } from '#server/store/folder.ts';
import type { ProfileSelector } from '#server/store/profile-reader.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { upkeep } from '#server/store/upkeep.ts';
import { incoming, madeLabels, type MadeProfile } from '../../support/made-profiles.ts';
import { pathsOf, stacksOf } from '../../support/merged-paths.ts';
import { KEEP_SPANS } from '../../support/store-limits.ts';
import { BASE_MS, CPU, DAY_MS, KEEP_ALL, noStop, storeWithBeats } from '../../support/store-with-beats.ts';

const { disk, put, beat } = storeWithBeats();

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
    expect(disk.writer.add(upload, BASE_MS).isRepeat).toBe(false);
    expect(disk.writer.add(upload, BASE_MS).isRepeat).toBe(true);
    disk.writer.flush();
    expect(disk.writer.add(upload, BASE_MS + 1000).isRepeat).toBe(true);
    disk.writer.flush();
    expect(disk.store.merge(all, 'names', noStop).total[0]).toBe(5);
    expect(disk.writer.add(upload, BASE_MS + 3_600_001).isRepeat).toBe(false);
  });

  it('are known after a restart', () => {
    disk.writer.add({ ...incoming(one), repeatKey: 'k' }, BASE_MS);
    disk.writer.flush();
    expect(new ProfileWriter(disk.db).add({ ...incoming(one), repeatKey: 'k' }, BASE_MS).isRepeat).toBe(true);
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
  disk.db.exec("CREATE TRIGGER full BEFORE INSERT ON raw BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
  disk.writer.add(incoming(one('lost', BASE_MS * 1000)), BASE_MS);
  expect(() => disk.writer.flush()).toThrow('full');
  disk.db.exec('DROP TRIGGER full');
  put([one('after', BASE_MS * 1000)]);
  const tree = disk.store.merge(
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
    const tree = disk.store.merge({ profileType: CPU, matchers: [], callSite: [], ...range }, 'names', noStop);
    expect(tree.warnings).toEqual([]);
    return tree.total[0];
  };
  put([one(0), one(1)]);
  const { page_count } = disk.db.prepare('PRAGMA page_count').get() as { page_count: number };
  disk.db.exec(`PRAGMA max_page_count = ${page_count + 1}`);
  let failure: unknown;
  try {
    put([one(2)]);
  } catch (error) {
    failure = error;
  }
  expect(isFull(failure)).toBe(true);
  expect(total()).toBe(11);
  finish(upkeep(disk.db, { retentionMs: undefined, maxBytes: 1, spans: KEEP_SPANS }, BASE_MS + 2 * DAY_MS));
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
  const { internerBytes } = disk.writer;
  put([one(0, 'old')]);
  expect(disk.writer.internerBytes).toBeGreaterThan(internerBytes);
  put(Array.from({ length: 1001 }, () => one(1, 'new')));
  expect(disk.writer.internerBytes).toBe(internerBytes);
  put([one(0, 'old'), one(0, 'older')]);
  const range = { startMs: BASE_MS, endMs: BASE_MS + 2 * DAY_MS };
  const tree = disk.store.merge({ profileType: CPU, matchers: [], callSite: [], ...range }, 'names', noStop);
  expect(tree.warnings).toEqual([]);
  expect(Object.fromEntries(stacksOf(tree))).toEqual({ 'main>new': 1002, 'main>old': 2, 'main>older': 1 });
  expect(disk.db.prepare('SELECT count(*) AS n FROM part').get()).toEqual({ n: 2 });
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
  const { data } = disk.db.prepare('SELECT data FROM raw WHERE seq = 2').get() as { data: Uint8Array };
  data[data.length - 1] ^= 255;
  disk.db.prepare('UPDATE raw SET data = ? WHERE seq = 2').run(data);
  const tree = disk.store.merge(
    { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS, endMs: BASE_MS + 10 },
    'names',
    noStop,
  );
  expect(tree.total[0]).toBe(1);
  expect(tree.warnings).toEqual([expect.stringContaining('checksum')]);
});

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
  const [series] = disk.store.timeSeries(asked, [], 1000, noStop, true);
  expect(series.exemplars?.map(({ value }) => value)).toEqual([5, 9, 1]);
  const [, largest] = series.exemplars ?? [];
  expect(labelValue(largest.labels, 'pod')).toBe('b');
  for (const packed of [false, true]) {
    if (packed) finish(upkeep(disk.db, KEEP_ALL, BASE_MS + DAY_MS));
    expect([...stacksOf(disk.store.merge({ ...asked, only: [largest.profile] }, 'names', noStop))]).toEqual([
      ['f9', 9],
    ]);
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
  finish(upkeep(disk.db, KEEP_ALL, BASE_MS + DAY_MS));
  put([at(2, 10), at(3, 100)]);
  finish(upkeep(disk.db, KEEP_ALL, BASE_MS + DAY_MS));
  expect(disk.db.prepare('SELECT count(*) AS n FROM hour').get()).toEqual({ n: 2 });
  const whole = { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS - 1, endMs: BASE_MS + DAY_MS };
  const { value, count } = disk.store.slices(whole, 1, noStop);
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
  const { tree, start, slice, value, profiles } = disk.store.slices(asked, 2, noStop, {
    label: 'pod',
    values: ['a', 'b'],
  });
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
  finish(upkeep(disk.db, { retentionMs: DAY_MS - 3_600_000, maxBytes: Infinity, spans: KEEP_SPANS }, BASE_MS + DAY_MS));
  put([at(10)]);
  const asked = { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS, endMs: BASE_MS + 100 };
  expect(disk.store.merge(asked, 'names', noStop).total[0]).toBe(1);
});
