/** What passes between the HTTP server and the workers behind it: plain data, so that it can cross a thread. */

import type { OtlpNumbering } from '#formats/decoders/otlp-message.ts';
import type { IncomingProfile, Trimmed } from './ingest/incoming.ts';
import type { IngestLimits } from './ingest/series-of-profile.ts';
import type { Damage } from './store/damage.ts';
import type { FolderBytes } from './store/folder.ts';
import type { ServiceUsage } from './store/series-table.ts';

/** A request whose body has arrived whole, within the limits. */
export interface WireRequest {
  readonly method: string;
  /** Without the base path and without the query. */
  readonly path: string;
  /** What stands behind `?`, undecoded; '' where there is nothing. */
  readonly query: string;
  /** Names in lower case; several of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** In a buffer of its own: an upload is handed to another thread, without a copy. */
  readonly body: Uint8Array;
  /** The client is on this machine, and nobody stands between: packing an answer takes longer than handing it over. */
  readonly isLocal?: boolean;
}

/** An answer as it goes out: encoded, compressed, with its length known. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Sent behind the body (gRPC's status over HTTP/1.1, chunked). */
  readonly trailers?: Readonly<Record<string, string>>;
}

/** What a stop of the process, a log line or `/metrics` wants to know about what a request did. */
export interface RequestFacts {
  /** Profiles stored. */
  readonly profiles?: number;
  /** Samples stored. */
  readonly samples?: number;
  /** Of the first profile, for the log. */
  readonly service?: string;
  /** Samples left out, as their value was not positive. */
  readonly dropped?: number;
  /** Samples whose labels were left out, as their service has too many label sets. */
  readonly folded?: number;
  /** What was changed about profiles to take them in. */
  readonly trimmed?: Trimmed;
  /** Of an OTLP message: which field numbers it follows, and how many attributes became no labels. */
  readonly otlp?: { readonly numbering: OtlpNumbering; readonly folded: number };
  /** What an answer left out, as it is damaged in the store. */
  readonly damage?: readonly Damage[];
  /** Why something was refused, a short slug of a closed list: it is a label in `/metrics`. */
  readonly refused?: string;
  /** For the log: the refusal in full. */
  readonly message?: string;
}

/** Whoever answers for profiles: the workers over the own store, or a Pyroscope behind the proxy. */
export interface Backend {
  /** `/ingest` and `push.v1`. Resolves once everything that is told as taken is on disk. Never rejects. */
  ingest(request: WireRequest, signal: AbortSignal): Promise<{ answer: WireAnswer; facts: RequestFacts }>;
  /** `querier.v1`, `/pyroscope/render…`, the own slices call. Never rejects; an abort stops the work. */
  query(request: WireRequest, signal: AbortSignal): Promise<{ answer: WireAnswer; facts: RequestFacts }>;
  /** Lines of `/metrics` (Prometheus text) about what only the backend knows. */
  metrics(): Promise<string>;
  /** What was found damaged in the store since the start, one sentence a place. */
  damage(): readonly string[];
  /** Whether it can take in and answer now; else why not, in one sentence. */
  ready(): Promise<true | string>;
  /** What `/api/status` says about the own store. A backend without one has no answer. */
  storeStatus?(): Promise<StoreStatus>;
  /** Removes all profiles of a service. @returns whether there was one. A backend without an own store cannot. */
  dropService?(service: string): Promise<boolean>;
  /** Finishes what is under way and closes. */
  close(): Promise<void>;
}

interface StoreStatus {
  readonly services: readonly ServiceUsage[];
  /** Why older profiles than asked for are kept: the clock. */
  readonly clock: string | undefined;
  /** Bytes on disk as of the last upkeep, by what they are for. */
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
