/**
 * The own store behind the server: one thread writes, some read, one does the upkeep. The main thread only passes bytes
 * and never waits for a disk.
 */

import { availableParallelism } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { StartError, type Engine, type EngineOptions } from './exchange.ts';
import type { IncomingProfile } from './incoming.ts';
import { LastingThread } from './lasting-thread.ts';
import { metric } from './metrics.ts';
import type { ReaderStart } from './reader-worker.ts';
import { ReaderPool, type Outcome } from './reader-pool.ts';
import { RETRY_AFTER_S } from './request-body.ts';
import { DamageNotes, warningsOf, type Damage } from './store/damage.ts';
import type { FolderBytes } from './store/folder.ts';
import type { ServiceUsage } from './store/series-table.ts';
import type { OpenedStore, Stored, StoreStart, StoreState } from './store-worker.ts';
import type { UpkeepOutcome, UpkeepStart } from './upkeep-worker.ts';
import { ThreadEnded } from './worker-calls.ts';

const UPKEEP_EVERY_MS = 30_000;
const MAX_READERS = 2;
const MAX_STORE_HEAP_MB = 1024;
/** Far longer than any upload takes. */
const STORE_HANG_MS = 120_000;
/** Far longer than any step of upkeep takes. */
const UPKEEP_HANG_MS = 600_000;
/** Maximum number of damaged places in the status; the others are counted. */
const MAX_LISTED = 100;

/**
 * Opens the folder and starts the threads.
 * @throws (rejects) StartError for a folder that cannot be used
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { dataFolder: folder, log, onGiveUp } = options;
  const turn = new SharedArrayBuffer(4);
  let file = '';
  let lost: OpenedStore['lost'] = [];
  const store = await LastingThread.start({
    name: 'store',
    file: worker('store-worker'),
    data: { folder, limits: options.limits, maxLabelSets: options.maxLabelSets, turn } satisfies StoreStart,
    maxHeapMb: maxStoreHeapMb(),
    hangMs: STORE_HANG_MS,
    async open(calls) {
      const opened = await calls.call<OpenedStore | { refused: string }>('open', undefined);
      if ('refused' in opened) throw new StartError(opened.refused);
      for (const note of opened.notes) log.warn(note);
      ({ file, lost } = opened);
    },
    log,
    onGiveUp,
  });
  const starting = ReaderPool.start(Math.max(1, Math.min(MAX_READERS, availableParallelism() - 1)), (aborted) => ({
    name: 'reader',
    file: worker('reader-worker'),
    data: { file, lost, aborted } satisfies ReaderStart,
    log,
    onGiveUp,
  }));
  const { retentionMs, maxDiskBytes: maxBytes, spans } = options;
  const limits = { retentionMs, maxBytes, spans };
  const [readers, keeper] = await Promise.all([
    starting,
    LastingThread.start({
      name: 'upkeep',
      file: worker('upkeep-worker'),
      data: { file, folder, limits, turn } satisfies UpkeepStart,
      hangMs: UPKEEP_HANG_MS,
      log,
      onGiveUp,
    }),
  ]);

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
      // Logged once, not every round.
      if (outcome.clock !== undefined && last?.clock === undefined) log.warn(outcome.clock);
      last = outcome;
      packed += last.packed;
      removed += last.removed;
      report(last.damage);
    } catch (error) {
      log.error(`Upkeep of the store failed: ${(error as Error).message}`);
    }
  };
  const timer = setInterval(() => void look('run'), UPKEEP_EVERY_MS);
  void look('run');

  return {
    async ingest(request) {
      try {
        const { body } = request;
        const { answer, facts, needsRoom } = await store.call<Stored>(
          'ingest',
          { request, nowMs: Date.now() },
          body.buffer instanceof ArrayBuffer && body.byteLength > 0 ? [body.buffer] : [],
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
      const state = await store.running?.call<StoreState>('state', undefined).catch(() => undefined);
      return [
        ...(state === undefined ? [] : storeMetrics(state)),
        ...metric('flametide_store_data_bytes', 'gauge', 'Bytes in use in the data file.', last?.dataBytes ?? 0),
        ...metric(
          'flametide_store_file_bytes',
          'gauge',
          'Size of the data file and its log, which --max-disk limits.',
          last?.folderBytes.profiles ?? 0,
        ),
        ...metric(
          'flametide_store_span_bytes',
          'gauge',
          'Bytes of spans, which --max-span-disk limits.',
          last?.spanBytes ?? 0,
        ),
        ...folderMetric(last?.folderBytes),
        ...metric('flametide_store_blocks_packed_total', 'counter', 'Hours of a series packed into a block.', packed),
        ...metric('flametide_store_removed_total', 'counter', 'Blocks and rows removed by retention.', removed),
        ...metric('flametide_store_damaged_places', 'gauge', 'Damaged places found since the start.', damage.size),
        ...metric('flametide_queries_waiting', 'gauge', 'Queries that wait for a reader.', readers.waiting),
        '',
      ].join('\n');
    },
    async storeStatus() {
      const services = await store.call<ServiceUsage[]>('usage', undefined);
      return { services, clock: last?.clock, bytes: last?.folderBytes };
    },
    async dropService(service) {
      const isDropped = (await keeper.call<boolean | undefined>('drop', { service })) ?? false;
      // Frees the disk space as well.
      if (isDropped) void look('run');
      return isDropped;
    },
    async ready() {
      const problem = store.problem ?? readers.problem ?? keeper.problem;
      if (problem !== undefined) return problem;
      try {
        return (await store.call<StoreState>('state', undefined)).refuses ?? true;
      } catch (error) {
        return store.problem ?? (error as Error).message;
      }
    },
    async close() {
      clearInterval(timer);
      await keeper.close();
      await readers.close();
      await store.close();
    },
  };
}

/** Heap limit of a thread: a bad upload ends the thread, not the machine. */
function maxStoreHeapMb(): number {
  return Math.min(MAX_STORE_HEAP_MB, Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20));
}

function storeMetrics({ series, internerBytes }: StoreState): string[] {
  return [
    ...metric('flametide_store_series', 'gauge', 'Label sets in the store.', series),
    ...metric('flametide_store_dictionary_bytes', 'gauge', 'Memory of dictionaries open for writing.', internerBytes),
  ];
}

/** Bytes by purpose. */
function folderMetric(bytes: FolderBytes | undefined): string[] {
  const name = 'flametide_folder_bytes';
  return [
    `# HELP ${name} Bytes on disk in the data folder, by kind.`,
    `# TYPE ${name} gauge`,
    ...Object.entries(bytes ?? {}).map(([kind, size]) => `${name}{kind="${kind}"} ${size}`),
  ];
}

/** In the build every worker is a file beside this one. */
function worker(name: string): URL {
  return new URL(`./${name}.js`, import.meta.url);
}

/** 503 when a thread ended during the call, which the client may repeat; any other error is a bug. */
function broken(error: unknown): Outcome {
  const isEnd = error instanceof ThreadEnded;
  const reason = error instanceof Error ? error.message : String(error);
  const message = isEnd ? `A server thread ended during this call (${reason}): send it again.` : reason;
  const body = new TextEncoder().encode(JSON.stringify({ code: isEnd ? 'unavailable' : 'internal', message }));
  const headers = { 'content-type': 'application/json', ...(isEnd && { 'retry-after': String(RETRY_AFTER_S) }) };
  return {
    answer: { status: isEnd ? 503 : 500, headers, body },
    facts: { refused: isEnd ? 'thread_ended' : 'internal', message },
  };
}
