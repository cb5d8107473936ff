/** Reports uploads to the operator: refusals, and profiles that were stored with changes. */

import type { IncomingMessage } from 'node:http';
import type { Log } from './exchange.ts';
import type { RequestFacts } from './request.ts';
import { emptyNote, notesOf } from './incoming.ts';
import type { Metrics } from './metrics.ts';

/** Characters of a refusal's message that `/api/status` shows. */
const MAX_MESSAGE = 500;
/** Characters of it in the log, where a fault of ours comes with its stack. */
const MAX_LOGGED = 4000;

/** Characters of a path or header that a message quotes. */
const MAX_SHOWN_PATH = 200;

/** Uploads of one service that were refused, or stored with changes, for one reason since the start. As in `/api/status`. */
export interface UploadReport {
  readonly kind: string;
  /** Whose upload it was, where the request says. */
  readonly service?: string;
  readonly count: number;
  readonly last: string;
  readonly lastMs: number;
}

/** Reports that are kept: names of services come from outside. */
const MAX_REPORTS = 100;
const MAX_SERVICE = 200;

export interface RefusedUpload {
  readonly path: string;
  readonly facts: RequestFacts;
  readonly service?: string | undefined;
  /** Ends with the next accepted upload: the server is not ready, or the backend is away. */
  readonly isPassing?: boolean;
}

interface KeptReport {
  readonly report: UploadReport;
  readonly isPassing: boolean;
}

export class UploadReports {
  readonly #metrics: Metrics;
  readonly #log: Log;
  /** By kind and service, the last refused last. */
  readonly #refusals = new Map<string, KeptReport>();
  /** As `#refusals`: uploads that were stored with changes. */
  readonly #alterations = new Map<string, KeptReport>();

  constructor(metrics: Metrics, log: Log) {
    this.#metrics = metrics;
    this.#log = log;
  }

  get refusals(): readonly UploadReport[] {
    return [...this.#refusals.values()].map(({ report }) => report);
  }

  get alterations(): readonly UploadReport[] {
    return [...this.#alterations.values()].map(({ report }) => report);
  }

  /** Counts a refused upload or query, and logs it: agents do not report refusals. */
  refused(path: string, { refused, message = '' }: RequestFacts): void {
    if (refused === undefined) return;
    this.#metrics.refused(refused);
    this.#log.warn(`${path.slice(0, MAX_SHOWN_PATH)} refused (${refused}): ${message.slice(0, MAX_LOGGED)}`);
  }

  /** Logs that an operator removed a service. */
  removed(service: string): void {
    this.#log.warn(`All profiles of the service ${service.slice(0, MAX_SERVICE)} were removed on request.`);
  }

  /** As `refused`, and shows it on the page. */
  uploadRefused({ path, facts, service, isPassing = false }: RefusedUpload): void {
    this.refused(path, facts);
    const { refused: kind, message = '' } = facts;
    if (kind === undefined) return;
    remember(this.#refusals, kind, service, message, isPassing);
  }

  /**
   * Reports a request that looks like an upload and found no route, as agents do not report it.
   * @returns where it should have gone; undefined for a request that is no upload
   */
  missed({ method = '', url = '', headers }: IncomingMessage, basePath: string): string | undefined {
    if (method !== 'POST' && method !== 'PUT') return undefined;
    const [path] = url.split('?', 1);
    const what = [headers['content-type'], headers['content-length'] && `${headers['content-length']} bytes`];
    const sent = what.filter(Boolean).join(', ').slice(0, MAX_SHOWN_PATH);
    const message = `${method} ${path.slice(0, MAX_SHOWN_PATH)}${sent && ` (${sent})`} is not an upload address: send profiles with POST to ${basePath}/ingest or ${basePath}/push.v1.PusherService/Push.`;
    this.uploadRefused({ path: 'An upload', facts: { refused: 'wrong_path', message } });
    return message;
  }

  /**
   * Counts an upload. Logs profiles that were stored with changes: the first at warn, later ones at info, since an agent
   * repeats them all day.
   */
  uploaded(path: string, bytes: number, facts: RequestFacts): void {
    const { service = '', trimmed, refused, folded = 0, empty = 0, sent = 0 } = facts;
    if (refused === undefined)
      for (const [key, { isPassing }] of this.#refusals) if (isPassing) this.#refusals.delete(key);
    if (trimmed !== undefined) {
      for (const [kind, note] of notesOf(trimmed)) {
        this.#log[this.#metrics.hasChanged(kind) ? 'info' : 'warn'](`${path} of ${service}: ${note}`);
        remember(this.#alterations, kind, service, note);
      }
    }
    if (folded > 0) {
      const text = `${path}: ${service} has too many label sets; ${folded} samples were stored without their labels (limits.maxLabelSets).`;
      this.#log[this.#metrics.changed.foldedSamples === 0 ? 'warn' : 'info'](text);
    }
    // Once: agents send profiles without samples all day. `changed` of `/api/status` counts them.
    if (empty > 0 && this.#metrics.changed.emptyProfiles === 0)
      this.#log.info(`${path}${service && ` of ${service}`}: ${emptyNote(empty, sent)} Later ones are only counted.`);
    this.#metrics.ingested(bytes, facts);
  }
}

/** Counts a report by kind and service, the latest last, and forgets the oldest beyond the maximum. */
function remember(
  reports: Map<string, KeptReport>,
  kind: string,
  service: string | undefined,
  message: string,
  isPassing = false,
): void {
  const named = service?.slice(0, MAX_SERVICE);
  const key = `${kind}\n${named ?? ''}`;
  const count = (reports.get(key)?.report.count ?? 0) + 1;
  reports.delete(key);
  const [oldest] = reports.keys();
  if (reports.size >= MAX_REPORTS) reports.delete(oldest);
  const last = message.slice(0, MAX_MESSAGE);
  const report = { kind, ...(named !== undefined && { service: named }), count, last, lastMs: Date.now() };
  reports.set(key, { report, isPassing });
}
