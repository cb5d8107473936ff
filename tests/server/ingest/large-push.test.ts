/** A push of much data is opened and stored part by part. */

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openUpload, type OpenedUpload } from '#server/ingest/open-upload.ts';
import type { StoreEarly } from '#server/ingest/push-parts.ts';
import type { WireRequest } from '#server/request.ts';
import { encodeMessage, type Field, message, smallProfile, Strings } from '../../support/pprof-message.ts';
import { expectSentences } from '../../support/refusal.ts';
import { UPLOAD_LIMITS } from '../../support/store-limits.ts';

const NOW_MS = 1_795_000_000_000;
const MIB = 1 << 20;
const TIME: Field = [9, BigInt(NOW_MS - 1000) * 1_000_000n];

/** The small profile, as long as this many MiB once it is unpacked. */
function profileOf(mib: number, hasTime = true): Uint8Array {
  const fields = smallProfile().filter(([field]) => field !== 9 && field !== 10);
  if (hasTime) fields.push(TIME);
  return gzipSync(encodeMessage({ fields: [...fields, [6, 'x'.repeat(mib * MIB)]] }));
}

/** A sample for each of 4 × 50 label sets, in 64 sample types. */
function manySeries(): Uint8Array {
  const s = new Strings();
  const types = Array.from({ length: 64 }, (_, i): Field => [1, message([1, s.at(`t${i}`)], [2, s.at('count')])]);
  const samples = Array.from({ length: 200 }, (_, i): Field => [
    2,
    message(
      [2, types.map(() => 1)],
      [3, message([1, s.at('few')], [2, s.at(`few ${i % 50}`)])],
      [3, message([1, s.at('many')], [2, s.at(`many ${i}`)])],
    ),
  ]);
  return gzipSync(encodeMessage({ fields: [...types, ...samples, TIME, ...s.fields] }));
}

/** A service for each profile, so that the order shows. */
function push(raws: readonly Uint8Array[], storeEarly?: StoreEarly): Promise<OpenedUpload> {
  const series = raws.map((raw, i) => ({
    labels: [
      { name: '__name__', value: 'process_cpu' },
      { name: 'service_name', value: `shop${i}` },
    ],
    samples: [{ rawProfile: Buffer.from(raw).toString('base64') }],
  }));
  const request: WireRequest = {
    method: 'POST',
    path: '/push.v1.PusherService/Push',
    query: '',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ series })),
  };
  return openUpload(request, UPLOAD_LIMITS, NOW_MS, storeEarly);
}

const servicesOf = (profiles: OpenedUpload['profiles']): string[] => profiles.map(({ series }) => series[0].service);

describe('a push of much data', () => {
  it('is stored in parts of some MiB, each before the next is unpacked', async () => {
    const parts: { services: string[]; mib: number }[] = [];
    const raws = [profileOf(1), profileOf(3), profileOf(5), profileOf(2), profileOf(1)];
    const { answer, facts, profiles, bytes } = await push(raws, (early, unpacked) => {
      parts.push({ services: servicesOf(early), mib: Math.floor(unpacked / MIB) });
      return Promise.resolve(true);
    });
    expect(parts).toEqual([
      { services: ['shop0', 'shop1'], mib: 4 },
      { services: ['shop2'], mib: 5 },
    ]);
    expect(servicesOf(profiles)).toEqual(['shop3', 'shop4']);
    expect(Math.floor(bytes / MIB)).toBe(3);
    expect(answer.status).toBe(200);
    expect(facts).toMatchObject({ service: 'shop0', sent: 5, empty: 0 });
  });

  it('has the profiles without a time in its last part: sent again, they would count twice', async () => {
    const parts: { services: string[]; mib: number }[] = [];
    const raws = [
      profileOf(3, false),
      profileOf(2),
      profileOf(5, false),
      profileOf(5),
      profileOf(1),
      profileOf(1, false),
    ];
    const { facts, profiles, bytes } = await push(raws, (early, unpacked) => {
      parts.push({ services: servicesOf(early), mib: Math.floor(unpacked / MIB) });
      return Promise.resolve(true);
    });
    expect(parts).toEqual([
      { services: ['shop1'], mib: 5 },
      { services: [], mib: 5 },
      { services: ['shop3'], mib: 5 },
    ]);
    expect(servicesOf(profiles)).toEqual(['shop4', 'shop0', 'shop2', 'shop5']);
    expect(Math.floor(bytes / MIB)).toBe(10);
    expect(facts).toMatchObject({ service: 'shop0', sent: 6 });
  });

  it('yields for damaged profiles too', async () => {
    const damaged = profileOf(5);
    damaged[damaged.length - 8] ^= 1; // the checksum
    const parts: string[][] = [];
    const { answer, profiles } = await push([damaged, damaged, profileOf(1)], (early) => {
      parts.push(servicesOf(early));
      return Promise.resolve(true);
    });
    expect(parts).toEqual([[], []]);
    expect(servicesOf(profiles)).toEqual(['shop2']);
    expect(answer.status).toBe(400);
  });

  it('ends where a part cannot be stored', async () => {
    let calls = 0;
    const { profiles } = await push([profileOf(5), profileOf(5), profileOf(1)], () => {
      calls++;
      return Promise.resolve(false);
    });
    expect([calls, profiles.length]).toEqual([1, 0]);
  });

  it('has no more series than the store takes at once', async () => {
    const parts: number[] = [];
    const raws = Array.from({ length: 17 }, () => manySeries());
    const { answer, facts, profiles } = await push(raws, (early) => {
      parts.push(...early.map(({ series }) => series.length));
      return Promise.resolve(true);
    });
    // Of 64 types with 200 label sets each, one label is left out.
    expect([...parts, ...profiles.map(({ series }) => series.length)]).toEqual(Array<number>(15).fill(3200));
    expect(answer.status).toBe(400);
    expect(facts).toMatchObject({ refused: 'too_many', trimmed: { labelsDropped: 15 } });
    expect(facts.message).toContain('more than 50000 series');
    expectSentences(facts.message!);
  });

  it('and a usual one is one part', async () => {
    const raws = Array.from({ length: 30 }, () => profileOf(0.1));
    const { profiles } = await push(raws, () => Promise.reject(new Error('not called')));
    expect(profiles.length).toBe(30);
  });
});
