/** Invalid numbers, times and selectors: a helpful refusal, never a failure. */

import { describe, expect, it } from 'vitest';
import type { WireRequest } from '#server/request.ts';
import { answerQuery } from '#server/query/answer-query.ts';
import { Stopped, type StopCheck } from '#server/store/profile-reader.ts';
import { NaiveReader } from '../../support/naive-reader.ts';

const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const NOW = Date.parse('2026-11-24T10:00:00Z');
const DIGITS = '9'.repeat(400);
const reader = new NaiveReader([
  { labels: [{ name: 'service_name', value: 'shop' }], type: TYPE, timeUs: NOW * 1000, samples: [] },
]);

async function answered(request: Partial<WireRequest>, stop: StopCheck = () => undefined) {
  const asked = { method: 'POST', path: '', query: '', headers: {}, body: new Uint8Array(0), ...request };
  const { answer, facts } = await answerQuery(asked, reader, { nowMs: NOW }, stop);
  return { status: answer.status, text: Buffer.from(answer.body).toString(), facts };
}

function call(name: string, message: string, headers: Record<string, string> = {}, stop?: StopCheck) {
  return answered(
    {
      path: `/${name.includes('.') ? name : `querier.v1.QuerierService/${name}`}`,
      headers: { 'content-type': 'application/json', ...headers },
      body: new TextEncoder().encode(message),
    },
    stop,
  );
}

const question = { start: String(NOW - 1000), end: String(NOW), profileTypeID: TYPE, labelSelector: '{}' };
const SLICES = 'flametide.v1.QueryService/SelectSlices';

describe('a number out of its range is refused with 400', () => {
  it.each(['from', 'until'])('in /pyroscope/render: %s', async (name) => {
    for (const text of [DIGITS, `now-${DIGITS}y`, `now+${DIGITS}s`, '1'.repeat(18)]) {
      const query = new URLSearchParams({ query: `${TYPE}{}`, [name]: text }).toString();
      const { status } = await answered({ method: 'GET', path: '/pyroscope/render', query });
      expect(status, text).toBe(400);
    }
  });

  it.each(['leftFrom', 'leftUntil', 'rightFrom', 'rightUntil'])('in /pyroscope/render-diff: %s', async (name) => {
    const sides = { leftQuery: `${TYPE}{}`, rightQuery: `${TYPE}{}`, leftFrom: 'now-1h', rightFrom: 'now-1h' };
    const query = new URLSearchParams({ ...sides, [name]: DIGITS }).toString();
    expect((await answered({ method: 'GET', path: '/pyroscope/render-diff', query })).status).toBe(400);
  });

  it.each([
    ['Series', { start: DIGITS }],
    ['Series', { end: DIGITS }],
    ['Series', { start: `-${DIGITS}` }],
    ['LabelNames', { end: '9223372036854775808' }],
    ['LabelNames', { end: '9223372036854775807' }],
    ['LabelValues', { name: 'a', start: '-9223372036854775808' }],
    ['ProfileTypes', { end: '9223372036854775807' }],
    ['SelectSeries', { step: 1e300 }],
    ['SelectSeries', { step: 'NaN' }],
    ['SelectSeries', { step: 'Infinity' }],
    ['SelectSeries', { step: 15, limit: DIGITS }],
    ['SelectSeries', { step: 15, groupBy: Array.from({ length: 101 }, (_, i) => `l${i}`) }],
    ['SelectSeries', { step: 0.001, start: String(NOW - 100_000), stackTraceSelector: { callSite: [{ name: 'a' }] } }],
    ['SelectSeries', { step: 15, end: '1.5' }],
    ['SelectMergeStacktraces', { start: '-9223372036854775808', end: '9223372036854775807' }],
    ['SelectMergeStacktraces', { maxNodes: DIGITS }],
    ['SelectMergeStacktraces', { maxNodes: '-1' }],
    ['SelectMergeProfile', { end: '1e400' }],
    [SLICES, { slices: 4294967295 }],
    [SLICES, { slices: 4294967296 }],
    [SLICES, { slices: DIGITS }],
    [SLICES, { slices: 8, by: 'endpoint', values: Array.from({ length: 201 }, (_, i) => `/${i}`) }],
    [SLICES, { slices: 8, values: ['/cart'] }],
  ])('in %s: %j', async (name, values) => {
    const { status, text } = await call(name, JSON.stringify({ ...question, ...values }));
    expect([status, JSON.parse(text)]).toEqual([400, expect.objectContaining({ code: 'invalid_argument' })]);
    expect(text.length).toBeLessThan(1200);
  });

  it('in a body of JSON without quotes', async () => {
    for (const number of [DIGITS, '1e999', '-1e999', '0.1', '12345678901234567890'])
      expect((await call('Series', `{"start":${number},"end":1}`)).status, number).toBe(400);
  });

  it.each([
    ['connect-timeout-ms', DIGITS],
    ['connect-timeout-ms', '1e3'],
    ['connect-timeout-ms', '-1'],
    ['connect-protocol-version', DIGITS],
  ])('in the header %s: %s', async (name, value) => {
    expect((await call('Series', JSON.stringify(question), { [name]: value })).status).toBe(400);
  });

  it.each([`${DIGITS}S`, '123456789S', '1', '1s', '-1S', 'S'])('in grpc-timeout: %s', async (timeout) => {
    const { facts } = await call('Series', '', { 'content-type': 'application/grpc', 'grpc-timeout': timeout });
    expect(facts.refused).toBe('invalid_argument');
  });
});

describe('a selector', () => {
  const select = (labelSelector: string, stop?: StopCheck) =>
    call('SelectMergeStacktraces', JSON.stringify({ ...question, labelSelector }), {}, stop);
  const many = (count: number, matcher: (i: number) => string): string =>
    `{${Array.from({ length: count }, (_, i) => matcher(i)).join(',')}}`;

  it('that is refused is cut around the mistake, in the answer and the log', async () => {
    for (const selector of [`{a="${'x'.repeat(100_000)}`, `{${'a="b",'.repeat(50)}!${'c="d",'.repeat(50_000)}`]) {
      const { status, text, facts } = await select(selector);
      expect(status).toBe(400);
      expect(text.length).toBeLessThan(500);
      expect(facts.message?.length).toBeLessThan(500);
    }
    expect((await select(`{${'a="b",'.repeat(50)}!}`)).text).toContain('!');
  });

  it('has at most 100 matchers, over all of a request', async () => {
    expect((await select(many(100, (i) => `l${i}!="x"`))).status).toBe(200);
    expect((await select(many(101, (i) => `l${i}!="x"`))).status).toBe(400);
    const matchers = [many(60, (i) => `l${i}!="x"`), many(60, (i) => `m${i}!="x"`)];
    expect((await call('Series', JSON.stringify({ ...question, matchers }))).status).toBe(400);
  });

  it('has patterns of at most 10 000 characters together; lists of values are none', async () => {
    const pattern = `${'a'.repeat(500)}.*`;
    expect((await select(many(19, (i) => `l${i}=~"${pattern}"`))).status).toBe(200);
    expect((await select(many(20, (i) => `l${i}=~"${pattern}"`))).status).toBe(400);
    const values = Array.from({ length: 60 }, (_, i) => `pod-${i}`).join('|');
    expect((await select(many(40, (i) => `l${i}=~"${values}"`))).status).toBe(200);
  });

  it('is compiled only while somebody waits', async () => {
    let looks = 0;
    const stop = (): void => {
      if (++looks === 5) throw new Stopped('aborted');
    };
    expect(
      (
        await select(
          many(15, (i) => `l${i}=~"a.*b"`),
          stop,
        )
      ).status,
    ).toBe(499);
    expect(looks).toBe(5);
  });

  it('with an invalid profile type is cut as well', async () => {
    const { status, text } = await call(
      'SelectSeries',
      JSON.stringify({ ...question, profileTypeID: DIGITS, step: 15 }),
    );
    expect(status).toBe(400);
    expect(text.length).toBeLessThan(500);
  });
});
