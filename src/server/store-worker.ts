/** The only thread that writes profiles: opens uploads, puts them into the store in groups, answers once they are on disk. */

import { workerData } from 'node:worker_threads';
import type { RequestFacts, WireAnswer, WireRequest } from './exchange.ts';
import type { IncomingProfile } from './ingest/incoming.ts';
import { openUpload, refuseUpload } from './ingest/open-upload.ts';
import type { IngestLimits } from './ingest/series-of-profile.ts';
import { CommitQueue } from './store/commit-queue.ts';
import { UnusableStore } from './store/database.ts';
import { dropBallast, isFull, openFolder, whyNoRoom, type OpenFolder } from './store/folder.ts';
import { ProfileWriter, type Written } from './store/profile-writer.ts';
import { answerCalls } from './worker-calls.ts';

export interface StoreStart {
  readonly folder: string;
  readonly limits: IngestLimits;
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
  /** Why nothing is taken in now. */
  readonly refuses: string | undefined;
}

/** How often the free room of the disk is looked at. */
const LOOK_AT_DISK_MS = 2000;

const { folder, limits } = workerData as StoreStart;
let opened: OpenFolder | undefined;
let writer: ProfileWriter | undefined;
let queue: CommitQueue | undefined;
let lookedAt = -Infinity;
let noRoom: string | undefined;

answerCalls({
  /** @returns the file, or why the folder cannot be used */
  open: (): OpenedStore | { refused: string } => {
    try {
      opened = openFolder(folder);
    } catch (error) {
      if (error instanceof UnusableStore) return { refused: error.message };
      throw error;
    }
    writer = new ProfileWriter(opened.db);
    queue = new CommitQueue(writer);
    return { file: opened.file, lost: opened.lost, notes: opened.notes };
  },
  ingest: async ({ request, nowMs }: { request: WireRequest; nowMs: number }): Promise<Stored> => {
    const why = roomIsShort(nowMs);
    if (why !== undefined) return failed('no_room', why, false);
    const upload = await openUpload(request, limits, nowMs);
    if (upload.profiles.length === 0) return { answer: upload.answer, facts: upload.facts, needsRoom: false };
    try {
      const written = await queue!.store(upload.profiles, nowMs);
      const refused = written.find((one) => one instanceof Error);
      if (refused !== undefined) {
        return { ...refuseUpload('resource_exhausted', 'series', refused.message), needsRoom: false };
      }
      return { answer: upload.answer, facts: { ...upload.facts, ...sums(written) }, needsRoom: false };
    } catch (error) {
      return storeFailed(error);
    }
  },
  store: async ({ profiles, nowMs }: { profiles: readonly IncomingProfile[]; nowMs: number }): Promise<void> => {
    const why = roomIsShort(nowMs);
    if (why !== undefined) throw new Error(why);
    const failure = (await queue!.store(profiles, nowMs)).find((one) => one instanceof Error);
    if (failure !== undefined) throw failure;
  },
  state: (): StoreState => ({
    series: writer!.seriesCount,
    internerBytes: writer!.internerBytes,
    refuses: noRoom,
  }),
  close: () => {
    queue?.flush();
    opened?.db.close();
    opened?.lock.close();
  },
});

function roomIsShort(nowMs: number): string | undefined {
  if (nowMs - lookedAt >= LOOK_AT_DISK_MS) {
    lookedAt = nowMs;
    noRoom = whyNoRoom(folder);
  }
  return noRoom;
}

function storeFailed(error: unknown): Stored {
  const full = isFull(error);
  if (full) dropBallast(folder);
  const reason = error instanceof Error ? error.message : String(error);
  return failed(
    full ? 'disk_full' : 'store',
    full
      ? 'The disk is full: the oldest profiles are removed now, send this again.'
      : `Could not be stored: ${reason}.`,
    full,
  );
}

function failed(slug: string, message: string, needsRoom: boolean): Stored {
  return { ...refuseUpload('unavailable', slug, message), needsRoom };
}

function sums(written: readonly (Written | Error)[]): Pick<RequestFacts, 'profiles' | 'samples' | 'dropped'> {
  let profiles = 0;
  let samples = 0;
  let dropped = 0;
  for (const one of written) {
    if (one instanceof Error) continue;
    profiles += one.profiles;
    samples += one.samples;
    dropped += one.dropped;
  }
  return { profiles, samples, dropped };
}
