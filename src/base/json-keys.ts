/**
 * Keys of JSON objects in the order in which they come. What followed a key once mostly follows it again: it is then
 * compared with the bytes that stand there, and not looked up.
 */
import { Int32Column } from './column.ts';

const QUOTE = 34;
/** Keys that are data, such as ids, do not follow each other twice. */
const MAX_KEYS = 4096;

export class JsonKeys {
  readonly #bytes: Uint8Array;
  /** By key, from 1 on; 0 stands for none. */
  readonly #texts = [''];
  readonly #start = new Int32Column(64);
  readonly #length = new Int32Column(64);
  /** The key that came next, the last time. */
  readonly #next = new Int32Column(64);
  readonly #numbers = new Map<string, number>();
  #last = 0;
  /** Behind the closing quote of the key that `expected` found. */
  end = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#push(0, 0);
  }

  /** The key whose first byte is at `at`, if it is the one that came next the last time. */
  expected(at: number): string | undefined {
    const bytes = this.#bytes;
    const key = this.#next.values[this.#last];
    if (key === 0) return undefined;
    const length = this.#length.values[key];
    if (bytes[at + length] !== QUOTE) return undefined;
    const start = this.#start.values[key];
    for (let i = 0; i < length; i++) if (bytes[start + i] !== bytes[at + i]) return undefined;
    this.#last = key;
    this.end = at + length + 1;
    return this.#texts[key];
  }

  /** Takes a key that was not expected; its bytes are [start, end). */
  learn(text: string, start: number, end: number): void {
    let key = this.#numbers.get(text);
    if (key === undefined) {
      if (this.#texts.length > MAX_KEYS) {
        this.#last = 0;
        return;
      }
      key = this.#texts.push(text) - 1;
      this.#numbers.set(text, key);
      this.#push(start, end - start);
    }
    this.#next.values[this.#last] = key;
    this.#last = key;
  }

  #push(start: number, length: number): void {
    this.#start.push(start);
    this.#length.push(length);
    this.#next.push(0);
  }
}
