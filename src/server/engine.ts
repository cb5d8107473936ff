/**
 * The own store behind the server: one thread writes, some read, one looks after what is stored. The main thread only
 * passes bytes; nothing here waits for a disk.
 */

import { availableParallelism } from 'node:os';
import {
  StartError,
  type Engine,
  type EngineOptions,
  type RequestFacts,
  type WireAnswer,
  type WireRequest,
} from './exchange.ts';
import type { IncomingProfile } from './ingest/incoming.ts';
import { metric } from './metrics.ts';
import type { ReaderStart } from './reader-worker.ts';
import { DamageNotes, warningsOf, type Damage } from './store/damage.ts';
import type { OpenedStore, Stored, StoreStart, StoreState } from './store-worker.ts';
import type { UpkeepOutcome, UpkeepStart } from './upkeep-worker.ts';
import { WorkerCalls } from './worker-calls.ts';

const UPKEEP_EVERY_MS = 30_000;
const MOST_READERS = 2;
/** Damaged places that the status lists; the rest is a number. */
const MAX_LISTED = 100;

/**
 * Opens the folder and starts the threads.
 * @throws (rejects) StartError for a folder that cannot be used
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { dataFolder: folder, log } = options;
  let failure: string | undefined;
  const onEnd = (error: Error): void => {
    failure ??= `A thread of the server has ended: ${error.message}. Start it again.`;
    log.error(failure);
  };
  const store = new WorkerCalls(worker('store-worker'), { folder, limits: options.limits } satisfies StoreStart, onEnd);
  const opened = await store.call<OpenedStore | { refused: string }>('open', undefined);
  if ('refused' in opened) {
    await store.close();
    throw new StartError(opened.refused);
  }
  for (const note of opened.notes) log.warn(note);
  const { file, lost } = opened;
  const readers = new ReaderPool(
    { file, lost },
    Math.max(1, Math.min(MOST_READERS, availableParallelism() - 1)),
    onEnd,
  );
  const limits = { retentionMs: options.retentionMs, maxBytes: options.maxDiskBytes };
  const keeper = new WorkerCalls(worker('upkeep-worker'), { file, folder, limits } satisfies UpkeepStart, onEnd);

  const damage = new DamageNotes();
  /** The log has each place once. */
  const report = (found: readonly Damage[]): void => {
    for (const { key, text } of found) if (damage.note(key, text)) log.warn(text);
  };
  report(lost.map(({ text }) => ({ key: text, text })));
  let last: UpkeepOutcome | undefined;
  let packed = 0;
  let removed = 0;
  let underway: Promise<void> | undefined;
  const look = (kind: 'run' | 'makeRoom'): Promise<void> => {
    underway ??= lookAfter(kind).finally(() => {
      underway = undefined;
    });
    return underway;
  };
  const lookAfter = async (kind: 'run' | 'makeRoom'): Promise<void> => {
    try {
      const outcome = await keeper.call<UpkeepOutcome | undefined>(kind, { nowMs: Date.now() });
      if (outcome === undefined) return;
      last = outcome;
      packed += last.packed;
      removed += last.removed;
      report(last.damage);
    } catch (error) {
      log.error(`Looking after the store failed: ${(error as Error).message}`);
    }
  };
  const timer = setInterval(() => void look('run'), UPKEEP_EVERY_MS);
  void look('run');

  return {
    async ingest(request) {
      try {
        const { body } = request;
        const alone = body.byteLength === body.buffer.byteLength && body.buffer instanceof ArrayBuffer;
        const { answer, facts, needsRoom } = await store.call<Stored>(
          'ingest',
          { request, nowMs: Date.now() },
          alone && body.byteLength > 0 ? [body.buffer] : [],
        );
        if (needsRoom) void look('makeRoom');
        return { answer, facts };
      } catch (error) {
        return broken(error);
      }
    },
    async query(request, signal) {
      try {
        const outcome = await readers.query(request, signal);
        report(outcome.facts.damage ?? []);
        return outcome;
      } catch (error) {
        return broken(error);
      }
    },
    damage: () => warningsOf(damage.list(), MAX_LISTED),
    store: (profiles: readonly IncomingProfile[]) => store.call<void>('store', { profiles, nowMs: Date.now() }),
    async metrics() {
      const state = await store.call<StoreState>('state', undefined);
      return [
        ...metric('flametide_store_series', 'gauge', 'Label sets in the store.', state.series),
        ...metric(
          'flametide_store_dictionary_bytes',
          'gauge',
          'Memory of dictionaries open for writing.',
          state.internerBytes,
        ),
        ...metric('flametide_store_data_bytes', 'gauge', 'Bytes in use in the data file.', last?.dataBytes ?? 0),
        ...metric('flametide_store_file_bytes', 'gauge', 'Size of the data file and its log.', last?.fileBytes ?? 0),
        ...metric('flametide_store_blocks_packed_total', 'counter', 'Hours of a series packed to a block.', packed),
        ...metric('flametide_store_removed_total', 'counter', 'Blocks and rows removed by retention.', removed),
        ...metric('flametide_store_damaged_places', 'gauge', 'Damaged places found since the start.', damage.size),
        ...metric('flametide_queries_waiting', 'gauge', 'Queries that wait for a reader.', readers.waiting),
        '',
      ].join('\n');
    },
    async ready() {
      if (failure !== undefined) return failure;
      return (await store.call<StoreState>('state', undefined)).refuses ?? true;
    },
    async close() {
      clearInterval(timer);
      await keeper.close();
      await readers.close();
      await store.close();
    },
  };
}

/** In the build every worker is a file beside this one. */
function worker(name: string): URL {
  return new URL(`./${name}.js`, import.meta.url);
}

interface Outcome {
  readonly answer: WireAnswer;
  readonly facts: RequestFacts;
}

/** A question on its way, and all who asked the same while it waited. */
interface Asked {
  readonly key: string;
  readonly request: WireRequest;
  readonly waiting: Set<Waiting>;
  /** Set while a reader works on it. */
  abort: (() => void) | undefined;
}

interface Waiting {
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/**
 * Questions wait here for a thread that is free. Equal ones that wait are asked once; one that has begun is not shared, as
 * it may not see what was stored since. A question that nobody waits for any more is dropped, or stopped.
 */
class ReaderPool {
  readonly #free: { readonly calls: WorkerCalls; readonly flag: Int32Array }[] = [];
  readonly #all: WorkerCalls[] = [];
  readonly #queue = new Map<string, Asked>();

  constructor(data: Omit<ReaderStart, 'aborted'>, count: number, onEnd: (error: Error) => void) {
    for (let i = 0; i < count; i++) {
      const aborted = new SharedArrayBuffer(4);
      const calls = new WorkerCalls(worker('reader-worker'), { ...data, aborted } satisfies ReaderStart, onEnd);
      this.#all.push(calls);
      this.#free.push({ calls, flag: new Int32Array(aborted) });
    }
  }

  get waiting(): number {
    return this.#queue.size;
  }

  query(request: WireRequest, signal: AbortSignal): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const key = questionKey(request);
      let asked = this.#queue.get(key);
      if (asked === undefined) {
        asked = { key, request, waiting: new Set(), abort: undefined };
        this.#queue.set(key, asked);
      }
      const { waiting } = asked;
      const one: Waiting = { resolve, reject };
      waiting.add(one);
      const giveUp = (): void => {
        waiting.delete(one);
        reject(new Error('Nobody waits for the answer any more.'));
        if (waiting.size > 0) return;
        if (this.#queue.get(key) === asked) this.#queue.delete(key);
        asked.abort?.();
      };
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
      this.#next();
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((calls) => calls.close()));
  }

  #next(): void {
    const [asked] = this.#queue.values();
    const reader = this.#free.shift();
    if (asked === undefined || reader === undefined) {
      if (reader !== undefined) this.#free.unshift(reader);
      return;
    }
    this.#queue.delete(asked.key);
    const { calls, flag } = reader;
    const id = calls.nextId;
    asked.abort = () => void Atomics.store(flag, 0, id);
    void calls
      .call<Outcome>('query', { request: asked.request, nowMs: Date.now() })
      .then(
        (outcome) => asked.waiting.forEach((one) => one.resolve(outcome)),
        (error: unknown) => asked.waiting.forEach((one) => one.reject(error)),
      )
      .finally(() => {
        this.#free.push(reader);
        this.#next();
      });
  }
}

/** Equal for what must have equal answers: all that an answer depends on. */
function questionKey({ method, path, query, headers, body, isLocal }: WireRequest): string {
  const told = [
    'content-type',
    'content-encoding',
    'accept',
    'accept-encoding',
    'connect-protocol-version',
    'connect-timeout-ms',
    'grpc-accept-encoding',
    'grpc-encoding',
    'grpc-timeout',
  ].map((name) => headers[name] ?? '');
  return [method, path, query, isLocal, ...told, Buffer.from(body).toString('latin1')].join('\n');
}

/** What no caller should ever see: a thread that failed. */
function broken(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  const body = new TextEncoder().encode(JSON.stringify({ code: 'internal', message }));
  return {
    answer: { status: 500, headers: { 'content-type': 'application/json' }, body },
    facts: { refused: 'internal', message },
  };
}
