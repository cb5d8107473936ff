/** The samples of one profile in one series: leaf nodes of a dictionary with their values, as stored. */

import { WireSink } from '#wire/wire-sink.ts';
import { DamagedBlob, payloadReader } from './blob.ts';

/** A growing pair of columns, used again and again. */
export class SampleVector {
  leaf = new Int32Array(1024);
  value = new Float64Array(1024);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  push(leaf: number, value: number): void {
    if (this.length === this.leaf.length) this.reserve(1);
    this.leaf[this.length] = leaf;
    this.value[this.length++] = value;
  }

  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.leaf.length) return;
    const room = Math.max(needed, this.leaf.length * 2);
    const leaf = new Int32Array(room);
    leaf.set(this.leaf.subarray(0, this.length));
    this.leaf = leaf;
    const value = new Float64Array(room);
    value.set(this.value.subarray(0, this.length));
    this.value = value;
  }
}

/** Greatest common divisor of values[from, to), whole positive numbers; 1 of nothing. */
export function commonDivisor(values: Float64Array, from: number, to: number): number {
  let divisor = 0;
  for (let i = from; i < to && divisor !== 1; i++) {
    let a = values[i];
    while (a !== 0) [a, divisor] = [divisor % a, a];
  }
  return divisor === 0 ? 1 : divisor;
}

/**
 * @param vector leaves ascending, each once; values whole and above 0. Other input would read back differently, so it
 * is refused here. @throws RangeError
 */
export function encodeVector(vector: SampleVector): Uint8Array {
  const { leaf, value, length } = vector;
  const divisor = commonDivisor(value, 0, length);
  const sink = new WireSink(length * 4 + 16);
  sink.varint(length);
  sink.varint(divisor);
  let last = -1;
  for (let i = 0; i < length; i++) {
    if (leaf[i] <= last || !(value[i] > 0) || !Number.isInteger(value[i])) {
      throw new RangeError(`sample ${i} of a vector: leaf ${leaf[i]} behind ${last}, value ${value[i]}`);
    }
    sink.varint(leaf[i] - last - 1);
    last = leaf[i];
  }
  for (let i = 0; i < length; i++) sink.varint(value[i] / divisor);
  return sink.take();
}

/** Fills `into`. @param nodes of the dictionary: no leaf may lie beyond. @throws DamagedBlob */
export function decodeVector(payload: Uint8Array, nodes: number, into: SampleVector): void {
  const reader = payloadReader(payload);
  const length = reader.unsigned();
  if (length > payload.length) throw new DamagedBlob(`claims ${length} samples in ${payload.length} bytes`);
  const divisor = reader.unsigned();
  into.clear();
  into.reserve(length);
  const { leaf, value } = into;
  let last = -1;
  for (let i = 0; i < length; i++) {
    last += reader.unsigned() + 1;
    if (last >= nodes) throw new DamagedBlob(`names node ${last} of ${nodes}`);
    leaf[i] = last;
  }
  for (let i = 0; i < length; i++) value[i] = reader.unsigned() * divisor;
  into.length = length;
}
