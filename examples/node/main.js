/** A Node service that sends its profiles to Flametide: `npm install && node main.js`. It works until it is interrupted. */

import Pyroscope from '@pyroscope/nodejs';

const serverAddress = process.env.FLAMETIDE_URL ?? 'http://127.0.0.1:4040';

Pyroscope.init({
  appName: 'shop-node',
  serverAddress,
  // Flametide shows a new version as a flag on the time axis.
  tags: { version: '1.0.0', pod: 'local' },
  // Without this the agent measures wall time only.
  wall: { collectCpuTime: true },
});
Pyroscope.start();
console.log(`sending to ${serverAddress}; the first profile arrives after about a minute`);

setInterval(checkout, 20);
process.on('SIGINT', () => void Pyroscope.stop().finally(() => process.exit(0)));

/** The work that the flamegraph shows. */
function checkout() {
  const cart = Object.fromEntries(['apple', 'pear', 'plum'].map((item) => [item, price(item)]));
  return JSON.stringify(cart);
}

/** @param {string} item */
function price(item) {
  let sum = 0;
  for (let i = 0; i < 200_000; i++) sum += (i % item.length) * 0.01;
  return sum;
}
