/** Sums by steps of time. */

import { callSiteNodes } from './call-site.ts';
import { US_PER_MS } from './hours.ts';
import type { Part } from './part-cache.ts';
import type { Exemplar, SummedSeries, TimeRange } from './profile-reader.ts';
import type { SampleVisitor } from './day-walk.ts';

/** Steps of a series of one call site. */
export const MAX_CUTS = 100_000;

/** The cost through a call site, by bucket of time. */
export class BucketVisitor implements SampleVisitor {
  readonly #buckets: Buckets;
  readonly #callSite: readonly string[];

  constructor(buckets: Buckets, callSite: readonly string[]) {
    this.#buckets = buckets;
    this.#callSite = callSite;
  }

  open(part: Part): (leaf: number, slice: number, value: number) => void {
    const inside = callSiteNodes(part, this.#callSite);
    return (leaf, slice, value) => {
      if (inside === undefined || inside[leaf] === 1) this.#buckets.addTo(slice, value);
    };
  }

  close(): void {}
}

/** Buckets (T − step, T] for T = start + k·step up to the end; the first one includes its left edge. Sparse, as steps may be tiny. */
export class Buckets {
  readonly fromUs: number;
  readonly toUs: number;
  readonly #startMs: number;
  readonly #stepMs: number;
  readonly #count: number;
  readonly #sums = new Map<number, number>();
  readonly #largest = new Map<number, Exemplar>();

  constructor({ startMs, endMs }: TimeRange, stepMs: number) {
    this.#startMs = startMs;
    this.#stepMs = stepMs;
    this.#count = Math.floor((endMs - startMs) / stepMs) + 1;
    this.fromUs = (startMs - stepMs) * US_PER_MS;
    this.toUs = (startMs + (this.#count - 1) * stepMs) * US_PER_MS + 1;
  }

  /** The same buckets as half-open slices: a whole microsecond later. @throws RangeError for too many */
  cutsUs(): Float64Array {
    if (this.#count > MAX_CUTS) {
      throw new RangeError(`A series of one call site has at most ${MAX_CUTS} steps, not ${this.#count}.`);
    }
    const cuts = Float64Array.from({ length: this.#count + 1 }, (_, i) => {
      return (this.#startMs + (i - 1) * this.#stepMs) * US_PER_MS + 1;
    });
    cuts[0] = this.fromUs;
    return cuts;
  }

  add(timeUs: number, value: number): void {
    this.addTo(this.at(timeUs), value);
  }

  addTo(bucket: number, value: number): void {
    this.#sums.set(bucket, (this.#sums.get(bucket) ?? 0) + value);
  }

  /** An exemplar for its bucket, where none is larger. Each bucket needs one if any has. */
  offer(exemplar: Exemplar): void {
    const bucket = this.at(exemplar.profile.timeUs);
    const known = this.#largest.get(bucket);
    if (known === undefined || exemplar.value > known.value) this.#largest.set(bucket, exemplar);
  }

  filled(): Omit<SummedSeries, 'labels'> {
    const filled = Float64Array.from(this.#sums.keys()).sort();
    const timesMs = filled.map((bucket) => this.edgeMs(bucket));
    const sums = filled.map((bucket) => this.#sums.get(bucket)!);
    if (this.#largest.size === 0) return { timesMs, sums };
    return { timesMs, sums, exemplars: Array.from(filled, (bucket) => this.#largest.get(bucket)!) };
  }

  /** The bucket of a time. */
  at(timeUs: number): number {
    const startUs = this.#startMs * US_PER_MS;
    return Math.max(0, Math.ceil((timeUs - startUs) / (this.#stepMs * US_PER_MS)));
  }

  /** The right edge of a bucket. */
  edgeMs(bucket: number): number {
    return this.#startMs + bucket * this.#stepMs;
  }
}
