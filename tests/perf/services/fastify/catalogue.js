import { goods } from './data.js';

/** @param {string} text */
function parseQuery(text) {
  const terms = [];
  for (const [, key, sign, value] of text.matchAll(/(\w+)([:<>])(\w+)/g)) terms.push({ key, sign, value });
  return terms;
}

function matches(good, { key, sign, value }) {
  if (key === 'word') return good.words.includes(value);
  return sign === '<' ? good[key] < Number(value) : good[key] > Number(value);
}

function findGoods(terms) {
  return goods.filter((good) => terms.every((term) => matches(good, term)));
}

/** Distance of words by the letters they share. */
function likeness(one, other) {
  let shared = 0;
  for (let i = 0; i < one.length; i++) for (let j = 0; j < other.length; j++) shared += one[i] === other[j] ? 1 : 0;
  return shared / (one.length + other.length);
}

function rank(found, word) {
  const scored = found.map((good) => ({ good, score: likeness(good.name, word) }));
  return scored.sort((a, b) => b.score - a.score || a.good.id - b.good.id).map(({ good }) => good);
}

function copyOf(good) {
  return { ...good, words: [...good.words], name: `${good.name} ` };
}

/** Copies that nobody needs. */
function snapshots(found) {
  let copies = found;
  for (let i = 0; i < 12; i++) copies = copies.map(copyOf);
  return copies;
}

export function addCatalogueRoutes(shop, change) {
  shop.get('/search', async function search(request) {
    const n = Number(request.query.n);
    const found = findGoods(parseQuery(`cents>${n % 3000} weight<${60 + (n % 30)} id>${n % 50}`));
    const shown = change === 'garbage' ? snapshots(found) : found;
    return rank(shown, `good ${n}`).slice(0, 40);
  });

  shop.get('/suggest', async function suggest(request) {
    const n = Number(request.query.n);
    return rank(findGoods(parseQuery(`word:w${n % 37}`)), `god ${n}`).slice(0, 5);
  });
}
