import { createHash } from 'node:crypto';
import { goods } from './data.js';

function legacyTax(lines) {
  let tax = 0;
  for (const { cents } of lines) for (let i = 1; i < 120; i++) tax = (tax + (cents * i) / 7) % 9973;
  return tax;
}

/** @param {number} rounds its cost */
function checksum(text, rounds) {
  let sum = 1;
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < text.length; i++) sum = (sum * 33 + text.charCodeAt(i)) % 1_000_000_007;
  return sum;
}

function formatMoney(cents) {
  return (cents / 100).toFixed(2).replace('.', ',');
}

function renderInvoice(lines) {
  let html = '';
  for (const { name, cents, weight } of lines)
    html += `<tr><td>${name}</td><td>${formatMoney(cents)}</td><td>${weight}</td></tr>`;
  return html;
}

function sign(text) {
  return createHash('sha256').update(text).digest('hex');
}

export function addInvoiceRoutes(shop, change) {
  const rounds = change === 'checksum50' ? 15 : 10;

  shop.get('/invoice', async function invoice(request, reply) {
    const n = Number(request.query.n);
    const lines = goods.slice(n % 200, (n % 200) + 120);
    const tax = change === 'removed' ? 0 : legacyTax(lines);
    const html = renderInvoice(lines);
    reply.type('text/html');
    return `${html}<p>${tax}</p><p>${checksum(html, rounds)}</p><p>${sign(html)}</p>`;
  });
}
