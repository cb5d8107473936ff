/**
 * `npm run bench:faults [-- KILLS]`: kills the server in the middle of full ingest, again and again on one folder, and looks
 * after each start whether every profile that was answered 200 is there. Nothing is repaired by hand.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, CPU, madeProfile, push, quantile, startServer, stop } from './lib.js';

const KILLS = Number(process.argv[2] ?? 20);
const CLIENTS = 8;
const folder = mkdtempSync(join(tmpdir(), 'flametide-faults-'));
/** Names of the functions that only one profile has: those that were answered 200. @type {Set<string>} */
const kept = new Set();
/** From the command to the line that it listens, and on to the first answer, ms. @type {number[]} */
const starts = [];
/** @type {number[]} */
const answers = [];
let lost = 0;
let number = 0;

for (let kill = 0; kill <= KILLS; kill++) {
  const { child, url, startMs } = await startServer(['--data', folder, '--no-self-profile']);
  const began = performance.now();
  const now = Date.now();
  const answer = await ask(url, 'SelectMergeStacktraces', {
    profileTypeID: CPU,
    labelSelector: '{}',
    start: now - 3_600_000,
    end: now + 600_000,
    maxNodes: 1_048_576,
  });
  starts.push(startMs);
  answers.push(performance.now() - began);
  const names = new Set(answer.flamegraph?.names ?? []);
  const missing = [...kept].filter((name) => !names.has(name));
  lost += missing.length;
  if (missing.length > 0) console.error(`after kill ${kill}: ${missing.length} of ${kept.size} are gone`);
  if (kill === KILLS) {
    await stop(child, 'SIGTERM');
    break;
  }
  const killed = new AbortController();
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    while (!killed.signal.aborted) {
      const name = `only.p${number++}`;
      try {
        const status = await push(url, `svc-${client}{pod=a}`, madeProfile(name, 100, Date.now()));
        if (status === 200) kept.add(name);
      } catch {
        return; // the server was killed
      }
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 1500));
  await stop(child, 'SIGKILL');
  killed.abort();
  await Promise.all(clients);
}
rmSync(folder, { recursive: true });
console.log(
  JSON.stringify({
    kills: KILLS,
    acknowledged: kept.size,
    lost,
    startMs: { p50: quantile(starts, 0.5), max: quantile(starts, 1) },
    firstMergeOfAllMs: { p50: quantile(answers, 0.5), max: quantile(answers, 1) },
  }),
);
process.exitCode = lost > 0 ? 1 : 0;
