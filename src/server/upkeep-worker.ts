/** The thread that packs, joins and removes what is stored, on a connection of its own. */

import { workerData } from 'node:worker_threads';
import { openForUpkeep } from './store/database.ts';
import { dataBytes, removeSurplus, upkeep, type Limits, type UpkeepReport } from './store/upkeep.ts';
import { fileBytes, makeBallast } from './store/folder.ts';
import { finish, type Steps } from '#base/steps.ts';
import { answerCalls } from './worker-calls.ts';

export interface UpkeepStart {
  readonly file: string;
  readonly folder: string;
  readonly limits: Limits;
}

export interface UpkeepOutcome extends UpkeepReport {
  readonly dataBytes: number;
  readonly fileBytes: number;
}

const { file, folder, limits } = workerData as UpkeepStart;
const db = openForUpkeep(file);
/** What is kept when the disk is full, of what was. */
const SHARE_KEPT = 0.9;

function outcome(report: UpkeepReport): UpkeepOutcome {
  makeBallast(folder);
  return { ...report, dataBytes: dataBytes(db), fileBytes: fileBytes(file) };
}

let isClosing = false;
let running: Promise<unknown> = Promise.resolve();

answerCalls({
  run: ({ nowMs }: { nowMs: number }) =>
    (running = inSteps(upkeep(db, limits, nowMs)).then((report) => report && outcome(report))),
  /** The disk is full, and the ballast was given up: the oldest goes. */
  makeRoom: () => {
    const report: UpkeepReport = { packed: 0, removed: 0, damage: [] };
    finish(removeSurplus(db, dataBytes(db) * SHARE_KEPT, report));
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return outcome(report);
  },
  close: async () => {
    isClosing = true;
    await running.catch(() => undefined);
    db.close();
  },
});

/** @returns undefined when the server was to end meanwhile: what is left waits for the next start */
async function inSteps<T>(steps: Steps<T>): Promise<T | undefined> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await new Promise((resolve) => setImmediate(resolve));
    if (isClosing) return undefined;
  }
}
