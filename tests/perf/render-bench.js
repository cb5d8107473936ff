/**
 * Times the flamegraph in the test browser: columns to painted, zoom, search, moving, hover.
 *
 *   node tests/perf/render-bench.js --data FOLDER [--sizes 10k,100k,1m] [--rounds 5] [--yardstick FILE] [--shot FILE]
 *
 * FOLDER holds `tree-<size>.cols`; FILE is a module with `layout`, `cull` and `paint`, run beside ours in turn.
 */
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { testBrowser } from '../support/browser.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    sizes: { type: 'string', default: '10k,100k,1m' },
    rounds: { type: 'string', default: '5' },
    yardstick: { type: 'string' },
    shot: { type: 'string' },
  },
});
if (options.data === undefined) throw new Error('--data names the folder with the columns.');
const data = options.data;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const built = /** @type {import('vite').Rolldown.RolldownOutput[]} */ (
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: { write: false, lib: { entry: join(ROOT, 'tests/perf/render-bench-page.ts'), formats: ['es'], fileName: 'page' } },
  })
);
const script = built[0]?.output[0].code ?? '';
const styles = readFileSync(join(ROOT, 'src/app/theme.css'), 'utf8').replaceAll(/light-dark\((oklch\([^)]*\)), oklch\([^)]*\)\)/g, '$1');
const font = readFileSync(join(ROOT, 'node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'));
const html = `<!doctype html><style>${styles}
@font-face { font-family: "Inter Variable"; font-weight: 100 900; src: url(/font.woff2) }
body { margin: 0; font: 450 12px "Inter Variable" }</style>
<p style="position:absolute;top:-99px">Abc <b style="font-weight:560">Abc</b></p><script type="module" src="/page.js"></script>`;

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  const send = (/** @type {string} */ type, /** @type {string | Buffer} */ body) => response.writeHead(200, { 'content-type': type }).end(body);
  if (path === '/page.js') send('text/javascript', script);
  else if (path === '/font.woff2') send('font/woff2', font);
  else if (path === '/yardstick.js' && options.yardstick) send('text/javascript', readFileSync(options.yardstick));
  else if (path.endsWith('.cols')) send('application/octet-stream', readFileSync(join(data, path)));
  else send('text/html', html);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
const address = server.address();
const base = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;

const browser = await chromium.launch(testBrowser());
try {
  for (const size of options.sizes.split(',')) {
    /** @type {Record<string, any[]>} */
    const runs = { ours: [], yardstick: [] };
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const who of options.yardstick ? ['ours', 'yardstick'] : ['ours']) {
        const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
        page.on('pageerror', (error) => console.error(error));
        await page.goto(base);
        await page.waitForFunction('window.bench');
        const call = who === 'ours' ? `bench.ours('/tree-${size}.cols')` : `bench.yardstick('/tree-${size}.cols', '/yardstick.js')`;
        runs[who]?.push(await page.evaluate(call));
        if (options.shot && who === 'ours' && round === 0) await shoot(page, options.shot, size);
        await page.close();
      }
    }
    for (const [who, results] of Object.entries(runs)) {
      if (results.length === 0) continue;
      const of = (/** @type {(run: any) => number} */ read) => median(results.map(read)).toFixed(1);
      const step = (/** @type {string} */ name) => `${name} ${of((run) => run[name].painted)} (sync ${of((run) => run[name].sync)})`;
      const moves = (/** @type {string} */ name) =>
        `${name} work p50 ${of((run) => share(run[name].work, 0.5))} p95 ${of((run) => share(run[name].work, 0.95))}, between frames p50 ${of((run) => share(run[name].between, 0.5))} p95 ${of((run) => share(run[name].between, 0.95))}`;
      console.log(`${size} ${who}: ${['mount', 'zoom', 'search'].map(step).join(', ')}`);
      console.log(`    ${['pan', 'wheel', 'hover', 'overlay'].filter((name) => results[0][name]).map(moves).join('\n    ')}`);
      if (who === 'ours') console.log(`    layout ${of((run) => run.layoutMs)}`, JSON.stringify(results.at(-1).stats));
    }
  }
} finally {
  await browser.close();
  server.close();
}

/** One picture of each state: plain, hovered with a focus, searched, zoomed. */
async function shoot(/** @type {import('@playwright/test').Page} */ page, /** @type {string} */ file, /** @type {string} */ size) {
  const states = {
    plain: 'shown.engine.setHoveredFunction(-1)',
    outlined: 'shown.engine.pointerMove(300, 90); shown.engine.setHoveredFunction(shown.tree.func[shown.engine.nodeAt(300, 90)]); shown.engine.setCursor(shown.engine.nodeAt(700, 70))',
    searched: 'shown.engine.pointerLeave(); shown.engine.setHoveredFunction(-1); shown.engine.setCursor(-1); shown.engine.setSearch(shown)',
    zoomed: 'shown.engine.setSearch(undefined); shown.engine.setZoom(shown.target)',
  };
  for (const [name, script] of Object.entries(states)) {
    await page.evaluate(script);
    await page.waitForTimeout(100);
    await page.screenshot({ path: file.replace('.png', `-${size}-${name}.png`) });
  }
}

function median(/** @type {number[]} */ values) {
  return share(values, 0.5);
}

function share(/** @type {number[]} */ values, /** @type {number} */ part) {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? NaN;
}
