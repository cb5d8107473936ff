/**
 * Explore on a day of ten services (`../shared/bench/server/gen-day.mjs`) in the embedded server: from another service
 * to its flamegraph painted, and from an empty tab to the first one. Real Chromium, medians over rounds, into
 * results-explore.json. `npm run bench:explore [rounds]`
 */
import { writeFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { testBrowser } from '../support/browser.js';
import { HOUR, SERVICES, startWithDay } from './day.js';
import { CPU, machine, quantile, stop } from './server/lib.js';

const rounds = Number(process.argv[2] ?? 45);
const { child, url, end } = await startWithDay();

const browser = await chromium.launch(testBrowser());
/** @type {Record<string, unknown>} */
const results = { machine: machine(), rounds };
for (const hours of [1, 24]) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
  const begin = async () => {
    await page.goto(`${url}/?v=1&view=explore&svc=svc-000&type=${CPU}&from=${end - hours * HOUR}&until=${end}`);
    await page.evaluate(() => window.flametide.summary());
  };
  await begin();
  /** @type {number[]} */
  const painted = [];
  /** @type {number[]} */
  const whole = [];
  for (let i = 0; i < rounds; i++) {
    // One after the other of those that are not open: answers are kept for a while, and the next round must not find them.
    const svc = `svc-00${1 + (i % (SERVICES - 1))}`;
    const times = await page.evaluate(async (next) => {
      const began = performance.now();
      await window.flametide.show({ svc: next });
      const shownMs = performance.now() - began;
      const shown = await window.flametide.summary();
      if (!('service' in shown) || shown.service !== next) throw new Error(`${next} was asked for, another is shown.`);
      return { shownMs, wholeMs: performance.now() - began, ...(await window.flametide.stats()) };
    }, svc);
    painted.push(times.shownMs);
    whole.push(times.wholeMs);
    if (i === rounds - 1) results[`last stats ${hours} h`] = times;
    if (i % (SERVICES - 1) === SERVICES - 2) await begin();
  }
  results[`service switch ${hours} h`] = {
    paintedP50Ms: quantile(painted, 0.5),
    paintedP95Ms: quantile(painted, 0.95),
    wholeP50Ms: quantile(whole, 0.5),
  };
  await page.close();
}
/** @type {number[]} */
const cold = [];
for (let i = 0; i < 9; i++) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
  await page.addInitScript(() => {
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (...args) {
      // The root's label is there when the graph is.
      if (args[0].startsWith('total')) document.body.dataset['paintedMs'] ??= String(performance.now());
      return fillText.apply(this, args);
    };
  });
  await page.goto(`${url}/?v=1&view=explore&svc=svc-003&type=${CPU}&from=${end - HOUR}&until=${end}`);
  await page.waitForFunction(() => document.body.dataset['paintedMs'] !== undefined);
  cold.push(await page.evaluate(() => Number(document.body.dataset['paintedMs'])));
  await page.close();
}
results['cold load 1 h'] = { paintedP50Ms: quantile(cold, 0.5), paintedP95Ms: quantile(cold, 0.95) };
await browser.close();
await stop(child, 'SIGTERM');
writeFileSync(new URL('results-explore.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
console.log(JSON.stringify(results, null, 2));
