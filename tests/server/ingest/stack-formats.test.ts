/** The formats of `/ingest` that do not say what they measure: pushed, stored, and asked for again with all their values. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openUpload } from '#server/ingest/open-upload.ts';
import { answerQuery } from '#server/query/answer-query.ts';
import { type Database, openForReading, openForWriting } from '#server/store/database.ts';
import { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { type FlameJson, foldFlame } from '../../support/flame-decoder.ts';
import { UPLOAD_LIMITS } from '../../support/store-limits.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 9, 7);
const LIMITS = { ...UPLOAD_LIMITS, maxFutureMs: 600_000 };
const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';

let home: string;
let db: Database;
let readerDb: Database;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'stack-formats-'));
  db = openForWriting(join(home, 'profiles.db'));
  readerDb = openForReading(join(home, 'profiles.db'));
});
afterEach(() => {
  readerDb.close();
  db.close();
  rmSync(home, { recursive: true });
});

async function send(
  query: string,
  body: Uint8Array | string,
  contentType = '',
): Promise<{ status: number; text: string }> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const request = { method: 'POST', path: '/ingest', query, headers: { 'content-type': contentType }, body: bytes };
  const { answer, profiles } = await openUpload(request, LIMITS, NOW_MS);
  const writer = new ProfileWriter(db);
  for (const one of profiles) writer.add(one, NOW_MS);
  writer.flush();
  return { status: answer.status, text: new TextDecoder().decode(answer.body) };
}

/** Stacks with their values, `main;parse 12`, sorted; and their total. */
async function stored(profileTypeID: string, labelSelector = '{service_name="shop"}'): Promise<[number, string[]]> {
  const message = { profileTypeID, labelSelector, start: NOW_MS, end: NOW_MS + 1, maxNodes: 65_536 };
  const { answer } = await answerQuery(
    {
      method: 'POST',
      path: '/querier.v1.QuerierService/SelectMergeStacktraces',
      query: '',
      headers: { 'content-type': 'application/json' },
      body: new TextEncoder().encode(JSON.stringify(message)),
    },
    new ProfileStore(readerDb),
    { nowMs: NOW_MS },
    () => undefined,
  );
  const { flamegraph } = JSON.parse(new TextDecoder().decode(answer.body)) as { flamegraph?: FlameJson };
  const stacks = [...foldFlame(flamegraph)].map(([stack, value]) => `${stack.replaceAll('\u001f', ';')} ${value}`);
  return [Number(flamegraph?.total ?? 0), stacks.sort()];
}

/** Numbers below 128 take one byte. */
function node(name: string, value: number, ...children: Uint8Array[]): Uint8Array {
  const bytes = new TextEncoder().encode(name);
  return Uint8Array.from([bytes.length, ...bytes, value, children.length, ...children.flatMap((child) => [...child])]);
}

const TREE = node('', 0, node('main', 2, node('parse', 3), node('read', 4, node('main', 1))));
const TRIE = node('main', 2, node(';', 0, node('parse', 3), node('read', 4, node(';main', 1))));
const STACKS = ['main 2', 'main;parse 3', 'main;read 4', 'main;read;main 1'];

describe.each<[string, string, Uint8Array | string, string]>([
  ['groups', 'name=shop.alloc_objects', STACKS.join('\n'), ''],
  ['groups by name', 'name=shop.alloc_objects&format=groups', STACKS.join('\r\n'), ''],
  ['folded', 'name=shop.alloc_objects&format=folded', STACKS.join('\n'), ''],
  ['lines', 'name=shop.alloc_objects&format=lines', STACKS.flatMap(repeated).join('\n'), ''],
  ['tree', 'name=shop.alloc_objects&format=tree', TREE, ''],
  ['tree in gzip', 'name=shop.alloc_objects&format=tree', gzipSync(TREE), ''],
  ['tree by its content type', 'name=shop.alloc_objects', TREE, 'binary/octet-stream+tree'],
  ['trie', 'name=shop.alloc_objects&format=trie', TRIE, ''],
  ['trie by its content type', 'name=shop.alloc_objects', TRIE, 'binary/octet-stream+trie'],
])('%s', (_, query, body, contentType) => {
  it('counts', async () => {
    expect(await send(query, body, contentType)).toEqual({ status: 200, text: '' });
    expect(await stored('memory:alloc_objects:count::')).toEqual([10, STACKS]);
  });

  it('samples of CPU become time', async () => {
    const asked = `${query.replace('.alloc_objects', '')}&sampleRate=50`;
    expect((await send(asked, body, contentType)).status).toBe(200);
    expect((await stored(CPU))[0]).toBe(10 * 20_000_000);
  });
});

function repeated(line: string): string[] {
  const [, stack, count] = /^(.*) (\d+)$/.exec(line)!;
  return Array.from({ length: Number(count) }, () => stack);
}

describe('trees', () => {
  it.each([
    ['tree', TREE.subarray(0, -1)],
    ['trie', TRIE.subarray(0, -1)],
  ])('a %s that is cut off is refused', async (format, body) => {
    const { status, text } = await send(`name=shop&format=${format}`, body);
    expect(status).toBe(422);
    expect(text).toContain('a number is cut off');
  });

  it.each(['tree', 'trie'])('an empty %s is taken and stores nothing', async (format) => {
    expect((await send(`name=shop&format=${format}`, '')).status).toBe(200);
    expect(await stored(CPU)).toEqual([0, []]);
  });

  it('an ending that is no kind of profile is refused', async () => {
    expect((await send('name=shop.colour&format=tree', TREE)).status).toBe(400);
  });
});

interface Part {
  readonly name?: string;
  readonly unit: string;
  readonly samples: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

function speedscope(...parts: Part[]): string {
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: { frames: [{ name: 'main' }, { name: 'parse' }] },
    profiles: parts.map((part) => ({ type: 'sampled', name: 'one', startValue: 0, endValue: 9, ...part })),
  });
}

describe('speedscope', () => {
  const samples = [[0], [0, 1]];

  it.each([
    ['seconds', [0.5, 0.25], [500_000_000, 250_000_000]],
    ['milliseconds', [3, 1.5], [3_000_000, 1_500_000]],
    ['microseconds', [10, 20], [10_000, 20_000]],
    ['nanoseconds', [12_345, 6], [12_345, 6]],
    ['none', [3, 4], [30_000_000, 40_000_000]],
  ])('%s become nanoseconds of CPU', async (unit, weights, wanted) => {
    expect(await send('name=shop&format=speedscope', speedscope({ unit, samples, weights }))).toEqual({
      status: 200,
      text: '',
    });
    expect(await stored(CPU)).toEqual([wanted[0] + wanted[1], [`main ${wanted[0]}`, `main;parse ${wanted[1]}`]]);
    expect((await stored(CPU, '{profile_name="one"}'))[0]).toBe(wanted[0] + wanted[1]);
  });

  it('bytes are memory', async () => {
    await send('name=shop&format=speedscope', speedscope({ unit: 'bytes', samples, weights: [100, 28] }));
    expect(await stored('memory:samples:bytes::')).toEqual([128, ['main 100', 'main;parse 28']]);
    await send('name=shop.inuse_space&format=speedscope', speedscope({ unit: 'bytes', samples, weights: [100, 28] }));
    expect((await stored('memory:inuse_space:bytes::'))[0]).toBe(128);
  });

  it('several profiles have their names, and the kind of their unit', async () => {
    const body = speedscope(
      { name: 'a', unit: 'seconds', samples, weights: [1, 2] },
      { name: 'b', unit: 'seconds', samples, weights: [4, 8] },
      { name: 'c', unit: 'bytes', samples, weights: [16, 32] },
    );
    expect((await send('name=shop&format=speedscope', body)).status).toBe(200);
    const wall = 'wall:wall:nanoseconds:cpu:nanoseconds';
    expect((await stored(wall))[0]).toBe(15e9);
    expect(await stored(wall, '{profile_name="b"}')).toEqual([12e9, ['main 4000000000', 'main;parse 8000000000']]);
    expect((await stored('memory:samples:bytes::'))[0]).toBe(48);
  });

  it('events count the time between them', async () => {
    const body = JSON.stringify({
      $schema: 'https://www.speedscope.app/file-format-schema.json',
      shared: { frames: [{ name: 'main' }, { name: 'parse' }] },
      profiles: [
        {
          type: 'evented',
          name: 'one',
          unit: 'milliseconds',
          startValue: 0,
          endValue: 10,
          events: [
            { type: 'O', frame: 0, at: 0 },
            { type: 'O', frame: 1, at: 2 },
            { type: 'C', frame: 1, at: 5 },
            { type: 'C', frame: 0, at: 10 },
          ],
        },
      ],
    });
    expect((await send('name=shop&format=speedscope', body)).status).toBe(200);
    expect(await stored(CPU)).toEqual([10_000_000, ['main 7000000', 'main;parse 3000000']]);
  });

  it('fractions that are counted are refused', async () => {
    const body = speedscope({ unit: 'none', samples, weights: [0.5, 1] });
    expect((await send('name=shop.alloc_objects&format=speedscope', body)).status).toBe(422);
  });

  it.each([
    ['no JSON', 'main;parse 3'],
    ['fractions of bytes', speedscope({ unit: 'bytes', samples, weights: [0.5, 1] })],
    ['more samples than weights', speedscope({ unit: 'none', samples, weights: [1] })],
    [
      'profiles with and without a unit',
      speedscope({ unit: 'none', samples, weights: [1, 2] }, { unit: 'seconds', samples, weights: [1, 2] }),
    ],
  ])('%s are refused', async (_, body) => {
    expect((await send('name=shop&format=speedscope', body)).status).toBe(422);
    expect(await stored(CPU)).toEqual([0, []]);
  });
});
