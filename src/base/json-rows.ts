/**
 * Rows of a JSON list: objects with the same bytes between their values, such as millions of events. What is between the
 * values of one row is compared with the next ones in one short loop: engines make it fast at once, and reading by keys
 * late. A row that is otherwise is left to its reader.
 */
import type { JsonPull } from './json-pull.ts';

const [QUOTE, DOT, ZERO, NINE] = [34, 46, 48, 57];
const MAX_SAFE_DIGITS = 15;
const POWERS = Float64Array.from({ length: 16 }, (_, i) => 10 ** i);

export class JsonRows {
  readonly #json: JsonPull;
  /** Where the bytes before each value begin and end, and those behind the last one. */
  readonly #start: number[] = [];
  readonly #end: number[] = [];
  #isWhole = false;

  constructor(json: JsonPull) {
    this.#json = json;
  }

  /** A row begins, with the comma before it. */
  begin(): void {
    this.#start.length = 0;
    this.#end.length = 0;
    this.#isWhole = false;
    this.#start.push(this.#json.at);
  }

  /** Right before a value: a number, or a text of one letter. */
  before(): void {
    // Steps over spaces; the quote of a letter is no part of the value.
    const isText = this.#json.kind() === 'string';
    this.#end.push(this.#json.at + (isText ? 1 : 0));
  }

  /** Right behind a value. */
  behind(): void {
    const { at, bytes } = this.#json;
    this.#start.push(bytes[at - 1] === QUOTE ? at - 1 : at);
  }

  /** The row ends, right behind its brace. */
  finish(): void {
    this.#end.push(this.#json.at);
    this.#isWhole = this.#end.length === this.#start.length;
  }

  /**
   * Reads the rows that follow, as long as they are like the last one. @param into values by row; letters as codes
   * @returns the number of rows
   */
  read(into: Float64Array, most: number): number {
    if (!this.#isWhole) return 0;
    const json = this.#json;
    const { bytes } = json;
    const starts = this.#start;
    const ends = this.#end;
    const values = starts.length - 1;
    let written = 0;
    for (let row = 0; row < most; row++) {
      let at = json.at;
      for (let i = 0; i <= values; i++) {
        for (let own = starts[i]; own < ends[i]; own++, at++) if (bytes[own] !== bytes[at]) return row;
        if (i === values) break;
        let byte = bytes[at];
        let value = 0;
        if (bytes[at - 1] === QUOTE) {
          if (!(byte > ZERO && byte < 123) || byte === 92) return row;
          value = byte;
          at++;
        } else {
          const first = at;
          for (; byte >= ZERO && byte <= NINE; byte = bytes[++at]) value = value * 10 + byte - ZERO;
          let digits = at - first;
          if (digits === 0) return row;
          if (byte === DOT) {
            const point = at + 1;
            for (byte = bytes[++at]; byte >= ZERO && byte <= NINE; byte = bytes[++at]) value = value * 10 + byte - ZERO;
            const places = at - point;
            digits += places;
            if (places === 0 || digits > MAX_SAFE_DIGITS) return row;
            value /= POWERS[places];
          }
          if (digits > MAX_SAFE_DIGITS) return row;
        }
        into[written++] = value;
      }
      json.at = at;
    }
    return most;
  }
}
