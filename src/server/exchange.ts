/** The interface between the HTTP server and its backend: the backend's calls, options and start error. */

import type { IncomingProfile } from './incoming.ts';
import type { IngestLimits } from './ingest/series-of-profile.ts';
import type { RequestFacts, WireAnswer, WireRequest } from './request.ts';
import type { FolderBytes } from './store/folder.ts';
import type { SpanLimits } from './store/span-upkeep.ts';
import type { ServiceUsage } from './store/series-table.ts';

/** The backend for profiles: the workers over the built-in store, or a Pyroscope behind the proxy. */
export interface Backend {
  /** `/ingest` and `push.v1`. Resolves once everything that the answer reports as stored is on disk. Never rejects. */
  ingest(request: WireRequest, signal: AbortSignal): Promise<{ answer: WireAnswer; facts: RequestFacts }>;
  /** `querier.v1`, `/pyroscope/render…`, the own slices call. Never rejects; an abort stops the work. */
  query(request: WireRequest, signal: AbortSignal): Promise<{ answer: WireAnswer; facts: RequestFacts }>;
  /** Lines of `/metrics` (Prometheus text) about what only the backend knows. */
  metrics(): Promise<string>;
  /** Damage found in the store since the start, one sentence for each place. */
  damage(): readonly string[];
  /** Ready to store and answer, or the reason why not, in one sentence. */
  ready(): Promise<true | string>;
  /** What `/api/status` says about the own store. A backend without one has no answer. */
  storeStatus?(): Promise<StoreStatus>;
  /** Removes all profiles of a service. @returns whether there was one. A backend without an own store cannot. */
  dropService?(service: string): Promise<boolean>;
  /** Finishes the calls under way, then closes. */
  close(): Promise<void>;
}

interface StoreStatus {
  readonly services: readonly ServiceUsage[];
  /** Why profiles older than the retention are stored: a clock that jumped. */
  readonly clock: string | undefined;
  /** Bytes on disk at the last upkeep, by purpose. */
  readonly bytes: FolderBytes | undefined;
}

/** A line of the log. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface EngineOptions {
  readonly dataFolder: string;
  /** Age at which profiles are removed, ms; undefined keeps all. */
  readonly retentionMs: number | undefined;
  /** Bytes of the profiles' files at which the oldest profiles are removed. */
  readonly maxDiskBytes: number;
  readonly spans: SpanLimits;
  readonly limits: IngestLimits;
  /** Label sets of one service on one day: beyond it labels of samples are folded away. */
  readonly maxLabelSets: number;
  readonly log: Log;
  /** Called when a thread ends again and again. @param why as a sentence */
  readonly onGiveUp: (why: string) => void;
}

/** The own store. */
export interface Engine extends Backend {
  /** Puts profiles made in this process into the store. Rejects when they could not be kept. */
  store(profiles: readonly IncomingProfile[]): Promise<void>;
}

/** Why the server cannot start. The message is the one line that the user reads. */
export class StartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StartError';
  }
}
