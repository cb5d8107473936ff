/** A thread that answers queries, one after the other, from a read-only connection. */

import { workerData } from 'node:worker_threads';
import type { LostData } from './store/damage.ts';
import { openForReading } from './store/database.ts';
import { Stopped, type StopCheck } from './store/profile-reader.ts';
import { ProfileStore } from './store/profile-store.ts';
import { answerQuery } from './query/answer-query.ts';
import type { WireRequest } from './request.ts';
import { answerCalls } from './worker-calls.ts';

export interface ReaderStart {
  readonly file: string;
  readonly lost: readonly LostData[];
  /** One number: the id of the call that was aborted. */
  readonly aborted: SharedArrayBuffer;
}

const { file, lost, aborted } = workerData as ReaderStart;
const flag = new Int32Array(aborted);
const db = openForReading(file);
const store = new ProfileStore(db, lost);

/** Dictionaries are opened ahead after this idle time, with a pause between two: queries go first. */
const QUIET_MS = 300;
const BREATH_MS = 10;
/** Once all are open, how long until a look for new ones. */
const LOOK_EVERY_MS = 30_000;

let askedAt = -Infinity;
let ahead = setTimeout(openAhead, BREATH_MS);
function openAhead(): void {
  const quietMs = performance.now() - askedAt;
  if (quietMs < QUIET_MS) {
    ahead = setTimeout(openAhead, QUIET_MS - quietMs);
    return;
  }
  let isMore = false;
  try {
    isMore = store.openAhead();
  } catch {
    // The client gets the error.
  }
  ahead = setTimeout(openAhead, isMore ? BREATH_MS : LOOK_EVERY_MS);
}

answerCalls({
  query: ({ request, nowMs }: { request: WireRequest; nowMs: number }, id) => {
    askedAt = performance.now();
    const stop: StopCheck = () => {
      if (Atomics.load(flag, 0) === id) throw new Stopped('aborted');
    };
    return answerQuery(request, store, { nowMs }, stop);
  },
  close: () => {
    clearTimeout(ahead);
    db.close();
  },
});
