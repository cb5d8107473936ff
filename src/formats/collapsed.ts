/**
 * Collapsed stacks: `main;parse;read 12`, one stack a line, root first, its value at the end. As flamegraph.pl,
 * async-profiler, py-spy -f raw, perf's and many other tools write it; there is no specification, so our corpus is the
 * reference: names are verbatim, an empty frame keeps its empty name, lines without stack or number are skipped and
 * counted.
 */
import { Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import { looksLikeText, textPrefix, utf8Bytes } from '#base/text-bytes.ts';
import { Utf8Strings } from '#base/utf8-strings.ts';
import type { Profile, ValueColumn } from '#model/profile.ts';
import { digitsEnd, isBlank, isDigit, LF } from './ascii-bytes.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from './decode-limits.ts';
import { looksDifferential } from './differential.ts';
import { DecodeError, type EagerFormat } from './format.ts';
import { placeInName } from './place-in-name.ts';
import { threadLabels } from './collapsed-threads.ts';
import { FunctionColumns, needsExact, plainColumn } from './profile-columns.ts';

export const collapsedFormat: EagerFormat = {
  id: 'collapsed',
  title: 'Collapsed stacks',
  noun: 'collapsed stacks',
  endings: ['.collapsed', '.folded', '.txt', '.stacks'],
  reads: 'one stack a line, plain or gzip; async-profiler, py-spy, perf, Excimer',
  isLoose: true,
  sniff: (bytes) => looksCollapsed(bytes),
  decode: (bytes) => decodeCollapsed(bytes, FILE_LIMITS, looksDifferential(firstLines(bytes))),
};

const HASH = 35;
const SPACE = 32;
const SEMICOLON = 59;
const MINUS = 45;
const PLUS = 43;
const LETTER_E = 101;
const DOT = 46;
const BYTES_TO_SNIFF = 65_536;
const LINES_A_STEP = 4096;
const MAX_SAFE_DIGITS = 15;
const MAX_WHOLE = 2n ** 63n - 1n;

/**
 * @param isDifferential two numbers a line are two sides; else the first is a part of the name
 * @throws DecodeError, if a limit is exceeded
 */
export function* decodeCollapsed(
  packed: Uint8Array,
  limits: DecodeLimits = FILE_LIMITS,
  isDifferential = false,
): Steps<Profile> {
  if (!looksLikeText(packed, BYTES_TO_SNIFF) && !holdsStacks(packed)) {
    throw new DecodeError('unrecognized', 'The file is not a text: it has bytes that no list of stacks has.', {
      remedy:
        'Collapsed stacks are lines such as `main;parse;read 12`. A binary profile needs its own ending, such as .pb.gz.',
    });
  }
  const bytes = utf8Bytes(packed);
  const names = new NameColumn(bytes, limits);
  const frames = new Int32Column();
  const stackStart = new Int32Column();
  const before = new NumberColumn(bytes);
  const values = new NumberColumn(bytes);
  stackStart.push(0);
  let skipped = 0;
  let comments = 0;
  let lines = 0;
  for (let at = 0; at < bytes.length; lines++) {
    if (lines % LINES_A_STEP === 0) yield at / bytes.length;
    let end = bytes.indexOf(LF, at);
    if (end < 0) end = bytes.length;
    const line = end;
    while (end > at && isBlank(bytes[end - 1])) end--;
    while (at < end && isBlank(bytes[at])) at++;
    const number = numberStart(bytes, at, end);
    let stackEnd = blanksStart(bytes, at, number);
    const endOfFirst = stackEnd;
    const first = isDifferential ? numberStart(bytes, at, endOfFirst) : endOfFirst;
    if (isDifferential) stackEnd = blanksStart(bytes, at, first);
    // The numbers are separated from the stack, and the stack is not empty.
    const isStack = number !== end && stackEnd !== number && stackEnd !== at;
    const isWhole = isStack && !(isDifferential && (first === endOfFirst || stackEnd === first));
    if (!isWhole) {
      if (end > at) skipped++;
      if (isComment(bytes, at, end)) comments++;
    } else if (!isComment(bytes, at, stackEnd)) {
      if (values.length === limits.samples) refuseCount(limits.samples, 'stacks', `line ${lines + 1}`);
      if (isDifferential) before.push(first, endOfFirst, lines);
      values.push(number, end, lines);
      names.pushStack(at, stackEnd, frames, lines);
      stackStart.push(frames.length);
    }
    at = line + 1;
  }
  // A text of another kind has lines that end in a number too, but no stack in it has a caller.
  const isOtherText = skipped - comments > values.length && frames.length === values.length;
  if (values.length === 0 || isOtherText) {
    const what = isOtherText ? 'Few lines of the file are' : 'No line of the file is';
    throw new DecodeError('malformed', `${what} a stack with a number behind it.`, {
      place: lines === 1 ? '1 line' : `${lines} lines`,
      remedy: 'Collapsed stacks are lines such as `main;parse;read 12`. Does the file come from a stackcollapse tool?',
    });
  }
  const notes: string[] = [];
  if (skipped > 0)
    notes.push(
      skipped === 1
        ? '1 line is not a stack with a number: skipped.'
        : `${skipped} lines are not a stack with a number: skipped.`,
    );
  if (isDifferential) notes.push('Each line has two numbers: they are read as the amounts before and after.');
  const stacks = { ...names.take(), stackStart: stackStart.take(), stackFrames: frames.take() };
  return {
    sampleTypes: isDifferential
      ? [
          { type: 'before', unit: 'count' },
          { type: 'after', unit: 'count' },
        ]
      : [{ type: 'samples', unit: 'count' }],
    defaultSampleType: isDifferential ? 1 : 0,
    ...(isDifferential && { isDifferential }),
    ...stacks,
    sampleCount: values.length,
    values: isDifferential ? [before.take(), values.take()] : [values.take()],
    labels: threadLabels(stacks),
    timeMs: undefined,
    durationMs: undefined,
    period: undefined,
    cut: undefined,
    notes,
  };
}

/** The first complete lines. */
function firstLines(bytes: Uint8Array): readonly string[] {
  const lines = textPrefix(bytes, BYTES_TO_SNIFF).split('\n');
  return bytes.length > BYTES_TO_SNIFF ? lines.slice(0, -1) : lines;
}

/** `# duration: 5913309`, as Austin writes what it knows of a recording: not a stack. Private names of JavaScript have no blank. */
function isComment(bytes: Uint8Array, from: number, end: number): boolean {
  return bytes[from] === HASH && bytes[from + 1] === SPACE && !bytes.subarray(from, end).includes(SEMICOLON);
}

/** The start of the blanks before `end`. */
function blanksStart(bytes: Uint8Array, from: number, end: number): number {
  let at = end;
  while (at > from && isBlank(bytes[at - 1])) at--;
  return at;
}

/** Lines that are stacks with a number prevail. HTML, XML and JSON are texts of another kind, whatever their lines end in. */
function looksCollapsed(bytes: Uint8Array): boolean {
  const text = textPrefix(bytes, BYTES_TO_SNIFF);
  if (looksLikeMarkup(text) || looksLikeJson(text)) return false;
  return holdsStacks(bytes);
}

/** Names may hold any bytes: stacks are recognised because most lines end in a number. */
function holdsStacks(bytes: Uint8Array): boolean {
  const lines = textPrefix(bytes, BYTES_TO_SNIFF).split('\n');
  // The last line may be cut.
  if (bytes.length > BYTES_TO_SNIFF) {
    const cut = lines.pop() ?? '';
    if (lines.length === 0) return cut.includes(';') && looksLikeText(bytes, BYTES_TO_SNIFF);
  }
  const stacks = lines.filter((line) => LINE.test(line)).length;
  const other = lines.filter((line) => line.trim() !== '' && !/^\s*(#|\/\/)/.test(line)).length - stacks;
  return stacks > 0 && stacks >= other;
}

const LINE = /^\s*\S.*\s-?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*$/i;

/** A web page or XML. A frame may well be called `<main>`. */
export function looksLikeMarkup(text: string): boolean {
  return /^\s*<(!doctype|!--|html|head|body|\?xml|svg|plist)\b/i.test(text) || /^\s*<!/.test(text);
}

/** JSON as profiles have it: an object, or an array of objects or numbers. A frame may begin with a bracket or a brace. */
export function looksLikeJson(text: string): boolean {
  return /^\s*(\{\s*["}]|\[\s*[{"\]]|\[\s*-?\d+\s*[,\]]|\[\s*\[\s*[[\]{"\d]|null\s*$)/.test(text);
}

/**
 * Start of the number that is the last word before `end`: `-12`, `0.5`, `1e+06`, `1.0E6`. `end` where that word is none.
 * An exponent has a sign, or a fraction before it: `1e5` is written by no program, and names end in the like. The corpus
 * skips such a line (`bad/collapsed-some-bad-lines.txt`).
 */
function numberStart(bytes: Uint8Array, from: number, end: number): number {
  let start = end;
  while (start > from && !isBlank(bytes[start - 1])) start--;
  let at = bytes[start] === MINUS ? start + 1 : start;
  if (at === (at = digitsEnd(bytes, at, end))) return end;
  const hasFraction = at < end && bytes[at] === DOT;
  if (hasFraction) {
    at++;
    if (at === (at = digitsEnd(bytes, at, end))) return end;
  }
  if (at < end && (bytes[at] | 32) === LETTER_E) {
    at++;
    if (at < end && (bytes[at] === MINUS || bytes[at] === PLUS)) at++;
    else if (!hasFraction) return end;
    if (at === (at = digitsEnd(bytes, at, end))) return end;
  }
  return at === end ? start : end;
}

/** The values, whole where all of them are. */
class NumberColumn {
  readonly #bytes: Uint8Array;
  #values = new Float64Array(1024);
  #wide: Map<number, bigint> | undefined; // whole numbers that a double may not hold
  #fractions = false;
  length = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  push(start: number, end: number, line: number): void {
    const bytes = this.#bytes;
    const negative = bytes[start] === MINUS;
    let at = negative ? start + 1 : start;
    let value = 0;
    if (end - at <= MAX_SAFE_DIGITS) while (at < end && isDigit(bytes[at])) value = value * 10 + bytes[at++] - 48;
    if (at < end) value = this.#long(start, end, line);
    else if (negative) value = -value;
    if (this.length === this.#values.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    // No -0, because it would be distinguished from 0.
    this.#values[this.length++] = value + 0;
  }

  take(): ValueColumn {
    const values = this.#values.slice(0, this.length);
    if (this.#fractions || !needsExact(values)) return plainColumn(values);
    const exact = new BigInt64Array(this.length);
    for (let i = 0; i < this.length; i++) exact[i] = this.#wide?.get(i) ?? BigInt(values[i]);
    return { values, exact };
  }

  #long(start: number, end: number, line: number): number {
    const text = new TextDecoder().decode(this.#bytes.subarray(start, end));
    const value = Number(text);
    const isWhole = /^-?\d+$/.test(text);
    if (!isWhole && Number.isFinite(value)) {
      this.#fractions ||= !Number.isSafeInteger(value);
      return value;
    }
    const whole = isWhole ? BigInt(text.slice(0, 400)) : MAX_WHOLE + 1n;
    if (whole > MAX_WHOLE || whole < -MAX_WHOLE - 1n) {
      throw new DecodeError('malformed', 'A value does not fit in 64 bits.', {
        place: `line ${line + 1}`,
        remedy: 'Values are counts, nanoseconds or bytes: this one looks like something else behind the stack.',
      });
    }
    this.#wide ??= new Map();
    this.#wide.set(this.length, whole);
    return value;
  }
}

/** Frame names by their bytes: a name is hashed in place and decoded once. */
class NameColumn {
  readonly #bytes: Uint8Array;
  readonly #spans = new Int32Column(); // start, end
  #slots = new Int32Array(4096); // name + 1
  readonly #hashes = new Int32Column();

  readonly #limits: DecodeLimits;

  constructor(bytes: Uint8Array, limits: DecodeLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  get length(): number {
    return this.#hashes.length;
  }

  /** @param line of the file, from 0 */
  pushStack(start: number, end: number, out: Int32Column, line: number): void {
    const bytes = this.#bytes;
    const { frames, functions } = this.#limits;
    let from = start;
    let hash = 0;
    for (let at = start; ; at++) {
      const byte = at < end ? bytes[at] : SEMICOLON;
      if (byte !== SEMICOLON) {
        hash = Math.imul(hash ^ byte, 0x01000193);
        continue;
      }
      if (out.length >= frames) refuseCount(frames, 'frames in its stacks', `line ${line + 1}`);
      out.push(this.#intern(from, at, hash));
      if (this.length > functions) refuseCount(functions, 'functions', `line ${line + 1}`);
      if (at >= end) return;
      from = at + 1;
      hash = 0;
    }
  }

  /** A frame by name. Names that differ in bytes may be one text (bytes that are not UTF-8): these share a function. */
  take(): Pick<Profile, 'functions' | 'definitions' | 'frames'> {
    const strings = new Utf8Strings(this.#bytes);
    const functions = new FunctionColumns();
    const definition = new Int32Array(this.length);
    const line = new Int32Array(this.length);
    for (let i = 0; i < this.length; i++) {
      strings.pushSpan(this.#spans.values[i * 2], this.#spans.values[i * 2 + 1]);
      const name = strings.text(i);
      const place = placeInName(name);
      line[i] = place?.line ?? 0;
      definition[i] = functions.intern(name, place?.file ?? '', 0, '');
      functions.sawLine(definition[i], line[i]);
    }
    return functions.take(definition, line);
  }

  #intern(from: number, to: number, rawHash: number): number {
    const bytes = this.#bytes;
    const hash = rawHash ^ (rawHash >>> 15) ^ (to - from);
    const mask = this.#slots.length - 1;
    const spans = this.#spans.values;
    let slot = hash & mask;
    for (;;) {
      const name = this.#slots[slot] - 1;
      if (name < 0) break;
      const start = spans[name * 2];
      if (this.#hashes.values[name] === hash && spans[name * 2 + 1] - start === to - from) {
        let k = 0;
        while (k < to - from && bytes[start + k] === bytes[from + k]) k++;
        if (k === to - from) return name;
      }
      slot = (slot + 1) & mask;
    }
    const made = this.#hashes.length;
    this.#slots[slot] = made + 1;
    this.#hashes.push(hash);
    this.#spans.push(from);
    this.#spans.push(to);
    if (made * 2 > mask) this.#rehash();
    return made;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let name = 0; name < this.length; name++) {
      let slot = this.#hashes.values[name] & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = name + 1;
    }
    this.#slots = slots;
  }
}
