/**
 * `npm run bench:truth`: how often a comparison of recorded services names what was changed in them, and claims a change where
 * there was none. Reads ../shared/truth (or --folder); prints a line for each pair and the scores, and writes
 * tests/perf/results-truth.json. With --others also pairs that no list names, and changes put into unchanged pairs.
 * Everything is scored twice: from the profiles alone, and with the counts of requests of each side. The z of a line is that
 * of the true change, by counts of samples alone.
 * --record DIR records services of ours anew (services/record.js), --folder DIR scores them.
 * Options: --slices 24 (1: as two files; file: as two files whose samples have times) --half 0|1 --others --dry (writes nothing)
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { machine } from './server/lib.js';
import { recordServices } from './services/record.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const target = option('record', '');
if (target !== '') {
  const only = option('stacks', '').split(',').filter(Boolean);
  await recordServices(target, { only, seconds: Number(option('seconds', '240')) });
  process.exit();
}
const folder = option('folder', join(ROOT, '../shared/truth'));
const half = option('half', '');
if (!existsSync(join(folder, 'pairs.json'))) {
  console.error(`There are no recordings in ${folder}: name their folder with --folder.`);
  process.exit(2);
}
const { module } = await runnerImport(join(ROOT, 'tests/perf/truth-bench.ts'), { configFile: false, root: ROOT });
const { scoreTruth } = /** @type {typeof import('./truth-bench.ts')} */ (module);
const wanted = half === '0' ? 0 : half === '1' ? 1 : undefined;
const given = option('slices', '24');
const slices = given === 'file' ? given : Number(given);
const scored = {
  alone: scoreTruth(folder, slices, wanted, false),
  counted: scoreTruth(folder, slices, wanted, true),
};
for (const [title, { rows, scores }] of [
  /** @type {const} */ (['From the profiles alone', scored.alone]),
  /** @type {const} */ (['With counts of requests', scored.counted]),
]) {
  console.log(`\n${title}\n`);
  for (const { pair, z, at, claims } of rows) {
    const isUnchanged = pair.kind === 'none' || pair.kind === 'load';
    const result = isUnchanged
      ? claims.length === 0
        ? 'silent'
        : `${claims.length} claims`
      : at === 0
        ? 'first'
        : at > 0
          ? `number ${at + 1}`
          : claims.length > 0
            ? 'wrong'
            : 'missed';
    console.log(
      `${pair.kind.padEnd(5)} ${result.padEnd(9)} ${pair.name}${z === undefined ? '' : `, z ${z.toFixed(1)}`} (${pair.a} to ${pair.b}): ${claims.slice(0, 4).join('; ')}`,
    );
  }
  console.table(scores);
}
/** @type {Record<string, import('./truth-others.ts').OtherScore> | undefined} */
let others;
if (process.argv.includes('--others')) {
  const path = join(ROOT, 'tests/perf/truth-others.ts');
  const { module: code } = await runnerImport(path, { configFile: false, root: ROOT });
  const { scoreOthers } = /** @type {typeof import('./truth-others.ts')} */ (code);
  const found = scoreOthers(folder, typeof slices === 'number' ? slices : 24);
  for (const { set, name, result, claims } of found.rows)
    console.log(`${set.padEnd(9)} ${result.padEnd(9)} ${name}: ${claims.slice(0, 3).join('; ')}`);
  console.table(found.scores);
  others = found.scores;
}
if (!process.argv.includes('--dry') && wanted === undefined)
  writeFileSync(
    join(ROOT, 'tests/perf/results-truth.json'),
    `${JSON.stringify({ machine: machine(), slices, scores: scored.alone.scores, 'with counts': scored.counted.scores, others }, null, 2)}\n`,
  );

/** @param {string} name @param {string} fallback */
function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
}
