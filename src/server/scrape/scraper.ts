/**
 * Fetches profiles of configured targets, each kind on its own: a failure delays only that kind, and is retried later.
 */

import { setMaxListeners } from 'node:events';
import type { Backend, Log } from '../exchange.ts';
import { PULLED_KINDS, PULLED_PATH, type PulledKind } from '../ingest/pulled-kinds.ts';
import { fetchProfile } from './fetch-profile.ts';

export interface ScrapeTarget {
  /** With a scheme and without a path: `http://localhost:6060`. */
  readonly url: string;
  readonly service: string;
}

/** As `/api/status` shows it. */
export interface TargetStatus {
  readonly target: string;
  readonly service: string;
  readonly kind: string;
  /** When a profile was last stored; undefined if none was. */
  readonly lastMs: number | undefined;
  /** What is wrong now, in a sentence. */
  readonly problem: string | undefined;
}

export interface ScrapeTimes {
  /** From one fetch of a kind to the next. */
  readonly everyMs: number;
  /** That a target records for. */
  readonly windowMs: number;
  /** That it may take beyond that. */
  readonly timeoutMs: number;
  /** Longest wait after failures. */
  readonly maxWaitMs: number;
}

const TIMES: ScrapeTimes = { everyMs: 15_000, windowMs: 14_000, timeoutMs: 10_000, maxWaitMs: 300_000 };

export interface Scraper {
  status(): readonly TargetStatus[];
  stop(): Promise<void>;
}

export function startScraper(
  targets: readonly ScrapeTarget[],
  engine: Pick<Backend, 'ingest'>,
  log: Log,
  times: ScrapeTimes = TIMES,
): Scraper {
  const stop = new AbortController();
  // Each loop waits for its end.
  setMaxListeners(0, stop.signal);
  const loops = targets.flatMap((target) =>
    PULLED_KINDS.map((kind) => new Loop(target, kind, engine, log, times, stop)),
  );
  const running = loops.map((loop) => loop.run());
  return {
    status: () => loops.map((loop) => loop.status),
    async stop() {
      stop.abort();
      await Promise.all(running);
    },
  };
}

/** One kind of profile of one target. */
class Loop {
  readonly #target: ScrapeTarget;
  readonly #kind: PulledKind;
  readonly #engine: Pick<Backend, 'ingest'>;
  readonly #log: Log;
  readonly #times: ScrapeTimes;
  readonly #stop: AbortController;
  #lastMs: number | undefined;
  #problem: string | undefined;
  #failures = 0;

  constructor(
    target: ScrapeTarget,
    kind: PulledKind,
    engine: Pick<Backend, 'ingest'>,
    log: Log,
    times: ScrapeTimes,
    stop: AbortController,
  ) {
    this.#target = target;
    this.#kind = kind;
    this.#engine = engine;
    this.#log = log;
    this.#times = times;
    this.#stop = stop;
  }

  get status(): TargetStatus {
    const { url, service } = this.#target;
    return { target: url, service, kind: this.#kind.id, lastMs: this.#lastMs, problem: this.#problem };
  }

  async run(): Promise<void> {
    const { everyMs, maxWaitMs } = this.#times;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const begun = Date.now();
      const problem = await this.#fetch().catch((error: unknown) =>
        error instanceof Error ? error.message : String(error),
      );
      if (signal.aborted) return;
      this.#failures = problem === undefined ? 0 : this.#failures + 1;
      const { url } = this.#target;
      if (problem !== undefined && problem !== this.#problem)
        this.#log.warn(`The ${this.#kind.id} profile of ${url} could not be fetched: ${problem}`);
      this.#problem = problem;
      const wait = Math.min(maxWaitMs, everyMs * 2 ** Math.min(this.#failures, 16));
      await sleep(Math.max(0, (this.#failures === 0 ? everyMs : wait) - (Date.now() - begun)), signal);
    }
  }

  /** @returns what is wrong @throws (rejects) Error */
  async #fetch(): Promise<string | undefined> {
    const { url, service } = this.#target;
    const { isWindow, id, path } = this.#kind;
    const { windowMs, timeoutMs } = this.#times;
    const address = new URL(path, url);
    if (isWindow) address.searchParams.set('seconds', `${Math.max(1, Math.round(windowMs / 1000))}`);
    const from = Date.now();
    const body = await fetchProfile(address, timeoutMs + (isWindow ? windowMs : 0), this.#stop.signal);
    const query = new URLSearchParams({ kind: id, service, instance: address.host, from: `${from}` });
    const request = { method: 'POST', path: PULLED_PATH, query: query.toString(), headers: {}, body };
    const { facts } = await this.#engine.ingest(request, this.#stop.signal);
    if (facts.refused !== undefined) return facts.message ?? facts.refused;
    this.#lastMs = Date.now();
    return undefined;
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
    signal.addEventListener('abort', end);
  });
}
