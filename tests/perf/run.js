/**
 * `npm run bench`: decoding, trees, painting and moving, in a real Chromium, beside the yardstick of ../shared/bench in the
 * same run; and a chart of many series. Prints a table and writes tests/perf/results.json (medians, machine, date).
 * Options: --sizes 10k,100k,1m --reps 5; --only timeline measures the chart alone and keeps the rest of the file.
 */

import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, totalmem } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { testBrowser } from '../support/browser.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SHARED = join(ROOT, '../shared/bench');
const CACHE = join(ROOT, 'node_modules/.cache/bench');
const NODES = /** @type {Record<string, number>} */ ({ '10k': 10_000, '100k': 100_000, '1m': 1_000_000 });
const isAlone = option('only', '') === 'timeline';
const sizes = isAlone ? [] : option('sizes', '10k,100k,1m').split(',');
const reps = Number(option('reps', '5'));

if (!existsSync(SHARED)) {
  console.error('The bench needs ../shared/bench: it makes the trees and holds the yardstick.');
  process.exit(1);
}
mkdirSync(CACHE, { recursive: true });
for (const size of sizes) {
  if (existsSync(join(CACHE, `tree-${size}.pb.gz`))) continue;
  console.log(`Making a tree of ${size} nodes.`);
  execFileSync(process.execPath, [
    join(SHARED, 'gen-tree.mjs'),
    '--nodes',
    String(NODES[size]),
    '--out',
    CACHE,
    '--name',
    `tree-${size}`,
    '--format',
    'pprof,columns',
  ]);
}
await buildPage();
const server = await serve(CACHE);
const browser = await chromium.launch(testBrowser());
/** @type {Record<string, Record<string, number>>} */
const results = {};
for (const size of sizes) {
  /** @type {Record<string, number>[]} */
  const runs = [];
  for (let rep = 0; rep < reps; rep++) runs.push(await once(size));
  results[size] = mediansOf(runs);
}
/** @type {Record<string, number>[]} */
const charts = [];
for (let rep = 0; rep < reps; rep++) charts.push(await chartOnce());
const measured = {
  date: new Date().toISOString().slice(0, 10),
  machine: {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    browser: browser.version(),
  },
  reps,
  unit: 'ms unless the name says otherwise; medians',
};
await browser.close();
server.close();
const resultsFile = join(ROOT, 'tests/perf/results.json');
const timeline = { ...measured, results: mediansOf(charts) };
const report = isAlone
  ? { ...JSON.parse(readFileSync(resultsFile, 'utf8')), timeline }
  : { ...measured, results, timeline };
writeFileSync(resultsFile, `${JSON.stringify(report, null, 2)}\n`);
if (!isAlone) print(results);
console.table(timeline.results);

/** Everything of one size, in a fresh page each for painting and decoding. @param {string} size */
async function once(size) {
  /** @type {Record<string, number>} */
  const row = {};
  for (const who of /** @type {const} */ (['yardstick', 'ours'])) {
    const page = await open();
    const session = await page.context().newCDPSession(page);
    const columnBytes = await page.evaluate((url) => window.bench.load(url), `tree-${size}.cols`);
    const before = await heap(session);
    row[`${who} columns to painted`] = (await page.evaluate((one) => window.bench.run(one, 'mount'), who)).painted;
    if (who === 'ours') {
      row['columns, MiB'] = columnBytes / 2 ** 20;
      row['heap over the columns, times'] = 1 + ((await heap(session)) - before) / columnBytes;
    }
    row[`${who} zoom to painted`] = (await page.evaluate((one) => window.bench.run(one, 'zoom'), who)).painted;
    row[`${who} search to painted`] = (await page.evaluate((one) => window.bench.run(one, 'search'), who)).painted;
    if (who === 'ours') {
      Object.assign(row, await page.evaluate(() => window.bench.draws()));
      for (const move of /** @type {const} */ (['pan', 'wheelZoom'])) {
        const { cull, paint, between } = await page.evaluate((one) => window.bench[one](), move);
        row[`${move} cull p95`] = quantile(cull, 0.95);
        row[`${move} paint p95`] = quantile(paint, 0.95);
        row[`${move} between frames p95`] = quantile(between, 0.95);
      }
      const hover = await page.evaluate(() => window.bench.hover());
      row['hover p50'] = quantile(hover, 0.5);
      row['hover p95'] = quantile(hover, 0.95);
    }
    await page.close();
  }
  const page = await open();
  Object.assign(row, await page.evaluate((url) => window.bench.decode(url), `tree-${size}.pb.gz`));
  await page.close();
  return row;
}

/** A chart of 500 series with 2 000 points each, as lines and as a stack, in a fresh page each. */
async function chartOnce() {
  /** @type {Record<string, number>} */
  const row = {};
  for (const form of /** @type {const} */ (['lines', 'stack'])) {
    const page = await open();
    const first = await page.evaluate((one) => window.bench.chart(one), form);
    row[`${form}: first draw, script`] = first.sync;
    row[`${form}: first draw to painted`] = first.painted;
    for (const move of /** @type {const} */ (['chartHover', 'chartDrag'])) {
      const { paint, between } = await page.evaluate((one) => window.bench[one](), move);
      const name = `${form}: ${move === 'chartHover' ? 'hover' : 'drag'}`;
      row[`${name}, script p95`] = quantile(paint, 0.95);
      row[`${name}, between frames p95`] = quantile(between, 0.95);
    }
    await page.close();
  }
  return row;
}

async function open() {
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
  page.on('pageerror', (error) => console.error(error.message));
  await page.goto(`http://127.0.0.1:${server.port}/page.html`);
  await page.waitForFunction(() => 'bench' in window);
  return page;
}

/** V8's heap and the arrays outside of it, after two collections. @param {import('@playwright/test').CDPSession} session */
async function heap(session) {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const usage = /** @type {{ usedSize: number, backingStorageSize?: number }} */ (
    await session.send('Runtime.getHeapUsage')
  );
  return usage.usedSize + (usage.backingStorageSize ?? 0);
}

async function buildPage() {
  const yardstick = join(CACHE, 'yardstick.js');
  writeFileSync(
    yardstick,
    `export { loadColumns, pickTarget } from ${JSON.stringify(join(SHARED, 'src/lib/columns.js'))}
export { layout as layoutYardstick, cull as cullYardstick, paint as paintYardstick } from ${JSON.stringify(join(SHARED, 'src/lib/floor.js'))}
export { measure } from ${JSON.stringify(join(SHARED, 'src/lib/watch.js'))}
import { Boxes } from ${JSON.stringify(join(SHARED, 'src/lib/floor.js'))}
export const boxesOf = () => new Boxes()
export const columnsOf = (columns) => columns\n`,
  );
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    resolve: { alias: { yardstick } },
    // A library build of Vite leaves this name in React.
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: join(CACHE, 'page'),
      emptyOutDir: true,
      lib: { entry: join(ROOT, 'tests/perf/page.ts'), formats: ['es'], fileName: () => 'page.js' },
    },
  });
  writeFileSync(
    join(CACHE, 'page.html'),
    '<!doctype html><meta charset="utf-8"><body style="margin:0"><script type="module" src="page/page.js"></script>',
  );
}

/** @param {string} folder */
async function serve(folder) {
  const types = /** @type {Record<string, string>} */ ({ '.html': 'text/html', '.js': 'text/javascript' });
  const listening = createServer((request, response) => {
    const file = join(folder, new URL(request.url ?? '/', 'http://x').pathname);
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    // Isolated pages have clocks of full resolution.
    response.writeHead(200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => listening.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = listening.address();
  return { port: typeof address === 'object' ? address?.port : 0, close: () => listening.close() };
}

/** @param {string} name @param {string} fallback */
function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
}

/** @param {number[]} values @param {number} q */
function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** @param {Record<string, number>[]} runs */
function mediansOf(runs) {
  return Object.fromEntries(
    Object.keys(runs[0] ?? {}).map((key) => [key, rounded(median(runs.map((run) => run[key] ?? Number.NaN)))]),
  );
}

/** @param {number[]} values */
function median(values) {
  return quantile(values, 0.5);
}

/** @param {number} value */
function rounded(value) {
  return Number(value.toPrecision(4));
}

/** @param {Record<string, Record<string, number>>} bySize */
function print(bySize) {
  const keys = Object.keys(Object.values(bySize)[0] ?? {});
  console.log(`${''.padEnd(44)}${sizes.map((size) => size.padStart(12)).join('')}`);
  for (const key of keys)
    console.log(`${key.padEnd(44)}${sizes.map((size) => String(bySize[size]?.[key] ?? '').padStart(12)).join('')}`);
}
