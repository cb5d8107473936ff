/**
 * `npm run bench:faults`: kills the server, and cuts its power, in the middle of uploads, upkeep, retention, links, snapshots
 * and markers, again and again on one folder, and looks after each start whether all that was acknowledged is there and
 * right. Then flips single bits in every table: an answer is right, or says that something was left out. Nothing is
 * repaired by hand. Prints, and writes tests/perf/results-faults.json.
 * Options: --kills 60 --cuts 40 --flips 40 --seed 1 --dry (writes nothing)
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { endAgainAndAgain } from './faults-ends.js';
import { flipBits } from './faults-flips.js';
import { machine, quantile } from './lib.js';
import { preparePowerCuts, removeShim } from './powerloss.js';

const RESULTS = fileURLToPath(new URL('../results-faults.json', import.meta.url));
const MAX_SHOWN = 20;
const kills = option('kills', 60);
const cuts = option('cuts', 40);
const flips = option('flips', 40);
const seed = option('seed', 1);

/** @type {Record<string, unknown>} */
const result = { ...machine(), seed };
let failed = 0;
if (kills > 0) result.kills = ends(await endAgainAndAgain(kills, 'kill', seed), kills);
if (cuts > 0) {
  console.log(result);
  const why = preparePowerCuts();
  if (why === undefined) result.powerCuts = ends(await endAgainAndAgain(cuts, 'power', seed + 1), cuts);
  else console.error(`No power cuts: ${why}.`);
  removeShim();
}
console.log(result);
if (flips > 0) {
  const { wrong, ...figures } = await flipBits(flips, seed + 2);
  failed += wrong.length;
  for (const one of wrong.slice(0, MAX_SHOWN)) console.error(one);
  result.flips = { ...figures, wrong: wrong.length };
}
console.log(JSON.stringify(result, null, 2));
if (!process.argv.includes('--dry')) writeFileSync(RESULTS, `${JSON.stringify(result, null, 2)}\n`);
process.exitCode = failed > 0 ? 1 : 0;

/** @param {import('./faults-ends.js').Figures} figures @param {number} count */
function ends({ starts, answers, acknowledged, undone, lost, wrong }, count) {
  failed += lost.length + wrong.length;
  for (const one of [...lost, ...wrong].slice(0, MAX_SHOWN)) console.error(one);
  return {
    count,
    acknowledged,
    ...(undone > 0 && { undoneWrites: undone }),
    lost: lost.length,
    wrong: wrong.length,
    startMs: { p50: quantile(starts, 0.5), max: quantile(starts, 1) },
    checkMs: { p50: quantile(answers, 0.5), max: quantile(answers, 1) },
  };
}

/** @param {string} name @param {number} fallback */
function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}
