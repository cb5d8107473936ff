/** What one client may do to all others: label sets without end, and bodies of 200 MB to a question. */

import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { Function as Func, Label, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { push } from './lib.js';

const SAMPLES = 150;
const UPLOADS_PER_SECOND = 10;
const MAX_UNDERWAY = 50;
const LARGE_CLIENTS = 5;
const LARGE_BYTES = 200_000_000;
const PIECE = Buffer.alloc(1 << 20, 0x20);

/**
 * A service that sends a new label value with every sample. The others come when half of the time is over, so that theirs
 * are new label sets too, a part at a time.
 * @param {string} url @param {number} seconds @param {number} timeMs of the profiles
 * @param {(part: number, parts: number) => Promise<{ profiles: number, bad: number, firstBad: string }>} loadPart of the day of the others
 */
export async function newLabels(url, seconds, timeMs, loadPart) {
  const parts = 10;
  const began = performance.now();
  /** @type {Record<string, number>} */
  const statuses = {};
  let number = 0;
  /** @type {Set<Promise<void>>} */
  const underway = new Set();
  const pushing = setInterval(() => {
    if (underway.size >= MAX_UNDERWAY) return;
    const body = labelledProfile(number++, timeMs);
    const answered = push(url, 'labels{pod=a}', body).then(
      (status) => void (statuses[status] = (statuses[status] ?? 0) + 1),
      () => void (statuses.none = (statuses.none ?? 0) + 1),
    );
    underway.add(answered);
    void answered.then(() => underway.delete(answered));
  }, 1000 / UPLOADS_PER_SECOND);
  let profiles = 0;
  let refused = 0;
  let firstRefusal = '';
  await new Promise((resolve) => setTimeout(resolve, seconds * 500));
  for (let part = 0; part < parts; part++) {
    const loaded = await loadPart(part, parts);
    profiles += loaded.profiles;
    refused += loaded.bad;
    firstRefusal ||= loaded.firstBad;
    const restMs = began + seconds * 500 * (1 + (part + 1) / parts) - performance.now();
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
  }
  clearInterval(pushing);
  await Promise.all(underway);
  const others = { profiles, refused, ...(firstRefusal !== '' && { firstRefusal }) };
  return { seconds, labelSets: number * SAMPLES, statuses, others };
}

/** A gzip pprof whose samples have a label value each that no other has. @param {number} number @param {number} timeMs */
function labelledProfile(number, timeMs) {
  const strings = new StringTable();
  const type = () => new ValueType({ type: strings.dedup('cpu'), unit: strings.dedup('nanoseconds') });
  const key = strings.dedup('span id');
  const profile = new Profile({
    sampleType: [type()],
    sample: Array.from(
      { length: SAMPLES },
      (_, i) =>
        new Sample({
          locationId: [1],
          value: [10_000_000],
          label: [new Label({ key, str: strings.dedup(`${number}-${i}`) })],
        }),
    ),
    location: [new Location({ id: 1, line: [new Line({ functionId: 1, line: 1 })] })],
    function: [new Func({ id: 1, name: strings.dedup('main') })],
    stringTable: strings,
    timeNanos: BigInt(timeMs + number) * 1_000_000n,
    periodType: type(),
    period: 10_000_000,
  });
  return new Uint8Array(gzipSync(profile.encode()));
}

/**
 * Clients that send 200 MB each to a question at the same time, some with their length, some without.
 * @param {string} url @param {number} pid of the server
 * @returns {Promise<{ clients: number, bytesEach: number, statuses: string[], peakMiB: number }>}
 */
export async function largeQueries(url, pid) {
  const statuses = await Promise.all(Array.from({ length: LARGE_CLIENTS }, (_, i) => sendLarge(url, i % 2 === 0)));
  const peakMiB = Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
  return { clients: LARGE_CLIENTS, bytesEach: LARGE_BYTES, statuses, peakMiB };
}

/** @param {string} url @param {boolean} hasLength @returns {Promise<string>} the status, or how the connection ended */
function sendLarge(url, hasLength) {
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json',
      ...(hasLength && { 'content-length': `${LARGE_BYTES}` }),
    };
    const asked = request(
      `${url}/querier.v1.QuerierService/SelectMergeStacktraces`,
      { method: 'POST', headers, agent: false },
      (response) => {
        response.resume();
        resolve(`${response.statusCode}`);
        asked.destroy();
      },
    );
    asked.on('error', (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code ?? error.message));
    let left = LARGE_BYTES;
    const send = () => {
      while (left > 0 && !asked.destroyed) {
        const piece = PIECE.subarray(0, Math.min(left, PIECE.length));
        left -= piece.length;
        if (!asked.write(piece)) return void asked.once('drain', send);
      }
      asked.end();
    };
    send();
  });
}
