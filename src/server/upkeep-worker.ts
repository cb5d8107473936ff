/** The upkeep thread: packs, joins and removes stored rows on a connection of its own. */

import { workerData } from 'node:worker_threads';
import type { Steps } from '#base/steps.ts';
import { CommitTurn } from './store/commit-turn.ts';
import { openForUpkeep } from './store/database.ts';
import { folderBytes, freeBytes, makeBallast, type FolderBytes } from './store/folder.ts';
import { dropService } from './store/removal.ts';
import { dataBytes, emptyLog, giveBackPages } from './store/space.ts';
import { newReport, removeSurplus, upkeep, type Limits, type UpkeepReport } from './store/upkeep.ts';
import { answerCalls } from './worker-calls.ts';

export interface UpkeepStart {
  readonly file: string;
  readonly folder: string;
  readonly limits: Limits;
  /** Of `CommitTurn`. */
  readonly turn: SharedArrayBuffer;
}

export interface UpkeepOutcome extends UpkeepReport {
  readonly dataBytes: number;
  readonly folderBytes: FolderBytes;
}

const { file, folder, limits, turn: shared } = workerData as UpkeepStart;
const db = openForUpkeep(file, freeBytes(folder));
const turn = new CommitTurn(shared);
/** The share of the data that stays when the disk is full. */
const SHARE_KEPT = 0.9;

let isClosing = false;
/** Runs one call after the other; each has many steps. */
let running: Promise<unknown> = Promise.resolve();

answerCalls({
  run: ({ nowMs }: { nowMs: number }) => inTurn(() => round(upkeep(db, limits, nowMs))),
  /** The disk is full and the ballast is gone: removes the oldest profiles. */
  makeRoom: () => inTurn(() => round(makeRoom())),
  /** @returns whether there was such a service; undefined when the server was to end meanwhile */
  drop: ({ service }: { service: string }) =>
    inTurn(() => {
      // The client gets the answer that it is gone: a power cut must not bring it back.
      db.exec('PRAGMA synchronous = FULL');
      return inSteps(dropService(db, service)).finally(() => {
        if (!isClosing) db.exec('PRAGMA synchronous = NORMAL');
      });
    }),
  close: async () => {
    isClosing = true;
    await running.catch(() => undefined);
    db.close();
  },
});

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = running.then(work);
  running = done.catch(() => undefined);
  return done;
}

async function round(steps: Steps<UpkeepReport>): Promise<UpkeepOutcome | undefined> {
  const report = await inSteps(steps);
  if (report === undefined) return undefined;
  await inSteps(emptyLog(db, file));
  if (isClosing) return undefined;
  makeBallast(folder);
  return { ...report, dataBytes: dataBytes(db), folderBytes: folderBytes(folder) };
}

function* makeRoom(): Steps<UpkeepReport> {
  const report = newReport();
  yield* removeSurplus(db, dataBytes(db) * SHARE_KEPT, report);
  yield* giveBackPages(db);
  return report;
}

/** Commits of uploads go between the steps. @returns undefined when the server was to end meanwhile */
async function inSteps<T>(steps: Steps<T>): Promise<T | undefined> {
  for (;;) {
    turn.stepAside();
    const step = steps.next();
    if (step.done) return step.value;
    await new Promise((resolve) => setImmediate(resolve));
    if (isClosing) return undefined;
  }
}
