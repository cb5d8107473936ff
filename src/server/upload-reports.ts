/** What the operator is told about uploads: refusals, and profiles that were stored with changes. */

import type { Log, RequestFacts } from './exchange.ts';
import type { Metrics } from './metrics.ts';

/** Characters of a refusal's message that `/api/status` and the log show. */
const MAX_MESSAGE = 500;

/** The last refusal of a kind, as `/api/status` lists it. */
export interface RefusalReport {
  readonly kind: string;
  readonly count: number;
  readonly last: string;
  readonly lastMs: number;
}

export class UploadReports {
  readonly #metrics: Metrics;
  readonly #log: Log;
  /** By kind. The kinds are few. */
  readonly #refusals = new Map<string, RefusalReport>();

  constructor(metrics: Metrics, log: Log) {
    this.#metrics = metrics;
    this.#log = log;
  }

  get refusals(): readonly RefusalReport[] {
    return [...this.#refusals.values()];
  }

  /** Counts a refused upload or query, and logs it: agents do not report refusals. */
  refused(path: string, { refused, message = '' }: RequestFacts): void {
    if (refused === undefined) return;
    this.#metrics.refused(refused);
    this.#log.warn(`${path} refused (${refused}): ${message}`);
  }

  /** As `refused`, and shows it on the page. */
  uploadRefused(path: string, facts: RequestFacts): void {
    this.refused(path, facts);
    const { refused: kind, message = '' } = facts;
    if (kind === undefined) return;
    const count = (this.#refusals.get(kind)?.count ?? 0) + 1;
    this.#refusals.set(kind, { kind, count, last: message.slice(0, MAX_MESSAGE), lastMs: Date.now() });
  }

  /**
   * Counts an upload. Logs profiles that were stored with changes: the first at warn, later ones at info, since an agent
   * repeats them all day.
   */
  uploaded(path: string, bytes: number, facts: RequestFacts): void {
    const { service = '', trimmed } = facts;
    const { cutStacks = 0, labelsDropped = 0 } = trimmed ?? {};
    const { changed } = this.#metrics;
    if (cutStacks > 0) {
      const text = `${path} of ${service}: ${cutStacks} stacks were too deep and lost their leaf end (limits.maxDepth).`;
      this.#log[changed.cutStacks === 0 ? 'warn' : 'info'](text);
    }
    if (labelsDropped > 0) {
      const text = `${path} of ${service}: the samples have too many sets of labels; they were kept without these.`;
      this.#log[changed.unlabelledProfiles === 0 ? 'warn' : 'info'](text);
    }
    this.#metrics.ingested(bytes, facts);
  }
}
