/** Requests that services served: pushed, or asked of Prometheus. `/api/work`. */

import { z } from 'zod';
import { compileMatchers, MatcherError } from '#model/label-matching.ts';
import { parseLabelSelector } from '#model/label-selector.ts';
import { type LabelMatcher, labelSet } from '#model/labels.ts';
import { MAX_ROUTE_LENGTH, MAX_ROUTES, MAX_WORK_STEPS, type RouteCount, type WorkAnswer } from '#wire/work.ts';
import { jsonAnswer } from './answers.ts';
import type { WireAnswer } from './request.ts';
import { notStored, unavailable, whyUnreadable, withWarnings } from './side-answers.ts';
import { DamageNotes, warningsOf } from './store/damage.ts';
import { type CountedWork, MAX_INTERVAL_MS, WorkStore } from './work-store.ts';

/** Maximum counts of one push. */
const MAX_PUSHED = 1000;
const MAX_LABELS = 30;
/** The maximum of a date. */
const MAX_TIME_MS = 8.64e15;
/** The interval of a count that has only a time, in ms. */
const POINT_MS = 60_000;
/** The label that a count's route is selected by. */
const ROUTE_LABEL = 'route';
/** Queries that wait while another one reads; more are refused. */
const MAX_WAITING = 50;

const time = z.int().min(0).max(MAX_TIME_MS);
const pushedCount = z
  .strictObject({
    service: z.string().min(1).max(200),
    route: z.string().max(MAX_ROUTE_LENGTH).optional(),
    labels: z
      .record(z.string().min(1).max(200), z.string().max(2000))
      .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `at most ${MAX_LABELS} labels`)
      .optional(),
    /** ms since the epoch; or both ends of an interval. */
    time: time.optional(),
    from: time.optional(),
    until: time.optional(),
    requests: z.int().min(0),
  })
  .refine(
    ({ time: at, from, until }) =>
      (at === undefined) === (from !== undefined) && (from === undefined) === (until === undefined),
    {
      error: 'send time, or from and until',
    },
  )
  .refine(({ from = 0, until = 1 }) => from < until, { error: 'from must be before until' })
  .refine(({ from = 0, until = 0 }) => until - from <= MAX_INTERVAL_MS, { error: 'an interval has at most 24 hours' });
const pushed = z.union([pushedCount.transform((one) => [one]), z.array(pushedCount).min(1).max(MAX_PUSHED)]);

/** What is asked for. Times are ms since the epoch. */
export interface WorkQuestion {
  readonly service: string;
  readonly matchers: readonly LabelMatcher[];
  readonly fromMs: number;
  readonly untilMs: number;
  /** Equal parts of the range. */
  readonly steps: number;
}

/** The source to ask if nothing was pushed. Never rejects: an error is in `problem`. */
export type AskCounts = (question: WorkQuestion, gone: AbortSignal) => Promise<WorkAnswer>;

export interface WorkParts {
  readonly folder: string;
  /** Undefined keeps all. */
  readonly retentionMs: number | undefined;
  /** How far ahead of this clock a count may end, as for profiles. */
  readonly maxFutureMs: number;
  readonly elsewhere?: AskCounts | undefined;
  readonly now?: () => number;
}

export class Work {
  readonly #store: WorkStore;
  readonly #elsewhere: AskCounts | undefined;
  readonly #maxFutureMs: number;
  readonly #now: () => number;
  /** Settles when the last query has read its counts: they are read by one query after the other. */
  #reading: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor({ folder, retentionMs, maxFutureMs, elsewhere, now = Date.now }: WorkParts) {
    this.#store = new WorkStore(folder, retentionMs);
    this.#maxFutureMs = maxFutureMs;
    this.#elsewhere = elsewhere;
    this.#now = now;
  }

  /** For the log: the repair that opening it needed, or why it cannot be used. */
  get notes(): readonly string[] {
    return this.#store.note === undefined ? [] : [this.#store.note];
  }

  /** @returns how many counts it had @throws (rejects) what SQLite throws */
  async removeService(service: string): Promise<number> {
    const steps = this.#store.removeService(service);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await othersTurn();
    }
  }

  close(): void {
    this.#store.close();
  }

  async answer(method: string, query: string, body: Uint8Array, gone: AbortSignal): Promise<WireAnswer> {
    if (method === 'GET') return this.#answerGet(new URLSearchParams(query), gone);
    if (method === 'POST') return this.#answerPost(body);
    return jsonAnswer(405, { message: 'Send counts of requests with POST, read them with GET.' });
  }

  #answerPost(body: Uint8Array): WireAnswer {
    let given: unknown;
    try {
      given = JSON.parse(new TextDecoder().decode(body));
    } catch (error) {
      return jsonAnswer(400, { message: `The counts are not JSON: ${(error as Error).message}.` });
    }
    const counts = pushed.safeParse(given);
    if (!counts.success)
      return jsonAnswer(400, { message: `The counts are not valid: ${whatIsWrong(given, counts.error)}` });
    const nowMs = this.#now();
    const ends = counts.data.map(endOf);
    const ahead = ends.findIndex((endMs) => endMs > nowMs + this.#maxFutureMs);
    if (ahead >= 0) {
      const message = `Count ${ahead + 1} of ${ends.length} ends at ${new Date(ends[ahead]).toISOString()}, more than ${this.#maxFutureMs / 60_000} min ahead of this server's clock: check the clocks, and that times are ms since 1970. None of the counts was stored.`;
      return jsonAnswer(400, { message });
    }
    try {
      const before = unavailable(this.#store.whyNot());
      if (before !== undefined) return before;
      this.#store.add(counts.data.map(countedOf), nowMs);
      // A moved or replaced file would not be found after a restart, so the call fails.
      return unavailable(this.#store.whyNot()) ?? jsonAnswer(201, {});
    } catch (error) {
      return notStored('The counts', error);
    }
  }

  async #answerGet(query: URLSearchParams, gone: AbortSignal): Promise<WireAnswer> {
    const question = readQuestion(query);
    if (typeof question === 'string') return jsonAnswer(400, { message: question });
    if (this.#waiting >= MAX_WAITING)
      return jsonAnswer(503, { message: `${MAX_WAITING} queries wait to read counts of requests: ask again later.` });
    const damage = new DamageNotes();
    let answer: WorkAnswer;
    try {
      const why = this.#store.whyNot();
      // Without its file the server still has Prometheus.
      const counts = why === undefined ? await this.#inTurn(() => this.#read(question, damage, gone)) : [];
      answer = summedUp(counts, question, why);
    } catch (error) {
      if (error instanceof MatcherError || error instanceof RangeError)
        return jsonAnswer(400, { message: error.message });
      return jsonAnswer(503, { message: whyUnreadable('The counts', 'work.db', error) });
    }
    if (answer.source === undefined && this.#elsewhere) answer = await this.#elsewhere(question, gone);
    return withWarnings(jsonAnswer(200, answer), warningsOf(damage.list()));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const done = this.#reading.then(work).finally(() => this.#waiting--);
    this.#reading = done.catch(() => undefined);
    return done;
  }

  /** Ends early for a client that left. @throws (rejects) MatcherError, RangeError, or what SQLite throws */
  async #read(
    { service, matchers, fromMs, untilMs }: WorkQuestion,
    damage: DamageNotes,
    gone: AbortSignal,
  ): Promise<readonly CountedWork[]> {
    const isWanted = compileMatchers(matchers);
    const wanted: CountedWork[] = [];
    for (const batch of this.#store.read(service, fromMs, untilMs, damage)) {
      for (const one of batch) if (isWanted([...one.labels, { name: ROUTE_LABEL, value: one.route }])) wanted.push(one);
      await othersTurn();
      if (gone.aborted) break;
    }
    return wanted;
  }
}

/** Lets other requests go first, so that none of them waits for a long one. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The error of a union is not helpful: report the error of the variant that was sent. */
function whatIsWrong(given: unknown, error: z.ZodError): string {
  const form = Array.isArray(given) ? z.array(pushedCount).min(1).max(MAX_PUSHED) : pushedCount;
  const parsed = form.safeParse(given);
  return z.prettifyError(parsed.success ? error : parsed.error).slice(0, 1000);
}

function endOf(one: z.infer<typeof pushedCount>): number {
  return one.time ?? one.until!;
}

function countedOf(one: z.infer<typeof pushedCount>): CountedWork {
  const { service, route = '', labels = {}, requests } = one;
  const untilMs = endOf(one);
  return {
    service,
    route,
    labels: labelSet(Object.entries(labels).map(([name, value]) => ({ name, value }))),
    fromMs: one.from ?? Math.max(0, untilMs - POINT_MS),
    untilMs,
    requests,
  };
}

/** @returns a sentence where it cannot be read */
function readQuestion(query: URLSearchParams): WorkQuestion | string {
  const service = query.get('service');
  if (service === null || service === '') return 'service is missing: name the service whose requests are counted.';
  const times = { from: 0, until: 0 };
  for (const name of ['from', 'until'] as const) {
    const text = query.get(name) ?? '';
    if (!/^\d{1,16}$/.test(text) || Number(text) > MAX_TIME_MS) return `${name} is not a time: send ms since 1970.`;
    times[name] = Number(text);
  }
  if (times.until <= times.from) return 'The range ends before it begins: until must be after from.';
  const steps = query.get('steps') ?? '1';
  if (!/^\d{1,4}$/.test(steps) || Number(steps) < 1 || Number(steps) > MAX_WORK_STEPS)
    return `steps is not a number from 1 to ${MAX_WORK_STEPS}.`;
  const parsed = parseLabelSelector(`{${query.get('q') ?? ''}}`);
  if (!parsed.ok) return `q is not a selector: ${parsed.message} at character ${parsed.at}.`;
  return { service, matchers: parsed.matchers, fromMs: times.from, untilMs: times.until, steps: Number(steps) };
}

/** Counts are spread evenly over their interval. */
function summedUp(
  counts: readonly CountedWork[],
  { fromMs, untilMs, steps }: WorkQuestion,
  problem: string | undefined,
): WorkAnswer {
  const stepMs = (untilMs - fromMs) / steps;
  const sums: (number | null)[] = Array<null>(steps).fill(null);
  const routes = new Map<string, number>();
  // What lasts through whole steps is added once where it begins and taken away where it ends, whatever lies between.
  const moreAMs = new Float64Array(steps + 1);
  const moreCounts = new Int32Array(steps + 1);
  for (const one of counts) {
    const perMs = one.requests / (one.untilMs - one.fromMs);
    const [from, until] = [Math.max(one.fromMs, fromMs), Math.min(one.untilMs, untilMs)];
    routes.set(one.route, (routes.get(one.route) ?? 0) + perMs * (until - from));
    const last = Math.min(steps - 1, Math.ceil((until - fromMs) / stepMs) - 1);
    const first = Math.min(last, Math.floor((from - fromMs) / stepMs));
    for (const i of first === last ? [first] : [first, last]) {
      const within = Math.min(until, fromMs + (i + 1) * stepMs) - Math.max(from, fromMs + i * stepMs);
      sums[i] = (sums[i] ?? 0) + perMs * Math.max(0, within);
    }
    if (last - first < 2) continue;
    moreAMs[first + 1] += perMs;
    moreAMs[last] -= perMs;
    moreCounts[first + 1]++;
    moreCounts[last]--;
  }
  let [aMs, through] = [0, 0];
  for (let i = 0; i < steps; i++) {
    through += moreCounts[i];
    // Nothing is left of rounding where nothing lasts.
    aMs = through === 0 ? 0 : aMs + moreAMs[i];
    if (through > 0) sums[i] = (sums[i] ?? 0) + Math.max(0, aMs) * stepMs;
  }
  return {
    source: counts.length === 0 ? undefined : 'pushed',
    steps: sums,
    routes: largestRoutes(routes),
    covered: coveredPart(counts, fromMs, untilMs),
    problem,
  };
}

/** Largest first; those beyond the maximum are summed up under ''. */
export function largestRoutes(routes: ReadonlyMap<string, number>): readonly RouteCount[] {
  const sorted = [...routes]
    .map(([route, requests]) => ({ route, requests }))
    .sort((x, y) => y.requests - x.requests || (x.route < y.route ? -1 : 1));
  const rest = sorted.slice(MAX_ROUTES);
  if (rest.length === 0) return sorted;
  const others = rest.reduce((sum, { requests }) => sum + requests, 0);
  return [...sorted.slice(0, MAX_ROUTES), { route: '', requests: others }];
}

/** The part of the range that the intervals cover. */
function coveredPart(counts: readonly CountedWork[], fromMs: number, untilMs: number): number {
  let covered = 0;
  let end = fromMs;
  for (const one of [...counts].sort((x, y) => x.fromMs - y.fromMs)) {
    const until = Math.min(one.untilMs, untilMs);
    if (until > end) covered += until - Math.max(end, one.fromMs);
    end = Math.max(end, until);
  }
  return covered / (untilMs - fromMs);
}
