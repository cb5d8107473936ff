/** A request and its answer, as the HTTP server and the workers behind it exchange them: plain data, so that they can cross a thread. */

import type { OtlpNumbering } from '#formats/decoders/otlp-message.ts';
import type { Trimmed } from './incoming.ts';
import type { Damage } from './store/damage.ts';

/** A request whose body has arrived whole, within the limits. */
export interface WireRequest {
  readonly method: string;
  /** Without the base path and without the query. */
  readonly path: string;
  /** The part after `?`, undecoded; '' where there is none. */
  readonly query: string;
  /** Names in lower case; several of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** In a buffer of its own: an upload is handed to another thread, without a copy. */
  readonly body: Uint8Array;
  /** The client is on this machine, without a proxy: compressing an answer takes longer than sending it. */
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

/** Facts about a request for shutdown, the log and `/metrics`. */
export interface RequestFacts {
  /** Profiles stored. */
  readonly profiles?: number;
  /** Samples stored. */
  readonly samples?: number;
  /** The service of the first profile, for the log. */
  readonly service?: string;
  /** Samples left out, as their value was not positive. */
  readonly dropped?: number;
  /** Samples whose labels were left out, as their service has too many label sets. */
  readonly folded?: number;
  /** Profiles without samples, and uploads without bytes: accepted, and nothing of them is stored. */
  readonly empty?: number;
  /** Profiles of the upload, those without samples included. */
  readonly sent?: number;
  /** Changes made to profiles when they were stored. */
  readonly trimmed?: Trimmed;
  /** For an OTLP message: its field numbering, and the number of attributes that were not stored as labels. */
  readonly otlp?: { readonly numbering: OtlpNumbering; readonly folded: number };
  /** Damaged data that the answer left out. */
  readonly damage?: readonly Damage[];
  /** Why something was refused, a short slug of a closed list: it is a label in `/metrics`. */
  readonly refused?: string;
  /** For the log: the refusal in full. */
  readonly message?: string;
}
