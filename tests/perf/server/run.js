/**
 * `npm run bench:server`: the built server under the loads and the questions of ../shared/bench/server, which measure any
 * Pyroscope-compatible server alike. Three folders: a day of ten services (push, questions, soak), a day of two at the pace
 * of real agents (bytes a sample, merges meanwhile), a week of ten. Then what one client may do to the others
 * (pressure.js). Prints as it goes and writes tests/perf/results-server.json: what was measured, and beside it the bar that
 * it has to pass.
 * Options: --soak SECONDS for 50 clients asking while 20 profiles a second come in (default 60), --labels SECONDS for one
 * service that sends a new label value with every sample (default 600), --only pressure (writes no results).
 */

import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { Agent, request } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ask, CPU, cpuMs, machine, madeProfile, push, quantile, rssMiB, startServer, stop } from './lib.js';
import { largeQueries, newLabels } from './pressure.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TOOLS = join(ROOT, '../shared/bench/server');
const CACHE = join(ROOT, 'node_modules/.cache/bench');
const soakSeconds = option('soak', 60);
const labelsSeconds = option('labels', 600);
const SOAK_CLIENTS = 50;
const agent = new Agent({ keepAlive: true, maxSockets: SOAK_CLIENTS });
const SOAK_PROFILES_PER_SECOND = 20;
/** A round of upkeep, and some more. */
const SETTLE_MS = 35_000;
/** Upkeep that does not rest by then has what it has. */
const MAX_SETTLE_MS = 15 * 60_000;
const ROUNDS = 21;
const HOUR = 3_600_000;
/** Long past, and no midnight: a day is then two dictionaries and two hours that are cut, as most are. */
const END = Date.UTC(2026, 0, 15, 9, 7);

if (!existsSync(TOOLS)) {
  console.error('The bench needs ../shared/bench/server: it makes the loads and asks the questions.');
  process.exit(1);
}
mkdirSync(CACHE, { recursive: true });
const loadBefore = loadavg()[0];
if (process.argv.includes('pressure')) {
  console.log(await underPressure());
  process.exit();
}

const day = await loaded('day', ['--services', '10', '--every', '120']);
console.log('day', day.figures);
let { server } = day;
await stop(server.child, 'SIGTERM');
server = await startServer(day.args);
const pid = server.child.pid ?? 0;
const cold = { listenMs: Math.round(server.startMs) };
const table = await tool(
  'query.mjs',
  '--url',
  server.url,
  '--end',
  `${END}`,
  '--rounds',
  `${ROUNDS}`,
  '--pid',
  `${pid}`,
);
console.log(table);
const queries = Object.fromEntries(
  table
    .trim()
    .split('\n')
    .map((line) => {
      const [, name = '', first, p50, p95] = /^(.+?)\s+200 first\s+(\d+)\s+p50\s+(\d+)\s+p95\s+(\d+)/.exec(line) ?? [];
      return [name, { firstMs: Number(first), p50Ms: Number(p50), p95Ms: Number(p95) }];
    }),
);
const afterQueries = rssMiB(pid);
const soaked = await soak();
await end(day.folder, server);

/** Merges of the hour that is coming in. @type {number[]} */
const hot = [];
const dense = await loaded('dense', ['--services', '2', '--every', '15'], async (url) => {
  const { newestProfileTime: newest } = await ask(url, 'GetProfileStats', {});
  if (newest === undefined) return;
  const hour = { ...merge(1, Number(newest)), labelSelector: '{service_name="svc-000"}' };
  hot.push(await timed(url, 'SelectMergeStacktraces', hour));
});
console.log('dense', dense.figures);
await end(dense.folder, dense.server);

const week = await loaded('week', ['--services', '10', '--every', '600', '--hours', '168']);
/** @type {Record<string, { p50Ms: number, p95Ms: number }>} */
const wide = {};
for (const [who, labelSelector] of [
  ['1 svc', '{service_name="svc-003"}'],
  ['all', '{}'],
]) {
  const series = { ...merge(168), labelSelector, step: 3600, groupBy: ['service_name'] };
  wide[`Merge flamegraph ${who} 7d`] = await repeated(week.server.url, 'SelectMergeStacktraces', {
    ...merge(168),
    labelSelector,
  });
  wide[`SelectSeries ${who} 7d`] = await repeated(week.server.url, 'SelectSeries', series);
}
console.log('week', week.figures, wide);
await end(week.folder, week.server);

const pressure = await underPressure();
console.log('pressure', pressure);

agent.destroy();

const { load } = day.figures;
const hotMerge = { count: hot.length, p50Ms: quantile(hot, 0.5), p95Ms: quantile(hot, 0.95) };
/** @type {[what: string, measured: number, bar: number][]} */
const most = [
  ['CPU a pushed profile, ms', load.cpuMsPerProfile, 5],
  ['push p95, ms', load.p95, 60],
  ['memory while loading, MiB', day.figures.rssMiB, 428],
  ['bytes a sample, day', day.figures.bytesPerSample, 7.2],
  ...Object.entries({ day, dense, week }).map(
    ([name, { figures }]) =>
      /** @type {[string, number, number]} */ ([`files on disk, times their data, ${name}`, figures.timesData, 1.3]),
  ),
  ['new labels: refusals of other services', pressure.labels.others.refused, 0],
  ['memory with 200 MB from each of 5 clients, MiB', pressure.memory.peakMiB, 600],
  ['bytes a CPU sample at the pace of agents', dense.figures.bytesPerSample, 1.8],
  ['share of the gzip pprof received', dense.figures.shareOfReceived, 0.033],
  ['cold open, ms', cold.listenMs, 2000],
  ['merge while loading p95, ms', hotMerge.p95Ms, 60],
  // Half of what Pyroscope needs, in the better of its two states; a third for merges over a day.
  ...Object.entries({
    'SelectSeries 1 svc 1h/15s': 2,
    'SelectSeries 1 svc 24h/300s': 9,
    'SelectSeries all by svc 24h/300s': 68,
    'Merge flamegraph 1 svc 1h': 31,
    'Merge flamegraph 1 svc 24h': 65,
    'Merge tree 1 svc 24h': 65,
    'Merge tree 1 svc 24h, 1M nodes': 276,
    'Merge flamegraph all 1h': 194,
    'Merge flamegraph all 24h': 378,
    'pprof 1 svc 1h': 88,
    'pprof 1 svc 24h': 264,
    'Diff 1 svc 12h against 12h': 188,
  }).map(([name, bar]) => /** @type {[string, number, number]} */ ([`${name}, ms`, queries[name].p50Ms, bar])),
  ['Merge flamegraph 1 svc 7d p95, ms', wide['Merge flamegraph 1 svc 7d'].p95Ms, 800],
  ['SelectSeries 1 svc 7d p95, ms', wide['SelectSeries 1 svc 7d'].p95Ms, 20],
  ['SelectSeries all 7d p95, ms', wide['SelectSeries all 7d'].p95Ms, 300],
  ['soak: errors', soaked.errors, 0],
  ['soak: merge 1 svc 1h p95, ms', soaked.p95Ms, 150],
];
const bars = [
  { what: 'profiles a second', measured: load.perSecond, atLeast: 150, holds: load.perSecond >= 150 },
  ...most.map(([what, measured, atMost]) => ({ what, measured, atMost, holds: measured <= atMost })),
];
const result = {
  ...machine(),
  loadBefore,
  bars,
  day: day.figures,
  cold,
  queries,
  rssMiB: { afterQueries },
  dense: { ...dense.figures, hotMerge },
  week: { ...week.figures, queries: wide },
  soak: soaked,
  pressure,
};
writeFileSync(join(ROOT, 'tests/perf/results-server.json'), `${JSON.stringify(result, null, 2)}\n`);
console.table(bars);

/**
 * A server on a folder of its own that has taken a load and packed it.
 * @param {string} name @param {string[]} shape of the load, as gen-day.mjs has it
 * @param {(url: string) => Promise<void>} [meanwhile] again and again while the load comes in
 */
async function loaded(name, shape, meanwhile) {
  const { file, samples, gzBytes } = await madeLoad(name, shape);
  const folder = mkdtempSync(join(tmpdir(), 'flametide-bench-'));
  const args = ['--data', folder, '--max-profile-age', '0', '--retention', 'off', '--no-self-profile'];
  const started = await startServer(args);
  const serverPid = started.child.pid ?? 0;
  let rss = 0;
  const watching = setInterval(() => (rss = Math.max(rss, rssMiB(serverPid))), 1000);
  let asking = Promise.resolve();
  const often = setInterval(() => {
    asking = asking.then(() => meanwhile?.(started.url));
  }, 200);
  const told = await tool('load.mjs', file, '--url', started.url, '--clients', '8', '--pid', `${serverPid}`);
  clearInterval(often);
  clearInterval(watching);
  await asking;
  const { dataBytes, fileBytes } = await settled(started.url, folder);
  const figures = {
    load: JSON.parse(told),
    rssMiB: rss,
    samples,
    receivedBytes: gzBytes,
    dataBytes,
    bytesPerSample: Number((dataBytes / samples).toFixed(2)),
    fileBytes,
    fileBytesPerSample: Number((fileBytes / samples).toFixed(2)),
    timesData: Number((fileBytes / dataBytes).toFixed(2)),
    shareOfReceived: Number((dataBytes / gzBytes).toFixed(4)),
  };
  return { server: started, folder, args, figures };
}

/** @param {string} name @param {string[]} shape of the load @returns {Promise<{ file: string, profiles: number, samples: number, gzBytes: number }>} */
async function madeLoad(name, shape) {
  const file = join(CACHE, `${name}.bin`);
  if (!existsSync(`${file}.json`)) {
    console.log(`Making ${name}: ${shape.join(' ')}`);
    writeFileSync(`${file}.json`, await tool('gen-day.mjs', file, '--end', `${END}`, ...shape));
  }
  return { file, ...JSON.parse(readFileSync(`${file}.json`, 'utf8')) };
}

/**
 * Waits until upkeep rests: neither data nor files change in a round of it.
 * @param {string} url @param {string} folder @returns {Promise<{ dataBytes: number, fileBytes: number }>} files with their logs
 */
async function settled(url, folder) {
  const began = performance.now();
  for (let before = ''; ;) {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const dataBytes = Number(/^flametide_store_data_bytes (\d+)/m.exec(metrics)?.[1]);
    const files = readdirSync(folder).filter((name) => name.startsWith('profiles.db'));
    const fileBytes = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    const now = `${dataBytes} ${fileBytes}`;
    if (now === before || performance.now() - began > MAX_SETTLE_MS) return { dataBytes, fileBytes };
    before = now;
  }
}

/** Each on a fresh server. */
async function underPressure() {
  const { file, profiles } = await madeLoad('day', ['--services', '10', '--every', '120']);
  const labels = await onFresh((url) =>
    newLabels(url, labelsSeconds, END - HOUR, async (part, parts) => {
      const count = Math.ceil(profiles / parts);
      const range = ['--skip', `${part * count}`, '--limit', `${count}`];
      return JSON.parse(await tool('load.mjs', file, '--url', url, '--clients', '8', ...range));
    }),
  );
  return { labels, memory: await onFresh(largeQueries) };
}

/** @template T @param {(url: string, pid: number) => Promise<T>} work @returns {Promise<T>} */
async function onFresh(work) {
  const folder = mkdtempSync(join(tmpdir(), 'flametide-bench-'));
  const started = await startServer([
    '--data',
    folder,
    '--max-profile-age',
    '0',
    '--retention',
    'off',
    '--no-self-profile',
  ]);
  try {
    return await work(started.url, started.child.pid ?? 0);
  } finally {
    await end(folder, started);
  }
}

/** @param {string} folder @param {{ child: import('node:child_process').ChildProcess }} started */
async function end(folder, started) {
  await stop(started.child, 'SIGTERM');
  rmSync(folder, { recursive: true });
}

/** Hours of all. @param {number} hours @param {number} until */
function merge(hours, until = END) {
  return { profileTypeID: CPU, labelSelector: '{}', start: until - hours * HOUR, end: until, maxNodes: 8192 };
}

/** @param {string} url @param {string} call @param {object} message @returns {Promise<number>} ms */
async function timed(url, call, message) {
  const began = performance.now();
  const status = await drain(`${url}/querier.v1.QuerierService/${call}`, JSON.stringify(message));
  if (status !== 200) throw new Error(`${call}: ${status}`);
  return performance.now() - began;
}

/** @param {string} url @param {string} call @param {object} message */
async function repeated(url, call, message) {
  const times = [];
  for (let i = 0; i < ROUNDS; i++) times.push(await timed(url, call, message));
  return { p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95) };
}

/** Clients that ask for an hour of one service each, as fast as they are answered, while profiles come in. */
async function soak() {
  const until = performance.now() + soakSeconds * 1000;
  /** @type {number[]} */
  const times = [];
  let errors = 0;
  const memory = [rssMiB(pid)];
  const before = cpuMs(pid);
  const pushing = setInterval(() => {
    const name = `svc-${String(Math.floor(Math.random() * 10)).padStart(3, '0')}{pod=b}`;
    push(server.url, name, madeProfile('main', 600, Date.now())).then(
      (status) => (errors += status === 200 ? 0 : 1),
      () => errors++,
    );
  }, 1000 / SOAK_PROFILES_PER_SECOND);
  const watching = setInterval(() => memory.push(rssMiB(pid)), 15_000);
  const clients = Array.from({ length: SOAK_CLIENTS }, async (_, client) => {
    const labelSelector = `{service_name="svc-${String(client % 10).padStart(3, '0')}"}`;
    while (performance.now() < until) {
      await timed(server.url, 'SelectMergeStacktraces', { ...merge(1), labelSelector }).then(
        (ms) => times.push(ms),
        () => errors++,
      );
    }
  });
  await Promise.all(clients);
  clearInterval(pushing);
  clearInterval(watching);
  return {
    clients: SOAK_CLIENTS,
    seconds: soakSeconds,
    profilesPerSecond: SOAK_PROFILES_PER_SECOND,
    queries: times.length,
    errors,
    p50Ms: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
    cores: Number(((cpuMs(pid) - before) / (soakSeconds * 1000)).toFixed(2)),
    rssMiB: memory,
  };
}

/**
 * Posts and reads the answer away: 50 clients in one process must not wait for each other's parsing.
 * @param {string} url @param {string} body @returns {Promise<number>} the status
 */
function drain(url, body) {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { agent, method: 'POST', headers: { 'content-type': 'application/json' } },
      (response) => {
        response.on('error', reject);
        response.on('end', () => resolve(response.statusCode ?? 0));
        response.resume();
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

/** @param {string} script @param {string[]} rest */
async function tool(script, ...rest) {
  const { stdout } = await promisify(execFile)(process.execPath, [join(TOOLS, script), ...rest], {
    maxBuffer: 1 << 26,
  });
  return stdout;
}

/** @param {string} name @param {number} fallback */
function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}
