import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { askEarly } from '#datasource/early-answer.ts';
import { pyroscopeSource } from '#datasource/pyroscope.ts';
import { mergedTreeCall } from '#datasource/query-message.ts';

const baseUrl = 'http://host.test/prefix/';
const query = {
  profileType: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
  matchers: [{ name: 'service_name', operator: '=', value: 'shop' }],
  range: { startMs: 1000, endMs: 2000 },
} as const;
const other = { ...query, range: { startMs: 1000, endMs: 3000 } };
const call = mergedTreeCall(query, 4096);
const { signal } = new AbortController();

let asked: { readonly url: string; readonly signal: AbortSignal; readonly body: BodyInit }[] = [];
const answer = (): Response => new Response(new Uint8Array([1]), { headers: { 'content-type': 'application/proto' } });
let answers: () => Promise<Response> = () => Promise.resolve(answer());

beforeEach(() => {
  asked = [];
  answers = () => Promise.resolve(answer());
  vi.stubGlobal('fetch', (url: URL, init: RequestInit) => {
    asked.push({ url: url.href, signal: init.signal!, body: init.body! });
    return answers();
  });
});
afterEach(() => vi.unstubAllGlobals());

it('the source takes the answer to the same question, once', async () => {
  const source = pyroscopeSource({ id: 'server', title: 'The server', baseUrl, early: askEarly(call, baseUrl) });
  expect(asked.map(({ url }) => url)).toEqual([`${baseUrl}querier.v1.QuerierService/SelectMergeStacktraces`]);
  const tree = await source.mergedTree(query, 4096, signal);
  expect(asked).toHaveLength(1);
  expect([...tree.bytes]).toEqual([1]);
  await source.mergedTree(query, 4096, signal);
  expect(asked).toHaveLength(2);
  expect(asked[1]?.body).toEqual(asked[0]?.body);
});

it.each([
  ['another range', () => ({ question: other, nodes: 4096 })],
  ['another number of nodes', () => ({ question: query, nodes: 8192 })],
])('a question for %s is asked anew, and the early one is withdrawn', async (_, asking) => {
  const source = pyroscopeSource({ id: 'server', title: 'The server', baseUrl, early: askEarly(call, baseUrl) });
  const { question, nodes } = asking();
  await source.mergedTree(question, nodes, signal);
  expect(asked).toHaveLength(2);
  expect(asked[0]?.signal.aborted).toBe(true);
  expect(asked[1]?.signal.aborted).toBe(false);
});

it('other calls leave it where it is', async () => {
  const early = askEarly(call, baseUrl);
  expect(early.take({ path: 'querier.v1.QuerierService/Series', body: '{}' }, signal)).toBeUndefined();
  expect(await early.take(call, signal)).toBeInstanceOf(Response);
});

it('an abort of the question ends it', async () => {
  const early = askEarly(call, baseUrl);
  const control = new AbortController();
  const taken = early.take(call, control.signal);
  control.abort();
  expect(asked[0]?.signal.aborted).toBe(true);
  await taken;
});

it('a failure is reported to the question that takes it, and the next one asks again', async () => {
  answers = () => Promise.reject(new TypeError('refused'));
  const source = pyroscopeSource({ id: 'server', title: 'The server', baseUrl, early: askEarly(call, baseUrl) });
  await expect(source.mergedTree(query, 4096, signal)).rejects.toThrow('The server does not answer: refused.');
  answers = () => Promise.resolve(answer());
  await source.mergedTree(query, 4096, signal);
  expect(asked).toHaveLength(2);
});
