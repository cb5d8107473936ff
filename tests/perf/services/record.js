/**
 * `npm run bench:truth -- --record DIR`: records services with known changes anew, in the form that `bench:truth` reads.
 * Installs each service with pinned versions into node_modules/.cache/services, builds and starts the server, runs the
 * segments of a service one after the other under load, and the services beside each other. Stops what it started.
 * Options: --stacks fastify,flask (default: all whose tools are there) --seconds 240, the length of a segment
 */

import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Function as Func, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { runnerImport } from 'vite';
import { CPU, startServer, stop } from '../server/lib.js';
import { normal, startLoad } from './load.js';
import { pairsOf, planOf, stacks } from './stacks.js';

/** @typedef {import('./stacks.js').Stack} Stack */
/** @typedef {import('./stacks.js').Step} Step */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/services');
/** Until a service's code is compiled and its caches are full. */
const WARM_UP_SECONDS = 20;
/** Until the last upload has come. */
const LAST_UPLOADS_MS = 14_000;
const MAX_START_MS = 120_000;
const MAX_STOP_MS = 10_000;
const SLICE_SECONDS = 10;
/** Standard deviation of the logarithm of the load from segment to segment. */
const DRIFT_OF_LOAD = 0.1;

/** Ends with this process, however it ends. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** @param {string} target the folder of the recordings @param {{ only: readonly string[], seconds: number }} options */
export async function recordServices(target, { only, seconds }) {
  const { module } = await runnerImport(join(ROOT, 'src/base/seeded.ts'), { configFile: false, root: ROOT });
  const { seeded } = /** @type {typeof import('../../../src/base/seeded.ts')} */ (module);
  const ready = [];
  for (const id of only.length > 0 ? only : Object.keys(stacks)) {
    const problem = installed(id);
    if (problem === undefined) ready.push(id);
    else console.error(`Not recorded: ${problem}`);
  }
  if (ready.length === 0) throw new Error('There is no service to record.');
  mkdirSync(join(target, 'data'), { recursive: true });
  execFileSync(process.execPath, ['scripts/build.js', '--if-stale'], { cwd: ROOT, stdio: 'inherit' });
  const store = join(CACHE, 'store');
  rmSync(store, { recursive: true, force: true });
  const unlimited = ['--max-profile-age', '0', '--retention', 'off', '--no-self-profile'];
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(1));
  process.once('exit', () => {
    for (const child of running) child.kill('SIGKILL');
  });
  const server = await startServer(['--data', store, ...unlimited], 'inherit');
  running.add(server.child);
  await Promise.all(
    ready.map(async (id) => {
      for (const [n, step] of planOf(stacks[id]).entries()) {
        const name = `${id}-${n}`;
        if (existsSync(join(target, 'data', name, 'segment.json'))) console.log(`${name}: is recorded already`);
        else
          await record(target, id, n, step, seconds, server.url, seeded(`${name} ${Date.now()}`)).catch((error) => {
            console.error(`${name} is not recorded; the same command records it again. ${error}`);
          });
        writePairs(target);
      }
    }),
  );
  await stop(server.child, 'SIGTERM');
  console.log(`Score them with: npm run bench:truth -- --folder ${target} --dry`);
}

/** Copies a service into the cache and installs what it needs. @param {string} id @returns {string | undefined} what is missing */
function installed(id) {
  const stack = Object.hasOwn(stacks, id) ? stacks[id] : undefined;
  if (!stack) return `${id} is no service; there are ${Object.keys(stacks).join(', ')}.`;
  const missing = stack.tools.filter((tool) => !isThere(tool));
  if (missing.length > 0) return `${stack.title} needs ${missing.join(', ')}, which this machine does not have.`;
  const folder = join(CACHE, id);
  const stamp = join(folder, 'installed');
  const source = digestOf(join(HERE, id));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === source) return undefined;
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  cpSync(join(HERE, id), folder, { recursive: true });
  console.log(`${stack.title}: installing`);
  for (const [command, ...args] of stack.install)
    try {
      execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
    } catch {
      return `${stack.title} cannot be installed: "${[command, ...args].join(' ')}" failed in ${folder}.`;
    }
  writeFileSync(stamp, source);
  return undefined;
}

/** Changes with every file of a folder. @param {string} folder */
function digestOf(folder) {
  const digest = createHash('sha256');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) digest.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)));
  return digest.digest('hex');
}

/** @param {string} tool */
function isThere(tool) {
  return (process.env.PATH ?? '').split(':').some((folder) => folder !== '' && existsSync(join(folder, tool)));
}

/**
 * @param {string} target @param {string} id @param {number} n @param {Step} step @param {number} seconds
 * @param {string} server @param {() => number} random
 */
async function record(target, id, n, step, seconds, server, random) {
  const stack = stacks[id];
  const folder = join(CACHE, id);
  const port = await freePort();
  const version = `${n}${step.change === undefined ? '' : `-${step.change}`}`;
  const log = openSync(join(folder, `${id}-${n}.log`), 'w');
  const own = {
    APP: id,
    SERVER: server,
    VERSION: version,
    POD: `${id}-1`,
    PORT: String(port),
    CHANGE: step.change ?? '',
  };
  const more = Object.entries(stack.env?.(folder) ?? {}).map(([key, value]) => [
    key,
    value?.replace(/\$(\w+)/g, (_all, name) => own[/** @type {keyof typeof own} */ (name)]),
  ]);
  const [command, ...args] = stack.start;
  const service = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...own, ...Object.fromEntries(more) },
  });
  running.add(service);
  closeSync(log);
  const ended = new Promise((resolve) => service.once('exit', resolve));
  const url = `http://127.0.0.1:${port}`;
  const routes = Object.fromEntries(
    Object.entries(stack.routes).map(([route, weight]) => [
      route,
      step.isBusy && route === stack.busy ? 2 * weight : weight,
    ]),
  );
  const weightOf = (/** @type {Readonly<Record<string, number>>} */ all) =>
    Object.values(all).reduce((a, b) => a + b, 0);
  const scale = (step.load ?? 1) * Math.exp(DRIFT_OF_LOAD * normal(random));
  const rate = (stack.rate * scale * weightOf(routes)) / weightOf(stack.routes);
  try {
    await answering(`${url}${Object.keys(routes)[0]}?n=1`, service, join(folder, `${id}-${n}.log`));
    const load = startLoad(url, routes, rate, random);
    try {
      await sleep((stack.warmUpSeconds ?? WARM_UP_SECONDS) * 1000);
      const from = Date.now();
      const before = { ...load.state, answered: { ...load.state.answered } };
      await sleep(seconds * 1000);
      const until = Date.now();
      const requests = Object.fromEntries(
        Object.entries(load.state.answered).map(([route, count]) => [route, count - before.answered[route]]),
      );
      const lost = { failed: load.state.failed - before.failed, leftOut: load.state.leftOut - before.leftOut };
      await sleep(LAST_UPLOADS_MS);
      const slices = await slicesOf(
        server,
        stack.type ?? CPU,
        `{service_name="${id}",version="${version}"}`,
        from,
        until,
      );
      const at = join(target, 'data', `${id}-${n}`);
      rmSync(at, { recursive: true, force: true });
      mkdirSync(at, { recursive: true });
      for (const [i, bytes] of slices.files.entries())
        writeFileSync(join(at, `${String(i).padStart(3, '0')}.pb.gz`), bytes);
      const { isBusy, ...rest } = step;
      const told = {
        id,
        kind: id,
        app: id,
        n,
        version,
        ...rest,
        ...(isBusy ? { busy: stack.busy } : {}),
        from,
        until,
        rate,
      };
      const truth = { requests, ...lost, seconds: (until - from) / 1000 };
      writeFileSync(join(at, 'segment.json'), JSON.stringify({ ...told, truth }));
      const { failed, leftOut } = lost;
      console.log(
        `${id}-${n} ${version}: ${slices.samples} samples, ${JSON.stringify(requests)}, failed ${failed}, left out ${leftOut}`,
      );
    } finally {
      load.stop();
    }
  } finally {
    service.kill('SIGTERM');
    await Promise.race([ended, sleep(MAX_STOP_MS)]);
    service.kill('SIGKILL');
    running.delete(service);
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** @param {string} url @param {import('node:child_process').ChildProcess} service @param {string} log */
async function answering(url, service, log) {
  const limit = Date.now() + MAX_START_MS;
  while (Date.now() < limit && service.exitCode === null) {
    const response = await fetch(url).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.ok) return;
    await sleep(300);
  }
  throw new Error(`A service does not answer; see ${log}:\n${readFileSync(log, 'utf8').slice(-1000)}`);
}

/**
 * What the server has of a range, as the page is given it.
 * @param {string} server @param {string} profileTypeID @param {string} selector @param {number} from @param {number} until
 */
async function slicesOf(server, profileTypeID, selector, from, until) {
  const count = Math.max(1, Math.round((until - from) / 1000 / SLICE_SECONDS));
  const question = { profileTypeID, labelSelector: selector, start: from, end: until, slices: count };
  const response = await fetch(`${server}/flametide.v1.QueryService/SelectSlices`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(question),
  });
  if (!response.ok) throw new Error(`SelectSlices: ${response.status} ${await response.text()}`);
  const answer =
    /** @type {Readonly<Partial<Record<'names' | 'name' | 'parentDistance' | 'entries' | 'slice' | 'value' | 'count', readonly any[]>>>} */ (
      await response.json()
    );
  const {
    names = [],
    name = [],
    parentDistance = [],
    entries = [],
    slice = [],
    value = [],
    count: counts = [],
  } = answer;
  const parts = Array.from(
    { length: count },
    () => /** @type {{ node: number, value: number, count: number }[]} */ ([]),
  );
  let samples = 0;
  for (let node = 0, entry = 0; node < entries.length; node++)
    for (let i = 0; i < entries[node]; i++, entry++) {
      samples += Number(counts[entry] ?? 0);
      parts[slice[entry]].push({ node, value: Number(value[entry]), count: Number(counts[entry] ?? 0) });
    }
  if (samples === 0) throw new Error(`There are no counted samples of ${selector}.`);
  return { samples, files: parts.map((part) => pprofOf(part, names, name, parentDistance)) };
}

/**
 * @param {readonly { node: number, value: number, count: number }[]} part @param {readonly string[]} names
 * @param {readonly number[]} name @param {readonly number[]} parentDistance
 */
function pprofOf(part, names, name, parentDistance) {
  const strings = new StringTable();
  const type = (/** @type {string} */ one, /** @type {string} */ unit) =>
    new ValueType({ type: strings.dedup(one), unit: strings.dedup(unit) });
  /** @type {Map<number, number>} */
  const ids = new Map();
  const sample = part.map(({ node, value, count }) => {
    const locationId = [];
    for (let at = node; at > 0; at -= parentDistance[at]) {
      let id = ids.get(name[at]);
      if (id === undefined) ids.set(name[at], (id = ids.size + 1));
      locationId.push(id);
    }
    return new Sample({ locationId, value: [count, value] });
  });
  const profile = new Profile({
    sampleType: [type('samples', 'count'), type('cpu', 'nanoseconds')],
    sample,
    location: [...ids.values()].map((id) => new Location({ id, line: [new Line({ functionId: id })] })),
    function: [...ids].map(([at, id]) => new Func({ id, name: strings.dedup(names[at]) })),
    stringTable: strings,
  });
  return gzipSync(profile.encode());
}

/** The pairs of all segments that are recorded by now. @param {string} target */
function writePairs(target) {
  const names = readdirSync(join(target, 'data'));
  const pairs = Object.entries(stacks).flatMap(([id, stack]) => {
    const recorded = names.flatMap((name) => (name.startsWith(`${id}-`) ? [Number(name.slice(id.length + 1))] : []));
    return pairsOf(id, stack, recorded);
  });
  writeFileSync(join(target, 'pairs.json'), `${JSON.stringify(pairs, null, 1)}\n`);
}
