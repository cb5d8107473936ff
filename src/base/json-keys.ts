/**
 * Keys of JSON objects. The key that followed another one once usually follows it again: its bytes, with comma, quotes and
 * colon, are compared first, and only a different key is looked up.
 */
import { Int32Column } from './column.ts';

/** Keys that are data, such as ids, have no usual follower. */
const MAX_KEYS = 4096;

export class JsonKeys {
  readonly #view: DataView;
  /** Numbers of the keys, from 1; 0 means no key. */
  readonly #texts = [''];
  /** By key: the key that followed it last, and the bytes between the values of the two. */
  readonly #next = new Int32Column(64);
  readonly #start = new Int32Column(64);
  readonly #end = new Int32Column(64);
  /** 1 if it was the first key of its object. */
  readonly #isFirst = new Int32Column(64);
  readonly #numbers = new Map<string, number>();
  #last = 0;
  /** The position behind the colon of the key that `expected` found. */
  end = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#push();
  }

  /** The key at `at`, if it is the one that followed last time. @param isFirst whether it is the first of its object */
  expected(at: number, isFirst: boolean): string | undefined {
    const last = this.#last;
    const key = this.#next.values[last];
    if (key === 0 || (this.#isFirst.values[last] === 1) !== isFirst) return undefined;
    const view = this.#view;
    let own = this.#start.values[last];
    const ownEnd = this.#end.values[last];
    const end = at + ownEnd - own;
    if (end > view.byteLength) return undefined;
    let to = at;
    for (; own + 4 <= ownEnd; own += 4, to += 4) if (view.getInt32(own) !== view.getInt32(to)) return undefined;
    for (; own < ownEnd; own++, to++) if (view.getUint8(own) !== view.getUint8(to)) return undefined;
    this.#last = key;
    this.end = end;
    return this.#texts[key];
  }

  /**
   * Takes a key that was not expected; its bytes are [start, end), from behind the value before it to behind its colon.
   * @returns the same text; engines compare it with a literal by its address
   */
  learn(text: string, start: number, end: number, isFirst: boolean): string {
    let key = this.#numbers.get(text);
    if (key === undefined) {
      if (this.#texts.length > MAX_KEYS) {
        this.#last = 0;
        return text;
      }
      const [shared] = Object.keys({ [text]: 0 });
      key = this.#texts.push(shared) - 1;
      this.#numbers.set(shared, key);
      this.#push();
    }
    const last = this.#last;
    this.#next.values[last] = key;
    this.#start.values[last] = start;
    this.#end.values[last] = end;
    this.#isFirst.values[last] = isFirst ? 1 : 0;
    this.#last = key;
    return this.#texts[key];
  }

  #push(): void {
    for (const column of [this.#next, this.#start, this.#end, this.#isFirst]) column.push(0);
  }
}
