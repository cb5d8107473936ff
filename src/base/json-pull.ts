/**
 * A JSON reader over bytes, in one pass: the caller asks for the value that it expects next, and skips others without
 * building them. Only `value` recurses, with a bound; equal strings are created once.
 *
 *   json.enterObject(); for (let key = json.key(); key !== undefined; key = json.key()) …value or skip…
 *   json.enterArray(); while (json.item()) …value or skip…
 */
import { ByteTexts } from './byte-texts.ts';
import { escapeControl, hasStringEnd, isWord } from './json-bytes.ts';
import { JsonKeys } from './json-keys.ts';

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'true' | 'false' | 'null' | 'nothing';

const [TAB, LF, CR, SPACE, QUOTE, COMMA, MINUS, DOT, ZERO, NINE, COLON] = [9, 10, 13, 32, 34, 44, 45, 46, 48, 57, 58];
const [OPEN_ARRAY, BACKSLASH, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [91, 92, 93, 123, 125];
const MAX_SAFE_DIGITS = 15;
/** Characters of a whole number of 64 bits. */
const MAX_WHOLE_LENGTH = 20;
/** Maximum depth of a value that is built whole. */
const MAX_LEVELS = 40;
/** Strings of one letter, by its code. */
const LETTERS = Array.from({ length: 123 }, (_, i) =>
  i >= 65 && (i <= 90 || i >= 97) ? String.fromCharCode(i) : undefined,
);
const POWERS = Float64Array.from({ length: 16 }, (_, i) => 10 ** i);

/** An `Int32Column` or a `Float64Column`. */
interface NumberColumn {
  values: { readonly length: number; [index: number]: number };
  length: number;
  reserve(more: number): void;
}

/** Makes the error that is thrown. @param what such as `a number was expected` @param at of the bytes */
export type JsonFailure = (what: string, at: number) => Error;

export class JsonPull {
  readonly bytes: Uint8Array;
  at = 0;
  readonly #view: DataView;
  readonly #fail: JsonFailure;
  readonly #texts: ByteTexts;
  readonly #keys: JsonKeys;
  /** Right behind an opening bracket. */
  #isFresh = false;

  /** @param bytes UTF-8 without a byte order mark */
  constructor(bytes: Uint8Array, fail: JsonFailure) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fail = fail;
    this.#texts = new ByteTexts(bytes);
    this.#keys = new JsonKeys(bytes);
  }

  get share(): number {
    return this.at / this.bytes.length;
  }

  /** What comes next; `nothing` at the end of the bytes. */
  kind(): JsonKind {
    switch (this.#next()) {
      case -1:
        return 'nothing';
      case OPEN_OBJECT:
        return 'object';
      case OPEN_ARRAY:
        return 'array';
      case QUOTE:
        return 'string';
      case 116:
        return 'true';
      case 102:
        return 'false';
      case 110:
        return 'null';
      default:
        return 'number';
    }
  }

  enterObject(): void {
    if (this.#next() !== OPEN_OBJECT) throw this.#wrong('an object was expected');
    this.at++;
    this.#isFresh = true;
  }

  /** The next key of the object that is open; undefined once it is closed. */
  key(): string | undefined {
    const start = this.at;
    const isFirst = this.#isFresh;
    const expected = this.#keys.expected(start, isFirst);
    if (expected !== undefined) {
      this.at = this.#keys.end;
      this.#isFresh = false;
      return expected;
    }
    if (!this.#more(CLOSE_OBJECT, 'an object')) return undefined;
    if (this.#next() !== QUOTE) throw this.#wrong('a key was expected');
    const key = this.string();
    if (this.#next() !== COLON) throw this.#wrong('a colon was expected');
    this.at++;
    return this.#keys.learn(key, start, this.at, isFirst);
  }

  enterArray(): void {
    if (this.#next() !== OPEN_ARRAY) throw this.#wrong('a list was expected');
    this.at++;
    this.#isFresh = true;
  }

  /** Whether the open list has another entry; without one, the list is closed. */
  item(): boolean {
    return this.#more(CLOSE_ARRAY, 'a list');
  }

  string(): string {
    if (this.#next() !== QUOTE) throw this.#wrong('a string was expected');
    const start = ++this.at;
    const { bytes } = this;
    this.#isFresh = false;
    // Words of one letter are frequent, and need no table.
    const letter = bytes[start + 1] === QUOTE ? LETTERS[bytes[start]] : undefined;
    if (letter !== undefined) {
      this.at = start + 2;
      return letter;
    }
    const view = this.#view;
    let at = start;
    for (const last = bytes.length - 4; at <= last; at += 4) if (hasStringEnd(view.getInt32(at))) break;
    let byte = bytes[at];
    while (byte !== QUOTE && byte !== BACKSLASH && at < bytes.length) byte = bytes[++at];
    if (byte === QUOTE) {
      this.at = at + 1;
      return this.#texts.texts[this.#texts.intern(start, at)];
    }
    const end = this.#stringEnd(at);
    this.at = end + 1;
    const text = new TextDecoder().decode(bytes.subarray(start - 1, end + 1));
    try {
      // Some writers forget to escape control characters.
      // oxlint-disable-next-line no-control-regex
      return String(JSON.parse(text.replace(/[\u0000-\u001f]/g, escapeControl))).replace(/\p{Cs}/gu, '\ufffd');
    } catch {
      throw this.#fail('a string has an escape that does not exist', start);
    }
  }

  number(): number {
    const first = this.#next();
    const { bytes } = this;
    const start = this.at;
    let at = first === MINUS ? start + 1 : start;
    let value = 0;
    const digits = at;
    let byte = bytes[at];
    while (byte >= ZERO && byte <= NINE) {
      value = value * 10 + byte - ZERO;
      byte = bytes[++at];
    }
    if (at === digits) throw this.#wrong('a number was expected');
    let places = 0;
    if (byte === DOT) {
      byte = bytes[++at];
      const point = at;
      while (byte >= ZERO && byte <= NINE) {
        value = value * 10 + byte - ZERO;
        byte = bytes[++at];
      }
      places = at - point;
      if (places === 0) throw this.#wrong('a number was expected');
    }
    const isShort = at - digits - (places > 0 ? 1 : 0) <= MAX_SAFE_DIGITS;
    this.#isFresh = false;
    if (byte !== 101 && byte !== 69 && isShort) {
      this.at = at;
      // Both are exact, so that the quotient is the nearest double.
      if (places > 0) value /= POWERS[places];
      return first === MINUS ? -value : value;
    }
    const end = this.#wordEnd(at);
    const text = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 4096)));
    const long = Number(text);
    if (!Number.isFinite(long) || /[^-+.\deE]/.test(text)) throw this.#wrong('a number was expected');
    this.at = end;
    return long;
  }

  /** A number; a whole number that a double does not hold is a bigint. */
  exactNumber(): number | bigint {
    this.#next();
    const start = this.at;
    const value = this.number();
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER || this.at - start > MAX_WHOLE_LENGTH) return value;
    const text = String.fromCharCode(...this.bytes.subarray(start, this.at));
    return /^-?\d+$/.test(text) ? BigInt(text) : value;
  }

  /**
   * Right behind `enterArray`: takes the entries that are short whole numbers below `below`, up to the first that is
   * not, or up to `most` in all. The others come by `item`.
   */
  shortNumbers(into: NumberColumn, most: number, below = Infinity): void {
    const { bytes } = this;
    let { values, length } = into;
    let end = this.at;
    let isFresh = this.#isFresh;
    while (length < most && (isFresh || bytes[end] === COMMA)) {
      const start = isFresh ? end : end + 1;
      let at = start;
      let value = 0;
      for (let byte = bytes[at]; byte >= ZERO && byte <= NINE; byte = bytes[++at]) value = value * 10 + byte - ZERO;
      const after = bytes[at];
      const isShort = at > start && at - start <= MAX_SAFE_DIGITS && value < below;
      if (!isShort || (after !== COMMA && after !== CLOSE_ARRAY)) break;
      if (length === values.length) {
        into.length = length;
        into.reserve(1);
        values = into.values;
      }
      values[length++] = value;
      end = at;
      isFresh = false;
    }
    into.length = length;
    this.at = end;
    this.#isFresh = isFresh;
  }

  /** A number, or a string that holds one; undefined for anything else, which is skipped. */
  numberIn(): number | undefined {
    const kind = this.kind();
    if (kind === 'number') return this.number();
    if (kind !== 'string') {
      this.skip();
      return undefined;
    }
    const text = this.string();
    const number = Number(text);
    return text.trim() !== '' && Number.isFinite(number) ? number : undefined;
  }

  /** A whole number, or a string that holds one; a bigint if a double does not hold it. */
  whole(): number | bigint {
    const start = this.at;
    const isText = this.kind() === 'string';
    const text = isText ? this.string() : this.#word();
    const number = Number(text);
    if (Number.isSafeInteger(number) && text.length > 0) return number;
    if (!/^-?\d{1,20}$/.test(text)) throw this.#fail('a whole number was expected', start);
    return BigInt(text);
  }

  /** A string; undefined for anything else, which is skipped. Numbers become their text. */
  stringIn(): string | undefined {
    const kind = this.kind();
    if (kind === 'string') return this.string();
    if (kind === 'number') return this.#word();
    this.skip();
    return undefined;
  }

  /** Steps over the value. */
  skip(): void {
    const { bytes } = this;
    let depth = 0;
    do {
      const byte = this.#next();
      if (byte === -1) throw this.#wrong('');
      if (byte === QUOTE) this.at = this.#stringEnd(this.at + 1) + 1;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        depth++;
        this.at++;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (depth === 0) throw this.#wrong('a value was expected');
        depth--;
        this.at++;
      } else if (depth > 0 && (byte === COMMA || byte === COLON)) this.at++;
      else {
        const end = this.#wordEnd(this.at);
        if (end === this.at || !isWord(bytes[this.at])) throw this.#wrong('a value was expected');
        this.at = end;
      }
    } while (depth > 0);
    this.#isFresh = false;
  }

  /** The whole value, objects as maps. Only for small values: deep nesting is refused. */
  value(levels = MAX_LEVELS): unknown {
    const kind = this.kind();
    if (levels === 0) throw this.#wrong('less nesting was expected');
    switch (kind) {
      case 'object': {
        const map = new Map<string, unknown>();
        this.enterObject();
        for (let key = this.key(); key !== undefined; key = this.key()) map.set(key, this.value(levels - 1));
        return map;
      }
      case 'array': {
        const list: unknown[] = [];
        this.enterArray();
        while (this.item()) list.push(this.value(levels - 1));
        return list;
      }
      case 'string':
        return this.string();
      case 'number':
        return this.number();
      case 'true':
      case 'false':
      case 'null':
        this.skip();
        return kind === 'null' ? null : kind === 'true';
      case 'nothing':
        throw this.#wrong('');
    }
  }

  /** Expects nothing more. */
  end(): void {
    if (this.#next() !== -1) throw this.#wrong('the end was expected');
  }

  #more(close: number, what: string): boolean {
    const byte = this.#next();
    if (byte === close) {
      this.at++;
      this.#isFresh = false;
      return false;
    }
    if (byte === -1) throw this.#wrong('');
    if (!this.#isFresh) {
      if (byte !== COMMA) throw this.#wrong(`a comma or the end of ${what} was expected`);
      this.at++;
    }
    this.#isFresh = false;
    return true;
  }

  /** The next byte that is not a space, -1 at the end. */
  #next(): number {
    const { bytes } = this;
    let byte = bytes[this.at];
    while (byte === SPACE || byte === LF || byte === CR || byte === TAB) byte = bytes[++this.at];
    return this.at < bytes.length ? byte : -1;
  }

  /** Where the closing quote is. @param at inside of the string */
  #stringEnd(at: number): number {
    const { bytes } = this;
    let end = at;
    while (bytes[end] !== QUOTE) {
      if (end >= bytes.length) throw this.#fail('', bytes.length);
      end += bytes[end] === BACKSLASH ? 2 : 1;
    }
    if (end >= bytes.length) throw this.#fail('', bytes.length);
    return end;
  }

  #word(): string {
    this.#next();
    const start = this.at;
    this.at = this.#wordEnd(start);
    this.#isFresh = false;
    return this.#texts.texts[this.#texts.intern(start, Math.min(this.at, start + 4096))];
  }

  #wordEnd(at: number): number {
    const { bytes } = this;
    let end = at;
    while (end < bytes.length && isWord(bytes[end])) end++;
    return end;
  }

  #wrong(what: string): Error {
    return this.at >= this.bytes.length ? this.#fail('', this.at) : this.#fail(what, this.at);
  }
}
