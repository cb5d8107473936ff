/** The two kinds of lines of `perf script` that count: the head of an event and a frame of its stack. */
import { digitsEnd, hexEnd, isBlank, isDigit, startsWith, wholeNumber } from '../ascii-bytes.ts';

const COLON = 58;
const DOT = 46;
const SLASH = 47;
const MINUS = 45;
const OPEN = 40;
const CLOSE = 41;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
/** A comm has at most 15 characters; a line with more words before the event is not a header. */
const MAX_WORDS = 48;
/** Addresses of inline frames without a module have at least this many digits. */
const MIN_ADDRESS_DIGITS = 5;
const RECORD = new TextEncoder().encode('PERF_RECORD_');

/** The last head that was read. Spans are offsets in the file; -1 where the line has none. */
export class EventHead {
  commStart = 0;
  commEnd = 0;
  pid = -1;
  tid = -1;
  cpu = -1;
  /** In ms, NaN if the line has none. */
  timeMs = Number.NaN;
  /** NaN if the line has none. */
  period = Number.NaN;
  eventStart = 0;
  eventEnd = 0;
  /** The start of the text after the event. */
  tail = 0;
  readonly #starts = new Int32Array(MAX_WORDS);
  readonly #ends = new Int32Array(MAX_WORDS);

  /** Reads `comm pid/tid [cpu] time: period event:`; time, cpu and period may be missing. @returns whether the line is a head */
  read(bytes: Uint8Array, from: number, end: number): 'event' | 'record' | undefined {
    const starts = this.#starts;
    const ends = this.#ends;
    let words = 0;
    let time = -1;
    let event = -1;
    for (let at = from; words < MAX_WORDS;) {
      while (at < end && isBlank(bytes[at])) at++;
      if (at >= end) break;
      starts[words] = at;
      while (at < end && !isBlank(bytes[at])) at++;
      ends[words] = at;
      if (bytes[at - 1] === COLON && words > 0) {
        if (time < 0 && isTime(bytes, starts[words], at - 1)) time = words;
        else if (time >= 0 || isPid(bytes, starts[words - 1], ends[words - 1])) event = words;
      }
      words++;
      // The event is one of the two words behind the time; a record of perf itself has no colon there.
      if (event >= 0 || (time >= 0 && words > time + 2)) break;
    }
    if (time < 0 && event < 0) return undefined;
    if (time >= 0 && time + 1 < words && startsWith(bytes, starts[time + 1], ends[time + 1], RECORD)) return 'record';
    if (time >= 0 && event < 0 && words > time + 1) return undefined;
    let last = (time >= 0 ? time : event) - 1;
    this.period = Number.NaN;
    const beforeEvent = event - 1;
    if (time >= 0 ? beforeEvent > time : this.#isPeriod(bytes, beforeEvent)) {
      if (!isWhole(bytes, starts[beforeEvent], ends[beforeEvent])) return undefined;
      this.period = wholeNumber(bytes, starts[beforeEvent], ends[beforeEvent]);
      if (time < 0) last--;
    }
    this.cpu = -1;
    if (last > 0 && !isPid(bytes, starts[last], ends[last])) {
      // Some versions write flags of the interrupt between the cpu and the time.
      if (!isCpu(bytes, starts[last], ends[last]) && isCpu(bytes, starts[last - 1], ends[last - 1])) last--;
      if (!isCpu(bytes, starts[last], ends[last])) return undefined;
      this.cpu = wholeNumber(bytes, starts[last] + 1, ends[last] - 1);
      last--;
    }
    if (last < 1 || !isPid(bytes, starts[last], ends[last])) return undefined;
    this.#readPid(bytes, starts[last], ends[last]);
    this.commStart = starts[0];
    this.commEnd = ends[last - 1];
    this.timeMs = time >= 0 ? timeMs(bytes, starts[time], ends[time] - 1) : Number.NaN;
    this.eventStart = event >= 0 ? starts[event] : 0;
    this.eventEnd = event >= 0 ? ends[event] - 1 : 0;
    this.tail = event >= 0 ? ends[event] : end;
    return 'event';
  }

  /** Whether a period, and no pid, stands before the event of a line without a time. */
  #isPeriod(bytes: Uint8Array, word: number): boolean {
    if (word < 2 || !isWhole(bytes, this.#starts[word], this.#ends[word])) return false;
    const start = this.#starts[word - 1];
    const end = this.#ends[word - 1];
    return isPid(bytes, start, end) || isCpu(bytes, start, end);
  }

  #readPid(bytes: Uint8Array, start: number, end: number): void {
    const slash = bytes.subarray(start, end).indexOf(SLASH);
    const pidEnd = slash < 0 ? end : start + slash;
    this.pid = signed(bytes, start, pidEnd);
    this.tid = slash < 0 ? -1 : signed(bytes, pidEnd + 1, end);
  }
}

/** Where the symbol of a frame begins, behind its address; -1 where the line is no frame. */
export function symbolStart(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(bytes[at])) at++;
  const addressEnd = hexEnd(bytes, at, end);
  if (addressEnd === at || (addressEnd < end && !isBlank(bytes[addressEnd]))) return -1;
  while (at < addressEnd || (at < end && isBlank(bytes[at]))) at++;
  return at;
}

/** The same of the frame behind the head of an event without call graph. Fields of a tracepoint are no frame. */
export function inlineSymbolStart(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(bytes[at])) at++;
  const digits = hexEnd(bytes, at, end) - at;
  const start = symbolStart(bytes, at, end);
  if (start < 0 || start >= end) return -1;
  return bytes[end - 1] === CLOSE || digits >= MIN_ADDRESS_DIGITS ? start : -1;
}

/** @param text symbol and module of a frame: `malloc+0x1f (/lib/libc.so.6)` */
export function frameOf(text: string): {
  readonly name: string;
  readonly mapping: string;
  readonly isInlined: boolean;
} {
  const open = moduleStart(text);
  const written = open < 0 ? '' : text.slice(open + 1, -1);
  const symbol = (open < 0 ? text : text.slice(0, open)).trim();
  const isInlined = written === 'inlined';
  const mapping = isInlined || written === '[unknown]' ? '' : moduleName(written);
  if (symbol === '[unknown]' || symbol === '') {
    const module = moduleName(written);
    const bracketed = module.startsWith('[') && module.endsWith(']') ? module : `[${module}]`;
    return { name: module === '' ? '[unknown]' : bracketed, mapping, isInlined };
  }
  return { name: withoutOffset(symbol), mapping, isInlined };
}

/** Where the last balanced parentheses begin, -1 where the text does not end in any. */
function moduleStart(text: string): number {
  if (!text.endsWith(')')) return -1;
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    const code = text.charCodeAt(at);
    if (code === CLOSE) depth++;
    else if (code === OPEN && --depth === 0) return at;
  }
  return -1;
}

/** File name of a path; `[kernel.kallsyms]` and the like stand as they are. */
function moduleName(path: string): string {
  return path.startsWith('[') ? path : path.slice(path.lastIndexOf('/') + 1);
}

function withoutOffset(symbol: string): string {
  const plus = symbol.lastIndexOf('+0x');
  return plus > 0 && /^[0-9a-f]+$/i.test(symbol.slice(plus + 3)) ? symbol.slice(0, plus) : symbol;
}

function isWhole(bytes: Uint8Array, start: number, end: number): boolean {
  return end > start && digitsEnd(bytes, start, end) === end;
}

/** `12.345678` without its colon. */
function isTime(bytes: Uint8Array, start: number, end: number): boolean {
  const dot = digitsEnd(bytes, start, end);
  return dot > start && dot < end - 1 && bytes[dot] === DOT && digitsEnd(bytes, dot + 1, end) === end;
}

/** Seconds, to the microsecond or the nanosecond. */
function timeMs(bytes: Uint8Array, start: number, end: number): number {
  const dot = digitsEnd(bytes, start, end);
  const fraction = end - dot - 1;
  return wholeNumber(bytes, start, dot) * 1000 + wholeNumber(bytes, dot + 1, end) / 10 ** (fraction - 3);
}

/** `[003]` */
function isCpu(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes[start] === OPEN_BRACKET && bytes[end - 1] === CLOSE_BRACKET && isWhole(bytes, start + 1, end - 1);
}

/** `12`, `12/13`, `-1` */
function isPid(bytes: Uint8Array, start: number, end: number): boolean {
  let at = bytes[start] === MINUS ? start + 1 : start;
  if (at === (at = digitsEnd(bytes, at, end))) return false;
  if (at === end) return true;
  if (bytes[at] !== SLASH) return false;
  at++;
  if (bytes[at] === MINUS) at++;
  return at < end && isDigit(bytes[at]) && digitsEnd(bytes, at, end) === end;
}

function signed(bytes: Uint8Array, start: number, end: number): number {
  return bytes[start] === MINUS ? -wholeNumber(bytes, start + 1, end) : wholeNumber(bytes, start, end);
}
