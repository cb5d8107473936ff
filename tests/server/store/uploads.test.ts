/** Exemplars are uploads, also where their samples have labels, and so lie in several series. */

import { expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { labelSet, labelValue, type LabelMatcher } from '#model/labels.ts';
import { answerQuery } from '#server/query/answer-query.ts';
import { openForReading } from '#server/store/database.ts';
import type { Exemplar } from '#server/store/profile-reader.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { seriesCheck, type SeriesColumns } from '#server/store/row-check.ts';
import { upkeep } from '#server/store/upkeep.ts';
import { incoming, madeLabels } from '../../support/made-profiles.ts';
import { KEEP_SPANS } from '../../support/store-limits.ts';
import { testStore } from '../../support/test-store.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const HOUR_MS = 3_600_000;
const BASE_MS = 500_000 * HOUR_MS;
const KEEP_ALL = { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS };
const noStop = (): void => undefined;
const asked = { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS, endMs: BASE_MS + 60_000 };
/** One bucket. */
const STEP_MS = 60_000;

const disk = testStore();

/** Values by the label `endpoint` of the samples; '' has none. */
interface Upload {
  readonly seconds: number;
  readonly pod: string;
  readonly values: Readonly<Record<string, number>>;
}

const SPLIT: Upload = { seconds: 10, pod: 'split', values: { '/cart': 5, '/pay': 6, '': 2 } };
const SINGLE: Upload = { seconds: 20, pod: 'single', values: { '/cart': 9 } };

it.each(['raw rows', 'blocks'])('the largest upload is found by the sum of its series: %s', (form) => {
  put(SINGLE, SPLIT, { ...SPLIT, seconds: 30, values: { '/cart': 1 } });
  if (form === 'blocks') pack();
  const [found] = exemplars();
  expect(found.value).toBe(13);
  expect(found.profile.timeUs).toBe((BASE_MS + 10_000) * 1000);
  expect(found.labels).toEqual(madeLabels('shop', CPU, { pod: 'split' }));
  expect(total([found])).toBe(13);
  expect(total([found], [{ name: 'endpoint', operator: '=', value: '/pay' }])).toBe(6);
  expect(total([found], [{ name: 'pod', operator: '=', value: 'single' }])).toBe(0);
});

it('an upload counts once, whichever of its series name it, and how often', () => {
  put(SPLIT);
  const named = ['/cart', '/pay'].flatMap((value) => exemplars([{ name: 'endpoint', operator: '=', value }]));
  expect(named.map(({ value }) => value)).toEqual([5, 6]);
  expect(new Set(named.map(({ profile }) => profile.series)).size).toBe(2);
  expect(total([...named, ...named])).toBe(13);
});

it('groups by a label of the samples have the part of the upload that is theirs', () => {
  put(SINGLE, SPLIT);
  const groups = disk.read((store) => store.timeSeries(asked, ['endpoint', 'pod'], STEP_MS, noStop, true));
  expect(
    groups.map(({ labels, exemplars: found = [] }) => [
      labelValue(labels, 'endpoint'),
      found.map(({ value }) => value),
      found.map((one) => one.labels),
    ]),
  ).toEqual(
    [
      ['/cart', 9],
      ['/pay', 6],
      ['/cart', 5],
      ['', 2],
    ].map(([endpoint, value]) => [endpoint, [value], [madeLabels('shop', CPU, {})]]),
  );
});

it('the id of an exemplar selects the whole upload over HTTP', async () => {
  put(SINGLE, SPLIT);
  const question = { start: BASE_MS, end: BASE_MS + 60_000, profileTypeID: CPU, labelSelector: '{}' };
  const { series } = (await ask('SelectSeries', {
    ...question,
    step: 60,
    exemplarType: 'EXEMPLAR_TYPE_INDIVIDUAL',
  })) as { series: { points: { exemplars: { profileId: string; value: string }[] }[] }[] };
  const [{ profileId, value }] = series.flatMap(({ points }) => points.flatMap(({ exemplars: found }) => found));
  expect(value).toBe('13');
  const merged = await ask('SelectMergeStacktraces', { ...question, profileIdSelector: [profileId] });
  expect(merged).toMatchObject({ flamegraph: { total: '13' } });
});

it.each(['raw rows', 'blocks'])('rows of format 3 are uploads of their own until they are sent again: %s', (form) => {
  put(SINGLE, SPLIT);
  if (form === 'blocks') pack();
  makeOld();
  expect(exemplars().map(({ value }) => value)).toEqual([9]);
  expect(total(exemplars())).toBe(9);
  expect(warnings()).toEqual([]);
  put({ ...SPLIT, seconds: 40 });
  expect(exemplars().map(({ value }) => value)).toEqual([13]);
  expect(total(exemplars())).toBe(13);
  pack();
  expect(exemplars().map(({ value }) => value)).toEqual([13]);
  expect(warnings()).toEqual([]);
});

it.each([
  ['another list', `sample_labels = '["pod"]'`],
  ['no list any more', 'sample_labels = NULL'],
  ['a blob', "sample_labels = x'00'"],
])('a row that names other labels of samples is left out and reported: %s', (_, change) => {
  put(SINGLE, SPLIT);
  disk.db.exec(`UPDATE series SET ${change} WHERE labels LIKE '%/pay%'`);
  changed();
  expect(exemplars().map(({ value }) => value)).toEqual([9]);
  expect(warnings()).toEqual([expect.stringMatching(/^Series \d+ was left out: it does not match its checksum/)]);
});

it.each(['[["pod"]]', '{}', '['])('a row that passes its check, but names labels as %s, is left out', (text) => {
  put(SPLIT);
  const row = disk.db.prepare("SELECT * FROM series WHERE labels LIKE '%/pay%'").get() as unknown as SeriesColumns;
  const check = seriesCheck({ ...row, sample_labels: text });
  disk.db.prepare('UPDATE series SET sample_labels = ?, row_check = ? WHERE id = ?').run(text, check, row.id);
  changed();
  expect(exemplars().map(({ value }) => value)).toEqual([7]);
  expect(warnings()).toHaveLength(1);
});

function put(...uploads: readonly Upload[]): void {
  const writer = new ProfileWriter(disk.db);
  for (const { seconds, pod, values } of uploads) {
    const base = madeLabels('shop', CPU, { pod });
    const stacks = Object.values(values).map((value, i) => ({ frames: [`f${i}:1`], value }));
    const timeUs = (BASE_MS + seconds * 1000) * 1000;
    const made = incoming({ labels: base, service: 'shop', profileType: CPU, timeUs, period: 0, stacks });
    const [whole] = made.series;
    const series = Object.keys(values).map((endpoint, i) => {
      const own = { ...whole, rows: Int32Array.of(i) };
      return endpoint === ''
        ? own
        : { ...own, labels: labelSet([...base, { name: 'endpoint', value: endpoint }]), base };
    });
    writer.add({ ...made, series }, BASE_MS);
  }
  writer.flush();
}

function pack(): void {
  finish(upkeep(disk.db, KEEP_ALL, BASE_MS + 3 * HOUR_MS));
  expect(disk.db.prepare('SELECT count(*) AS n FROM raw').get()).toEqual({ n: 0 });
}

function exemplars(matchers: readonly LabelMatcher[] = []): readonly Exemplar[] {
  return disk
    .read((store) => store.timeSeries({ ...asked, matchers }, [], STEP_MS, noStop, true))
    .flatMap(({ exemplars: found = [] }) => found);
}

function total(found: readonly Exemplar[], matchers: readonly LabelMatcher[] = []): number {
  const only = found.map(({ profile }) => profile);
  return disk.read((store) => store.merge({ ...asked, matchers, only }, 'names', noStop)).total[0];
}

function warnings(): string[] {
  return disk.read((store) => {
    store.merge(asked, 'names', noStop);
    return store.takeDamage().map(({ text }) => text);
  });
}

async function ask(call: string, question: object): Promise<unknown> {
  const body = new TextEncoder().encode(JSON.stringify(question));
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', path: `/querier.v1.QuerierService/${call}`, query: '', headers, body };
  const reader = openForReading(disk.file);
  try {
    const { answer } = await answerQuery(request, new ProfileStore(reader), { nowMs: BASE_MS + HOUR_MS }, noStop);
    expect(answer.status).toBe(200);
    return JSON.parse(new TextDecoder().decode(answer.body)) as unknown;
  } finally {
    reader.close();
  }
}

function changed(): void {
  disk.db.exec("UPDATE meta SET value = value + 1 WHERE key = 'series_changes'");
}

/** What format 4 has added is taken away. */
function makeOld(): void {
  const rows = disk.db.prepare('SELECT * FROM series').all() as unknown as SeriesColumns[];
  const update = disk.db.prepare('UPDATE series SET row_check = ? WHERE id = ?');
  for (const row of rows) update.run(seriesCheck({ ...row, sample_labels: null }), row.id);
  disk.db.exec("ALTER TABLE series DROP COLUMN sample_labels; UPDATE meta SET value = 3 WHERE key = 'format'");
  disk.reopen();
}
