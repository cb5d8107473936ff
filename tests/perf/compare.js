/**
 * Compare: 12 h against 12 h of the day of ten services, to the first painted diff and to complete evidence; and the
 * union of two trees of a million nodes in the worker, painted and moved beside one of them alone. Real Chromium, into
 * results-compare.json. `npm run bench:compare [rounds]`
 */
import { writeFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { testBrowser } from '../support/browser.js';
import { HOUR, SERVICES, startWithDay } from './day.js';
import { CPU, machine, quantile, stop } from './server/lib.js';

const rounds = Number(process.argv[2] ?? 20);
const { child, url, end } = await startWithDay();
const browser = await chromium.launch(testBrowser());
/** @type {Record<string, unknown>} */
const results = { machine: machine(), rounds };

/** No answer of the page takes longer; one that does is a fault, and what the page shows tells which. */
const MAX_WAIT_MS = 180_000;

/**
 * @template T
 * @param {import('@playwright/test').Page} page
 * @param {string} what
 * @param {Promise<T>} answer
 * @returns {Promise<T>}
 */
async function within(page, what, answer) {
  console.log(what);
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, MAX_WAIT_MS, 'late');
  });
  const first = await Promise.race([answer.then((value) => ({ value })), late]);
  clearTimeout(timer);
  if (typeof first === 'object' && first !== null && 'value' in first) return first.value;
  const shown = await page.innerText('body', { timeout: 10_000 }).catch((error) => `${error}`);
  await browser.close();
  await stop(child, 'SIGTERM');
  throw new Error(`No answer in ${MAX_WAIT_MS / 1000} s: ${what}. ${page.url()} shows:\n${shown.slice(0, 2000)}`);
}

{
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
  const begin = async () => {
    await page.goto(`${url}/?v=1&view=explore&svc=svc-000&type=${CPU}&from=${end - 12 * HOUR}&until=${end}`);
    await within(
      page,
      'Explore, 12 h',
      page.evaluate(() => window.flametide.summary()),
    );
  };
  await begin();
  /** @type {number[]} */
  const painted = [];
  /** @type {number[]} */
  const complete = [];
  for (let i = 0; i < rounds; i++) {
    const svc = `svc-00${i % SERVICES}`;
    const asked = page.evaluate(
      async ({ next, from, middle, until }) => {
        const began = performance.now();
        await window.flametide.show({
          view: 'compare',
          'a.svc': next,
          'a.from': String(from),
          'a.until': String(middle - 1),
          'b.svc': next,
          'b.from': String(middle),
          'b.until': String(until),
        });
        const paintedMs = performance.now() - began;
        await window.flametide.changes(10);
        return { paintedMs, completeMs: performance.now() - began, ...(await window.flametide.stats()) };
      },
      { next: svc, from: end - 24 * HOUR, middle: end - 12 * HOUR, until: end },
    );
    const times = await within(page, `Compare, 12 h against 12 h of ${svc}`, asked);
    painted.push(times.paintedMs);
    complete.push(times.completeMs);
    if (i === rounds - 1) results['last stats 12 h'] = times;
    // Answers are kept for a while; the next round must not find them.
    if (i % SERVICES === SERVICES - 1) await begin();
  }
  results['12 h against 12 h'] = {
    paintedP50Ms: quantile(painted, 0.5),
    paintedP95Ms: quantile(painted, 0.95),
    evidenceP50Ms: quantile(complete, 0.5),
    evidenceP95Ms: quantile(complete, 0.95),
  };
  await page.close();
}

{
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
  const sides = ['a', 'b'].map((name, i) => ({ name, nodes: 1_000_000, seed: 7 + i }));
  const demo = (/** @type {{nodes: number, seed: number}} */ { nodes, seed }) =>
    `${url}/?v=1&view=files&src=demo&nodes=${nodes}&seed=${seed}&pane=flame`;
  await page.goto(demo(sides[0]));
  await within(
    page,
    'a tree of a million nodes',
    page.evaluate(() => window.flametide.summary()),
  );
  const alone = await within(page, 'its frames', moved());
  const files = [];
  for (const side of sides) {
    await page.evaluate(
      (s) => window.flametide.show({ view: 'files', src: 'demo', nodes: String(s.nodes), seed: String(s.seed) }),
      side,
    );
    files.push(
      await page.evaluate(async () => {
        const shown = await window.flametide.summary();
        return 'source' in shown ? shown.source : '';
      }),
    );
  }
  const comparing = page.evaluate(async ([a, b]) => {
    const began = performance.now();
    await window.flametide.show({
      view: 'compare',
      'a.file': a,
      'b.file': b,
      src: null,
      nodes: null,
      seed: null,
      pane: 'flame',
    });
    const paintedMs = performance.now() - began;
    await window.flametide.changes(1);
    const { treeMs, evidenceMs } = await window.flametide.stats();
    return { paintedMs, unionMs: treeMs, evidenceMs, nodes: (await window.flametide.summary()).nodes };
  }, files);
  const compared = await within(page, files.join(' against '), comparing);
  results['1 M against 1 M'] = { ...compared, alone, union: await within(page, 'frames of the union', moved()) };

  /** Wheel zoom in and out over the whole graph: what a frame costs, p95. */
  async function moved() {
    return page.evaluate(async () => {
      const graph = /** @type {HTMLElement} */ (document.querySelector('canvas'));
      const at = [...document.querySelectorAll('canvas')].at(-1) ?? graph;
      const { left, top, width, height } = at.getBoundingClientRect();
      /** @type {number[]} */
      const frames = [];
      for (let i = 0; i < 120; i++) {
        at.dispatchEvent(
          new WheelEvent('wheel', {
            bubbles: true,
            cancelable: true,
            ctrlKey: true,
            clientX: left + width * 0.4,
            clientY: top + height * 0.3,
            deltaY: i % 60 < 30 ? -12 : 12,
          }),
        );
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        const { cullMs, paintMs } = await window.flametide.stats();
        frames.push(cullMs + paintMs);
      }
      frames.sort((a, b) => a - b);
      return { frameP50Ms: frames[60], frameP95Ms: frames[114] };
    });
  }
  await page.close();
}

await browser.close();
await stop(child, 'SIGTERM');
writeFileSync(new URL('results-compare.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
console.log(JSON.stringify(results, null, 2));
