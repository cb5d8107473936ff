/** Uploads that are refused, each with a sentence. */

import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeMessage, type Field, message, smallProfile, Strings } from '../../support/pprof-message.ts';
import {
  changed,
  ingest,
  ingestPprof,
  JSON_TYPE,
  post,
  PROTO_TYPE,
  PUSH,
  pushOf,
  refusal,
} from '../../support/sent-upload.ts';

describe('numbers that cannot be kept are refused', () => {
  it.each<[string, Field]>([
    ['a period beyond 2^53', [12, 2n ** 54n]],
    ['a period below 0', [12, -1]],
    ['the least period', [12, -(2n ** 63n)]],
  ])('%s', async (_, field) => {
    expect(refusal(await ingestPprof(changed(field)), 422)).toContain('period');
    expect((await pushOf({}, encodeMessage({ fields: changed(field) }))).answer.status).toBe(400);
  });

  it.each(['9'.repeat(400), '99999999999999', 'now-99999999999y', 'now+99999999999y', '1'.repeat(17)])(
    'a time of from=%s',
    async (from) => {
      expect(refusal(await ingest(`name=shop&from=${encodeURIComponent(from)}`, 'a 1'), 400)).toMatch(/time|ahead/);
    },
  );

  it('sums beyond 2^53, also when a sample rate makes them so', async () => {
    expect(refusal(await ingest('name=shop.alloc_space', `a ${2 ** 52}\nb ${2 ** 52}\nc 1`), 422)).toContain('2^53');
    expect(refusal(await ingest('name=shop', `a ${2 ** 45}`), 422)).toContain('2^53');
    expect(refusal(await ingest('name=shop', 'a 1e+400'), 422)).toContain('64 bits');
  });

  it('and what is kept is whole and safe', async () => {
    const { profiles } = await ingestPprof(changed([12, 2n ** 53n - 1n]));
    expect(profiles[0].period).toBe(Number.MAX_SAFE_INTEGER);
    expect(Number.isSafeInteger(profiles[0].timeUs)).toBe(true);
    const [line] = (
      await ingestPprof(
        smallProfile().map((field) =>
          field[0] === 5 ? [5, message(...(field[1] as { fields: Field[] }).fields, [5, 2n ** 60n])] : field,
        ),
      )
    ).profiles;
    expect([...line.profile.functions.line].every((one) => one >= 0 && one < 2 ** 31)).toBe(true);
  });
});

describe('few bytes that stand for much memory are refused', () => {
  const repeated = (bytes: readonly number[], count: number): Uint8Array => {
    const all = new Uint8Array(bytes.length * count);
    for (let i = 0; i < count; i++) all.set(bytes, i * bytes.length);
    return all;
  };
  const start = encodeMessage({
    fields: [
      [1, message()],
      [6, ''],
    ],
  });

  it.each([
    ['64 sample types', repeated([0x0a, 0], 1_000_000)],
    ['65,535 samples', repeated([0x12, 0], 1_000_000)],
    ['65,536 mappings', repeated([0x1a, 0], 1_000_000)],
    ['262,144 locations', repeated([0x22, 0], 1_000_000)],
    ['262,144 functions', repeated([0x2a, 0], 1_000_000)],
    ['524,288 strings', repeated([0x32, 0], 1_000_000)],
    ['1,000 comments', repeated([0x68, 0], 1_000_000)],
    ['1,000 lines in one location', encodeMessage({ fields: [[4, repeated([0x22, 0], 1_000_000)]] })],
    ['100 labels at one sample', encodeMessage({ fields: [[2, repeated([0x1a, 0], 1_000_000)]] })],
  ])('%s', async (what, bytes) => {
    const packed = gzipSync(Buffer.concat([start, bytes]));
    expect(packed.length).toBeLessThan(10_000);
    const opened = await ingest('name=shop&format=pprof', packed);
    expect(refusal(opened, 422)).toContain(`more than ${what}`);
    expect(opened.facts.refused).toBe('too_many');
  });

  it('stacks of many lines, and lines of many frames', async () => {
    expect(refusal(await ingest('name=shop&format=lines', 'a\n'.repeat(70_000)), 422)).toContain('65535');
    expect(refusal(await ingest('name=shop', 'a 1\n'.repeat(70_000)), 422)).toContain('65,535 stacks');
    expect(refusal(await ingest('name=shop', `${';'.repeat(9_000_000)}a 1`), 422)).toContain('4,194,304 frames');
  });

  it.each([
    ['series', repeated([0x0a, 0], 100_000)],
    ['labels in one series', encodeMessage({ fields: [[1, repeated([0x0a, 0], 100_000)]] })],
    ['profiles', encodeMessage({ fields: [[1, encodeMessage({ fields: [[2, repeated([0x0a, 0], 100_000)]] })]] })],
  ])('a push of too many %s', async (what, body) => {
    expect(refusal(await post(PUSH, body, PROTO_TYPE), 400)).toMatch(new RegExp(`more than 10*0 ${what}: `));
  });

  it.each([
    ['series', JSON.stringify({ series: Array.from({ length: 2000 }, () => ({})) })],
    ['members', `{"series": [${'{},'.repeat(2_000_000)}{}]}`],
    ['members', '['.repeat(2_000_000)],
  ])('a push in JSON of too many %s', async (what, body) => {
    expect(refusal(await post(PUSH, body, JSON_TYPE), 400)).toContain(what);
  });

  it('profiles of one push together', async () => {
    const s = new Strings();
    const lines = Array.from({ length: 900 }, () => [4, message([1, 1])] as const);
    const fields: Field[] = [
      [1, message([1, s.at('samples')])],
      [2, message([1, Array.from({ length: 2000 }, () => 1)], [2, [1]])],
      [4, message([1, 1], ...lines)],
      [5, message([1, 1], [2, s.at('main')])],
      ...s.fields,
    ];
    const raw = Buffer.from(encodeMessage({ fields })).toString('base64');
    const labels = Object.entries({ __name__: 'cpu', service_name: 'shop' }).map(([name, value]) => ({ name, value }));
    const body = JSON.stringify({ series: [{ labels, samples: [1, 2, 3].map(() => ({ rawProfile: raw })) }] });
    const { answer, profiles, facts } = await post(PUSH, body, JSON_TYPE);
    expect([answer.status, profiles.length]).toEqual([400, 2]);
    expect(facts.message).toContain('frames in its stacks');
  });
});

describe('refusals are sentences', () => {
  const folder = new URL('../../fixtures/bad/', import.meta.url);
  it.each(readdirSync(folder))('of %s', async (name) => {
    const bytes = readFileSync(new URL(name, folder));
    for (const query of ['name=shop&format=pprof', 'name=shop', 'name=shop&format=lines']) {
      const opened = await ingest(query, bytes);
      expect([200, 400, 413, 422]).toContain(opened.answer.status);
      if (opened.answer.status !== 200) refusal(opened, opened.answer.status);
    }
  });

  it.each(['{"series": x}', '{"series": [}', '', 'a'.repeat(999), '{"a":"\n', '{"a":1', '"\0'])(
    'of a push that is no JSON: %j',
    async (body) => {
      expect(refusal(await post(PUSH, body, JSON_TYPE), 400)).toMatch(/^The push is not JSON: [^"\n]+\.$/);
    },
  );

  it('of every cut and every wrong byte of a small profile', async () => {
    const whole = encodeMessage({ fields: smallProfile() });
    for (let i = 1; i < whole.length; i++) {
      const flipped = Uint8Array.from(whole);
      flipped[i] ^= 0x5d;
      for (const bytes of [whole.subarray(0, i), flipped]) {
        const opened = await ingest('name=shop&format=pprof', bytes);
        expect([200, 422]).toContain(opened.answer.status);
        if (opened.answer.status !== 200) refusal(opened, 422);
      }
    }
  });
});
