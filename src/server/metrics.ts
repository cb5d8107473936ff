/** Numbers about the server, as Prometheus reads them (text format 0.0.4). */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RequestFacts } from './request.ts';
import type { Trimmed } from './incoming.ts';

/** Upper edges in seconds. */
const LATENCY_EDGES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface Latency {
  readonly buckets: number[];
  sum: number;
  count: number;
}

export class Metrics {
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  readonly #requests = new Map<string, number>();
  readonly #latencies = new Map<string, Latency>();
  readonly #refusals = new Map<string, number>();
  #profiles = 0;
  #samples = 0;
  #dropped = 0;
  #empty = 0;
  readonly #trimmed: Record<keyof Trimmed, number> = {
    cutStacks: 0,
    labelsDropped: 0,
    negativeValues: 0,
    cumulative: 0,
    cutOff: 0,
  };
  #folded = 0;
  readonly #otlpMessages = { new: 0, old: 0, oldest: 0, json: 0 };
  #otlpFolded = 0;
  #bytesIn = 0;

  constructor() {
    this.#delay.enable();
  }

  /**
   * @param route of a closed list: it becomes a label. @param seconds from the head to the end of the answer.
   */
  request(route: string, status: number, seconds: number): void {
    const key = `route="${route}",status="${status}"`;
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
    let latency = this.#latencies.get(route);
    if (latency === undefined) {
      latency = { buckets: LATENCY_EDGES.map(() => 0), sum: 0, count: 0 };
      this.#latencies.set(route, latency);
    }
    latency.sum += seconds;
    latency.count++;
    LATENCY_EDGES.forEach((edge, i) => {
      if (seconds <= edge) latency.buckets[i]++;
    });
  }

  ingested(
    bytes: number,
    { profiles = 0, samples = 0, dropped = 0, folded = 0, empty = 0, trimmed, otlp }: RequestFacts,
  ): void {
    this.#empty += empty;
    this.#bytesIn += bytes;
    this.#profiles += profiles;
    this.#samples += samples;
    this.#dropped += dropped;
    this.#folded += folded;
    if (otlp !== undefined) {
      this.#otlpMessages[otlp.numbering]++;
      this.#otlpFolded += otlp.folded;
    }
    if (trimmed === undefined) return;
    for (const kind of Object.keys(this.#trimmed) as (keyof Trimmed)[]) this.#trimmed[kind] += trimmed[kind];
  }

  /** Profiles stored with changes since the start, and those that held nothing. */
  get changed(): {
    emptyProfiles: number;
    droppedSamples: number;
    cutStacks: number;
    unlabelledProfiles: number;
    negativeValues: number;
    cumulativeProfiles: number;
    cutOffRecordings: number;
    foldedSamples: number;
  } {
    const { cutStacks, labelsDropped, negativeValues, cumulative, cutOff } = this.#trimmed;
    return {
      emptyProfiles: this.#empty,
      foldedSamples: this.#folded,
      droppedSamples: this.#dropped,
      cutStacks,
      unlabelledProfiles: labelsDropped,
      negativeValues,
      cumulativeProfiles: cumulative,
      cutOffRecordings: cutOff,
    };
  }

  /** Whether this kind of change has happened since the start. */
  hasChanged(kind: keyof Trimmed): boolean {
    return this.#trimmed[kind] > 0;
  }

  /** @param kind of a closed list. */
  refused(kind: string): void {
    this.#refusals.set(kind, (this.#refusals.get(kind) ?? 0) + 1);
  }

  text(): string {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const lines = [
      ...head('flametide_requests_total', 'counter', 'Requests answered.'),
      ...[...this.#requests].map(([labels, count]) => `flametide_requests_total{${labels}} ${count}`),
      ...head('flametide_request_seconds', 'histogram', 'Time from the head of a request to the end of its answer.'),
    ];
    for (const [route, { buckets, sum, count }] of this.#latencies) {
      LATENCY_EDGES.forEach((edge, i) =>
        lines.push(`flametide_request_seconds_bucket{route="${route}",le="${edge}"} ${buckets[i]}`),
      );
      lines.push(
        `flametide_request_seconds_bucket{route="${route}",le="+Inf"} ${count}`,
        `flametide_request_seconds_sum{route="${route}"} ${sum}`,
        `flametide_request_seconds_count{route="${route}"} ${count}`,
      );
    }
    lines.push(
      ...metric(
        'flametide_ingested_profiles_total',
        'counter',
        'Profiles stored, one for each series of an upload.',
        this.#profiles,
      ),
      ...metric('flametide_ingested_samples_total', 'counter', 'Samples stored.', this.#samples),
      ...metric('flametide_dropped_samples_total', 'counter', 'Samples without a positive value.', this.#dropped),
      ...metric(
        'flametide_cut_stacks_total',
        'counter',
        'Stacks that were too deep and were cut at their leaf end.',
        this.#trimmed.cutStacks,
      ),
      ...metric(
        'flametide_unlabelled_profiles_total',
        'counter',
        'Profiles with too many label sets, or label sets that were too long: stored without some labels.',
        this.#trimmed.labelsDropped,
      ),
      ...metric(
        'flametide_negative_values_total',
        'counter',
        'Values below 0, which are left out.',
        this.#trimmed.negativeValues,
      ),
      ...metric(
        'flametide_cumulative_profiles_total',
        'counter',
        'Profiles marked as cumulative: stored as sent.',
        this.#trimmed.cumulative,
      ),
      ...metric(
        'flametide_cut_off_recordings_total',
        'counter',
        'Truncated recordings, stored without their damaged end.',
        this.#trimmed.cutOff,
      ),
      ...metric(
        'flametide_empty_profiles_total',
        'counter',
        'Profiles without samples, and uploads without bytes: accepted, and nothing is stored.',
        this.#empty,
      ),
      ...metric(
        'flametide_folded_samples_total',
        'counter',
        'Samples stored without their labels because their service has too many label sets.',
        this.#folded,
      ),
      ...head('flametide_otlp_messages_total', 'counter', 'OTLP messages, by the numbering of their fields.'),
      ...Object.entries(this.#otlpMessages).map(
        ([numbering, count]) => `flametide_otlp_messages_total{numbering="${numbering}"} ${count}`,
      ),
      ...metric(
        'flametide_otlp_folded_attributes_total',
        'counter',
        'OTLP attributes that were not stored as labels.',
        this.#otlpFolded,
      ),
      ...metric('flametide_ingested_bytes_total', 'counter', 'Bytes of uploads, as sent.', this.#bytesIn),
      ...head('flametide_refused_total', 'counter', 'Uploads and queries refused, by reason.'),
      ...[...this.#refusals].map(([kind, count]) => `flametide_refused_total{reason="${kind}"} ${count}`),
      ...metric(
        'flametide_event_loop_delay_seconds',
        'gauge',
        'Event loop delay (p99) since the last scrape.',
        Number.isNaN(this.#delay.mean) ? 0 : this.#delay.percentile(99) / 1e9,
      ),
      ...metric('process_resident_memory_bytes', 'gauge', 'Memory of the process.', rss),
      ...metric('flametide_heap_used_bytes', 'gauge', 'JavaScript heap of the main thread.', heapUsed),
      ...metric('process_cpu_seconds_total', 'counter', 'CPU time of the process.', (user + system) / 1e6),
    );
    this.#delay.reset();
    return `${lines.join('\n')}\n`;
  }
}

/** A number with its head, as lines. */
export function metric(name: string, type: 'counter' | 'gauge', help: string, value: number): string[] {
  return [...head(name, type, help), `${name} ${value}`];
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}
