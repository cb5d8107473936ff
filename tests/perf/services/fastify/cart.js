import { goods } from './data.js';

const storedCarts = Array.from({ length: 50 }, (_, i) =>
  JSON.stringify(goods.slice(i, i + 60).map((good) => ({ ...good, count: 1 + ((good.id + i) % 4) }))),
);
const cache = new Map();

function loadCart(n, isCached) {
  const known = cache.get(n);
  if (known && isCached) return known;
  const cart = JSON.parse(storedCarts[n]);
  for (const line of cart) line.words.sort();
  cache.set(n, cart);
  return cart;
}

/** @param {number} steps its cost */
function priceOf(line, steps) {
  let price = line.cents;
  for (let i = 0; i < steps; i++) price = (price * 1.0001 + ((i * line.weight) % 13)) % 100_000;
  return price * line.count;
}

function applyCoupons(total, n) {
  let left = total;
  for (let i = 1; i < 2000; i++) left -= (left % (i + n)) / (i * 50);
  return left;
}

/** Who buys so much? */
function fraudScore(cart, n) {
  let score = 0;
  for (const line of cart) for (let i = 0; i < 90; i++) score = (score * 31 + line.cents * i + n) % 1_000_003;
  return score;
}

export function addCartRoutes(shop, change) {
  const steps = change === 'price20' ? 480 : 400;

  shop.get('/cart', async function cart(request) {
    const n = Number(request.query.n);
    const lines = loadCart(n % storedCarts.length, change !== 'nocache');
    let total = 0;
    for (const line of lines) total += priceOf(line, steps);
    if (change === 'newfunc') total += fraudScore(lines, n) % 2;
    return { total: applyCoupons(total, n), lines: lines.length };
  });
}
