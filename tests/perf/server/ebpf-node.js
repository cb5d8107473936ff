/**
 * `npm run bench:ebpf-node`: what OpenTelemetry's eBPF profiler sends from one node in 10 minutes, taken in by the built
 * server: 200 processes of 60 threads, 20 samples a second each. The messages are made by ebpf-node/main.go with the
 * collector's own library, so it runs where Go is installed. Prints what was measured and the bars, and ends with 1 where
 * one is not met.
 * Options: --minutes N (default 10), --spans for a span in every sample, --generator FILE for a built main.go.
 */

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ask, CPU, cpuMs, machine, quantile, rssMiB, startServer, stop } from './lib.js';

const PROCESSES = 200;
const PROGRAMS = 25;
const SAMPLES_PER_SECOND = 20;
const NS_PER_SAMPLE = 1e9 / SAMPLES_PER_SECOND;
const SECONDS_A_MESSAGE = 5;
/** The bar of `bench:server`. */
const MAX_CPU_MS = 5;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    spans: { type: 'boolean', default: false },
    generator: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
if (values.generator === undefined && spawnSync('go', ['version']).status !== 0) {
  console.error('The bench needs Go: it makes the messages with the library of the OpenTelemetry collector.');
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'flametide-ebpf-'));
const generator = values.generator ?? join(folder, 'ebpf-node');
if (values.generator === undefined) {
  const cwd = fileURLToPath(new URL('ebpf-node', import.meta.url));
  execFileSync('go', ['build', '-o', generator, '.'], { cwd, stdio: 'inherit' });
}
const loadBefore = loadavg()[0];
const server = await startServer(['--data', join(folder, 'data'), '--no-self-profile']);
const pid = server.child.pid ?? 0;
try {
  const end = Math.floor(Date.now() / 1000);
  const made = spawn(generator, ['-minutes', `${minutes}`, '-end', `${end}`, ...(values.spans ? ['-spans'] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  /** @type {number[]} */
  const latencies = [];
  let bytes = 0;
  let refused = '';
  let peakMiB = 0;
  const before = cpuMs(pid);
  for await (const message of messages(made.stdout)) {
    const began = performance.now();
    const response = await fetch(`${server.url}/v1development/profiles`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: message,
    });
    const answer = Buffer.from(await response.arrayBuffer());
    latencies.push(performance.now() - began);
    bytes += message.length;
    peakMiB = Math.max(peakMiB, rssMiB(pid));
    // The message of an answer without partial success is empty.
    if (response.status !== 200 || answer.length > 0) refused ||= `${response.status} ${answer.toString()}`;
  }
  const profiles = latencies.length * PROCESSES;
  const cpuMsPerProfile = Number(((cpuMs(pid) - before) / profiles).toFixed(2));
  const status = await fetch(`${server.url}/api/status`);
  const { services } = (await status.json()).store;
  const range = { start: `${(end - minutes * 60 - 60) * 1000}`, end: `${(end + 60) * 1000}` };
  const asked = { ...range, labelSelector: '{}', profileTypeID: CPU };
  const { flamegraph } = await ask(server.url, 'SelectMergeStacktraces', asked);
  const expected = latencies.length * SECONDS_A_MESSAGE * PROCESSES * SAMPLES_PER_SECOND * NS_PER_SAMPLE;
  const used = services.map((/** @type {any} */ one) => one.labelSets / one.budget);
  const figures = {
    ...machine(),
    loadBefore,
    minutes,
    spans: values.spans,
    messages: latencies.length,
    profiles,
    MB: Math.round(bytes / 1e6),
    cpuMsPerProfile,
    messageP95Ms: quantile(latencies, 0.95),
    peakMiB,
    services: services.length,
    labelSets: Math.max(...services.map((/** @type {any} */ one) => one.labelSets)),
    refused,
    total: Number(flamegraph.total),
    expected,
  };
  console.log(figures);
  /** @type {[what: string, holds: boolean][]} */
  const bars = [
    ['nothing is refused', refused === ''],
    ['every sample is there', figures.total === expected],
    [`a service for each of ${PROGRAMS} programs`, services.length === PROGRAMS],
    ['label sets are within their budget', used.every((/** @type {number} */ share) => share <= 1)],
    [`CPU a pushed profile is ${MAX_CPU_MS} ms or less`, cpuMsPerProfile <= MAX_CPU_MS],
  ];
  for (const [what, holds] of bars) console.log(`${holds ? 'met    ' : 'NOT MET'} ${what}`);
  if (bars.some(([, holds]) => !holds)) process.exitCode = 1;
} finally {
  await stop(server.child, 'SIGTERM');
  rmSync(folder, { recursive: true });
}

/** @param {AsyncIterable<Buffer>} stream of messages behind their lengths */
async function* messages(stream) {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
      const length = rest.readUInt32BE(0);
      yield new Uint8Array(rest.subarray(4, 4 + length));
      rest = rest.subarray(4 + length);
    }
  }
}
