/**
 * When and the flame chart of a recording of a million samples: until each is drawn, and what a frame of panning and
 * zooming costs, in a real Chromium. Into results-times.json. `npm run bench:times`
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { testBrowser } from '../support/browser.js';
import { machine, quantile, startServer, stop } from './server/lib.js';

const SAMPLES = 1_000_000;
const NODES = 20_000;
const MAX_DEPTH = 40;
const FRAMES = 240;
const MAX_WAIT_MS = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'times-'));
const file = join(folder, 'million.cpuprofile');
writeFileSync(file, madeRecording());
const data = join(folder, 'data');
mkdirSync(data);
const { child, url } = await startServer(['--data', data, '--no-self-profile']);
const browser = await chromium.launch(testBrowser());
/** @type {Record<string, unknown>} */
const results = { machine: machine(), load: loadavg()[0], samples: SAMPLES, unit: 'ms' };
try {
  for (const pane of ['when', 'chart']) results[pane] = await measured(pane);
} finally {
  await browser.close();
  await stop(child, 'SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
results['load at the end'] = loadavg()[0];
writeFileSync(new URL('results-times.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
console.log(JSON.stringify(results, null, 2));

/** @param {string} pane */
async function measured(pane) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
  await page.addInitScript(countFrameWork);
  await page.goto(`${url}/?v=1&view=files`);
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('radio', { name: 'Flame chart' }).waitFor({ timeout: MAX_WAIT_MS });
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true], [data-stale]'), undefined, {
    timeout: MAX_WAIT_MS,
  });
  const name = pane === 'when' ? 'When' : 'Flame chart';
  const began = Date.now();
  await page.getByRole('radio', { name, exact: true }).click();
  const shown =
    pane === 'when' ? page.getByRole('application', { name: /^Recording/ }) : page.getByRole('tree', { name });
  await shown.waitFor({ timeout: MAX_WAIT_MS });
  const shownMs = Date.now() - began;
  const calls = pane === 'chart' ? await page.getByText(/calls$/).textContent() : undefined;
  /** @type {Record<string, unknown>} */
  const row = { shownMs, ...(calls && { calls }) };
  // In far enough that a pan has where to go.
  await shown.hover();
  for (let i = 0; i < 8; i++) await moved(shown, 'zoom in', 1);
  for (const move of ['pan', 'zoom']) {
    const { work, between } = await moved(shown, move, FRAMES);
    row[move] = {
      workP50: quantile(work, 0.5),
      workP95: quantile(work, 0.95),
      betweenP50: quantile(between, 0.5),
      betweenP95: quantile(between, 0.95),
    };
  }
  await page.close();
  return row;
}

/**
 * A wheel event in every frame. `work` is all script of a frame: the event and what it asked to be drawn.
 * @param {import('@playwright/test').Locator} shown @param {string} move @param {number} frames
 */
async function moved(shown, move, frames) {
  return shown.evaluate(
    async (element, { how, count }) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const place = { bubbles: true, cancelable: true, clientX: left + width * 0.4, clientY: top + height * 0.3 };
      const target = document.elementFromPoint(place.clientX, place.clientY) ?? element;
      /** @type {number[]} */
      const work = [];
      /** @type {number[]} */
      const between = [];
      const counted = /** @type {{ frameWork: { ms: number, frame(): Promise<number> } }} */ (
        /** @type {unknown} */ (window)
      ).frameWork;
      let before = await counted.frame();
      for (let i = 0; i < count; i++) {
        const sign = i % 60 < 30 ? 1 : -1;
        counted.ms = 0;
        const began = performance.now();
        target.dispatchEvent(
          new WheelEvent('wheel', {
            ...place,
            ...(how === 'pan' ? { deltaX: 12 * sign } : { ctrlKey: true, deltaY: how === 'zoom' ? -12 * sign : -30 }),
          }),
        );
        const event = performance.now() - began;
        const now = await counted.frame();
        work.push(event + counted.ms);
        between.push(now - before);
        before = now;
      }
      return { work, between };
    },
    { how: move, count: frames },
  );
}

/** In the page, before its scripts: adds up what callbacks of animation frames take. */
function countFrameWork() {
  const plain = window.requestAnimationFrame.bind(window);
  const counted = {
    ms: 0,
    /** @returns {Promise<number>} the time of a frame, once all that was asked for before has run */
    frame: () => new Promise((resolve) => void plain((time) => resolve(time))),
  };
  Object.assign(window, { frameWork: counted });
  window.requestAnimationFrame = (run) =>
    plain((time) => {
      const began = performance.now();
      run(time);
      counted.ms += performance.now() - began;
    });
}

/** A CPU profile at 1 kHz: a walk over a call tree that mostly stays where it was. */
function madeRecording() {
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const parent = [-1];
  const depth = [0];
  /** @type {number[][]} */
  const children = [[]];
  while (parent.length < NODES) {
    let near = Math.max(0, parent.length - 1 - Math.floor(random() * 60));
    const node = parent.length;
    for (let up = depth[near] < MAX_DEPTH ? 0 : MAX_DEPTH * random(); up > 0; up--) near = parent[near];
    parent.push(near);
    depth.push(depth[near] + 1);
    children.push([]);
    children[near].push(node + 1);
  }
  const nodes = parent.map((_, node) => ({
    id: node + 1,
    callFrame: {
      functionName: node === 0 ? '(root)' : `pkg${node % 40}.f${node % 3000}`,
      scriptId: '1',
      url: `file:///app/pkg${node % 40}/file.js`,
      lineNumber: node % 500,
      columnNumber: 0,
    },
    hitCount: 0,
    children: children[node],
  }));
  const samples = [];
  let at = 0;
  for (let i = 0; i < SAMPLES; i++) {
    // Up a few frames, then down again: about 2.5 new calls a sample.
    for (let up = Math.floor(random() * 4); up > 0 && at > 0; up--) at = parent[at];
    while (children[at].length > 0 && (at === 0 || random() < 0.75))
      at = children[at][Math.floor(random() * children[at].length)] - 1;
    samples.push(at + 1);
  }
  return JSON.stringify({
    nodes,
    startTime: 0,
    endTime: SAMPLES * 1000,
    samples,
    timeDeltas: samples.map(() => 1000),
  });
}
