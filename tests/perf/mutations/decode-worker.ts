/** Opens mutated files as the server's door or the page does, and reports what no file may do. Built by files.js. */

import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { finishWaiting } from '#base/steps.ts';
import { DecodeError } from '#formats/format.ts';
import { unwrapGzip } from '#formats/gzip.ts';
import { decodeProfile } from '#formats/registry.ts';
import type { Profile } from '#model/profile.ts';
import type { WireRequest } from '#server/request.ts';
import type { IncomingProfile } from '#server/incoming.ts';
import { DEFAULT_LIMITS } from '#server/config.ts';
import { openUpload } from '#server/ingest/open-upload.ts';
import { Interner } from '#server/store/interner.ts';
import { PartColumns } from '#server/store/part-columns.ts';
import { isBomb, mutatedFile, type Decoder } from './seeds.js';

interface DecodeWork {
  readonly role: 'door' | 'page';
  readonly decoder: Decoder;
  readonly seeds: Parameters<typeof mutatedFile>[0];
  readonly seed: number;
  /** Cases from here on, up to `until` and without it. */
  readonly from: number;
  readonly until: number;
  /** [0] is the case under way. */
  readonly progress: SharedArrayBuffer;
}

/** What the worker posts: a failure, or the outcomes since the last of these with their counts. */
export type DecodeReport =
  | { readonly besideMiB: number }
  | { readonly number: number; readonly kind: string; readonly message: string }
  | { readonly outcomes: Readonly<Record<string, number>> };

const NOW_MS = Date.UTC(2026, 0, 15, 9, 7);
/** What one case may add to the memory before it is named, KiB. */
const WORTH_NAMING_KIB = 32 << 10;
/** Cases; the counts of a thread that ends are lost since then. */
const REPORT_EVERY = 100;
/** Of the processor, for one case. */
const MAX_CPU_MS = 2000;
// A tab is text. Half of a pair is none.
const UNPRINTABLE = /(?!\t)[\p{Cc}\p{Cs}]/u;

const { role, decoder, seeds, seed, from, until, progress } = workerData as DecodeWork;
const current = new Int32Array(progress);
let outcomes: Record<string, number> = {};

for (let number = from; number < until; number++) {
  Atomics.store(current, 0, number);
  if (number % REPORT_EVERY === 0) reportOutcomes();
  const bytes = mutatedFile(seeds, decoder, seed, number);
  const before = process.resourceUsage().maxRSS;
  const began = process.cpuUsage();
  if (role === 'door') await atTheDoor(bytes, number);
  else if (isBomb(number)) await measured(bytes, () => inThePage(bytes, number));
  else await inThePage(bytes, number);
  const { user, system } = process.cpuUsage(began);
  if (user + system > MAX_CPU_MS * 1000)
    report(number, 'slow', `${bytes.length} bytes take ${Math.round((user + system) / 1000)} ms of the processor`);
  // As between two uploads: what Node closes in a later turn of the event loop would pile up.
  await turn();
  const after = process.resourceUsage().maxRSS;
  if (role === 'door' && after > 300 << 10 && after - before > WORTH_NAMING_KIB)
    report(number, 'memory', `${bytes.length} bytes: the peak goes from ${before >> 10} to ${after >> 10} MiB`);
}
reportOutcomes();

function reportOutcomes(): void {
  parentPort!.postMessage({ outcomes } satisfies DecodeReport);
  outcomes = {};
}

/**
 * Reports the most resident memory while a large file is opened (Linux), without the file and the profile that comes of it:
 * a page that opens 60 MB of stacks holds these. Memory that was freed before, but not collected, does not count.
 */
async function measured(bytes: Uint8Array, open: () => Promise<Profile | undefined>): Promise<void> {
  const unpacked = await unpackedBytes(bytes);
  // Of --expose-gc. Buffers are freed by another thread, some time after.
  for (let i = 0; i < 3; i++) {
    (globalThis as { gc?: () => void }).gc?.();
    await pause(50);
  }
  writeFileSync('/proc/self/clear_refs', '5');
  const profile = await open();
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  const held = unpacked + (profile === undefined ? 0 : bytesOf(profile));
  parentPort!.postMessage({ besideMiB: Math.round((peak - held) / (1 << 20)) } satisfies DecodeReport);
}

async function unpackedBytes(bytes: Uint8Array): Promise<number> {
  try {
    return (await finishWaiting(unwrapGzip(bytes))).length;
  } catch {
    return bytes.length;
  }
}

function bytesOf({ stackStart, stackFrames, values, labels }: Profile): number {
  const columns = [stackStart, stackFrames, labels.start, labels.key, labels.text, labels.number, labels.unit];
  return [...columns, ...values.map((column) => column.values)].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

async function atTheDoor(bytes: Uint8Array, number: number): Promise<void> {
  const format = decoder === 'collapsed' ? (number % 2 === 0 ? 'groups' : 'lines') : 'pprof';
  const query = `format=${format}&name=mutated.cpu%7Bpod%3Da%7D&from=${NOW_MS / 1000}`;
  const request: WireRequest = { method: 'POST', path: '/ingest', query, headers: {}, body: bytes };
  try {
    const { answer, profiles } = await openUpload(request, { ...DEFAULT_LIMITS, maxAgeMs: 0 }, NOW_MS);
    count(`door ${answer.status}`);
    if (answer.status >= 500) report(number, 'door 5xx', new TextDecoder().decode(answer.body));
    for (const one of profiles) {
      const wrong = wrongWith(one);
      if (wrong !== undefined) report(number, `taken: ${wrong}`, `answered ${answer.status}`);
    }
  } catch (error) {
    report(number, `door throws: ${messageOf(error)}`, stackOf(error));
  }
}

async function inThePage(bytes: Uint8Array, number: number): Promise<Profile | undefined> {
  try {
    const { profile } = await finishWaiting(decodeProfile({ bytes, name: seeds.name, form: { kind: 'file' } }));
    count('page opens');
    const wrong = wrongColumns(profile);
    if (wrong !== undefined) report(number, `page: ${wrong}`, '');
    return profile;
  } catch (error) {
    if (!(error instanceof DecodeError)) report(number, `page throws: ${messageOf(error)}`, stackOf(error));
    else count(`page ${error.code}`);
    return undefined;
  }
}

/** What could not be read back from the store, or would be taken for something else. */
function wrongWith({ profile, timeUs, period, series }: IncomingProfile): string | undefined {
  if (!Number.isSafeInteger(timeUs)) return 'a time that is no safe whole number';
  if (!Number.isSafeInteger(period)) return 'a period that is no safe whole number';
  if (profile.values.some(({ values }) => values.some((value) => !Number.isSafeInteger(value))))
    return 'a value that is no safe whole number';
  for (const { labels } of series) {
    if (labels.some(({ name }) => UNPRINTABLE.test(name))) return 'a label name with a control character';
    if (labels.some(({ value }) => UNPRINTABLE.test(value))) return 'a label value with a control character';
  }
  return wrongTexts(profile) ?? wrongColumns(profile);
}

/** Names of functions and files are cleaned when the store first sees them. */
function wrongTexts(profile: Profile): string | undefined {
  if (![...profile.definitions.names, ...profile.definitions.files].some((name) => UNPRINTABLE.test(name)))
    return undefined;
  const interner = new Interner(new PartColumns());
  const stacks = interner.forProfile(profile);
  for (let sample = 0; sample < profile.sampleCount; sample++) stacks.leaf(sample);
  const { names, paths } = interner.columns;
  if (names.some((name) => UNPRINTABLE.test(name))) return 'a function name with a control character';
  return paths.some((path) => UNPRINTABLE.test(path)) ? 'a file name with a control character' : undefined;
}

/** Columns that point outside of each other. */
function wrongColumns({
  functions,
  frames,
  sampleCount,
  stackStart,
  stackFrames,
  values,
}: Profile): string | undefined {
  if (stackStart.length !== sampleCount + 1) return 'columns of stacks and samples differ in length';
  if (stackStart[sampleCount] !== stackFrames.length) return 'stacks do not end where their frames do';
  if (stackFrames.some((frame) => frame < 0 || frame >= frames.length)) return 'a stack with a frame that is not there';
  if (frames.func.some((func) => func < 0 || func >= functions.names.length))
    return 'a frame with a function that is not there';
  if (values.some((column) => column.values.length !== sampleCount)) return 'a column of values of another length';
  if (values.some((column) => column.values.some((value) => Number.isNaN(value)))) return 'a value that is no number';
  return undefined;
}

function count(outcome: string): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}

function report(number: number, kind: string, message: string): void {
  parentPort!.postMessage({ number, kind, message } satisfies DecodeReport);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 120) : String(error);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '').slice(0, 600) : '';
}
