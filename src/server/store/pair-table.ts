/** Finds the number of a pair of numbers: open addressing over two columns that someone else holds. */

import { hashPair } from '#base/hash.ts';
import type { Int32Column } from '#base/column.ts';

export class PairTable {
  readonly #a: Int32Column;
  readonly #b: Int32Column;
  /** Number + 1 of a pair; 0 is empty. */
  #slots = new Int32Array(1024);
  #used = 0;

  /** Adds the rows of the columns from `first` on. */
  constructor(a: Int32Column, b: Int32Column, first: number) {
    this.#a = a;
    this.#b = b;
    while ((a.length - first) * 2 > this.#slots.length) this.#slots = new Int32Array(this.#slots.length * 2);
    for (let i = first; i < a.length; i++) this.#insert(i);
  }

  get bytes(): number {
    return this.#slots.length * 4;
  }

  /** Number of the pair, which is appended to the columns when it is not there yet. */
  intern(a: number, b: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const as = this.#a.values;
    const bs = this.#b.values;
    for (let at = hashPair(a, b) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const one = slots[at] - 1;
      if (as[one] === a && bs[one] === b) return one;
    }
    const made = this.#a.length;
    this.#a.push(a);
    this.#b.push(b);
    this.#insert(made);
    return made;
  }

  #insert(one: number): void {
    if ((this.#used + 1) * 2 > this.#slots.length) this.#grow();
    this.#used++;
    this.#place(one);
  }

  #place(one: number): void {
    const mask = this.#slots.length - 1;
    let at = hashPair(this.#a.values[one], this.#b.values[one]) & mask;
    while (this.#slots[at] !== 0) at = (at + 1) & mask;
    this.#slots[at] = one + 1;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    for (const slot of old) if (slot !== 0) this.#place(slot - 1);
  }
}
