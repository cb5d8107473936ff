/**
 * `npm run bench:diff`: how often a comparison finds the function that got slower, and how often it finds one where there
 * is none, on made-up services; and how long a union of a million nodes takes. Prints and writes tests/perf/results-diff.json.
 * Options: --pairs 200 --seed 1 --dry (writes nothing)
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TREES = join(ROOT, '../shared/bench/gen-tree.mjs');
const CACHE = join(ROOT, 'node_modules/.cache/bench');
const pairs = Number(option('pairs', '200'));
const seed = option('seed', '1');

const { module } = await runnerImport(join(ROOT, 'tests/perf/diff-bench.ts'), { configFile: false, root: ROOT });
const { scoreMethods, scoreDrift, scoreDays, timeUnion } = /** @type {typeof import('./diff-bench.ts')} */ (module);
/** @type {Record<string, Record<string, import('./diff-bench.ts').Score>>} */
const scores = {};
for (const noise of /** @type {const} */ (['independent', 'lasting']))
  for (const culprit of /** @type {const} */ (['small', 'large'])) {
    const name = `${noise} noise, culprit of ${culprit === 'small' ? '0.4 to 8 %' : '30 to 60 %'}`;
    scores[name] = scoreMethods(pairs, noise, culprit, seed);
    console.log(name);
    console.table(scores[name]);
  }
const drifts = Object.fromEntries(
  [0, 0.03, 0.1].map((drift) => [`drift ${drift * 100} %`, scoreDrift(pairs, drift, seed)]),
);
console.table(drifts);
const days = scoreDays(Math.ceil(pairs / 5), seed);
console.table(days);
/** @type {Record<string, number> | undefined} */
let times;
if (existsSync(TREES)) {
  mkdirSync(CACHE, { recursive: true });
  const sides = [1, 2].map((which) => {
    const file = join(CACHE, `diff-${which}.pb.gz`);
    if (!existsSync(file))
      execFileSync(process.execPath, [
        TREES,
        '--nodes',
        '1000000',
        '--seed',
        `${which}`,
        '--out',
        CACHE,
        '--name',
        `diff-${which}`,
        '--format',
        'pprof',
      ]);
    return readFileSync(file);
  });
  times = timeUnion(sides[0], sides[1]);
  console.table(times);
}
if (!process.argv.includes('--dry')) {
  const report = {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    pairs: `${pairs} with one function 10 to 50 % slower and ${pairs} unchanged in each set; seed ${seed}`,
    detectable: 'expected z of at least 5, were samples independent',
    scores,
    'inputs that drift between the sides, and work at the same load': drifts,
    'a day against the day before, a function that follows the day': days,
    'two profiles of a million nodes': times,
  };
  writeFileSync(join(ROOT, 'tests/perf/results-diff.json'), `${JSON.stringify(report, null, 2)}\n`);
}

/** @param {string} name @param {string} fallback */
function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
}
