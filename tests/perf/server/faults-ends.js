/** Servers that are killed, or lose their power, in the middle of all they do; and what the next start must still have. */

import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Random } from '../mutations/mutate.js';
import { ask, CPU, madeProfile, push, startServer, stop } from './lib.js';
import { cutPower, powerCutEnv } from './powerloss.js';

const HOUR = 3_600_000;
/** Short, so that upkeep removes what the rounds before have brought. */
const RETENTION_HOURS = 4;
/** Ages of what is pushed, in hours: of now, to be packed, to be removed. */
const AGES = [0, 0, 1, 1, 2, 2, 5, 6];
/** What is held to be there: nothing of it may be removed yet. */
const KEPT_HOURS = 2.9;
const CLIENTS = 6;
const PERIOD = 10_000_000;
/** Links and snapshots of earlier rounds that are looked at again; those of the last round are all looked at. */
const MAX_OLDER = 50;
/** Markers that one answer has. */
const MAX_ANSWERED = 1000;

/**
 * @typedef {{ timeMs: number, total: number, isKept: boolean }} Sent a profile; kept once it was answered 200
 * @typedef {{ starts: number[], answers: number[], acknowledged: Record<string, number>, undone: number, lost: string[], wrong: string[] }} Figures
 * times in ms; `lost` and `wrong` are sentences
 */

/**
 * Ends a server again and again on one folder. Nothing is repaired by hand.
 * @param {number} ends @param {'kill' | 'power'} how @param {number} seed
 * @returns {Promise<Figures>}
 */
export async function endAgainAndAgain(ends, how, seed) {
  const folder = mkdtempSync(join(tmpdir(), 'flametide-faults-'));
  const args = ['--data', folder, '--no-self-profile', '--max-profile-age', '0', '--retention', `${RETENTION_HOURS}h`];
  /** By the name of the one function that only it has. @type {Map<string, Sent>} */
  const sent = new Map();
  /** By id. @type {Map<string, { query: string, snapshot: Buffer | undefined, round: number, isGone: boolean, isDoomed: boolean }>} */
  const links = new Map();
  /** By id: its title. @type {Map<number, { title: string, timeMs: number }>} */
  const markers = new Map();
  /** @type {Figures} */
  const figures = { starts: [], answers: [], acknowledged: {}, undone: 0, lost: [], wrong: [] };
  let number = 0;

  for (let round = 0; round <= ends; round++) {
    const random = new Random(seed, round);
    const { child, url, startMs } = await startServer(args, 'inherit', how === 'power' ? powerCutEnv(folder) : {});
    const began = performance.now();
    const problems = await check(url, round, round === ends);
    figures.starts.push(startMs);
    figures.answers.push(performance.now() - began);
    for (const kind of /** @type {const} */ (['lost', 'wrong'])) {
      for (const one of problems[kind]) figures[kind].push(`after ${how} ${round}: ${one}`);
      if (problems[kind].length > 0) console.error(`after ${how} ${round}: ${problems[kind].slice(0, 3).join(' ')}`);
    }
    if (round === ends) {
      await stop(child, 'SIGTERM');
      break;
    }
    const ended = new AbortController();
    const work = Array.from({ length: CLIENTS }, (_, client) => untilEnded(ended.signal, () => pushOne(url, client)));
    work.push(untilEnded(ended.signal, () => keepOne(url, round)));
    await new Promise((resolve) => setTimeout(resolve, 400 + random.next() * 2500));
    await stop(child, 'SIGKILL');
    ended.abort();
    await Promise.all(work);
    if (how === 'power') figures.undone += cutPower(folder, random.next() < 0.5 ? 'all' : 'random', round);
  }
  const kept = [...sent.values()].filter(({ isKept }) => isKept).length;
  figures.acknowledged = { profiles: kept, links: links.size, markers: markers.size };
  rmSync(folder, { recursive: true });
  if (existsSync(`${folder}.powerloss`)) rmSync(`${folder}.powerloss`);
  return figures;

  /** @param {string} url @param {number} client */
  async function pushOne(url, client) {
    const name = `only.p${number++}`;
    const stacks = 1 + (number % 60);
    const timeMs = Date.now() - AGES[number % AGES.length] * HOUR;
    /** @type {Sent} */
    const one = { timeMs, total: stacks * PERIOD, isKept: false };
    sent.set(name, one);
    const status = await push(url, `svc-${client}{pod=p${number % 7}}`, madeProfile(name, stacks, timeMs));
    if (status === 200) one.isKept = true;
    else figures.wrong.push(`An upload is answered ${status}.`);
  }

  /** A link, a snapshot and a marker; now and then a link is deleted. @param {string} url @param {number} round */
  async function keepOne(url, round) {
    const query = `v=1&svc=s${number++}`;
    const snapshot = number % 2 === 0 ? gzipSync(randomBytes(2000)) : undefined;
    const body =
      snapshot === undefined
        ? JSON.stringify({ query })
        : Buffer.concat([Buffer.from(`${JSON.stringify({ query })}\n`), snapshot]);
    const { id } = await made(`${url}/api/${snapshot === undefined ? 'links' : 'snapshots'}`, body);
    const link = { query, snapshot, round, isGone: false, isDoomed: false };
    links.set(String(id), link);
    const title = `marker ${number}`;
    const timeMs = Date.now();
    const marker = await made(`${url}/api/markers`, JSON.stringify({ time: timeMs, title }));
    markers.set(Number(marker.id), { title, timeMs });
    if (number % 5 !== 0) return;
    // From here on it may be gone: a kill can come between the deletion and its answer.
    link.isDoomed = true;
    const response = await fetch(`${url}/api/links/${id}`, { method: 'DELETE' });
    await response.arrayBuffer();
    if (response.status === 200) link.isGone = true;
  }

  /** @param {string} url @param {BodyInit} body @returns {Promise<{ id: string | number }>} */
  async function made(url, body) {
    const response = await fetch(url, { method: 'POST', body });
    const answer = await response.json();
    if (response.status === 201) return answer;
    figures.wrong.push(`${url} is answered ${response.status}: ${JSON.stringify(answer)}.`);
    throw new Error('refused');
  }

  /** @param {string} url @param {number} round @param {boolean} isAll every link, not some of the older ones */
  async function check(url, round, isAll) {
    /** @type {{ lost: string[], wrong: string[] }} */
    const found = { lost: [], wrong: [] };
    await checkProfiles(url, found);
    await checkMarkers(url, found);
    const older = [...links].filter(([, link]) => link.round < round - 1);
    const step = isAll ? 1 : Math.max(1, Math.floor(older.length / MAX_OLDER));
    const looked = [
      ...older.filter((_, i) => i % step === 0),
      ...[...links].filter(([, link]) => link.round >= round - 1),
    ];
    for (const [id, link] of looked) await checkLink(url, id, link, found);
    return found;
  }

  /** @param {string} url @param {{ lost: string[], wrong: string[] }} found */
  async function checkProfiles(url, found) {
    const now = Date.now();
    const start = now - KEPT_HOURS * HOUR;
    const question = { profileTypeID: CPU, labelSelector: '{}', start, end: now + HOUR };
    const { flamegraph } = await ask(url, 'SelectMergeStacktraces', { ...question, maxNodes: 1_048_576 });
    const totals = totalsByRoot(flamegraph);
    let sum = 0;
    for (const [name, { timeMs, total, isKept }] of sent) {
      // At the start of the range it depends on the moment.
      if (timeMs < start + 60_000) continue;
      const is = totals.get(name);
      if (is === undefined && isKept) found.lost.push(`${name} is gone.`);
      else if (is !== undefined && is !== total) found.wrong.push(`${name} has ${is} instead of ${total}.`);
    }
    for (const [name, total] of totals) {
      sum += total;
      if (!sent.has(name)) found.wrong.push(`${name} was never sent.`);
    }
    const { series = [] } = await ask(url, 'SelectSeries', { ...question, step: 15 });
    const points = series.flatMap((/** @type {any} */ one) => one.points);
    const inSeries = points.reduce((/** @type {number} */ all, /** @type {any} */ { value }) => all + value, 0);
    const { sample = [] } = await ask(url, 'SelectMergeProfile', question);
    const inPprof = sample.reduce(
      (/** @type {number} */ all, /** @type {any} */ { value }) => all + Number(value[0]),
      0,
    );
    if (Number(flamegraph?.total ?? 0) !== sum)
      found.wrong.push(`The graph's total is ${flamegraph?.total}, its roots have ${sum}.`);
    if (inSeries !== sum) found.wrong.push(`The series has ${inSeries}, the graph ${sum}.`);
    if (inPprof !== sum) found.wrong.push(`The pprof has ${inPprof}, the graph ${sum}.`);
  }

  /** @param {string} url @param {{ lost: string[], wrong: string[] }} found */
  async function checkMarkers(url, found) {
    /** @type {Map<number, string>} */
    const there = new Map();
    let from = 0;
    for (;;) {
      const response = await fetch(`${url}/api/markers?from=${from}`);
      const { markers: list } = await response.json();
      for (const { id, title } of list) there.set(id, title);
      if (list.length < MAX_ANSWERED) break;
      from = list.at(-1).time;
    }
    for (const [id, { title }] of markers) {
      if (!there.has(id)) found.lost.push(`Marker ${id} is gone.`);
      else if (there.get(id) !== title) found.wrong.push(`Marker ${id} is ${there.get(id)}.`);
    }
  }

  /**
   * @param {string} url @param {string} id @param {{ query: string, snapshot: Buffer | undefined, isGone: boolean, isDoomed: boolean }} link
   * @param {{ lost: string[], wrong: string[] }} found
   */
  async function checkLink(url, id, { query, snapshot, isGone, isDoomed }, found) {
    if (isDoomed && !isGone) return;
    const response = await fetch(`${url}/s/${id}`, { redirect: 'manual' });
    await response.arrayBuffer();
    const location = response.headers.get('location') ?? '';
    if (isGone) {
      if (response.status !== 404) found.wrong.push(`Link ${id} was deleted and is answered ${response.status}.`);
      return;
    }
    if (response.status !== 302) found.lost.push(`Link ${id} is answered ${response.status}.`);
    else if (!location.includes(query)) found.wrong.push(`Link ${id} leads to ${location}.`);
    if (snapshot === undefined) return;
    const read = await fetch(`${url}/api/snapshots/${id}`);
    const bytes = Buffer.from(await read.arrayBuffer());
    if (read.status !== 200) found.lost.push(`Snapshot ${id} is answered ${read.status}.`);
    else if (!bytes.equals(snapshot)) found.wrong.push(`Snapshot ${id} has other bytes.`);
  }
}

/** @param {AbortSignal} signal @param {() => Promise<void>} work */
async function untilEnded(signal, work) {
  while (!signal.aborted) {
    try {
      await work();
    } catch {
      // The server has ended in the middle, or refused, which is counted. Nobody may spin meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Totals of the functions below the root. @param {any} flamegraph @returns {Map<string, number>} */
export function totalsByRoot(flamegraph) {
  /** @type {Map<string, number>} */
  const totals = new Map();
  const bars = flamegraph?.levels?.[1]?.values ?? [];
  for (let i = 0; i + 3 < bars.length; i += 4) {
    const name = flamegraph.names[Number(bars[i + 3])];
    totals.set(name, (totals.get(name) ?? 0) + Number(bars[i + 1]));
  }
  return totals;
}
