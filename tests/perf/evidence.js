/**
 * `npm run bench:evidence`: how long the evidence of one union takes, and a digest of it. Trees come from
 * ../shared/bench/gen-tree.mjs.
 * Options: --nodes 200000 --slices 60 --rounds 3
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/bench');
const nodes = option('nodes', '200000');
const name = `evidence-${nodes}`;
const file = join(CACHE, `${name}.pb.gz`);
mkdirSync(CACHE, { recursive: true });
if (!existsSync(file))
  execFileSync(process.execPath, [
    join(ROOT, '../shared/bench/gen-tree.mjs'),
    '--nodes',
    nodes,
    '--seed',
    '7',
    '--out',
    CACHE,
    '--name',
    name,
    '--format',
    'pprof',
  ]);
const { module } = await runnerImport(join(ROOT, 'tests/perf/evidence-bench.ts'), { configFile: false, root: ROOT });
const { makeSides, timeEvidence } = /** @type {typeof import('./evidence-bench.ts')} */ (module);
const sides = makeSides(file, Number(option('slices', '60')));
console.log(`${sides.union.length} nodes, ${sides.a.value.length} and ${sides.b.value.length} entries`);
console.log(timeEvidence(sides, Number(option('rounds', '3'))));

/** @param {string} wanted @param {string} fallback */
function option(wanted, fallback) {
  const at = process.argv.indexOf(`--${wanted}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
}
