/**
 * The deploy of the recorder's generated day, compared by our own slices and by the merges of sub-ranges that a Pyroscope
 * gives: the same causes from both, all of them true.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diffCommand } from '#cli/diff-command.ts';
import { answerQuery } from '#server/query/answer-query.ts';
import { generatedDay } from '../support/generated-day.ts';
import { NaiveReader } from '../support/naive-reader.ts';

const contract = fileURLToPath(new URL('../../../shared/contract', import.meta.url));
const MINUTE = 60_000;
const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';

/** By the weights of the generator, in percent; null: new or gone. Nothing else changed. */
const TRUTH: Readonly<Record<string, number | null>> = {
  'encoding/json.structEncoder.encode': 130,
  'encoding/json.(*encodeState).marshal': 25,
  'shop/checkout.validateCoupon': null,
  'shop/checkout.legacyTax': null,
  'runtime.scanobject': 60,
};

interface Claim {
  readonly kind: string;
  readonly name: string;
  readonly trend?: string;
  readonly supported: boolean;
  readonly codePct: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

let reader: NaiveReader;
let deployMs: number;
let own: Server;
let merging: Server;
/** Calls for merged profiles since the last comparison began. */
let merges = 0;

beforeAll(async () => {
  const { DAY } = (await import(join(contract, 'record/gen-day.mjs'))) as { DAY: { base: number } };
  deployMs = DAY.base + 60 * MINUTE;
  reader = new NaiveReader(await generatedDay(contract));
  own = await serve(true);
  merging = await serve(false);
});
afterAll(() => {
  own.close();
  merging.close();
});

// The last pod follows a minute after the first one.
describe.each([
  ['15 minutes', 15, 0, 0],
  ['15 minutes, once all pods have it', 15, 1, 0],
  ['an hour', 60, 0, 1],
])('%s before and after', (_, minutes, pauseMinutes, isHour) => {
  it('slices and merges name the same causes in the same order, and no others', async () => {
    const [ofSlices, ofMerges] = [
      await claims(own, minutes, pauseMinutes),
      await claims(merging, minutes, pauseMinutes),
    ];
    expect(merges).toBeLessThanOrEqual(40);
    expect(ofMerges.map(({ name }) => name)).toEqual(ofSlices.map(({ name }) => name));
    const code = ofSlices.filter(({ kind }) => kind === 'code').map(({ name }) => name);
    expect(code.slice(0, 3)).toEqual([
      'encoding/json.structEncoder.encode',
      'shop/checkout.validateCoupon',
      'shop/checkout.legacyTax',
    ]);
    if (isHour === 1) expect(ofSlices.map(({ name }) => name)).toContain('runtime.scanobject');
    for (const { name, kind, low, high } of [...ofSlices, ...ofMerges]) {
      expect(Object.keys(TRUTH), kind).toContain(name);
      const truth = TRUTH[name];
      if (truth === null || low === null) continue;
      expect([name, low <= truth && truth <= (high ?? Infinity), low, high]).toEqual([name, true, low, high]);
    }
  });
});

async function claims(server: Server, minutes: number, pauseMinutes: number): Promise<Claim[]> {
  const link = (fromMs: number): string => {
    const keys = { svc: 'shop/checkout', type: CPU, from: `${fromMs}`, until: `${fromMs + minutes * MINUTE - 1}` };
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/?${new URLSearchParams(keys).toString()}`;
  };
  merges = 0;
  const sides = [deployMs - minutes * MINUTE, deployMs + pauseMinutes * MINUTE].map(link);
  const { code, stdout, stderr } = await diffCommand([...sides, '--format', 'json'], {}, deployMs + 120 * MINUTE);
  expect([code, stderr]).toEqual([0, '']);
  const printed = JSON.parse(stdout) as { changes: Claim[]; evidence: object };
  expect(printed.evidence).toEqual({ slices: true, counted: true, oneRun: false });
  return printed.changes.filter(({ supported }) => supported);
}

function serve(hasSlices: boolean): Promise<Server> {
  const server = createServer((request, response) => void answer(request, response, hasSlices));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function answer(request: IncomingMessage, response: ServerResponse, hasSlices: boolean): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const path = request.url ?? '';
  if (path.includes('flametide') && !hasSlices) {
    response.writeHead(404).end();
    return;
  }
  if (path.includes('SelectMerge')) merges++;
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const asked = { method: 'POST', path, query: '', headers, body: Buffer.concat(parts) };
  const told = await answerQuery(asked, reader, { nowMs: deployMs + 120 * MINUTE }, () => undefined);
  response.writeHead(told.answer.status, told.answer.headers).end(told.answer.body);
}
