/** Objects of JSON that stand in a file many times, byte for byte: each has a number, and is read once. */
import { ByteSpans } from './byte-spans.ts';
import { hasStringEnd } from './json-bytes.ts';
import type { JsonPull } from './json-pull.ts';

const [QUOTE, BACKSLASH, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 123, 125];

export class JsonObjects {
  readonly #json: JsonPull;
  readonly #view: DataView;
  readonly #spans: ByteSpans;

  constructor(json: JsonPull) {
    const { bytes } = json;
    this.#json = json;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#spans = new ByteSpans(bytes);
  }

  /**
   * The number of the object that is the value of the key just read, from 0 on in the order of first sight. Steps over the
   * object unless it is new: then the caller reads it, which checks it.
   */
  number(): number {
    const json = this.#json;
    // Steps over spaces.
    json.kind();
    const known = this.#spans.length;
    const end = this.#end(json.at);
    const number = this.#spans.intern(json.at, end);
    if (number < known) json.at = end;
    return number;
  }

  /** Behind the brace that closes the object at `at`, or the end of the bytes. */
  #end(at: number): number {
    const { bytes } = this.#json;
    const view = this.#view;
    const last = bytes.length - 4;
    let depth = 0;
    let end = at;
    while (end < bytes.length) {
      const byte = bytes[end++];
      if (byte === QUOTE) {
        while (end <= last && !hasStringEnd(view.getInt32(end))) end += 4;
        while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
        end++;
      } else if (byte === OPEN_OBJECT) depth++;
      else if (byte === CLOSE_OBJECT && --depth === 0) return end;
    }
    return bytes.length;
  }
}
