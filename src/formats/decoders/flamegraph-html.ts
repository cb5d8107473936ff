/**
 * Flame graphs of async-profiler in HTML, read as text and never run: calls of f, and of u and n, which say level, place
 * and width relative to the call before; since version 3 names lie in a pool, each without what it shares with the last.
 */
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from '../decode-limits.ts';
import { DecodeError } from '../format.ts';
import { LineReader } from './line-reader.ts';
import { PictureFrames } from './picture-tree.ts';

const LINES_A_STEP = 8192;
const READING = 0.7;
/** In characters: a name of the pool in full. */
const MAX_NAME = 1 << 20;
/** In characters: all names of the pool in full. */
const MAX_POOL = 1 << 28;
const KERNEL = 5;

const OLD_CALL = /^f\((\d+),(\d+),(\d+),(\d+),'(.*)'(?:,[\d,]*)?\);?\s*$/;
const CALL = /^([fun])\(([\d,]*)\);?\s*$/;

/** @throws DecodeError, if a limit is exceeded */
export function* decodeFlamegraphHtml(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const lines = new LineReader(bytes);
  const frames = new PictureFrames(limits);
  const packed = new PackedFrames(frames, lines, limits);
  let isInPool = false;
  let isReversed = false;
  let isInverted = false;
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (lines.number % LINES_A_STEP === 0) yield lines.share * READING;
    if (isInPool) {
      isInPool = packed.pushName(line);
      continue;
    }
    const text = line.trim();
    if (text === 'const cpool = [') isInPool = true;
    else if (text === 'var reverse = true;' || text === 'let reverse = true;') isReversed = true;
    else if (text === 'let inverted = true;') isInverted = true;
    else if (text.length > 2 && text[1] === '(') pushCall(text, frames, packed, lines);
  }
  if (frames.length === 0) {
    throw new DecodeError('malformed', 'The page has no frames of a flame graph of async-profiler.', {
      place: lines.place,
      remedy: 'Write collapsed stacks: asprof -o collapsed, or jfrconv -o collapsed for a recording.',
    });
  }
  const notes = [
    'The file is a picture: frames that were too narrow to draw count as self cost of their callers, and labels are missing.',
  ];
  if (isReversed)
    notes.push('The picture was made with --reverse: stacks are reversed, so that they begin at the root.');
  if (isInverted) notes.push('The picture is drawn from the top. If it was made with --reverse, its roots are leaves.');
  return yield* frames.profile({ type: 'samples', unit: 'count' }, notes, READING, (row) => row, isReversed);
}

function pushCall(text: string, frames: PictureFrames, packed: PackedFrames, lines: LineReader): void {
  const old = OLD_CALL.exec(text);
  if (old) {
    const [level, left, width] = [old[1], old[2], old[3]].map(Number);
    frames.push({ name: unquoted(old[5]), row: level, left, right: left + width, count: width }, lines.place);
    return;
  }
  const call = CALL.exec(text);
  if (!call) return;
  const numbers = call[2].split(',', 8).map(Number);
  packed.call(call[1] as 'f' | 'u' | 'n', numbers);
}

class PackedFrames {
  readonly #frames: PictureFrames;
  readonly #lines: LineReader;
  readonly #limits: DecodeLimits;
  readonly #pool: string[] = [];
  #poolSize = 0;
  #level = 0;
  #left = 0;
  #width = 0;

  constructor(frames: PictureFrames, lines: LineReader, limits: DecodeLimits) {
    this.#frames = frames;
    this.#lines = lines;
    this.#limits = limits;
  }

  /**
   * Parses `'name',`: its first character encodes the length of the prefix shared with the previous name. @returns
   * whether more may follow
   */
  pushName(line: string): boolean {
    const text = line.trim();
    if (text.startsWith(']')) return false;
    if (!text.startsWith("'")) return true;
    const written = unquoted(text.slice(1, text.endsWith("',") ? -2 : -1));
    const before = this.#pool.at(-1);
    const name =
      before === undefined ? written : before.slice(0, Math.max(0, written.charCodeAt(0) - 32)) + written.slice(1);
    this.#poolSize += name.length;
    if (name.length > MAX_NAME || this.#poolSize > MAX_POOL)
      refuseCount(MAX_POOL, 'characters in its names', this.#lines.place);
    if (this.#pool.length >= this.#limits.functions)
      refuseCount(this.#limits.functions, 'functions', this.#lines.place);
    this.#pool.push(name);
    return true;
  }

  /** f(key, level, left, width), u(key, width) one level up, n(key, width) to the right. */
  call(kind: 'f' | 'u' | 'n', numbers: readonly number[]): void {
    const [key, a = 0, b = 0, c = 0] = numbers;
    if (kind === 'f') {
      this.#level = a;
      this.#left += b;
      this.#width = c || this.#width;
    } else if (kind === 'u') {
      this.#level++;
      this.#width = a || this.#width;
    } else {
      this.#left += this.#width;
      this.#width = a || this.#width;
    }
    const name = this.#pool[Math.floor(key / 8)];
    if (name === undefined) {
      throw new DecodeError('malformed', 'A frame of the page has a name that is not in its list.', {
        place: this.#lines.place,
        remedy: 'The page was probably cut or changed: make it again.',
      });
    }
    const mapping = key % 8 === KERNEL ? '[kernel]' : '';
    const [left, width] = [this.#left, this.#width];
    this.#frames.push({ name, mapping, row: this.#level, left, right: left + width, count: width }, this.#lines.place);
  }
}

/** The text of a literal of JavaScript. */
function unquoted(literal: string): string {
  return literal.includes('\\')
    ? literal.replace(/\\(?:u([\da-f]{4})|x([\da-f]{2})|(.))/gis, (_, wide, narrow, plain: string) => {
        const hex: unknown = wide ?? narrow;
        return typeof hex === 'string' ? String.fromCharCode(Number.parseInt(hex, 16)) : plain;
      })
    : literal;
}
