/** Pairs of whole numbers, each pair once, numbered in the order of first sight. */
import { Int32Column } from './column.ts';

export class PairIndex {
  readonly #first = new Int32Column();
  readonly #second = new Int32Column();
  /** Number + 1 by hash, 0 is empty; a power of two long. */
  #slots = new Int32Array(16);

  get length(): number {
    return this.#first.length;
  }

  /** The number of the pair; equal to the old `length` where it is new. Both are 32-bit whole numbers. */
  intern(first: number, second: number): number {
    const mask = this.#slots.length - 1;
    const firsts = this.#first.values;
    const seconds = this.#second.values;
    let at = hashOf(first, second) & mask;
    for (let slot = this.#slots[at]; slot !== 0; slot = this.#slots[at]) {
      if (firsts[slot - 1] === first && seconds[slot - 1] === second) return slot - 1;
      at = (at + 1) & mask;
    }
    const made = this.length;
    this.#first.push(first);
    this.#second.push(second);
    this.#slots[at] = made + 1;
    if (this.length * 2 > this.#slots.length) this.#grow();
    return made;
  }

  first(index: number): number {
    return this.#first.values[index];
  }

  second(index: number): number {
    return this.#second.values[index];
  }

  /** The first and second numbers by pair; only [0, length) counts. Not to be kept across an `intern`. */
  get firsts(): Int32Array {
    return this.#first.values;
  }

  get seconds(): Int32Array {
    return this.#second.values;
  }

  /** The second numbers of all pairs, by their numbers. */
  takeSeconds(): Int32Array {
    return this.#second.take();
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let i = 0; i < this.length; i++) {
      let at = hashOf(this.#first.values[i], this.#second.values[i]) & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = i + 1;
    }
    this.#slots = slots;
  }
}

function hashOf(first: number, second: number): number {
  let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return hash ^ (hash >>> 13);
}
