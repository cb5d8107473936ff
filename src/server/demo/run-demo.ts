/** Puts the demo service into the store: its last 24 h at the start, then each minute as it comes. */

import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Engine, Log } from '../exchange.ts';
import type { Markers } from '../markers.ts';
import { DEMO_SERVICE, demoTruth, DemoWorkload, HOUR_MS, planDemo } from './workload.ts';

const SEED = 'shop';
const REACHES_BACK_MS = 24 * HOUR_MS;
/** 18 minutes are 65 profiles of three pods, one part of work for the thread of the store. */
const BATCH_MS = 18 * 60_000;
/** As often as pods upload, so that no profile comes late. */
const MORE_EVERY_MS = 10_000;

const stateSchema = z.object({
  plan: z.object({ seed: z.string(), deployMs: z.number(), busierFromMs: z.number(), busierUntilMs: z.number() }),
  /** Everything before this is in the store. ms since the epoch. */
  madeUntilMs: z.number(),
});
type State = z.infer<typeof stateSchema>;

export interface DemoParts {
  readonly engine: Pick<Engine, 'store'>;
  readonly markers: Pick<Markers, 'add' | 'list'>;
  /** Holds `demo.json`, which remembers across restarts how much is stored. */
  readonly dataFolder: string;
  readonly log: Pick<Log, 'warn'>;
  /** ms since the epoch. */
  readonly now: () => number;
}

export interface Demo {
  /** Resolves once all up to the start is in the store, or has failed with one line in the log. */
  readonly caughtUp: Promise<void>;
  /** Stops after the current batch. */
  stop(): Promise<void>;
}

export function startDemo({ engine, markers, dataFolder, log, now }: DemoParts): Demo {
  const file = join(dataFolder, 'demo.json');
  const startMs = now();
  const known = readState(file);
  const plan = known?.plan ?? planDemo(startMs, SEED);
  let madeUntilMs = Math.max(known?.madeUntilMs ?? 0, startMs - REACHES_BACK_MS);
  const workload = new DemoWorkload(plan);
  const stopping = new AbortController();

  const remember = async (): Promise<void> => {
    await writeFile(`${file}.new`, JSON.stringify({ plan, madeUntilMs } satisfies State));
    await rename(`${file}.new`, file);
  };
  const makeMore = async (): Promise<void> => {
    for (const untilMs = now(); madeUntilMs < untilMs && !stopping.signal.aborted;) {
      const end = Math.min(madeUntilMs + BATCH_MS, untilMs);
      await engine.store(workload.profiles(madeUntilMs, end));
      madeUntilMs = end;
      // If this is lost, the repeat keys of the store still detect the batch for an hour.
      await remember();
    }
  };
  const begin = async (): Promise<void> => {
    // First of all, so that a start after a kill goes on with the same plan.
    await remember();
    const { deployMs } = plan;
    if (madeUntilMs <= deployMs && markers.list(deployMs, deployMs, DEMO_SERVICE).length === 0) {
      markers.add({
        time: deployMs,
        title: `demo: ${demoTruth.after} deployed`,
        service: DEMO_SERVICE,
        labels: { demo: 'true', version: demoTruth.after },
      });
    }
    await makeMore();
  };
  const warn = (error: unknown): void => {
    if (!stopping.signal.aborted)
      log.warn(`The demo could not be stored: ${error instanceof Error ? error.message : String(error)}`);
  };
  const caughtUp = begin().catch(warn);
  let underway = caughtUp;
  const timer = setInterval(() => {
    underway = underway.then(makeMore).catch(warn);
  }, MORE_EVERY_MS).unref();

  return {
    caughtUp,
    async stop() {
      stopping.abort();
      clearInterval(timer);
      await underway;
    },
  };
}

/** A file that cannot be read counts as none: then the demo is rebuilt. */
function readState(file: string): State | undefined {
  try {
    return stateSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
