/**
 * Fetches profiles of configured targets, each kind on its own: a failure delays only that kind, and is retried later.
 */

import { setMaxListeners } from 'node:events';
import type { Backend, Log } from '../exchange.ts';
import { PULLED_KINDS, PULLED_PATH, type PulledKind } from '../ingest/pulled-kinds.ts';
import { fetchProfile, StatusError } from './fetch-profile.ts';
import { MAX_TARGETS, readTargets, type ScrapeTarget } from './target-list.ts';

/** As `/api/status` shows it. */
interface TargetStatus {
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
  /** That a target records for when a profile is wanted at once. */
  readonly nowMs: number;
  /** From one reading of a list of targets to the next. */
  readonly listMs: number;
}

const TIMES: ScrapeTimes = {
  everyMs: 15_000,
  windowMs: 14_000,
  timeoutMs: 10_000,
  maxWaitMs: 300_000,
  nowMs: 8000,
  listMs: 30_000,
};
/** A profile that is wanted at once may take this much longer than its window: somebody waits. */
const NOW_TIMEOUT_MS = 3000;
/** A Go program answers with this status only while it is already recording a CPU profile. */
const BUSY_STATUS = 500;
/** How long a target may still be busy with the recording that was given up, and how often it is asked. */
const BUSY_MS = 2000;
const BUSY_EVERY_MS = 200;

/** The range of what was recorded at once. Times in ms. */
interface TakenNow {
  readonly service: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** What is wrong with those targets of the service that gave none. */
  readonly problems: readonly string[];
}

/** Why there is no profile: no such target, one is being taken, or what the targets answered. */
export class NoProfileNow extends Error {
  readonly why: 'unknown' | 'busy' | 'failed';

  constructor(why: NoProfileNow['why'], message: string) {
    super(message);
    this.why = why;
  }
}

export interface Scraper {
  status(): readonly TargetStatus[];
  /**
   * Records the CPU profile of all targets of a service now, in the place of the one that is under way.
   * @throws (rejects) NoProfileNow where none of them gave one
   */
  profileNow(service: string): Promise<TakenNow>;
  stop(): Promise<void>;
}

/** @param lists files and addresses that list more targets, read again and again */
export function startScraper(
  targets: readonly ScrapeTarget[],
  engine: Pick<Backend, 'ingest'>,
  log: Log,
  times: ScrapeTimes = TIMES,
  lists: readonly string[] = [],
): Scraper {
  const end = new AbortController();
  const loopsOf = (target: ScrapeTarget): OpenTarget => {
    const stop = new AbortController();
    // Each loop waits for its end.
    setMaxListeners(0, stop.signal);
    const loops = PULLED_KINDS.map((kind) => new Loop(target, kind, engine, log, times, stop));
    return { loops, stop, ended: Promise.all(loops.map((loop) => loop.run())) };
  };
  const opened = new OpenTargets(loopsOf);
  for (const target of targets) opened.join(target);
  const followed = lists.map((source) => new FollowedList(source, opened, log, times.listMs, end.signal));
  const all = (): OpenTarget[] => opened.all;
  const running = followed.map((list) => list.run());
  return {
    status: () => [
      ...all().flatMap(({ loops }) => loops.map((loop) => loop.status)),
      ...followed.map(({ status }) => status),
    ],
    profileNow: (service) =>
      profileNow(
        all().flatMap(({ loops }) => loops),
        service,
        times.nowMs,
      ),
    async stop() {
      end.abort();
      await Promise.all(running);
      await opened.stop();
    },
  };
}

/** A target with a loop for each kind of profile. */
interface OpenTarget {
  readonly loops: readonly Loop[];
  readonly stop: AbortController;
  readonly ended: Promise<unknown>;
}

function keyOf({ url, service }: ScrapeTarget): string {
  return `${url} ${service}`;
}

/** The targets of `--scrape` and of all lists: one that is named several times is fetched once, until nobody names it. */
class OpenTargets {
  readonly #start: (target: ScrapeTarget) => OpenTarget;
  readonly #open = new Map<string, { readonly target: OpenTarget; users: number }>();
  /** Stopped targets whose last fetch has not ended. */
  readonly #ending = new Set<Promise<unknown>>();

  constructor(start: (target: ScrapeTarget) => OpenTarget) {
    this.#start = start;
  }

  get all(): OpenTarget[] {
    return [...this.#open.values()].map(({ target }) => target);
  }

  /** Whether one more target may be added: any that is open may, and a new one while there are few enough. */
  hasRoom(target: ScrapeTarget): boolean {
    return this.#open.has(keyOf(target)) || this.#open.size < MAX_TARGETS;
  }

  join(target: ScrapeTarget): void {
    const known = this.#open.get(keyOf(target));
    if (known !== undefined) known.users++;
    else this.#open.set(keyOf(target), { target: this.#start(target), users: 1 });
  }

  leave(target: ScrapeTarget): void {
    const known = this.#open.get(keyOf(target));
    if (known === undefined || --known.users > 0) return;
    this.#open.delete(keyOf(target));
    this.#end(known.target);
  }

  /** Stops all targets, and waits for their fetches. */
  async stop(): Promise<void> {
    for (const target of this.all) this.#end(target);
    this.#open.clear();
    await Promise.all(this.#ending);
  }

  #end({ stop, ended }: OpenTarget): void {
    const ending = ended.finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    stop.abort();
  }
}

/** A list of targets: those that appear in it are opened, those that disappear are given up. */
class FollowedList {
  readonly #source: string;
  readonly #opened: OpenTargets;
  readonly #log: Log;
  readonly #everyMs: number;
  readonly #end: AbortSignal;
  /** The targets of this list. */
  readonly #own = new Map<string, ScrapeTarget>();
  #lastMs: number | undefined;
  #problem: string | undefined;

  constructor(source: string, opened: OpenTargets, log: Log, everyMs: number, end: AbortSignal) {
    this.#source = source;
    this.#opened = opened;
    this.#log = log;
    this.#everyMs = everyMs;
    this.#end = end;
  }

  get status(): TargetStatus {
    return { target: this.#source, service: '', kind: 'targets', lastMs: this.#lastMs, problem: this.#problem };
  }

  async run(): Promise<void> {
    while (!this.#end.aborted) {
      let problem: string | undefined;
      let warning: string | undefined;
      try {
        const targets = await readTargets(this.#source, this.#end);
        if (this.#end.aborted) return;
        warning = problem = this.#follow(targets);
        this.#lastMs = Date.now();
      } catch (error) {
        // Targets that are known stay: a list that cannot be read says nothing about them.
        problem = messageOf(error);
        warning = `The list of targets ${this.#source} could not be read: ${problem}`;
      }
      if (this.#end.aborted) return;
      if (warning !== undefined && problem !== this.#problem) this.#log.warn(warning);
      this.#problem = problem;
      await sleep(this.#everyMs, this.#end);
    }
  }

  /** @returns what is wrong */
  #follow(targets: readonly ScrapeTarget[]): string | undefined {
    const wanted = new Map(targets.map((target) => [keyOf(target), target]));
    for (const [key, target] of this.#own) {
      if (wanted.has(key)) continue;
      this.#own.delete(key);
      this.#opened.leave(target);
    }
    let isWhole = true;
    for (const [key, target] of wanted) {
      if (this.#own.has(key)) continue;
      if (!this.#opened.hasRoom(target)) {
        isWhole = false;
        continue;
      }
      this.#own.set(key, target);
      this.#opened.join(target);
    }
    return isWhole
      ? undefined
      : `The list ${this.#source} is followed only in part: --scrape and all lists together have more than ${MAX_TARGETS} targets.`;
  }
}

async function profileNow(loops: readonly Loop[], service: string, windowMs: number): Promise<TakenNow> {
  const own = loops.filter(({ status, isCpu }) => isCpu && status.service === service);
  if (own.length === 0)
    throw new NoProfileNow('unknown', 'The server fetches no profiles of this service: start it with --scrape.');
  if (own.some(({ isTaking }) => isTaking))
    throw new NoProfileNow('busy', 'A profile of this service is being taken already: wait for it.');
  const fromMs = Date.now();
  const problems = await Promise.all(own.map((loop) => loop.takeNow()));
  const reasons = problems.flatMap((problem, i) =>
    problem === undefined ? [] : [`${own[i].status.target}: ${problem}`],
  );
  if (reasons.length === own.length) throw new NoProfileNow('failed', reasons.join(' ').slice(0, MAX_REASON));
  return { service, fromMs, untilMs: Math.max(Date.now(), fromMs + windowMs), problems: reasons };
}

/** Characters. */
const MAX_REASON = 1000;

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
  /** Ends what is under way, where a profile is wanted at once. */
  #turn = new AbortController();
  #taking: Promise<string | undefined> | undefined;

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

  get isCpu(): boolean {
    return this.#kind.id === 'cpu';
  }

  /** Whether a profile is being taken that somebody wants at once. */
  get isTaking(): boolean {
    return this.#taking !== undefined;
  }

  /** A target records one CPU profile at a time: the one under way is given up. @returns what is wrong */
  takeNow(): Promise<string | undefined> {
    this.#taking ??= this.#takeNow().finally(() => {
      this.#taking = undefined;
    });
    this.#turn.abort();
    return this.#taking;
  }

  async #takeNow(): Promise<string | undefined> {
    const { nowMs, timeoutMs } = this.#times;
    const mostMs = Math.min(timeoutMs, NOW_TIMEOUT_MS);
    for (const latest = Date.now() + BUSY_MS; ;) {
      try {
        return await this.#fetch(nowMs, mostMs, this.#stop.signal);
      } catch (error) {
        // The target has not noticed yet that the other recording is not wanted any more.
        if (statusOf(error) !== BUSY_STATUS || Date.now() > latest) return messageOf(error);
      }
      await sleep(BUSY_EVERY_MS, this.#stop.signal);
    }
  }

  get status(): TargetStatus {
    const { url, service } = this.#target;
    return { target: url, service, kind: this.#kind.id, lastMs: this.#lastMs, problem: this.#problem };
  }

  async run(): Promise<void> {
    const { maxWaitMs, windowMs, timeoutMs } = this.#times;
    const everyMs = this.#times.everyMs * (this.#kind.rounds ?? 1);
    const { signal } = this.#stop;
    while (!signal.aborted) {
      // A second one may begin while this waits for the first.
      while (this.#taking !== undefined) await this.#taking;
      this.#turn = new AbortController();
      const turn = AbortSignal.any([signal, this.#turn.signal]);
      const begun = Date.now();
      const problem = await this.#fetch(windowMs, timeoutMs, turn).catch((error: unknown) =>
        // Most programs have no such kind, and nothing is wrong with them.
        this.#kind.isOptional === true && statusOf(error) === 404 ? undefined : messageOf(error),
      );
      if (signal.aborted) return;
      if (turn.aborted) continue;
      this.#failures = problem === undefined ? 0 : this.#failures + 1;
      const { url } = this.#target;
      if (problem !== undefined && problem !== this.#problem)
        this.#log.warn(`The ${this.#kind.id} profile of ${url} could not be fetched: ${problem}`);
      this.#problem = problem;
      const wait = Math.min(Math.max(everyMs, maxWaitMs), everyMs * 2 ** Math.min(this.#failures, 16));
      await sleep(Math.max(0, (this.#failures === 0 ? everyMs : wait) - (Date.now() - begun)), turn);
    }
  }

  /** @returns what is wrong @throws (rejects) Error */
  async #fetch(windowMs: number, timeoutMs: number, signal: AbortSignal): Promise<string | undefined> {
    const { url, service } = this.#target;
    const { isWindow, id, path } = this.#kind;
    const address = new URL(path, url);
    if (isWindow) address.searchParams.set('seconds', `${Math.max(1, Math.round(windowMs / 1000))}`);
    const from = Date.now();
    const body = await fetchProfile(address, timeoutMs + (isWindow ? windowMs : 0), signal);
    const query = new URLSearchParams({ kind: id, service, instance: address.host, from: `${from}` });
    const request = { method: 'POST', path: PULLED_PATH, query: query.toString(), headers: {}, body };
    const { facts } = await this.#engine.ingest(request, signal);
    if (facts.refused !== undefined) return facts.message ?? facts.refused;
    this.#lastMs = Date.now();
    return undefined;
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof StatusError ? error.status : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(end, ms);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
    signal.addEventListener('abort', end);
  });
}
