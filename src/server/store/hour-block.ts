/**
 * All profiles of one series in one hour, as stored once the hour is over. Four payloads, so that a question reads what
 * it needs: `points` for time series, `sums` for whole hours, and beside these `index` and `values` for everything else.
 * The last two lie by stack, not by profile, and the most frequent stacks first: gaps of one size pack best.
 */

import type { ByteReader } from '#base/byte-reader.ts';
import { WireSink } from '#wire/wire-sink.ts';
import { DamagedBlob, payloadReader } from './blob.ts';
import { commonDivisor, decodeVector, encodeVector, SampleVector } from './sample-vector.ts';

/** Samples in one block: positions must fit beside a leaf in a double (28 + 24 bits). */
export const MAX_SAMPLES_OF_A_BLOCK = 1 << 24;
/** Stands before the divisor in `values`; in blocks of format 1 the divisor comes first, which is never 0. */
const BY_COUNT = 0;

export interface HourPayloads {
  readonly points: Uint8Array;
  readonly sums: Uint8Array;
  readonly index: Uint8Array;
  readonly values: Uint8Array;
}

/** The profiles of a block, by ascending time. */
export interface HourPoints {
  readonly length: number;
  readonly timeUs: Float64Array;
  readonly total: Float64Array;
  readonly period: Float64Array;
  /** Whether all periods are equal. */
  readonly onePeriod: boolean;
}

/** Collects the profiles of an hour, in ascending time. */
export class HourBlockBuilder {
  readonly #startUs: number;
  readonly #timeUs: number[] = [];
  readonly #period: number[] = [];
  readonly #total: number[] = [];
  readonly #samples = new SampleVector();
  readonly #end: number[] = [];

  constructor(startUs: number) {
    this.#startUs = startUs;
  }

  get profiles(): number {
    return this.#timeUs.length;
  }

  get samples(): number {
    return this.#samples.length;
  }

  add(timeUs: number, period: number, vector: SampleVector): void {
    const all = this.#samples;
    all.reserve(vector.length);
    let total = 0;
    for (let i = 0; i < vector.length; i++) {
      all.leaf[all.length] = vector.leaf[i];
      all.value[all.length++] = vector.value[i];
      total += vector.value[i];
    }
    this.#timeUs.push(timeUs);
    this.#period.push(period);
    this.#total.push(total);
    this.#end.push(all.length);
  }

  /** Sum of all values. */
  total(): number {
    return this.#total.reduce((sum, one) => sum + one, 0);
  }

  encode(): HourPayloads {
    const { leaf, value, length } = this.#samples;
    // Position behind the leaf in one number: sorting these sorts by leaf, then by profile.
    const keys = new Float64Array(length);
    const profileOf = new Int32Array(length);
    let at = 0;
    this.#end.forEach((end, profile) => {
      for (; at < end; at++) {
        keys[at] = leaf[at] * MAX_SAMPLES_OF_A_BLOCK + at;
        profileOf[at] = profile;
      }
    });
    keys.sort();
    const divisor = commonDivisor(value, 0, length);
    const sums = new SampleVector();
    /** Where the samples of a stack begin in `keys`. */
    const begin: number[] = [];
    for (let i = 0; i < length;) {
      const node = Math.floor(keys[i] / MAX_SAMPLES_OF_A_BLOCK);
      const next = (node + 1) * MAX_SAMPLES_OF_A_BLOCK;
      let sum = 0;
      begin.push(i);
      for (; i < length && keys[i] < next; i++) sum += value[keys[i] % MAX_SAMPLES_OF_A_BLOCK];
      sums.push(node, sum);
    }
    begin.push(length);
    const counts = Int32Array.from({ length: sums.length }, (_, stack) => begin[stack + 1] - begin[stack]);
    const index = new WireSink(length * 2 + 64);
    const values = new WireSink(length * 2 + 64);
    values.varint(BY_COUNT);
    values.varint(divisor);
    for (let stack = 0; stack < counts.length; stack++)
      index.varint(beyondCount(sums.value[stack], divisor, counts[stack]));
    for (const stack of byCount(counts, this.profiles)) {
      const listsAbsence = isFrequent(counts[stack], this.profiles);
      let last = -1;
      const list = (profile: number): void => {
        index.varint(profile - last - 1);
        last = profile;
      };
      let next = 0;
      for (let i = begin[stack]; i < begin[stack + 1]; i++) {
        const position = keys[i] % MAX_SAMPLES_OF_A_BLOCK;
        const profile = profileOf[position];
        if (listsAbsence) while (next < profile) list(next++);
        else list(profile);
        next = profile + 1;
        values.varint(value[position] / divisor);
      }
      if (listsAbsence) while (next < this.profiles) list(next++);
    }
    return {
      points: this.#encodePoints(),
      sums: encodeVector(sums),
      index: index.take(),
      values: values.take(),
    };
  }

  #encodePoints(): Uint8Array {
    const count = this.#timeUs.length;
    const sink = new WireSink(count * 8 + 64);
    const total = Float64Array.from(this.#total);
    const divisor = commonDivisor(total, 0, count);
    const onePeriod = this.#period.every((period) => period === this.#period[0]);
    sink.varint(count);
    sink.varint(divisor);
    sink.varint(onePeriod ? 1 : 0);
    let last = this.#startUs;
    for (let i = 0; i < count; i++) {
      sink.varint(this.#timeUs[i] - last);
      sink.varint(total[i] / divisor);
      if (i === 0 || !onePeriod) sink.varint(this.#period[i]);
      last = this.#timeUs[i];
    }
    return sink.take();
  }
}

/** @throws DamagedBlob */
export function decodePoints(payload: Uint8Array, startUs: number): HourPoints {
  const reader = payloadReader(payload);
  const length = reader.unsigned();
  if (length > payload.length) throw new DamagedBlob(`claims ${length} profiles in ${payload.length} bytes`);
  const divisor = reader.unsigned();
  const onePeriod = reader.unsigned() === 1;
  const points = {
    length,
    timeUs: new Float64Array(length),
    total: new Float64Array(length),
    period: new Float64Array(length),
    onePeriod,
  };
  let time = startUs;
  for (let i = 0; i < length; i++) {
    time += reader.unsigned();
    points.timeUs[i] = time;
    points.total[i] = reader.unsigned() * divisor;
    points.period[i] = i === 0 || !onePeriod ? reader.unsigned() : points.period[0];
  }
  return points;
}

/** Every sample of a block, in no order. @param nodes of the dictionary. @param profiles of the block. @throws DamagedBlob */
export function forEachSample(
  { sums, index, values }: Omit<HourPayloads, 'points'>,
  nodes: number,
  profiles: number,
  take: (leaf: number, profile: number, value: number) => void,
): void {
  const where = payloadReader(index);
  const what = payloadReader(values);
  const first = what.unsigned();
  if (first !== BY_COUNT) return forEachSampleByLeaf(where, what, first, nodes, profiles, take);
  const divisor = what.unsigned();
  const stacks = new SampleVector();
  decodeVector(sums, nodes, stacks);
  const counts = new Int32Array(stacks.length);
  for (let stack = 0; stack < counts.length; stack++) {
    const count = beyondCount(stacks.value[stack], divisor, where.unsigned());
    if (!(count > 0 && count <= profiles))
      throw new DamagedBlob(`has ${count} samples of a stack in ${profiles} profiles`);
    counts[stack] = count;
  }
  for (const stack of byCount(counts, profiles)) {
    const leaf = stacks.leaf[stack];
    const count = counts[stack];
    const listsAbsence = isFrequent(count, profiles);
    let next = 0;
    for (let left = listsAbsence ? profiles - count : count; left > 0; left--) {
      const listed = next + where.unsigned();
      if (listed >= profiles) throw new DamagedBlob(`names profile ${listed} of ${profiles}`);
      if (listsAbsence) while (next < listed) take(leaf, next++, what.unsigned() * divisor);
      else take(leaf, listed, what.unsigned() * divisor);
      next = listed + 1;
    }
    if (listsAbsence) while (next < profiles) take(leaf, next++, what.unsigned() * divisor);
  }
}

/** As format 1 of the store has it: `index` names the leaves itself, every sample is listed, and `values` begins with a divisor. */
function forEachSampleByLeaf(
  where: ByteReader,
  what: ByteReader,
  divisor: number,
  nodes: number,
  profiles: number,
  take: (leaf: number, profile: number, value: number) => void,
): void {
  let leaf = -1;
  while (where.offset < where.end) {
    leaf += where.unsigned() + 1;
    if (leaf >= nodes) throw new DamagedBlob(`names node ${leaf} of ${nodes}`);
    const count = where.unsigned();
    if (count > profiles) throw new DamagedBlob(`has ${count} samples of a stack in ${profiles} profiles`);
    let profile = -1;
    for (let i = 0; i < count; i++) {
      profile += where.unsigned() + 1;
      if (profile >= profiles) throw new DamagedBlob(`names profile ${profile} of ${profiles}`);
      take(leaf, profile, what.unsigned() * divisor);
    }
  }
}

/** A stack in most profiles is stored as the list of profiles that lack it. */
function isFrequent(count: number, profiles: number): boolean {
  return count * 2 > profiles;
}

/**
 * Converts the samples of a stack to their stored form, and back. Most sums are as many times the divisor as
 * there are samples; sums that no double holds exactly say nothing.
 */
function beyondCount(sum: number, divisor: number, count: number): number {
  const times = Math.round(sum / divisor);
  return times <= Number.MAX_SAFE_INTEGER ? times - count : count;
}

/** Stacks by falling count, equal ones as they stand. @param most that a count can be */
function byCount(counts: Int32Array, most: number): Int32Array {
  const place = new Int32Array(most + 2);
  for (const count of counts) place[most - count + 1]++;
  for (let i = 1; i < place.length; i++) place[i] += place[i - 1];
  const order = new Int32Array(counts.length);
  counts.forEach((count, stack) => {
    order[place[most - count]++] = stack;
  });
  return order;
}
