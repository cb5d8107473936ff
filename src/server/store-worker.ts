/** The only thread that writes profiles: opens uploads, puts them into the store in groups, answers once they are on disk. */

import { setImmediate as turn } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import type { RequestFacts, WireAnswer, WireRequest } from './request.ts';
import { Garbage } from './garbage.ts';
import type { IncomingProfile } from './incoming.ts';
import { openUpload, refuseUpload, type OpenedUpload } from './ingest/open-upload.ts';
import type { StoreEarly } from './ingest/push-parts.ts';
import type { IngestLimits } from './ingest/series-of-profile.ts';
import { CommitQueue } from './store/commit-queue.ts';
import { CommitTurn } from './store/commit-turn.ts';
import { UnusableStore } from './store/database.ts';
import { FilesInPlace } from './store/files-in-place.ts';
import { dropBallast, isFull, openFolder, whyNoRoom, type OpenFolder } from './store/folder.ts';
import { ProfileWriter, type Written } from './store/profile-writer.ts';
import { TooManySeries, type ServiceUsage } from './store/series-table.ts';
import { answerCalls } from './worker-calls.ts';

export interface StoreStart {
  readonly folder: string;
  readonly limits: IngestLimits;
  /** Label sets of one service on one day. */
  readonly maxLabelSets: number;
  /** Of `CommitTurn`. */
  readonly turn: SharedArrayBuffer;
}

export type OpenedStore = Pick<OpenFolder, 'file' | 'lost' | 'notes'>;

export interface Stored {
  readonly answer: WireAnswer;
  readonly facts: RequestFacts;
  /** The disk is full: the oldest profiles should go. */
  readonly needsRoom: boolean;
}

export interface StoreState {
  readonly series: number;
  readonly internerBytes: number;
  /** Why uploads are refused, as a sentence. */
  readonly refuses: string | undefined;
}

/** How often the free space of the disk is read. */
const LOOK_AT_DISK_MS = 2000;

/** Services in an answer to `usage`: those that were folded or refused, then the largest. */
const MAX_SERVICES_REPORTED = 200;

const { folder, limits, maxLabelSets, turn: commitTurn } = workerData as StoreStart;
let opened: OpenFolder | undefined;
let writer: ProfileWriter | undefined;
let queue: CommitQueue | undefined;
let lastOpened: Promise<unknown> = Promise.resolve();
let inPlace: FilesInPlace | undefined;
let lookedAt = -Infinity;
let noRoom: string | undefined;
const garbage = new Garbage();

answerCalls({
  /** @returns the file, or why the folder cannot be used */
  open: (): OpenedStore | { refused: string } => {
    try {
      opened = openFolder(folder);
    } catch (error) {
      if (error instanceof UnusableStore) return { refused: error.message };
      throw error;
    }
    writer = new ProfileWriter(opened.db, maxLabelSets, new CommitTurn(commitTurn));
    inPlace = new FilesInPlace([opened.file, `${opened.file}-wal`]);
    queue = new CommitQueue(writer);
    return { file: opened.file, lost: opened.lost, notes: opened.notes };
  },
  ingest: async ({ request, nowMs }: { request: WireRequest; nowMs: number }): Promise<Stored> => {
    const refusal = whyRefused(nowMs);
    if (refusal !== undefined) return failed(request, refusal.slug, refusal.message, false);
    const written: (Written | Error)[] = [];
    let failure: unknown;
    const store = async (profiles: readonly IncomingProfile[], bytes: number): Promise<void> => {
      garbage.made(bytes);
      try {
        if (profiles.length > 0) written.push(...(await queue!.store(profiles, nowMs, bytes)));
      } catch (error) {
        failure = error;
      }
    };
    const upload = await openInTurn(request, nowMs, async (profiles, bytes) => {
      await store(profiles, bytes);
      // Streams that have ended hold what they unpacked until the next turn.
      await turn();
      return failure === undefined;
    });
    if (failure === undefined) await store(upload.profiles, upload.bytes);
    if (failure !== undefined) return storeFailed(request, failure);
    // After a file was moved or replaced, a restart would not find what was written.
    const gone = written.length === 0 ? undefined : inPlace!.whyNot();
    if (gone !== undefined) return failed(request, 'data_folder', gone, false);
    return outcomeOf(request, upload, written);
  },
  store: async ({ profiles, nowMs }: { profiles: readonly IncomingProfile[]; nowMs: number }): Promise<void> => {
    const refusal = whyRefused(nowMs);
    if (refusal !== undefined) throw new Error(refusal.message);
    const failure = (await queue!.store(profiles, nowMs)).find((one) => one instanceof Error);
    if (failure !== undefined) throw failure;
    const gone = inPlace!.whyNot();
    if (gone !== undefined) throw new Error(gone);
  },
  state: (): StoreState => ({
    series: writer!.seriesCount,
    internerBytes: writer!.internerBytes,
    refuses: whyRefused(Date.now())?.message,
  }),
  usage: (): ServiceUsage[] =>
    writer!
      .usage()
      .sort((a, b) => b.foldedSamples + b.refused - (a.foldedSamples + a.refused) || b.labelSets - a.labelSets)
      .slice(0, MAX_SERVICES_REPORTED),
  close: () => {
    queue?.flush();
    opened?.db.close();
    opened?.lock.close();
  },
});

/** @param written by profile: what was stored, or why it was not */
async function outcomeOf(
  request: WireRequest,
  { answer, facts, answerAfter }: OpenedUpload,
  written: readonly (Written | Error)[],
): Promise<Stored> {
  const errors = written.filter((one) => one instanceof Error);
  const failure = errors.find((one) => !(one instanceof TooManySeries));
  if (failure !== undefined) return storeFailed(request, failure);
  if (errors.length === 0) return { answer, facts: { ...facts, ...sums(written) }, needsRoom: false };
  const [{ message }] = errors;
  if (answerAfter === undefined)
    return { ...(await refuseUpload(request, 'resource_exhausted', 'series', message)), needsRoom: false };
  const refusals = written.flatMap((one, i) => (one instanceof Error ? [[i, one.message] as const] : []));
  const partial = await answerAfter(new Map(refusals));
  return { answer: partial, facts: { ...facts, ...sums(written), refused: 'series', message }, needsRoom: false };
}

/** Opens uploads one after the other: an unpacked upload may be large, and several at once would add up. */
function openInTurn(request: WireRequest, nowMs: number, storeEarly: StoreEarly): Promise<OpenedUpload> {
  const upload = lastOpened.then(() => openUpload(request, limits, nowMs, storeEarly));
  lastOpened = upload.catch(() => undefined);
  return upload;
}

/** Why uploads are refused, as a sentence. */
function whyRefused(nowMs: number): { slug: string; message: string } | undefined {
  const gone = inPlace!.whyNot();
  if (gone !== undefined) return { slug: 'data_folder', message: gone };
  // After a clock was set back, reads it at once.
  if (Math.abs(nowMs - lookedAt) >= LOOK_AT_DISK_MS) {
    lookedAt = nowMs;
    noRoom = whyNoRoom(folder);
  }
  return noRoom === undefined ? undefined : { slug: 'no_room', message: noRoom };
}

function storeFailed(request: WireRequest, error: unknown): Promise<Stored> {
  const full = isFull(error);
  if (full) dropBallast(folder);
  const reason = error instanceof Error ? error.message : String(error);
  return failed(
    request,
    full ? 'disk_full' : 'store',
    full
      ? 'The disk is full: the oldest profiles are removed now, send this again.'
      : `Could not be stored: ${reason}.`,
    full,
  );
}

async function failed(request: WireRequest, slug: string, message: string, needsRoom: boolean): Promise<Stored> {
  return { ...(await refuseUpload(request, 'unavailable', slug, message)), needsRoom };
}

function sums(
  written: readonly (Written | Error)[],
): Pick<RequestFacts, 'profiles' | 'samples' | 'dropped' | 'folded'> {
  let profiles = 0;
  let samples = 0;
  let dropped = 0;
  let folded = 0;
  for (const one of written) {
    if (one instanceof Error) continue;
    profiles += one.profiles;
    samples += one.samples;
    dropped += one.dropped;
    folded += one.folded;
  }
  return { profiles, samples, dropped, folded };
}
