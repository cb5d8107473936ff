/** Spans beside the profiles: found by span, root span and trace, removed by age, space and service, damage left out. */

import { expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import type { TraceContext } from '#server/incoming.ts';
import { Buckets } from '#server/store/buckets.ts';
import { heatmapOf, type HeatValues } from '#server/store/heat-grid.ts';
import { type Heatmap, type ProfileSelector, TooManySlots, type TraceSelector } from '#server/store/profile-reader.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { dropService } from '#server/store/removal.ts';
import { upkeep, type Limits } from '#server/store/upkeep.ts';
import { incoming, madeLabels } from '../../support/made-profiles.ts';
import { KEEP_SPANS } from '../../support/store-limits.ts';
import { testStore } from '../../support/test-store.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const HOUR_MS = 3_600_000;
const BASE_MS = 500_000 * HOUR_MS;
const KEEP_ALL: Limits = { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS };
const noStop = (): void => undefined;

const disk = testStore();

const spanId = (n: number): string => n.toString(16).padStart(16, '0');
const traceId = (n: number): string => n.toString(16).padStart(32, 'f');

interface Sample {
  readonly frames: readonly string[];
  readonly value: number;
  readonly span?: number;
  readonly root?: number;
  readonly trace?: number;
}

function put(atMs: number, samples: readonly Sample[], service = 'shop', pod = 'a'): void {
  const labels = madeLabels(service, CPU, { pod });
  const made = incoming({ labels, service, profileType: CPU, timeUs: atMs * 1000, period: 0, stacks: samples });
  const contexts: TraceContext[] = samples.map(({ span, root, trace }) => ({
    span: span === undefined ? '' : spanId(span),
    root: root === undefined ? '' : spanId(root),
    trace: trace === undefined ? '' : traceId(trace),
  }));
  const of = Int32Array.from(samples, ({ span, trace }, i) => (span === undefined && trace === undefined ? -1 : i));
  const writer = new ProfileWriter(disk.db);
  writer.add({ ...made, spans: { of, contexts } }, atMs);
  writer.flush();
}

const asked: ProfileSelector = {
  profileType: CPU,
  matchers: [],
  callSite: [],
  startMs: BASE_MS,
  endMs: BASE_MS + 48 * HOUR_MS,
};

const spans = (...ids: number[]): TraceSelector => ({ spans: ids.map(spanId), traces: [] });
const traces = (...ids: number[]): TraceSelector => ({ spans: [], traces: ids.map(traceId) });

function merged(within: TraceSelector | undefined, more: Partial<ProfileSelector> = {}): Record<string, number> {
  return disk.read((store) => {
    const { length, func, parent, self, functions } = store.merge({ ...asked, ...more, within }, 'names', noStop);
    const found: Record<string, number> = {};
    for (let node = 0; node < length; node++) {
      if (self[node] === 0) continue;
      const path: string[] = [];
      for (let at = node; at > 0; at = parent[at]) path.unshift(functions.names[func[at]]);
      found[path.join(' ')] = self[node];
    }
    return found;
  });
}

function fill(): void {
  put(BASE_MS, [
    { frames: ['main:1', 'pay:2'], value: 6, span: 1, root: 9, trace: 5 },
    { frames: ['main:1', 'pay:3'], value: 4, span: 2, root: 9, trace: 5 },
    { frames: ['main:1', 'pay:2'], value: 1, span: 2, root: 9, trace: 5 },
    { frames: ['main:1', 'list:1'], value: 100 },
    { frames: ['main:1', 'list:1'], value: 30, trace: 6 },
  ]);
  put(BASE_MS + 26 * HOUR_MS, [{ frames: ['main:1', 'list:1'], value: 7, span: 1, root: 9, trace: 5 }]);
  put(BASE_MS, [{ frames: ['other:1'], value: 3, span: 1 }], 'cart', 'b');
}

/** Between the others: what lies before an empty gap as long as the retention is not removed. */
function beat(): void {
  const sample: Sample = { frames: ['beat:1'], value: 1 };
  for (const hours of [8, 16]) put(BASE_MS + hours * HOUR_MS, [sample], 'beat', 'c');
}

it.each(['rows', 'blocks'])('samples are found by span, root span and trace, while profiles are %s', (form) => {
  fill();
  if (form === 'blocks') finish(upkeep(disk.db, KEEP_ALL, BASE_MS + 60 * HOUR_MS));
  expect(merged(spans(1))).toEqual({ 'main pay': 6, 'main list': 7, other: 3 });
  expect(merged(spans(2))).toEqual({ 'main pay': 5 });
  expect(merged(spans(1, 2))).toEqual({ 'main pay': 11, 'main list': 7, other: 3 });
  expect(merged(spans(9))).toEqual({ 'main pay': 11, 'main list': 7 });
  expect(merged(spans(1, 9))).toEqual({ 'main pay': 11, 'main list': 7, other: 3 });
  expect(merged(traces(5))).toEqual({ 'main pay': 11, 'main list': 7 });
  expect(merged(traces(6))).toEqual({ 'main list': 30 });
  expect(merged(spans(3))).toEqual({});
  expect(merged(undefined)).toEqual({ 'main pay': 11, 'main list': 137, other: 3 });
});

it('a question for a span has the labels, range and call site that it asks for', () => {
  fill();
  expect(merged(spans(1), { matchers: [{ name: 'service_name', operator: '=', value: 'shop' }] })).toEqual({
    'main pay': 6,
    'main list': 7,
  });
  expect(merged(spans(1), { endMs: BASE_MS })).toEqual({ 'main pay': 6, other: 3 });
  expect(merged(spans(1), { startMs: BASE_MS + 1 })).toEqual({ 'main list': 7 });
  expect(merged(spans(1), { callSite: ['main', 'pay'] })).toEqual({ 'main pay': 6 });
  expect(merged(spans(1), { profileType: 'memory:x:y:z:' })).toEqual({});
});

it('spans are removed by their own retention, their profiles stay', () => {
  fill();
  beat();
  const limits = { ...KEEP_ALL, spans: { retentionMs: 24 * HOUR_MS, maxBytes: Infinity } };
  finish(upkeep(disk.db, limits, BASE_MS + 26 * HOUR_MS));
  expect(merged(spans(1))).toEqual({ 'main list': 7 });
  expect(merged(undefined)).toEqual({ 'main pay': 11, 'main list': 137, other: 3, beat: 2 });
});

it('the oldest spans go once they take more than their share of the disk', () => {
  const many = (n: number): Sample[] =>
    Array.from({ length: 200 }, (_, i) => ({ frames: ['main:1'], value: 1, span: n * 1000 + i, trace: n }));
  for (let n = 0; n < 10; n++) put(BASE_MS + n * 60_000, many(n + 1));
  const report = finish(upkeep(disk.db, KEEP_ALL, BASE_MS));
  const maxBytes = Math.floor(report.spanBytes / 2);
  const after = finish(upkeep(disk.db, { ...KEEP_ALL, spans: { retentionMs: undefined, maxBytes } }, BASE_MS));
  expect(after.spanBytes).toBeLessThanOrEqual(maxBytes);
  expect(after.spanBytes).toBeGreaterThan(maxBytes / 2);
  expect(merged(traces(1))).toEqual({});
  expect(merged(traces(10))).toEqual({ main: 200 });
  expect(merged(undefined)).toEqual({ main: 2000 });
});

it.each([1, 0])('the oldest spans that cannot be deleted keep no others from being removed', (isOther) => {
  const many = Array.from({ length: 300 }, (_, i): Sample => ({ frames: ['main:1'], value: 1, span: i + 1, trace: 1 }));
  for (let n = 0; n < 300; n++) put(BASE_MS + n * 1000, many.slice(n, n + 1));
  // As if every other one, or all of the first 250, lay on a damaged page.
  disk.db.exec(`CREATE TRIGGER damaged BEFORE DELETE ON span WHEN old.seq <= 250 AND old.seq % 2 >= ${isOther}
    BEGIN SELECT RAISE(ABORT, 'database disk image is malformed'); END`);
  const { bytes } = disk.db.prepare('SELECT sum(bytes) AS bytes FROM span').get() as { bytes: number };
  const maxBytes = Math.floor(bytes * 0.9);
  const after = finish(upkeep(disk.db, { ...KEEP_ALL, spans: { retentionMs: undefined, maxBytes } }, BASE_MS));
  expect(after.spanBytes).toBeLessThanOrEqual(maxBytes);
  expect(after.spanBytes).toBeGreaterThan(maxBytes * 0.9);
  finish(dropService(disk.db, 'shop'));
  const { left } = disk.db.prepare('SELECT count(*) AS left FROM span').get() as { left: number };
  expect(left).toBe(isOther === 1 ? 125 : 250);
});

it('spans go with their service, and with the profiles that retention removes', () => {
  fill();
  beat();
  finish(dropService(disk.db, 'cart'));
  finish(upkeep(disk.db, KEEP_ALL, BASE_MS + 26 * HOUR_MS));
  expect(merged(spans(1))).toEqual({ 'main pay': 6, 'main list': 7 });
  finish(upkeep(disk.db, { ...KEEP_ALL, retentionMs: 24 * HOUR_MS }, BASE_MS + 27 * HOUR_MS));
  expect(disk.db.prepare('SELECT count(*) AS rows FROM span').get()).toEqual({ rows: 1 });
  put(BASE_MS + 27 * HOUR_MS, [{ frames: ['new:1'], value: 2 }], 'cart', 'b');
  expect(merged(spans(1))).toEqual({ 'main list': 7 });
});

it('damaged spans are left out, and the answer says so', () => {
  fill();
  const { data } = disk.db.prepare('SELECT data FROM span WHERE seq = 1').get() as { data: Uint8Array };
  for (let byte = 0; byte < data.length; byte++) {
    const changed = Uint8Array.from(data);
    changed[byte] ^= 1 << (byte % 8);
    disk.db.prepare('UPDATE span SET data = ? WHERE seq = 1').run(changed);
    expect(merged(spans(1))).toEqual({ 'main list': 7, other: 3 });
  }
  const warnings = disk.read((store) => store.merge({ ...asked, within: spans(1) }, 'names', noStop).warnings);
  expect(warnings).toEqual([
    expect.stringMatching(
      /^Spans of service \d+ in the hour .*Z were left out: the stored block does not match its checksum\.$/,
    ),
  ]);
  expect(merged(undefined)).toEqual({ 'main pay': 11, 'main list': 137, other: 3 });
});

it('a row of spans is not read at another time, service or dictionary', () => {
  fill();
  for (const column of ['time_us', 'part_id']) {
    disk.db.exec(`UPDATE span SET ${column} = ${column} + 1 WHERE seq = 1`);
    expect(merged(spans(2))).toEqual({});
    disk.db.exec(`UPDATE span SET ${column} = ${column} - 1 WHERE seq = 1`);
  }
  expect(merged(spans(2))).toEqual({ 'main pay': 5 });
});

it('a folder of an older version gets the table, and its profiles stay', () => {
  fill();
  disk.db.exec('DROP TABLE span');
  disk.reopen();
  expect(merged(spans(1))).toEqual({});
  expect(merged(undefined)).toEqual({ 'main pay': 11, 'main list': 137, other: 3 });
  put(BASE_MS + HOUR_MS, [{ frames: ['main:1'], value: 8, span: 1 }]);
  expect(merged(spans(1))).toEqual({ main: 8 });
});

it('a heatmap has one value for each span of an upload', () => {
  fill();
  const heat = (of: 'uploads' | 'spans'): Heatmap =>
    disk.read((store) => store.heatmap({ ...asked, endMs: BASE_MS + 60_000 }, ['pod'], 60_000, of, true, noStop));
  const told = ({ series }: Heatmap) =>
    series.map(({ labels, count, slots }) => ({
      labels,
      count,
      values: slots.flatMap(({ exemplars }) => exemplars.map(({ value, span = '' }) => `${span} ${value}`)),
    }));
  expect(told(heat('spans'))).toEqual([
    { labels: [{ name: 'pod', value: 'a' }], count: 2, values: [`${spanId(2)} 5`, `${spanId(1)} 6`] },
    { labels: [{ name: 'pod', value: 'b' }], count: 1, values: [`${spanId(1)} 3`] },
  ]);
  expect(told(heat('uploads'))).toEqual([
    { labels: [{ name: 'pod', value: 'a' }], count: 1, values: [' 141'] },
    { labels: [{ name: 'pod', value: 'b' }], count: 1, values: [' 3'] },
  ]);
});

it('a heatmap of several groups reads the spans as often as one of a single group', () => {
  for (const pod of ['a', 'b']) put(BASE_MS, [{ frames: ['main'], value: 5, span: 1 }], 'shop', pod);
  const readings = (groupBy: readonly string[]): number => {
    let rows = 0;
    const heat = disk.read((store) =>
      store.heatmap({ ...asked, endMs: BASE_MS + 60_000 }, groupBy, 60_000, 'spans', false, () => {
        rows++;
      }),
    );
    expect(heat.series).toHaveLength(groupBy.length === 0 ? 1 : 2);
    return rows;
  };
  expect(readings(['pod'])).toBe(readings([]));
});

it('a heatmap of more steps than an answer holds is refused', () => {
  const groups = 10;
  const of = (steps: number): Heatmap => {
    const labels = Array.from({ length: groups }, (_, i) => [{ name: 'pod', value: `${i}` }]);
    const each: HeatValues['each'] = (take) => {
      for (let at = 0; at < steps * groups; at++)
        take(at % groups, Math.floor(at / groups) * 1e6, 1, () => expect.fail('no exemplar is asked for'));
    };
    return heatmapOf({ labels, each }, new Buckets({ startMs: 0, endMs: 1e8 }, 1000), false);
  };
  expect(of(10_000).series.map(({ slots }) => slots.length)).toEqual(Array<number>(groups).fill(10_000));
  expect(() => of(10_001)).toThrow(TooManySlots);
});
