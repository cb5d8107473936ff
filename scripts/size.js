/**
 * The budget of what a first visit loads: what starts before the page (early-start.ts), the page's entry with all it imports
 * at once, and the worker likewise; and of the viewer, which every file exported as HTML holds unpacked.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { gzipSync } from 'node:zlib';

const CLIENT = 'dist/client';
const WORKERS = 'assets/worker';
const BUDGET_KB = { start: 8, page: 220, worker: 60, viewer: 545 };

/** @type {Record<string, { file: string, isEntry?: boolean }>} */
const manifest = JSON.parse(readFileSync(`${CLIENT}/.vite/manifest.json`, 'utf8'));
// The service worker comes later, and keeps what is there already.
const entries = Object.values(manifest).filter((chunk) => chunk.isEntry && chunk.file !== 'sw.js');
// The manifest lists no workers; vite.config.ts puts them in a folder of their own.
const workers = existsSync(`${CLIENT}/${WORKERS}`)
  ? readdirSync(`${CLIENT}/${WORKERS}`).filter((name) => /\.worker-[^.]*\.js$/.test(name))
  : [];

check('start', [manifest['src/app/early-start.ts'].file]);
check(
  'page',
  entries.map((chunk) => chunk.file),
);
check(
  'worker',
  workers.map((name) => `${WORKERS}/${name}`),
);

check('viewer', ['viewer.html']);

/** @param {keyof typeof BUDGET_KB} what @param {string[]} roots */
function check(what, roots) {
  /** @type {Set<string>} */
  const loaded = new Set();
  roots.forEach((root) => load(root, loaded));
  const kB =
    [...loaded].reduce((sum, file) => sum + gzipSync(readFileSync(`${CLIENT}/${file}`), { level: 9 }).length, 0) / 1000;
  const fits = kB <= BUDGET_KB[what];
  console.log(
    `${what}: ${kB.toFixed(1)} of ${BUDGET_KB[what]} kB gzip in ${loaded.size} file(s)${fits ? '' : ', too much'}`,
  );
  if (!fits) process.exitCode = 1;
}

/** Adds a file and what it imports statically; `import()` has a bracket and stays lazy. @param {string} file @param {Set<string>} loaded */
function load(file, loaded) {
  if (loaded.has(file)) return;
  loaded.add(file);
  const code = readFileSync(`${CLIENT}/${file}`, 'utf8');
  for (const [, path = ''] of code.matchAll(/(?:\bfrom|\bimport)\s*["'](\.{1,2}\/[^"']+\.js)["']/g))
    load(posix.join(posix.dirname(file), path), loaded);
}
