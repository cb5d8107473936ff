/**
 * `npm run bench:server`: the built server under the load and the questions of ../shared/bench/server, which measure any
 * Pyroscope-compatible server alike. Prints as it goes and writes tests/perf/results-server.json (medians, machine, date).
 * Options: --soak SECONDS for the last part, 50 clients asking while 20 profiles a second come in (default 60).
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CPU, cpuMs, machine, madeProfile, push, quantile, rssMiB, startServer, stop } from './lib.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TOOLS = join(ROOT, '../shared/bench/server');
const CACHE = join(ROOT, 'node_modules/.cache/bench');
const at = process.argv.indexOf('--soak');
const soakSeconds = at < 0 ? 60 : Number(process.argv[at + 1]);
const SOAK_CLIENTS = 50;
const agent = new Agent({ keepAlive: true, maxSockets: SOAK_CLIENTS });
const SOAK_PROFILES_PER_SECOND = 20;
/** Two rounds of upkeep. */
const SETTLE_MS = 65_000;

if (!existsSync(TOOLS)) {
  console.error('The bench needs ../shared/bench/server: it makes the day and asks the questions.');
  process.exit(1);
}
mkdirSync(CACHE, { recursive: true });
const day = join(CACHE, 'day.bin');
if (!existsSync(`${day}.json`)) {
  console.log('Making a day of profiles: 10 services, one each two minutes.');
  writeFileSync(`${day}.json`, tool('gen-day.mjs', day));
}
const { end, samples, gzBytes } = JSON.parse(readFileSync(`${day}.json`, 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'flametide-bench-'));
const args = ['--data', folder, '--max-profile-age', '0', '--no-self-profile'];

let server = await startServer(args);
const load = JSON.parse(
  tool('load.mjs', day, '--url', server.url, '--clients', '8', '--pid', String(server.child.pid)),
);
console.log('push', load);
await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
const dataBytes = Number(
  /^flametide_store_data_bytes (\d+)/m.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1],
);
await stop(server.child, 'SIGTERM');

server = await startServer(args);
const pid = server.child.pid ?? 0;
const cold = { listenMs: Math.round(server.startMs) };
const table = tool('query.mjs', '--url', server.url, '--end', String(end), '--rounds', '21', '--pid', String(pid));
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
await stop(server.child, 'SIGTERM');
rmSync(folder, { recursive: true });

const result = {
  ...machine(),
  load,
  store: { samples, receivedBytes: gzBytes, dataBytes, bytesPerSample: Number((dataBytes / samples).toFixed(2)) },
  cold,
  queries,
  rssMiB: { afterLoad: load.rssMiB, afterQueries },
  soak: soaked,
};
writeFileSync(join(ROOT, 'tests/perf/results-server.json'), `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify({ store: result.store, rssMiB: result.rssMiB, soak: soaked }));

/** Clients that ask for an hour of one service each, as fast as they are answered, while profiles come in. */
async function soak() {
  const until = performance.now() + soakSeconds * 1000;
  /** @type {number[]} */
  const took = [];
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
  const watching = setInterval(() => memory.push(rssMiB(pid)), 5000);
  const clients = Array.from({ length: SOAK_CLIENTS }, async (_, client) => {
    while (performance.now() < until) {
      const began = performance.now();
      try {
        const message = {
          profileTypeID: CPU,
          labelSelector: `{service_name="svc-${String(client % 10).padStart(3, '0')}"}`,
          start: end - 3_600_000,
          end,
          maxNodes: 8192,
        };
        const status = await drain(
          `${server.url}/querier.v1.QuerierService/SelectMergeStacktraces`,
          JSON.stringify(message),
        );
        if (status === 200) took.push(performance.now() - began);
        else errors++;
      } catch {
        errors++;
      }
    }
  });
  await Promise.all(clients);
  agent.destroy();
  clearInterval(pushing);
  clearInterval(watching);
  return {
    clients: SOAK_CLIENTS,
    seconds: soakSeconds,
    profilesPerSecond: SOAK_PROFILES_PER_SECOND,
    queries: took.length,
    errors,
    p50Ms: quantile(took, 0.5),
    p95Ms: quantile(took, 0.95),
    cores: Number(((cpuMs(pid) - before) / (soakSeconds * 1000)).toFixed(2)),
    rssMiB: { first: memory[0], most: Math.max(...memory), last: memory.at(-1) },
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
function tool(script, ...rest) {
  return execFileSync(process.execPath, [join(TOOLS, script), ...rest], { encoding: 'utf8', maxBuffer: 1 << 26 });
}
