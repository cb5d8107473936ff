/** Mutated requests against a running server: answers, hangs, its log, what it holds afterwards, its memory. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, CPU, madeProfile, push, startServer, stop } from '../server/lib.js';
import { exchange, http1Bytes, http2Bytes, openAfter } from './exchange.js';
import { noteFailure } from './failures.js';
import { mutated, Random } from './mutate.js';
import { END_MS, requestSeeds } from './request-seeds.js';

const CLIENTS = 16;
/** Generous, as other programs may run beside it: what hangs does so for ever. */
const HANG_MS = 60_000;
/** Of a connection that does not say what it promises: the server's longest limit is a minute. */
const LIMIT_MS = 150_000;
const CHECK_EVERY = 500;
/** Cases that were under way when a line was logged are sent again, one by one, to find the one. */
const MAX_REPLAYS = 64;
/** Fresh servers in place of ones that ended, or that answer nothing any more. */
const MAX_RESTARTS = 20;
const ERROR_LEVEL = 50;
/** The window that a request of HTTP/2 may fill without waiting for more. */
const HTTP2_WINDOW = 65_535;
const seeds = requestSeeds();

/** @typedef {{ bytes: Uint8Array, isHttp2: boolean, isWhole: boolean, name: string }} Case */

/** @param {number} seed @param {number} number @returns {Case} */
function mutatedRequest(seed, number) {
  const random = new Random(seed, number);
  const request = { ...random.pick(seeds) };
  const { name, kind } = request;
  const layer = random.next();
  if (layer < 0.65 && request.body.length > 0)
    request.body = mutated(request.body, random.pick(seeds).body, random, kind);
  else if (layer < 0.85 && request.query.length > 0) {
    const at = random.below(request.query.length);
    request.query = request.query.map(([key, value], i) => [key, i === at ? mutatedText(value, random) : value]);
    if (random.next() < 0.2) request.query.splice(random.below(2) * at, random.below(2), request.query[at]);
  } else if (layer < 0.9) request.path = `/${mutatedText(request.path.slice(1), random).replace(/[\s?#]/g, '')}`;
  if (request.wrap !== undefined) request.body = request.wrap(request.body);
  const isHttp2 = random.next() < 0.3 && request.body.length < HTTP2_WINDOW;
  const bytes = isHttp2 ? http2Bytes(request) : http1Bytes(request);
  const isRaw = layer >= 0.9;
  const made = isRaw ? mutated(bytes, random.pick(seeds).body, random, 'bytes') : bytes;
  return { bytes: made, isHttp2, isWhole: !isRaw, name };
}

/** @param {string} value @param {Random} random */
function mutatedText(value, random) {
  const bytes = new TextEncoder().encode(value);
  return new TextDecoder().decode(mutated(bytes, bytes, random, 'bytes'));
}

/** A server on a fresh folder with a service that no mutation touches. */
async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'flametide-mutations-'));
  const args = ['--data', folder, '--max-profile-age', '0', '--retention', 'off', '--no-self-profile'];
  const { child, url } = await startServer(args, 'pipe');
  /** @type {string[]} */
  const log = [];
  let rest = '';
  child.stderr?.on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const said = failureIn(line);
      if (said !== undefined) log.push(said);
    }
  });
  const server = { child, url, port: Number(new URL(url).port), folder, log };
  const status = await push(url, 'base{pod=a}', madeProfile('base', 10, END_MS - 60_000));
  if (status !== 200) throw new Error(`The base was answered ${status}.`);
  return server;
}

/** @typedef {Awaited<ReturnType<typeof start>>} Server */

/** What a line of the log has that no request may cause. @param {string} line */
function failureIn(line) {
  /** @type {{ level: number, msg: string } | undefined} */
  let said;
  try {
    said = JSON.parse(line);
  } catch {
    return `not from the log: ${line}`;
  }
  const { level = 0, msg = '' } = said ?? {};
  // gRPC wants this code for a frame that says it is packed where the head does not.
  if (msg.includes('Grpc-Encoding does not say how')) return undefined;
  return level >= ERROR_LEVEL || msg.includes('refused (internal)') ? msg : undefined;
}

/** Failures that differ in numbers and names only are one kind. @param {string} said */
function kindOf(said) {
  return said
    .replace(/[\da-f]{8}-[\da-f-]{27}/g, 'ID')
    .replace(/\d+/g, 'N')
    .slice(0, 160);
}

/** @param {number} pid @returns {number} the most resident memory so far, MiB (Linux) */
function peakMiB(pid) {
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
}

/** Questions whose answers no mutation may change. @param {Server} server @returns {Promise<string | undefined>} what is wrong */
async function wrongWith({ url }) {
  const range = { start: END_MS - 3_600_000, end: END_MS };
  const all = { ...range, profileTypeID: CPU, labelSelector: '{}' };
  try {
    const base = { ...all, labelSelector: '{service_name="base"}' };
    const { flamegraph } = await ask(url, 'SelectMergeStacktraces', base);
    if (flamegraph?.total !== '100000000') return `The base has a total of ${flamegraph?.total}.`;
    for (const call of ['SelectMergeStacktraces', 'SelectMergeProfile']) await ask(url, call, all);
    await ask(url, 'SelectSeries', { ...all, step: 15, groupBy: ['pod'] });
    const { profileTypes } = await ask(url, 'ProfileTypes', range);
    for (const { ID } of profileTypes.slice(0, 50))
      await ask(url, 'SelectMergeStacktraces', { ...all, profileTypeID: ID });
    await ask(url, 'Series', { ...range, matchers: [], labelNames: [] });
    for (const path of ['ready', 'api/status', 'api/links', 'api/markers', 'metrics']) {
      const response = await fetch(`${url}/${path}`);
      const said = await response.text();
      if (response.status !== 200) return `${path}: ${response.status} ${said}`;
    }
    const status = await push(url, 'base{pod=b}', madeProfile('late', 10, END_MS + 60_000));
    return status === 200 ? undefined : `An upload is answered ${status}.`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * @param {number} count @param {number} seed
 * @returns {Promise<{ statuses: Record<string, number>, peakMiB: number, restarts: number, failures: import('./failures.js').Failures }>}
 */
export async function mutateRequests(count, seed) {
  /** @type {import('./failures.js').Failures} */
  const failures = {};
  /** @type {Record<string, number>} */
  const statuses = {};
  /** Kinds in the log, with the cases that may have caused them. @type {Map<string, number[]>} */
  const suspects = new Map();
  let peak = 0;
  let restarts = 0;
  const silent = await start();
  const silence = openAfter(silent.port, LIMIT_MS);
  let server = await start();
  const note = (/** @type {string} */ kind, /** @type {number} */ number, /** @type {string} */ message) =>
    noteFailure(failures, kind, number, message, () => mutatedRequest(seed, number).bytes);

  for (let from = 0; from < count && restarts <= MAX_RESTARTS; from += CHECK_EVERY) {
    const until = Math.min(count, from + CHECK_EVERY);
    const underway = new Set();
    /** @type {number[]} */
    const stored = [];
    let next = from;
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (next < until && server.child.exitCode === null) {
        const number = next++;
        const { bytes, isHttp2, isWhole, name } = mutatedRequest(seed, number);
        underway.add(number);
        const logged = server.log.length;
        const { status, isHung, answer } = await exchange(server.port, bytes, isHttp2, isWhole, HANG_MS);
        for (const said of server.log.slice(logged)) {
          const kind = kindOf(said);
          const known = suspects.get(kind) ?? [];
          if (known.length < MAX_REPLAYS) suspects.set(kind, [...new Set([...known, ...underway])]);
        }
        underway.delete(number);
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (isHung) note(`hang: ${name}`, number, `no end after ${HANG_MS} ms`);
        if (status === '500')
          note(`500: ${kindOf(answer.toString('latin1').split('\r\n\r\n')[1] ?? '')}`, number, name);
        if (status === '200' && /ingest|push|body/.test(name)) stored.push(number);
      }
    });
    await Promise.all(clients);
    const ended = server.child.exitCode !== null || server.child.signalCode !== null;
    if (!ended) peak = Math.max(peak, peakMiB(server.child.pid ?? 0));
    const wrong = ended ? `The process has ended: ${server.log.at(-1)}` : await wrongWith(server);
    if (until % 5000 === 0) console.error(`${until} requests, ${Object.keys(failures).length} kinds of failures`);
    if (wrong === undefined) continue;
    console.error(`Cases ${from} to ${until}: ${wrong}`);
    const culprit = await firstThat(seed, ended ? numbersFrom(from, until) : stored, async (fresh) =>
      fresh.child.exitCode !== null ? 'ended' : wrongWith(fresh),
    );
    note(`afterwards: ${kindOf(wrong)}`, culprit ?? from, culprit === undefined ? `${wrong} Not found again.` : wrong);
    await end(server);
    restarts++;
    server = await start();
  }
  for (const [kind, numbers] of suspects) {
    const culprit = await firstThat(seed, numbers, async ({ log }) => log.find((said) => kindOf(said) === kind));
    note(`log: ${kind}`, culprit ?? numbers[0], culprit === undefined ? 'Not found again.' : '');
  }
  await end(server);
  for (const stage of await silence)
    note(`open: a connection that sent ${stage}`, 0, `after ${LIMIT_MS / 1000} s of silence`);
  await end(silent);
  return { statuses, peakMiB: peak, restarts, failures };
}

/** @param {number} from @param {number} until */
function numbersFrom(from, until) {
  return Array.from({ length: until - from }, (_, i) => from + i);
}

/**
 * Sends cases again, alone and in order, to a fresh server.
 * @param {number} seed @param {number[]} numbers @param {(server: Server) => Promise<string | undefined>} check
 * @returns {Promise<number | undefined>} the first after which there is something wrong
 */
async function firstThat(seed, numbers, check) {
  const server = await start();
  try {
    for (const number of numbers) {
      const { bytes, isHttp2, isWhole } = mutatedRequest(seed, number);
      await exchange(server.port, bytes, isHttp2, isWhole, HANG_MS);
      if ((await check(server)) !== undefined) return number;
    }
    return undefined;
  } finally {
    await end(server);
  }
}

/** @param {Server} server */
async function end({ child, folder }) {
  if (child.exitCode === null && child.signalCode === null) await stop(child, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

/** Sends one case to a fresh server, for whoever looks into it. @param {number} seed @param {number} number */
export async function sendOne(seed, number) {
  const server = await start();
  const { bytes, isHttp2, isWhole, name } = mutatedRequest(seed, number);
  const { status, isHung, answer } = await exchange(server.port, bytes, isHttp2, isWhole, HANG_MS);
  const afterwards = await wrongWith(server);
  console.log({ name, isHttp2, isWhole, status, isHung, afterwards, log: server.log });
  console.log(
    `--- sent\n${Buffer.from(bytes).toString('latin1')}\n--- answered\n${answer.toString('latin1').slice(0, 2000)}`,
  );
  await end(server);
}
