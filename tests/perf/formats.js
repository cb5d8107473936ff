/**
 * `npm run bench:formats`: files of each format that speedscope reads too, from bytes to tree, by us and by speedscope's
 * importers, each in a process of its own; and a Chrome trace and a perf script of 100 MB by us. The processor's time
 * counts, as other programs may run beside it. Prints a table and writes tests/perf/results-formats.json (medians).
 * Options: --mb 20 --reps 3 --only NAME --dry (writes nothing)
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { inputs, writeInput } from './formats-inputs.js';
import { machine } from './server/lib.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/bench/formats');
const READ = fileURLToPath(new URL('formats-read.js', import.meta.url));
const LARGE_MB = 100;
const LARGE = ['perf script', 'Chrome trace, X', 'Chrome trace, B and E'];
const mb = Number(option('mb', '20'));
const reps = Number(option('reps', '3'));
const only = option('only', '');

mkdirSync(CACHE, { recursive: true });
await build({
  root: ROOT,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: true,
    outDir: CACHE,
    emptyOutDir: false,
    rolldownOptions: { input: 'tests/perf/formats-ours.ts', output: { entryFileNames: 'formats-ours.js' } },
  },
});
/** @type {Record<string, Record<string, number>>} */
const results = {};
for (const name of Object.keys(inputs)) {
  if (only !== '' && name !== only) continue;
  const path = made(name, mb);
  const ours = measured('ours', path);
  const theirs = measured('speedscope', path);
  results[name] = {
    'ours, CPU ms': ours.cpuMs,
    'speedscope, CPU ms': theirs.cpuMs,
    'times as fast': rounded(theirs.cpuMs / ours.cpuMs),
    'ours, MiB beside the file': ours.peakMiB,
    'speedscope, MiB beside the file': theirs.peakMiB,
    'share of the memory': rounded(ours.peakMiB / theirs.peakMiB),
  };
  if (LARGE.includes(name)) {
    const large = measured('ours', made(name, LARGE_MB));
    results[name][`ours, ${LARGE_MB} MB, CPU ms`] = large.cpuMs;
    results[name][`ours, ${LARGE_MB} MB, MiB beside the file`] = large.peakMiB;
  }
  console.log(name, results[name]);
}
if (!process.argv.includes('--dry')) {
  const report = { ...machine(), mb, reps, results };
  writeFileSync(join(ROOT, 'tests/perf/results-formats.json'), `${JSON.stringify(report, null, 2)}\n`);
}

/** @param {string} name @param {number} size MB @returns {string} path */
function made(name, size) {
  const path = join(CACHE, `${size}-${inputs[name].file}`);
  if (!existsSync(path)) writeInput(name, size * 1e6, path);
  return path;
}

/** @param {'ours' | 'speedscope'} who @param {string} path @returns {{ cpuMs: number, peakMiB: number }} medians */
function measured(who, path) {
  const runs = Array.from({ length: reps }, () =>
    JSON.parse(execFileSync(process.execPath, [READ, who, path], { encoding: 'utf8' })),
  );
  const median = (/** @type {'cpuMs' | 'peakMiB'} */ key) =>
    rounded(runs.map((run) => run[key]).sort((a, b) => a - b)[reps >> 1]);
  return { cpuMs: median('cpuMs'), peakMiB: median('peakMiB') };
}

/** @param {number} value */
function rounded(value) {
  return Number(value.toPrecision(3));
}

/** @param {string} name @param {string} fallback */
function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
}
