/** Lists of targets that may change while the server runs, in the form of Prometheus' file and HTTP service discovery. */

import { open } from 'node:fs/promises';
import { z } from 'zod';
import { fetchProfile } from './fetch-profile.ts';

export interface ScrapeTarget {
  /** With a scheme and without a path: `http://localhost:6060`. */
  readonly url: string;
  readonly service: string;
}

const MAX_BYTES = 1 << 20;
/** The maximum of all lists together. Each target takes a connection for each kind of profile. */
export const MAX_TARGETS = 500;
/** A label of Prometheus. */
const SCHEME = '__scheme__';
const TIMEOUT_MS = 10_000;
const FORM = 'write it like [{"targets": ["10.0.0.7:6060"], "labels": {"service": "shop"}}]';

const documentSchema = z.array(
  z.object({
    targets: z.array(z.string()),
    labels: z.record(z.string(), z.string()).optional(),
  }),
);

/** @param address `localhost:6060` or `https://10.0.0.7:6060` @returns undefined if it is none */
export function targetUrl(address: string, scheme = 'http'): URL | undefined {
  const url = URL.parse(/^https?:\/\//.test(address) ? address : `${scheme}://${address}`);
  const isTarget = url !== null && url.host !== '' && url.pathname === '/' && url.search === '' && url.username === '';
  return isTarget ? url : undefined;
}

/**
 * The service of a target is its label `service_name`, `service` or `job`, else its host and port. `__scheme__` may be
 * `https`. Other labels are left out.
 * @param source a file, or an address that begins with http:// or https://
 * @throws (rejects) Error with a sentence
 */
export async function readTargets(source: string, stop: AbortSignal): Promise<ScrapeTarget[]> {
  const bytes = isAddress(source) ? await fetchProfile(new URL(source), TIMEOUT_MS, stop) : await readStart(source);
  if (bytes.length > MAX_BYTES) throw new Error(`The list has more than ${MAX_BYTES >> 20} MiB.`);
  const text = new TextDecoder().decode(bytes);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`The list is not JSON: ${FORM}.`);
  }
  const { data } = documentSchema.safeParse(json);
  if (data === undefined) throw new Error(`The list has another form: ${FORM}.`);
  const found = new Map<string, ScrapeTarget>();
  for (const { targets, labels = {} } of data) {
    for (const address of targets) {
      const url = targetUrl(address, labels[SCHEME] === 'https' ? 'https' : 'http');
      if (url === undefined) throw new Error(`${JSON.stringify(address.slice(0, 200))} is not a target: ${FORM}.`);
      const service = labels.service_name || labels.service || labels.job || url.host;
      found.set(`${url.origin} ${service}`, { url: url.origin, service });
    }
  }
  if (found.size > MAX_TARGETS) throw new Error(`The list has ${found.size} targets; the maximum is ${MAX_TARGETS}.`);
  return [...found.values()];
}

function isAddress(source: string): boolean {
  return /^https?:\/\//.test(source);
}

/** A file, as far as it is needed to see that it is too large. */
async function readStart(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
