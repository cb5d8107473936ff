/**
 * `npm run bench:mutations`: damaged files through the decoders of server and page, and damaged requests to the built server.
 * None may be answered 500, hang, end a thread, leave the server unable to answer, or take more than 300 MB: resident memory
 * of the process (`peakMiB`), garbage and all; of the page's decoders what opening the largest files takes beside the file
 * and the profile that it becomes (`besideMiB`), as the page holds those. Prints, and writes
 * tests/perf/results-mutations.json; inputs of failures are written to a scratch folder, the smallest of each kind.
 * Options: --files 200000 a decoder, --requests 20000, --seed 1, --only files|requests|FORMAT,… (ids of formats; what the
 * server does not take is read by the page alone), --case NUMBER (sends that one
 * request), --dry (writes no results). With --only what was measured before stays in the file.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { machine } from '../server/lib.js';
import { SCRATCH } from './failures.js';
import { buildDecoders } from './files.js';
import { mutateRequests, sendOne } from './requests.js';
import { DECODERS } from './seeds.js';

const FILES = fileURLToPath(new URL('files.js', import.meta.url));
const RESULTS = fileURLToPath(new URL('../results-mutations.json', import.meta.url));
const MAX_MIB = 300;
const files = Number(option('files', '200000'));
const requests = Number(option('requests', '20000'));
const seed = Number(option('seed', '1'));
const only = option('only', '');
const one = option('case', '');

if (one === '') await run();
else await sendOne(seed, Number(one));

async function run() {
  /** @type {Record<string, { cases: number, seconds: number, peakMiB: number, besideMiB?: number, failures: import('./failures.js').Failures }>} */
  const parts = {};
  const decoders = only === '' || only === 'files' ? DECODERS : only === 'requests' ? [] : only.split(',');
  if (decoders.length > 0) {
    await buildDecoders();
    for (const decoder of decoders)
      for (const role of DECODERS.includes(decoder) ? ['door', 'page'] : ['page'])
        parts[`${decoder} ${role}`] = await timed(files, () => mutateFiles(role, decoder));
  }
  if (only === '' || only === 'requests') parts.requests = await timed(requests, () => mutateRequests(requests, seed));
  const failed = Object.values(parts).reduce((sum, { failures }) => sum + Object.keys(failures).length, 0);
  const peak = Math.max(...Object.values(parts).map(({ peakMiB, besideMiB }) => besideMiB ?? peakMiB));
  for (const [name, { failures, ...part }] of Object.entries(parts)) {
    console.log(name, part);
    for (const [kind, { count, first, bytes, message, file }] of Object.entries(failures))
      console.log(
        `  ${kind}: ${count} times, case ${first}, ${bytes} bytes, ${file}${message ? `\n    ${message}` : ''}`,
      );
  }
  console.log(`${failed} kinds of failures (files in ${SCRATCH}), peak memory ${peak} MiB of ${MAX_MIB}`);
  if (!process.argv.includes('--dry')) {
    const shown = Object.fromEntries(
      Object.entries(parts).map(([name, { failures, ...part }]) => [
        name,
        { ...part, failures: Object.fromEntries(Object.entries(failures).map(([kind, { count }]) => [kind, count])) },
      ]),
    );
    const before = only !== '' && existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
    const report = { ...before, ...machine(), seed, maxMiB: MAX_MIB, ...shown };
    writeFileSync(RESULTS, `${JSON.stringify(report, null, 2)}\n`);
  }
  process.exitCode = failed > 0 || peak > MAX_MIB ? 1 : 0;
}

/** @param {string} role @param {import('./seeds.js').Decoder} decoder */
async function mutateFiles(role, decoder) {
  const child = spawn(process.execPath, ['--expose-gc', FILES, role, decoder, '0', `${files}`, `${seed}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`The decoders' process ended with ${code}.`);
  const { besideMiB, ...result } = JSON.parse(said);
  return role === 'page' ? { ...result, besideMiB } : result;
}

/** @template T @param {number} cases @param {() => Promise<T>} work @returns {Promise<T & { cases: number, seconds: number }>} */
async function timed(cases, work) {
  const began = performance.now();
  const result = await work();
  return { cases, seconds: Math.round((performance.now() - began) / 1000), ...result };
}

/** @param {string} name @param {string} fallback */
function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
}
