/** Damages bytes: the same seed and case make the same damage, so that a failure can be made again. */

/** What parsers trip over, as text. */
const TOKENS = [
  '\0',
  '\u0007',
  '\u0085',
  '\u202e',
  '\ufeff',
  ';',
  ';;',
  ' ',
  '\n',
  '\r\n',
  '\r\n\r\n',
  '"',
  "'",
  '\\',
  '\\u0000',
  '\\ud800',
  '{',
  '}',
  '{}',
  '[',
  ']',
  ',',
  '=',
  '=~',
  '!~',
  '|',
  '(',
  '(?',
  '(.*)*',
  '[[:alpha:]]',
  '*',
  '+',
  '.',
  '/',
  '//',
  '/../',
  '%',
  '%00',
  '%ff',
  '%2e%2e%2f',
  '&',
  '#',
  '?',
  '__proto__',
  'constructor',
  'null',
  'true',
  'NaN',
  'Infinity',
  '-1',
  '-0',
  '0x10',
  '1e308',
  '1e-7',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '18446744073709551616',
  '-9223372036854775808',
  '8640000000000001',
].map((text) => new TextEncoder().encode(text));
/** What no encoder of UTF-8 makes: half a pair, too long a form, a lone byte. */
const BAD_UTF8 = [[0xed, 0xa0, 0x80], [0xc0, 0x80], [0xff], [0xf5, 0x80, 0x80, 0x80]].map((bytes) =>
  Uint8Array.from(bytes),
);
const DICTIONARY = [...TOKENS, ...BAD_UTF8];
/** Numbers at the edges of what columns, doubles and SQLite hold. */
const EDGES = [
  0n,
  1n,
  127n,
  128n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  (1n << 53n) - 1n,
  1n << 53n,
  (1n << 53n) + 1n,
  1n << 54n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
  (1n << 64n) - 2n,
  // Longer than a varint may be.
  1n << 70n,
];

/** Numbers that look random and are the same for the same seed and case. */
export class Random {
  #state;

  /** @param {number} seed @param {number} number of the case */
  constructor(seed, number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0;
    for (let i = 0; i < 3; i++) this.next();
  }

  /** @returns {number} 0 up to 1 */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  }

  /** @param {number} count @returns {number} a whole number below the count */
  below(count) {
    return Math.floor(this.next() * count);
  }

  /** @template T @param {readonly T[]} list @returns {T} */
  pick(list) {
    return list[this.below(list.length)];
  }
}

/**
 * One to four damages, one after the other.
 * @param {Uint8Array} bytes
 * @param {Uint8Array} other is spliced in
 * @param {Random} random
 * @param {'bytes' | 'text' | 'json' | 'protobuf'} kind whose structure is known
 * @returns {Uint8Array}
 */
export function mutated(bytes, other, random, kind) {
  let made = bytes;
  for (let left = 1 + random.below(4); left > 0; left--) {
    // Most bytes of a message are numbers and lengths: damaged at random, hardly one is read to its end.
    if (kind === 'protobuf' && random.next() < 0.9) made = mutatedField(made, random, 0) ?? made;
    else if (kind === 'json' && random.next() < 0.8) made = mutatedJson(made, random) ?? made;
    else if (kind === 'text' && random.next() < 0.3) made = mutatedLine(made, random);
    else made = mutatedBytes(made, other, random);
  }
  return made;
}

/** @param {Uint8Array} bytes @param {Uint8Array} other @param {Random} random */
function mutatedBytes(bytes, other, random) {
  const at = random.below(bytes.length + 1);
  const few = 1 + random.below(8);
  switch (random.below(8)) {
    case 0: {
      if (bytes.length === 0) return bytes;
      const flipped = bytes.slice();
      flipped[Math.min(at, bytes.length - 1)] ^= 1 << random.below(8);
      return flipped;
    }
    case 1:
      return spliced(
        bytes,
        at,
        0,
        Uint8Array.from({ length: few }, () => random.below(256)),
      );
    case 2:
      return spliced(bytes, at, few, NOTHING);
    case 3:
      return bytes.subarray(0, at);
    case 4: {
      const from = random.below(other.length + 1);
      return joined(bytes.subarray(0, at), other.subarray(from));
    }
    case 5: {
      const part = bytes.subarray(at, at + 1 + random.below(200));
      return spliced(bytes, at, 0, joined(...Array.from({ length: few }, () => part)));
    }
    case 6:
      return spliced(bytes, at, random.below(2) * few, random.pick(DICTIONARY));
    default:
      return spliced(bytes, at, random.below(2), varint(random.pick(EDGES)));
  }
}

/** A line that is there again, gone, or has a token in it. @param {Uint8Array} bytes @param {Random} random */
function mutatedLine(bytes, random) {
  const start = bytes.lastIndexOf(0x0a, random.below(bytes.length + 1)) + 1;
  const newline = bytes.indexOf(0x0a, start);
  const end = newline < 0 ? bytes.length : newline + 1;
  const line = bytes.subarray(start, end);
  switch (random.below(3)) {
    case 0:
      return spliced(bytes, start, end - start, NOTHING);
    case 1:
      return spliced(bytes, start, 0, joined(...Array.from({ length: 1 + random.below(50) }, () => line)));
    default:
      return spliced(bytes, start + random.below(line.length + 1), 0, random.pick(DICTIONARY));
  }
}

/** A value of a document, at any depth, that is another, or gone, or there often. @param {Uint8Array} bytes @param {Random} random */
function mutatedJson(bytes, random) {
  /** @type {unknown} */
  let document;
  try {
    document = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  const root = { document };
  let holder = root;
  let key = 'document';
  for (;;) {
    const value = /** @type {Record<string, unknown>} */ (holder)[key];
    if (typeof value !== 'object' || value === null) break;
    const keys = Object.keys(value);
    if (keys.length === 0 || random.next() < 0.15) break;
    holder = /** @type {typeof holder} */ (value);
    key = random.pick(keys);
  }
  const at = /** @type {Record<string, unknown>} */ (holder);
  const old = at[key];
  switch (random.below(6)) {
    case 0:
      delete at[key];
      break;
    case 1:
      at[key] = random.pick([
        null,
        true,
        [],
        {},
        [[]],
        '',
        'x'.repeat(70_000),
        1.5,
        -1,
        1e300,
        [old, old],
        { [key]: old },
      ]);
      break;
    case 2:
      at[key] = random.next() < 0.5 ? random.pick(EDGES).toString() : Number(random.pick(EDGES));
      break;
    case 3:
      if (Array.isArray(old)) for (let i = random.below(200); i > 0; i--) old.push(old[0]);
      else at[random.pick(['x', '__proto__', `${key}_`])] = old;
      break;
    default: {
      const value = new TextEncoder().encode(typeof old === 'string' ? old : (JSON.stringify(old) ?? ''));
      const text = new TextDecoder().decode(mutatedBytes(value, value, random));
      at[key] = random.next() < 0.1 ? `${text}\ud800` : text;
    }
  }
  return new TextEncoder().encode(JSON.stringify(root.document) ?? '');
}

/**
 * A field of a message, at any depth, that is there often, gone, or has another value; the lengths around it are right.
 * @param {Uint8Array} bytes @param {Random} random @param {number} depth
 * @returns {Uint8Array | undefined} undefined for what is no message
 */
function mutatedField(bytes, random, depth) {
  const fields = fieldsOf(bytes);
  if (fields === undefined || fields.length === 0) return undefined;
  const { start, value, end, wire, number } = random.pick(fields);
  const field = bytes.subarray(start, end);
  if (wire === 2) {
    const inner = bytes.subarray(value, end);
    if (depth < 4 && random.next() < 0.6) {
      const changed = mutatedField(inner, random, depth + 1);
      if (changed !== undefined) return spliced(bytes, start, end - start, delimited(number, changed));
    }
    switch (random.below(4)) {
      case 0:
        return spliced(bytes, start, end - start, NOTHING);
      case 1:
        return spliced(bytes, start, 0, joined(...Array.from({ length: 1 + random.below(100) }, () => field)));
      case 2:
        return spliced(bytes, start, end - start, delimited(number, mutatedBytes(inner, inner, random)));
      default:
        return spliced(
          bytes,
          start,
          end - start,
          joined(varint(BigInt(number * 8 + 2)), varint(random.pick(EDGES)), inner),
        );
    }
  }
  const edge = varint(random.pick(EDGES));
  if (random.next() < 0.7) return spliced(bytes, value, end - value, edge);
  return spliced(bytes, start, 0, joined(...Array.from({ length: 1 + random.below(100) }, () => field)));
}

/**
 * One field of a message again and again, up to many bytes: small once packed, large once read.
 * @param {Uint8Array} bytes @param {Random} random @param {number} size bytes, at most
 */
export function bombed(bytes, random, size) {
  const fields = fieldsOf(bytes) ?? [];
  const { start, value, end, wire, number } =
    fields.length > 0 ? random.pick(fields) : { start: 0, value: 0, end: bytes.length, wire: 0, number: 0 };
  const inner = bytes.subarray(value, end);
  const parts = wire === 2 ? (fieldsOf(inner) ?? []) : [];
  if (parts.length > 0 && random.next() < 0.5) {
    const part = random.pick(parts);
    const often = repeated(inner.subarray(part.start, part.end), size);
    return spliced(bytes, start, end - start, delimited(number, joined(inner, often)));
  }
  return spliced(bytes, end, 0, repeated(bytes.subarray(start, end), size));
}

/** @param {Uint8Array} part @param {number} size */
function repeated(part, size) {
  if (part.length === 0) return part;
  const made = new Uint8Array(Math.floor(size / part.length) * part.length);
  for (let at = 0; at < made.length; at += part.length) made.set(part, at);
  return made;
}

/**
 * @typedef {{ start: number, value: number, end: number, wire: number, number: number }} Field `value` is where its value begins
 * @param {Uint8Array} bytes @returns {Field[] | undefined} undefined for what is no message
 */
function fieldsOf(bytes) {
  /** @type {Field[]} */
  const fields = [];
  let at = 0;
  const read = () => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= bytes.length) return -1;
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    return -1;
  };
  while (at < bytes.length) {
    const start = at;
    const tag = read();
    const wire = tag % 8;
    const number = Math.floor(tag / 8);
    if (tag < 8 || number > 100) return undefined;
    let value = at;
    if (wire === 0) {
      if (read() < 0) return undefined;
    } else if (wire === 2) {
      const length = read();
      value = at;
      if (length < 0 || at + length > bytes.length) return undefined;
      at += length;
    } else return undefined;
    fields.push({ start, value, end: at, wire, number });
  }
  return fields;
}

const NOTHING = new Uint8Array(0);

/** @param {number} number @param {Uint8Array} inner */
export function delimited(number, inner) {
  return joined(varint(BigInt(number * 8 + 2)), varint(BigInt(inner.length)), inner);
}

/** @param {bigint} value */
function varint(value) {
  const bytes = [];
  let left = value;
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  bytes.push(Number(left));
  return Uint8Array.from(bytes);
}

/** @param {Uint8Array} bytes @param {number} at @param {number} gone @param {Uint8Array} put */
function spliced(bytes, at, gone, put) {
  return joined(bytes.subarray(0, at), put, bytes.subarray(Math.min(at + gone, bytes.length)));
}

/** @param {...Uint8Array} parts */
export function joined(...parts) {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

/** A field that holds a number. @param {number} field @param {number} value */
export function numberField(field, value) {
  return joined(varint(BigInt(field * 8)), varint(BigInt(value)));
}
