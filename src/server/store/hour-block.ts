/**
 * All profiles of one series in one hour, as stored once the hour is over. Four payloads, so that a question reads what
 * it needs: `points` for time series, `sums` for whole hours, `index` and `values` for everything else. The last two lie
 * by stack, not by profile: the same few stacks come again in most profiles, and their gaps pack best.
 */

import { WireSink } from '#wire/wire-sink.ts';
import { DamagedBlob, payloadReader } from './blob.ts';
import { commonDivisor, encodeVector, SampleVector } from './sample-vector.ts';

/** Samples in one block: positions must fit beside a leaf in a double (28 + 24 bits). */
export const MOST_SAMPLES_OF_A_BLOCK = 1 << 24;

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
        keys[at] = leaf[at] * MOST_SAMPLES_OF_A_BLOCK + at;
        profileOf[at] = profile;
      }
    });
    keys.sort();
    const divisor = commonDivisor(value, 0, length);
    const index = new WireSink(length * 2 + 64);
    const values = new WireSink(length * 2 + 64);
    const sums = new SampleVector();
    values.varint(divisor);
    let last = -1;
    for (let i = 0; i < length;) {
      const node = Math.floor(keys[i] / MOST_SAMPLES_OF_A_BLOCK);
      let end = i + 1;
      const next = (node + 1) * MOST_SAMPLES_OF_A_BLOCK;
      while (end < length && keys[end] < next) end++;
      index.varint(node - last - 1);
      index.varint(end - i);
      last = node;
      let profile = -1;
      let sum = 0;
      for (; i < end; i++) {
        const position = keys[i] % MOST_SAMPLES_OF_A_BLOCK;
        index.varint(profileOf[position] - profile - 1);
        profile = profileOf[position];
        values.varint(value[position] / divisor);
        sum += value[position];
      }
      sums.push(node, sum);
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

/**
 * Every sample of a block, by stack and then by time.
 * @param nodes of the dictionary. @param profiles of the block. @throws DamagedBlob
 */
export function forEachSample(
  { index, values }: Pick<HourPayloads, 'index' | 'values'>,
  nodes: number,
  profiles: number,
  take: (leaf: number, profile: number, value: number) => void,
): void {
  const where = payloadReader(index);
  const what = payloadReader(values);
  const divisor = what.unsigned();
  let leaf = -1;
  while (where.offset < index.length) {
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
