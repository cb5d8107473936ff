/** Single bits that flip in the files of the store: no answer may be wrong without saying so. */

import { cpSync, existsSync, mkdtempSync, openSync, closeSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DatabaseSync } from '@photostructure/sqlite';
import { Random } from '../mutations/mutate.js';
import { CPU, madeProfile, push, StartError, startServer, stop } from './lib.js';

const HOUR = 3_600_000;
const SERVICES = ['alpha', 'beta', 'gamma'];
const PACKED_HOURS = 3;
const FILES = ['profiles.db', 'links.db', 'markers.db'];
/** A start, or an answer, that takes longer hangs. */
const START_MS = 60_000;
const ANSWER_MS = 30_000;
/** Rounds of upkeep are half a minute apart. */
const LOOK_MS = 2000;
const MAX_LOOKS = 60;
/** The server's code where it refuses to start, as main.ts has it. */
const EXIT_REFUSED = 2;

/** @typedef {{ status: number, warns: boolean, body: string }} Answer */

/**
 * @param {number} flips @param {number} seed
 * @returns {Promise<{ flips: number, tables: Record<string, number>, right: number, warned: number, wrong: string[] }>}
 */
export async function flipBits(flips, seed) {
  const home = mkdtempSync(join(tmpdir(), 'flametide-flips-'));
  const whole = join(home, 'whole');
  const end = Date.now() + HOUR;
  const ids = await fill(whole, end - HOUR);
  const pages = FILES.flatMap((file) => pagesOf(join(whole, file)).map((page) => ({ file, ...page })));
  const tables = [...new Set(pages.map(({ file, table }) => `${file} ${table}`))];
  /** @type {Record<string, number>} */
  const flipped = {};
  const result = { flips, tables: flipped, right: 0, warned: 0, wrong: /** @type {string[]} */ ([]) };
  const expected = await answersOf(whole, ids, end);
  for (let flip = 0; flip < flips; flip++) {
    const random = new Random(seed, flip);
    const table = tables[flip % tables.length];
    const page = random.pick(pages.filter((one) => `${one.file} ${one.table}` === table));
    const folder = join(home, 'flipped');
    cpSync(whole, folder, { recursive: true });
    const at = flipIn(join(folder, page.file), page, random);
    flipped[table] = (flipped[table] ?? 0) + 1;
    const { wrong, hasWarned } = await compared(folder, ids, end, expected);
    process.stderr.write(wrong.length > 0 ? 'x' : hasWarned ? 'w' : '.');
    if (wrong.length > 0)
      result.wrong.push(`flip ${flip}, ${table}, byte ${at}: ${wrong.length} answers, first: ${wrong[0]}`);
    else if (hasWarned) result.warned++;
    else result.right++;
    rmSync(folder, { recursive: true });
  }
  process.stderr.write('\n');
  rmSync(home, { recursive: true });
  return result;
}

/**
 * @param {string} folder @param {string[]} ids @param {number} end @param {Map<string, Answer>} expected
 * @returns {Promise<{ wrong: string[], hasWarned: boolean }>} answers that are wrong and do not say so; whether any other warns
 */
async function compared(folder, ids, end, expected) {
  /** @type {string[]} */
  const wrong = [];
  let hasWarned = false;
  try {
    for (const [question, { status, warns: isWarned, body }] of await answersOf(folder, ids, end)) {
      const was = expected.get(question);
      if (was === undefined || (status === was.status && body === was.body)) continue;
      if (status === 500) wrong.push(`${question} is answered 500: ${body.slice(0, 200)}`);
      else if (isWarned) hasWarned = true;
      else wrong.push(`${question} differs without a warning: ${differenceOf(was.body, body)}`);
    }
  } catch (error) {
    // It names the file and changes nothing.
    if (error instanceof StartError && error.code === EXIT_REFUSED) hasWarned = true;
    else wrong.push(error instanceof Error ? error.message : String(error));
  }
  return { wrong, hasWarned };
}

/**
 * Hours that are packed, and one that is not; links, snapshots, markers.
 * @param {string} folder @param {number} now @returns {Promise<string[]>} ids of links
 */
async function fill(folder, now) {
  const older = await startServer(argsOf(folder));
  for (let hour = PACKED_HOURS; hour > 0; hour--) await load(older.url, now - hour * HOUR);
  await stop(older.child, 'SIGTERM');
  // A start packs what is past.
  const { child, url } = await startServer(argsOf(folder));
  await packed(url);
  await load(url, now);
  const ids = [];
  for (let i = 0; i < 20; i++) {
    const link = JSON.stringify({ query: `v=1&svc=s${i}` });
    const snapshot = Buffer.concat([Buffer.from(`${link}\n`), gzipSync('x'.repeat(100 * i))]);
    const response = await fetch(`${url}/api/${i % 2 ? 'links' : 'snapshots'}`, {
      method: 'POST',
      body: i % 2 ? link : snapshot,
    });
    const { id } = await response.json();
    ids.push(String(id));
    const marker = JSON.stringify({ time: now - i * 1000, title: `marker ${i}`, service: SERVICES[i % 3] });
    await (await fetch(`${url}/api/markers`, { method: 'POST', body: marker })).arrayBuffer();
  }
  await stop(child, 'SIGTERM');
  return ids;
}

/** @param {string} folder */
function argsOf(folder) {
  return ['--data', folder, '--no-self-profile', '--max-profile-age', '0', '--retention', 'off'];
}

/** @param {string} url @param {number} timeMs */
async function load(url, timeMs) {
  for (const [s, service] of SERVICES.entries()) {
    for (let i = 0; i < 12; i++) {
      const body = madeProfile(`${service}.main${i % 4}`, 20 + 3 * i + s, timeMs + i * 1000);
      const status = await push(url, `${service}{pod=p${i % 3}}`, body);
      if (status !== 200) throw new Error(`An upload is answered ${status}.`);
    }
  }
}

/** Until upkeep has packed something, and then packs nothing more. @param {string} url */
async function packed(url) {
  for (let before = 0, look = 0; look < MAX_LOOKS; look++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const blocks = Number(/^flametide_store_blocks_packed_total (\d+)/m.exec(metrics)?.[1]);
    if (blocks > 0 && blocks === before) return;
    before = blocks;
  }
  throw new Error('Upkeep has packed nothing.');
}

/**
 * All kinds of questions, asked of a server on a folder.
 * @param {string} folder @param {string[]} ids of links @param {number} end of the range, ms
 * @returns {Promise<Map<string, Answer>>}
 */
async function answersOf(folder, ids, end) {
  const { child, url } = await started(folder);
  try {
    /** @type {Map<string, Answer>} */
    const answers = new Map();
    const range = { start: end - 24 * HOUR, end };
    for (const selector of ['{}', ...SERVICES.map((service) => `{service_name="${service}"}`)]) {
      const question = { ...range, profileTypeID: CPU, labelSelector: selector };
      const rpc = (/** @type {string} */ path, /** @type {object} */ body, /** @type {string} */ how = '') =>
        answer(`${path} ${how}${selector}`, `/${path}`, JSON.stringify(body));
      await rpc('querier.v1.QuerierService/SelectMergeStacktraces', { ...question, maxNodes: 100_000 });
      const tree = { ...question, format: 'PROFILE_FORMAT_TREE', maxNodes: 100_000 };
      await rpc('querier.v1.QuerierService/SelectMergeStacktraces', tree, 'tree ');
      await rpc('querier.v1.QuerierService/SelectMergeProfile', question);
      await rpc('querier.v1.QuerierService/SelectSeries', {
        ...question,
        step: 600,
        groupBy: ['service_name', 'pod'],
      });
      await rpc('flametide.v1.QueryService/SelectSlices', { ...question, slices: 1 });
      const parameters = new URLSearchParams({
        query: `${CPU}${selector}`,
        from: `${range.start}`,
        until: `${end}`,
        'max-nodes': '100000',
      });
      await answer(`render ${selector}`, `/pyroscope/render?${parameters}`);
    }
    const labels = { ...range, matchers: [], labelNames: ['service_name', 'pod'] };
    await answer('Series', '/querier.v1.QuerierService/Series', JSON.stringify(labels));
    await answer('ProfileTypes', '/querier.v1.QuerierService/ProfileTypes', JSON.stringify(range));
    const values = { ...range, name: 'pod', matchers: [] };
    await answer('LabelValues', '/querier.v1.QuerierService/LabelValues', JSON.stringify(values));
    await answer('markers', '/api/markers');
    await answer('links', '/api/links');
    for (const id of ids) await answer(`link ${id}`, `/s/${id}`);
    for (const id of ids) await answer(`snapshot ${id}`, `/api/snapshots/${id}`);
    return answers;

    /** @param {string} name @param {string} path @param {string} [body] */
    async function answer(name, path, body) {
      const response = await fetch(`${url}${path}`, {
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(body !== undefined && { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
      });
      const text = `${response.headers.get('location') ?? ''}${await response.text()}`;
      answers.set(name, { status: response.status, warns: warns(response), body: text });
    }
  } finally {
    await stop(child, 'SIGKILL');
  }
}

/** An answer says that it left something out, or is none at all and says why. @param {Response} response */
function warns(response) {
  const said = response.headers.get('flametide-warnings') ?? '[]';
  return said !== '[]' || response.status >= 400;
}

/** @param {string} folder */
async function started(folder) {
  const starting = startServer(argsOf(folder));
  const late = new Promise((_, reject) =>
    setTimeout(() => reject(new Error('The server does not start.')), START_MS).unref(),
  );
  return /** @type {Awaited<typeof starting>} */ (await Promise.race([starting, late]));
}

/** @typedef {{ table: string, offset: number, size: number, isTree: boolean }} PageOfTable */

/** @param {string} file @returns {PageOfTable[]} all pages that belong to a table or an index */
function pagesOf(file) {
  if (!existsSync(file)) return [];
  const db = new DatabaseSync(file, { readOnly: true });
  const rows = /** @type {{ name: string, pgoffset: number, pgsize: number, pagetype: string }[]} */ (
    db.prepare("SELECT name, pgoffset, pgsize, pagetype FROM dbstat WHERE name <> 'sqlite_schema'").all()
  );
  db.close();
  return rows.map(({ name, pgoffset, pgsize, pagetype }) => ({
    table: name,
    offset: pgoffset,
    size: pgsize,
    isTree: pagetype !== 'overflow',
  }));
}

/** Flips a bit of what a page holds, not of its free middle. @param {string} file @param {PageOfTable} page @param {Random} random */
function flipIn(file, { offset, size, isTree }, random) {
  const fd = openSync(file, 'r+');
  try {
    const page = Buffer.alloc(size);
    readSync(fd, page, 0, size, offset);
    // Header of 8 or 12 bytes, pointers of two bytes to the cells, which lie at the end.
    const cells = isTree ? page.readUInt16BE(3) : 0;
    const head = isTree ? (page[0] === 2 || page[0] === 5 ? 12 : 8) + 2 * cells : 0;
    const content = isTree && cells > 0 ? Math.min(size - 1, page.readUInt16BE(5) || 65_536) : head;
    const place = random.below(head + size - content);
    const at = place < head ? place : content + place - head;
    page[at] ^= 1 << random.below(8);
    writeSync(fd, page, at, 1, offset + at);
    return offset + at;
  } finally {
    closeSync(fd);
  }
}

/** Where two answers part. @param {string} was @param {string} is */
function differenceOf(was, is) {
  let at = 0;
  while (at < was.length && was[at] === is[at]) at++;
  const from = Math.max(0, at - 20);
  return `${JSON.stringify(was.slice(from, at + 60))} became ${JSON.stringify(is.slice(from, at + 60))}`;
}
