/**
 * Recorded uploads of real agents, byte for byte: all are stored, with the totals and labels that another reader finds.
 */

import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { labelValue } from '#model/labels.ts';
import type { WireRequest } from '#server/request.ts';
import type { IncomingProfile } from '#server/incoming.ts';
import { openUpload } from '#server/ingest/open-upload.ts';
import { readForm } from '#server/ingest/form.ts';
import { readPushMessage } from '#server/ingest/push-request.ts';
import { agentRecordings, recordedRequest } from '../support/agent-recordings.ts';
import { UPLOAD_LIMITS } from '../support/store-limits.ts';

const NOW_MS = Date.parse('2026-11-24T00:00:00Z');

it('the recordings are there', () => expect(agentRecordings.length).toBeGreaterThan(20));

describe.each(agentRecordings.filter((name) => !name.startsWith('pyroscope-java')))('%s', (name) => {
  it('is taken in whole', async () => {
    const request = recordedRequest(name);
    const { answer, profiles } = await openUpload(request, UPLOAD_LIMITS, NOW_MS);
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBe(0);
    const sent = await pprofsIn(request);
    expect(profiles.length).toBe(sent.length);
    sent.forEach((pprof, i) => expectSame(profiles[i], Profile.decode(pprof)));
    for (const { series } of profiles) {
      for (const { labels, service, profileType } of series) {
        expect(labelValue(labels, 'service_name')).toBe(service);
        expect(service).not.toBe('');
        expect(labelValue(labels, '__profile_type__')).toBe(profileType);
        expect(labelValue(labels, '__session_id__')).toBe('');
      }
    }
  });

  it('is known again, whatever boundary it comes with', async () => {
    const request = recordedRequest(name);
    const again = recordedRequest(name);
    const type = again.headers['content-type'] ?? '';
    const [, boundary] = /boundary=(.+)$/.exec(type) ?? [];
    const moved =
      boundary === undefined
        ? again
        : {
            ...again,
            headers: { ...again.headers, 'content-type': type.replace(boundary, 'another') },
            body: Buffer.from(Buffer.from(again.body).toString('latin1').replaceAll(boundary, 'another'), 'latin1'),
          };
    const keys = async (one: WireRequest): Promise<string[]> =>
      (await openUpload(one, UPLOAD_LIMITS, NOW_MS)).profiles.map(({ repeatKey }) => repeatKey);
    expect(await keys(moved)).toEqual(await keys(request));
  });
});

/** As the JDK's `jfr print` shows the events: totals by profile type, and the number of samples by the labels of their context. */
const JAVA: Readonly<
  Record<string, { totals: Record<string, number>; routes?: Record<string, Record<string, number>> }>
> = {
  '01': {
    totals: {
      'process_cpu:cpu:nanoseconds:cpu:nanoseconds': 183e7,
      'memory:alloc_in_new_tlab_objects:count:space:bytes': 2137,
      'memory:alloc_in_new_tlab_bytes:bytes:space:bytes': 560_201_728,
      'mutex:contentions:count:mutex:count': 120,
      'mutex:delay:nanoseconds:mutex:count': 423_841_622,
      'block:contentions:count:block:count': 110,
      'block:delay:nanoseconds:block:count': 304_995_789,
    },
    routes: {
      'process_cpu:cpu:nanoseconds:cpu:nanoseconds': { '/search': 46e7, '/checkout': 84e7, '': 53e7 },
      'memory:alloc_in_new_tlab_objects:count:space:bytes': { '/search': 358, '/checkout': 1752, '': 27 },
      'block:contentions:count:block:count': { '': 110 },
    },
  },
  '02': {
    totals: {
      'process_cpu:cpu:nanoseconds:cpu:nanoseconds': 136e7,
      'memory:alloc_in_new_tlab_objects:count:space:bytes': 2006,
      'memory:alloc_in_new_tlab_bytes:bytes:space:bytes': 525_860_864,
      'mutex:contentions:count:mutex:count': 135,
      'mutex:delay:nanoseconds:mutex:count': 837_877_593,
      'block:contentions:count:block:count': 107,
      'block:delay:nanoseconds:block:count': 482_527_161,
    },
    routes: { 'process_cpu:cpu:nanoseconds:cpu:nanoseconds': { '/search': 38e7, '/checkout': 82e7, '': 16e7 } },
  },
  '03': {
    totals: {
      'wall:wall:nanoseconds:cpu:nanoseconds': 11_342e7,
      'process_cpu:cpu:nanoseconds:cpu:nanoseconds': 383e7,
      'memory:alloc_in_new_tlab_objects:count:space:bytes': 653,
      'memory:alloc_in_new_tlab_bytes:bytes:space:bytes': 342_360_064,
      'memory:live:count:objects:count': 99,
      'mutex:contentions:count:mutex:count': 6,
      'mutex:delay:nanoseconds:mutex:count': 11_141_240,
      'block:contentions:count:block:count': 5,
      'block:delay:nanoseconds:block:count': 10_124_336,
    },
  },
  '04': {
    totals: { 'process_cpu:cpu:nanoseconds:cpu:nanoseconds': 139e7 },
    routes: { 'process_cpu:cpu:nanoseconds:cpu:nanoseconds': { '/search': 20e7, '/checkout': 33e7, '': 86e7 } },
  },
  '05': { totals: { 'process_cpu:cpu:nanoseconds:cpu:nanoseconds': 111e7 } },
  '06': { totals: { 'process_cpu:cpu:nanoseconds:cpu:nanoseconds': 111e7 } },
  // The recording does not say how often it samples: the request's rate counts, as in Pyroscope.
  '07': { totals: { 'process_cpu:cpu:nanoseconds:cpu:nanoseconds': 103e7 } },
};

describe.each(Object.entries(JAVA))('pyroscope-java-2.9.2/%s', (number, { totals, routes = {} }) => {
  it('is taken in whole, with its types, totals and labels', async () => {
    const request = recordedRequest(`pyroscope-java-2.9.2/${number}`);
    const { answer, profiles, facts } = await openUpload(request, UPLOAD_LIMITS, NOW_MS);
    expect([answer.status, answer.body.length, facts.refused]).toEqual([200, 0, undefined]);
    expect(facts.trimmed).toMatchObject({ labelsDropped: 0, cutOff: 0, cutStacks: 0 });
    expect(totalsBy(profiles, () => '')).toEqual(mapValues(totals, (total) => ({ '': total })));
    const byRoute = totalsBy(profiles, ({ labels }) => labelValue(labels, 'route'));
    for (const [type, wanted] of Object.entries(routes))
      expect({ type, ...byRoute[type] }).toEqual({ type, ...wanted });
    const from = Number(new URLSearchParams(request.query).get('from'));
    for (const { series, timeUs } of profiles) {
      expect(timeUs).toBe(from * 1e6);
      for (const { labels, service } of series) {
        expect([service, labelValue(labels, 'service_name')]).toEqual(['shop.java', 'shop.java']);
        expect(labelValue(labels, 'pyroscope_spy')).toBe('javaspy');
        expect(labelValue(labels, 'thread_name')).not.toBe('');
        for (const { name } of labels) expect(name).not.toMatch(/span|trace|contextId/);
      }
    }
  });
});

it('pyroscope-java: a repeat is known again, whatever boundary it comes with', async () => {
  const keys = async (number: string): Promise<string[]> =>
    (await openUpload(recordedRequest(`pyroscope-java-2.9.2/${number}`), UPLOAD_LIMITS, NOW_MS)).profiles.map(
      ({ repeatKey }) => repeatKey,
    );
  expect(await keys('06')).toEqual(await keys('05'));
  expect(await keys('04')).not.toEqual(await keys('05'));
  const first = await keys('01');
  expect(new Set(first).size).toBe(first.length);
});

it('pyroscope-java: labels that its name sends are kept, also with a dash', async () => {
  const [{ series }] = (await openUpload(recordedRequest('pyroscope-java-2.9.2/03'), UPLOAD_LIMITS, NOW_MS)).profiles;
  const { labels } = series[0];
  const wanted = { b: 'x/y', e: 'a:b', 'f.g': '1', 'h-i': '2', jfr_event: 'wall', 'otel.scope.version': '2.9.2' };
  for (const [name, value] of Object.entries(wanted)) expect([name, labelValue(labels, name)]).toEqual([name, value]);
});

/** Facts of the corpus' oracle (08 is in its manifest), of a decoder of its own (09). */
it.each([
  ['08', 'itimer:itimer:ns:itimer:ns', 2_130_000_000, 242, 1],
  ['09', 'object_sampler:object_sampler:bytes:object_sampler:bytes', 614_727_680, 176, 1],
])('pyroscope-java-2.9.2/%s (OTLP) is taken in whole', async (number, type, total, functions, resources) => {
  const { answer, profiles, facts } = await openUpload(
    recordedRequest(`pyroscope-java-2.9.2/${number}`),
    UPLOAD_LIMITS,
    NOW_MS,
  );
  expect([answer.status, answer.body.length, facts.refused]).toEqual([200, 0, undefined]);
  expect(facts.otlp?.numbering).toBe('new');
  expect(profiles).toHaveLength(resources);
  expect(totalsBy(profiles, ({ service }) => service)).toEqual({ [type]: { unknown_service: total } });
  expect(profiles[0].profile.functions.names).toHaveLength(functions);
});

/** Sums of the stored samples, by profile type and by what `keyOf` makes of a series. */
function totalsBy(
  profiles: readonly IncomingProfile[],
  keyOf: (series: IncomingProfile['series'][number]) => string,
): Record<string, Record<string, number>> {
  const totals: Record<string, Record<string, number>> = {};
  for (const { profile, series } of profiles) {
    for (const one of series) {
      const own = (totals[one.profileType] ??= {});
      const { values } = profile.values[one.column];
      const sum = [...one.rows].reduce((all, row) => all + values[row], 0);
      own[keyOf(one)] = (own[keyOf(one)] ?? 0) + sum;
    }
  }
  return totals;
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

it('block and mutex profiles of Go are distinguished', async () => {
  const types = async (name: string): Promise<string[]> =>
    (await openUpload(recordedRequest(name), UPLOAD_LIMITS, NOW_MS)).profiles.flatMap(({ series }) =>
      series.map(({ profileType }) => profileType),
    );
  expect(await types('pyroscope-go-1.4.3/05')).toContain('block:delay:nanoseconds:contentions:count');
  expect(await types('pyroscope-go-1.4.3/06')).toContain('mutex:delay:nanoseconds:contentions:count');
});

async function pprofsIn({ path, headers, body }: WireRequest): Promise<Uint8Array[]> {
  if (path.startsWith('/push')) {
    return readPushMessage(gunzip(body)).flatMap(({ profiles }) => profiles.map(gunzip));
  }
  const type = headers['content-type'] ?? '';
  const part = type.includes('multipart') ? (await readForm(body, type)).get('profile') : body;
  return [gunzip(part ?? new Uint8Array())];
}

function gunzip(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
}

function expectSame({ profile, series }: IncomingProfile, foreign: Profile): void {
  const text = (index: number | bigint): string => foreign.stringTable.strings[Number(index)] ?? '';
  expect(profile.sampleTypes.map(({ type }) => type)).toEqual(foreign.sampleType.map(({ type }) => text(type)));
  foreign.sampleType.forEach((_, column) => {
    const total = foreign.sample.reduce((sum, { value }) => sum + Number(value[column]), 0);
    const taken = series
      .filter((one) => one.column === column)
      .flatMap(({ rows }) => [...rows])
      .reduce((sum, row) => sum + (profile.values[column]?.values[row] ?? 0), 0);
    expect(taken).toBe(total);
  });
}
