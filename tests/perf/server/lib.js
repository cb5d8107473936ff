/** What the server's benches share: a built server as a process, made profiles, and how to ask. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Function as Func, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';

const MAIN = fileURLToPath(new URL('../../../dist/server/main.js', import.meta.url));
export const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';

/** The server ended before it listened. */
export class StartError extends Error {
  /** @param {number | null} code */
  constructor(code) {
    super(`The server ended at its start, with code ${code}.`);
    this.code = code;
  }
}

/**
 * Starts the built server.
 * @param {string[]} args @param {'inherit' | 'pipe'} [log] where its log goes @param {NodeJS.ProcessEnv} [env] beside this one's
 * @returns the process, its address and how long it took to listen, ms
 */
export async function startServer(args, log = 'inherit', env = {}) {
  const began = performance.now();
  const child = spawn(process.execPath, [MAIN, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', log],
    env: { ...process.env, ...env },
  });
  const { stdout } = child;
  if (stdout === null) throw new Error('The server has no output.');
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new StartError(code)));
  });
  return { child, url: String(line).replace(/^.* /, ''), startMs: performance.now() - began };
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
export async function stop(child, signal) {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/**
 * A pprof of stacks below one function.
 * @param {string} root @param {number} stacks @param {number} timeMs @param {boolean} [isPacked] with gzip
 */
export function madeProfile(root, stacks, timeMs, isPacked = true) {
  const strings = new StringTable();
  const type = () => new ValueType({ type: strings.dedup('cpu'), unit: strings.dedup('nanoseconds') });
  const names = [root, ...Array.from({ length: stacks }, (_, i) => `work.step${i}`)];
  const functions = names.map((name, i) => new Func({ id: i + 1, name: strings.dedup(name) }));
  const locations = names.map((_, i) => new Location({ id: i + 1, line: [new Line({ functionId: i + 1, line: i })] }));
  const samples = Array.from({ length: stacks }, (_, i) => new Sample({ locationId: [i + 2, 1], value: [10_000_000] }));
  const profile = new Profile({
    sampleType: [type()],
    sample: samples,
    location: locations,
    function: functions,
    stringTable: strings,
    timeNanos: BigInt(Math.round(timeMs)) * 1_000_000n,
    periodType: type(),
    period: 10_000_000,
  });
  const bytes = profile.encode();
  return new Uint8Array(isPacked ? gzipSync(bytes) : bytes);
}

/** @param {string} url @param {string} name @param {Uint8Array<ArrayBuffer>} body @returns {Promise<number>} the status */
export async function push(url, name, body) {
  const response = await fetch(`${url}/ingest?format=pprof&name=${encodeURIComponent(name)}`, { method: 'POST', body });
  await response.arrayBuffer();
  return response.status;
}

/** @param {string} url @param {string} call @param {object} message @returns {Promise<any>} */
export async function ask(url, call, message) {
  const response = await fetch(`${url}/querier.v1.QuerierService/${call}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
  if (!response.ok) throw new Error(`${call}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** User and system time of a process so far, ms (Linux). @param {number} pid */
export function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** @param {number} pid @returns {number} resident memory, MiB (Linux) */
export function rssMiB(pid) {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
}

/** @param {number[]} values @param {number} share */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return Number(sorted[Math.floor(share * (sorted.length - 1))].toFixed(1));
}

export function machine() {
  return {
    node: process.version,
    cpu: cpus()[0].model,
    cores: cpus().length,
    date: new Date().toISOString().slice(0, 10),
  };
}
