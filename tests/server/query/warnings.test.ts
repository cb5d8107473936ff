/** Every kind of answer has a header that lists omissions. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerQuery } from '#server/query/answer-query.ts';
import { openForReading, openForWriting, type Database } from '#server/store/database.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { printWarnings, readWarnings } from '#wire/warnings.ts';
import { incoming, madeLabels } from '../../support/made-profiles.ts';

const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const BASE_MS = 500_000 * 3_600_000;

let folder: string;
let db: Database;
let reader: Database;
let store: ProfileStore;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'warnings-'));
  const file = join(folder, 'profiles.db');
  db = openForWriting(file);
  const writer = new ProfileWriter(db);
  for (const [i, value] of [3, 1320].entries()) {
    const timeUs = (BASE_MS + i * 15_000) * 1000;
    const stacks = [{ frames: ['main:1'], value }];
    writer.add(
      incoming({ labels: madeLabels('shop', TYPE, {}), service: 'shop', profileType: TYPE, timeUs, period: 1, stacks }),
      BASE_MS,
    );
  }
  writer.flush();
  db.exec('UPDATE raw SET total = total + 1 WHERE seq = 2');
  reader = openForReading(file);
  store = new ProfileStore(reader);
});

afterAll(() => {
  reader.close();
  db.close();
  rmSync(folder, { recursive: true });
});

const range = { start: BASE_MS, end: BASE_MS + 60_000 };
const question = { ...range, profileTypeID: TYPE, labelSelector: '{}' };
const QUERIER = '/querier.v1.QuerierService';

it.each<[string, object]>([
  [`${QUERIER}/SelectMergeStacktraces`, question],
  [`${QUERIER}/SelectMergeStacktraces`, { ...question, format: 'PROFILE_FORMAT_TREE' }],
  [`${QUERIER}/SelectMergeStacktraces`, { ...question, format: 'PROFILE_FORMAT_PPROF' }],
  [`${QUERIER}/SelectMergeProfile`, question],
  [`${QUERIER}/SelectSeries`, { ...question, step: 15 }],
  [`${QUERIER}/SelectSeries`, { ...question, step: 15, exemplarType: 'EXEMPLAR_TYPE_INDIVIDUAL' }],
  [`${QUERIER}/SelectSeries`, { ...question, step: 15, stackTraceSelector: { callSite: [{ name: 'main' }] } }],
  [`${QUERIER}/Diff`, { left: question, right: question }],
  ['/flametide.v1.QueryService/SelectSlices', { ...question, slices: 3 }],
])('%s %j', async (path, body) => {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const warnings = await warningsOf('POST', path, '', bytes, { 'content-type': 'application/json' });
  expect(warnings).toEqual([
    expect.stringMatching(/^Profiles of series 1 in the hour .* does not match its checksum\.$/),
  ]);
});

it.each(['render', 'render-diff'])('/pyroscope/%s', async (call) => {
  const sides =
    call === 'render'
      ? [['query', 'from', 'until']]
      : ['left', 'right'].map((side) => [`${side}Query`, `${side}From`, `${side}Until`]);
  const parameters = new URLSearchParams();
  for (const [query, from, until] of sides) {
    parameters.set(query, `${TYPE}{}`);
    parameters.set(from, `${range.start}`);
    parameters.set(until, `${range.end}`);
  }
  expect(await warningsOf('GET', `/pyroscope/${call}`, parameters.toString(), new Uint8Array(), {})).toHaveLength(1);
});

it('in gRPC too, in the head', async () => {
  const headers = { 'content-type': 'application/grpc-web+json' };
  const message = new TextEncoder().encode(JSON.stringify(question));
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
  expect(await warningsOf('POST', `${QUERIER}/SelectMergeProfile`, '', frame, headers)).toHaveLength(1);
});

it('an answer without damage has no such header', async () => {
  const early = { ...question, start: BASE_MS - 7_200_000, end: BASE_MS - 3_600_000 };
  const bytes = new TextEncoder().encode(JSON.stringify(early));
  const headers = { 'content-type': 'application/json' };
  expect(await warningsOf('POST', `${QUERIER}/SelectMergeProfile`, '', bytes, headers)).toEqual([]);
});

it('the header is ASCII, whatever the sentences are, and is read back', () => {
  const texts = ['a "quoted" 名前\r\n', '\ud800'];
  expect(printWarnings(texts)).toMatch(/^[ -~]+$/);
  expect(readWarnings(printWarnings(texts))).toEqual(texts);
  expect([null, '', 'no list', '{}'].map(readWarnings)).toEqual([[], [], [], []]);
});

async function warningsOf(
  method: string,
  path: string,
  query: string,
  body: Uint8Array,
  headers: Record<string, string>,
): Promise<readonly string[]> {
  const { answer, facts } = await answerQuery(
    { method, path, query, headers, body },
    store,
    { nowMs: BASE_MS },
    () => undefined,
  );
  expect({ status: answer.status, message: facts.message }).toEqual({ status: 200, message: undefined });
  const warnings = readWarnings(answer.headers['flametide-warnings']);
  expect(facts.damage?.map(({ text }) => text) ?? []).toEqual(warnings);
  return warnings;
}
