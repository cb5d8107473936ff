/**
 * A small program under a real profiling agent: `node app.js PACKAGE ADDRESS APP`. Runs until its parent closes the channel
 * between them, then sends what is left and ends.
 */

import { createRequire } from 'node:module';

const [, , library = '', serverAddress = '', appName = ''] = process.argv;
const { default: Pyroscope } = createRequire(import.meta.url)(library);

Pyroscope.init({
  serverAddress,
  appName,
  tags: { region: 'eu', host: 'a b' },
  flushIntervalMs: 1500,
  wall: { samplingDurationMs: 1500, samplingIntervalMicros: 10_000, collectCpuTime: true },
  heap: { samplingIntervalBytes: 65_536, stackDepth: 64 },
});
Pyroscope.start();

/** @type {unknown[]} */
const kept = [];
const timer = setInterval(burnCycles, 50);
process.on('disconnect', () => {
  clearInterval(timer);
  // On a slow machine a round of 0.4 may begin after its own stop, and throws: what counts has been sent by then.
  process.once('uncaughtException', () => process.exit(0));
  Pyroscope.stop().finally(() => process.exit(0));
});

function burnCycles() {
  const until = Date.now() + 40;
  let sum = 0;
  while (Date.now() < until) sum += Math.sqrt(sum + 1);
  kept.push(Array.from({ length: 20_000 }, (_, i) => ({ i, sum })));
}
