/** What real agents once sent, byte for byte: all of it is taken in, with the totals and labels that a foreign reader finds. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { labelValue } from '#model/labels.ts';
import type { WireRequest } from '#server/request.ts';
import type { IncomingProfile } from '#server/incoming.ts';
import { openUpload } from '#server/ingest/open-upload.ts';
import { readForm } from '#server/ingest/form.ts';
import { readPushMessage } from '#server/ingest/push-request.ts';

const folder = fileURLToPath(new URL('../../../shared/contract/recordings/agents', import.meta.url));
const LIMITS = {
  maxProfileBytes: 64 << 20,
  maxSamples: 65_535,
  maxDepth: 1000,
  maxLabels: 30,
  maxLabelNameBytes: 1024,
  maxLabelValueBytes: 2048,
  maxAgeMs: 0,
  maxFutureMs: Infinity,
};
const NOW_MS = Date.parse('2026-11-24T00:00:00Z');

const recordings = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.startsWith('pyroscope-'))
      .flatMap((agent) =>
        readdirSync(join(folder, agent))
          .filter((file) => file.endsWith('.http-head'))
          .map((file) => `${agent}/${file.slice(0, 2)}`),
      )
  : [];

it('the recordings are there', () => expect(recordings.length).toBeGreaterThan(20));

describe.each(recordings.filter((name) => !name.startsWith('pyroscope-java')))('%s', (name) => {
  it('is taken in whole', async () => {
    const request = recorded(name);
    const { answer, profiles } = await openUpload(request, LIMITS, NOW_MS);
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
    const request = recorded(name);
    const again = recorded(name);
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
      (await openUpload(one, LIMITS, NOW_MS)).profiles.map(({ repeatKey }) => repeatKey);
    expect(await keys(moved)).toEqual(await keys(request));
  });
});

describe.each(recordings.filter((name) => name.startsWith('pyroscope-java')))('%s', (name) => {
  it('is refused with a sentence and a status that is not repeated', async () => {
    const { answer, profiles } = await openUpload(recorded(name), LIMITS, NOW_MS);
    // One of them has a label with a dash, which the grammar of names does not know.
    expect([400, 422]).toContain(answer.status);
    expect(profiles).toEqual([]);
    expect(Buffer.from(answer.body).toString()).toMatch(/not taken yet|h-i/);
  });
});

it('block and mutex profiles of Go are told apart', async () => {
  const types = async (name: string): Promise<string[]> =>
    (await openUpload(recorded(name), LIMITS, NOW_MS)).profiles.flatMap(({ series }) =>
      series.map(({ profileType }) => profileType),
    );
  expect(await types('pyroscope-go-1.4.3/05')).toContain('block:delay:nanoseconds:contentions:count');
  expect(await types('pyroscope-go-1.4.3/06')).toContain('mutex:delay:nanoseconds:contentions:count');
});

/** The request under the paths that the server sees: prefixes are the base path's business. */
function recorded(name: string): WireRequest {
  const [first = '', ...lines] = readFileSync(join(folder, `${name}.http-head`), 'utf8')
    .trimEnd()
    .split(/\r?\n/);
  const [method = '', target = ''] = first.split(' ');
  const [fullPath = '', query = ''] = target.split('?');
  const path = fullPath.replace(/^.*(\/ingest|\/push\.v1\.|\/v1development)/, '$1');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { method, path, query, headers, body: new Uint8Array(readFileSync(join(folder, `${name}.body`))) };
}

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
