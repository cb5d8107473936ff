/** Uploads by each door, and the sentence of a refusal. */
import { expect } from 'vitest';
import { type OpenedUpload, openUpload } from '#server/ingest/open-upload.ts';
import type { IngestLimits } from '#server/ingest/series-of-profile.ts';
import type { WireRequest } from '#server/request.ts';
import { encodeMessage, type Field, smallProfile } from './pprof-message.ts';
import { expectSentences } from './refusal.ts';
import { UPLOAD_LIMITS } from './store-limits.ts';

const NOW_MS = 1_795_000_000_000;
const LIMITS: IngestLimits = { ...UPLOAD_LIMITS, maxFutureMs: 600_000 };
export const PUSH = '/push.v1.PusherService/Push';
export const JSON_TYPE = { 'content-type': 'application/json' };
export const PROTO_TYPE = { 'content-type': 'application/proto' };

export type Sent = Uint8Array | string;

export function post(path: string, body: Sent, headers: Record<string, string> = {}): Promise<OpenedUpload> {
  const [bare, query = ''] = path.split('?');
  const request: WireRequest = { method: 'POST', path: bare, query, headers, body: Buffer.from(body) };
  return openUpload(request, LIMITS, NOW_MS);
}

export function ingest(query: string, body: Sent, headers?: Record<string, string>): Promise<OpenedUpload> {
  return post(`/ingest?${query}`, body, headers);
}

export const ingestPprof = (fields: readonly Field[], query = ''): Promise<OpenedUpload> =>
  ingest(`name=shop&format=pprof${query}`, encodeMessage({ fields }));

export function pushOf(labels: Record<string, string>, raw: Uint8Array): Promise<OpenedUpload> {
  const all = { __name__: 'process_cpu', service_name: 'shop', ...labels };
  const pairs = Object.entries(all).map(([name, value]) => ({ name, value }));
  const body = { series: [{ labels: pairs, samples: [{ rawProfile: Buffer.from(raw).toString('base64') }] }] };
  return post(PUSH, JSON.stringify(body), JSON_TYPE);
}

function textOf({ answer }: OpenedUpload): string {
  return Buffer.from(answer.body).toString();
}

/** The sentence of a refusal that nothing came of. */
export function refusal(opened: OpenedUpload, status: number): string {
  expect([opened.answer.status, opened.profiles.length]).toEqual([status, 0]);
  const { message: told } = JSON.parse(textOf(opened)) as { message: string };
  expect(opened.facts.message).toBe(told);
  expectSentences(told);
  return told;
}

/** The small profile with these in the place of its own. */
export function changed(...fields: Field[]): Field[] {
  const own = new Set(fields.map(([field]) => field));
  return [...smallProfile().filter(([field]) => !own.has(field)), ...fields];
}

export const small = (): Field[] => smallProfile().filter(([field]) => field !== 9 && field !== 10);
