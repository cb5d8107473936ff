/**
 * The text of `perf script`: a head for each event, then its frames, leaf first, one a line. Conventions as in the
 * corpus: `+0xOFFSET` is no part of a name, `[unknown]` becomes the name of its module, the comm is no frame.
 */
import { ByteSpans } from '#base/byte-spans.ts';
import { Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import { utf8Bytes } from '#base/text-bytes.ts';
import { wordList } from '#base/word-list.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { isBlank, LF } from '../ascii-bytes.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from '../decode-limits.ts';
import { DecodeError } from '../format.ts';
import { type LabelPair, ProfileBuilder } from '../profile-builder.ts';
import { EventHead, frameOf, inlineSymbolStart, symbolStart } from './perf-script-lines.ts';

const HASH = 35;
const TAB = 9;
const CLOSE = 41;
const LINES_A_STEP = 16_384;
/** The share of the progress for reading lines; the rest is for building the profile. */
const READING = 0.8;
/** Two sample types each. */
const MAX_EVENTS = 32;

/** @throws DecodeError, if a limit is exceeded */
export function* decodePerfScript(packed: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const bytes = utf8Bytes(packed);
  const events = new Events(bytes, limits);
  let lines = 0;
  for (let at = 0; at < bytes.length; lines++) {
    if (lines % LINES_A_STEP === 0) yield (at / bytes.length) * READING;
    const newline = bytes.indexOf(LF, at);
    const end = newline < 0 ? bytes.length : newline;
    events.line(at, end, lines);
    at = end + 1;
  }
  events.close();
  if (events.length === 0) {
    throw new DecodeError('malformed', 'No line of the file is the header of an event.', {
      place: lines === 1 ? '1 line' : `${lines} lines`,
      remedy: 'Write the file again: perf script > out.perf',
    });
  }
  return yield* events.profile();
}

/** The parsed lines, stored until the number of event kinds is known. */
class Events {
  readonly #bytes: Uint8Array;
  readonly #limits: DecodeLimits;
  readonly #head = new EventHead();
  readonly #symbols: ByteSpans;
  readonly #names: ByteSpans;
  /** Leaf first. */
  readonly #frames = new Int32Column();
  readonly #start = new Int32Column();
  readonly #kind = new Int32Column();
  readonly #labels = new Int32Column();
  readonly #periods: number[] = [];
  readonly #times: number[] = [];
  readonly #kinds = new Map<number, Kind>();
  readonly #labelSets = new Map<string, number>();
  readonly #pairs: LabelPair[][] = [];
  #skipped = 0;
  #isOpen = false;
  #isTimed = false;

  constructor(bytes: Uint8Array, limits: DecodeLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
    this.#symbols = new ByteSpans(bytes);
    this.#names = new ByteSpans(bytes);
  }

  get length(): number {
    return this.#start.length;
  }

  /** @param number from 0 */
  line(from: number, lineEnd: number, number: number): void {
    const bytes = this.#bytes;
    let end = lineEnd;
    while (end > from && isBlank(bytes[end - 1])) end--;
    if (end === from) {
      this.close();
      return;
    }
    if (bytes[from] === HASH) return;
    // Frames are indented by a tab. Heads are indented by spaces where the event before has no call graph.
    const isIndented = this.#isOpen && isBlank(bytes[from]);
    if (isIndented && (bytes[from] === TAB || this.#head.read(bytes, from, end) === undefined)) {
      const symbol = symbolStart(bytes, from, end);
      if (symbol >= 0) this.#frame(symbol < end ? symbol : from, end, number);
      else if (bytes[from] === TAB && bytes[end - 1] === CLOSE) this.#frame(from + 1, end, number);
      else this.#skipped++;
      return;
    }
    const kind = this.#head.read(bytes, from, end);
    const hasTime = kind === 'event' && !Number.isNaN(this.#head.timeMs);
    // Where heads have times, a line without one is of a dump or of a further field: `ilen: 2 insn: 89 e5`.
    if (kind !== 'event' || (this.#isTimed && !hasTime)) {
      if (kind === 'record') this.close();
      this.#skipped++;
      return;
    }
    if (hasTime && !this.#isTimed) this.#beginTimed();
    this.#open(number);
    const inline = inlineSymbolStart(bytes, this.#head.tail, end);
    if (inline >= 0) {
      this.#frame(inline, end, number);
      this.close();
    }
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Lines before the first header with a time were not headers. */
  #beginTimed(): void {
    this.#isTimed = true;
    this.#skipped += this.length;
    for (const column of [this.#frames, this.#start, this.#kind, this.#labels]) column.length = 0;
    this.#periods.length = 0;
    this.#times.length = 0;
    this.#kinds.clear();
  }

  *profile(): Steps<Profile> {
    const kinds = [...this.#kinds.values()];
    const columns: number[] = [];
    const types: SampleType[] = [];
    for (const kind of kinds) {
      columns.push(types.length);
      types.push({ type: kind.name, unit: 'count' });
      if (kind.hasPeriods) types.push({ type: `${kind.name} period`, unit: kind.isClock ? 'nanoseconds' : 'events' });
    }
    const builder = new ProfileBuilder(types, this.#limits);
    const frames = this.#builtFrames(builder);
    const labels = this.#pairs.map((pairs) => builder.labels(pairs));
    const values = new Float64Array(types.length);
    let firstMs = Infinity;
    let lastMs = -Infinity;
    for (const time of this.#times) {
      firstMs = Math.min(firstMs, time);
      lastMs = Math.max(lastMs, time);
    }
    for (let event = 0; event < this.length; event++) {
      if (event % LINES_A_STEP === 0) yield READING + (event / this.length) * (1 - READING);
      const from = this.#start.values[event];
      let node = 0;
      for (let at = event + 1 < this.length ? this.#start.values[event + 1] : this.#frames.length; at > from; at--)
        node = builder.node(node, frames[this.#frames.values[at - 1]]);
      const kind = kinds[this.#kind.values[event]];
      const column = columns[this.#kind.values[event]];
      values.fill(0);
      values[column] = 1;
      if (kind.hasPeriods) values[column + 1] = this.#periods[event];
      const timeMs = this.#times[event] - firstMs;
      builder.sample(node, values, labels[this.#labels.values[event]], Number.isNaN(timeMs) ? undefined : timeMs);
    }
    this.#note(builder, kinds);
    const busiest = kinds.reduce((most, kind, i) => (kind.count > kinds[most].count ? i : most), 0);
    return builder.take({
      defaultSampleType: columns[busiest],
      ...(lastMs > firstMs && { durationMs: lastMs - firstMs }),
    });
  }

  #note(builder: ProfileBuilder, kinds: readonly Kind[]): void {
    if (this.#skipped > 0) {
      const what = this.#skipped === 1 ? '1 line is' : `${this.#skipped} lines are`;
      builder.note(`${what} neither the header of an event nor a frame: skipped.`);
    }
    const some = kinds.filter(({ hasPeriods, periods }) => !hasPeriods && periods > 0).map(({ name }) => name);
    if (some.length > 0)
      builder.note(`Some events of ${wordList(some, 'and')} have no period: all of their events are only counted.`);
  }

  #builtFrames(builder: ProfileBuilder): Int32Array {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const frames = new Int32Array(this.#symbols.length);
    for (let i = 0; i < frames.length; i++)
      frames[i] = builder.frame(frameOf(decoder.decode(this.#symbols.bytesOf(i))));
    return frames;
  }

  #frame(from: number, end: number, line: number): void {
    if (this.#frames.length >= this.#limits.frames)
      refuseCount(this.#limits.frames, 'frames in its stacks', `line ${line + 1}`);
    this.#frames.push(this.#symbols.intern(from, end));
  }

  #open(line: number): void {
    const { eventStart, eventEnd, period, timeMs } = this.#head;
    if (this.length >= this.#limits.samples) refuseCount(this.#limits.samples, 'events', `line ${line + 1}`);
    const name = this.#names.intern(eventStart, eventEnd);
    let kind = this.#kinds.get(name);
    if (kind === undefined) {
      if (this.#kinds.size === MAX_EVENTS) refuseCount(MAX_EVENTS, 'kinds of events', `line ${line + 1}`);
      kind = new Kind(new TextDecoder().decode(this.#names.bytesOf(name)), this.#kinds.size);
      this.#kinds.set(name, kind);
    }
    kind.count++;
    if (!Number.isNaN(period)) kind.periods++;
    this.#start.push(this.#frames.length);
    this.#kind.push(kind.number);
    this.#periods.push(period);
    this.#times.push(timeMs);
    this.#labels.push(this.#labelSet());
    this.#isOpen = true;
  }

  /** Comm, process, thread and cpu of the head. */
  #labelSet(): number {
    const { commStart, commEnd, pid, tid, cpu } = this.#head;
    const comm = this.#names.intern(commStart, commEnd);
    const key = `${comm} ${pid} ${tid} ${cpu}`;
    const known = this.#labelSets.get(key);
    if (known !== undefined) return known;
    const pairs: LabelPair[] = [['comm', new TextDecoder().decode(this.#names.bytesOf(comm))]];
    for (const [label, number] of [
      ['pid', pid],
      ['tid', tid],
      ['cpu', cpu],
    ] as const) {
      if (number >= 0) pairs.push([label, BigInt(Math.min(number, Number.MAX_SAFE_INTEGER))]);
    }
    this.#labelSets.set(key, this.#pairs.length);
    return this.#pairs.push(pairs) - 1;
  }
}

/** Events of one name. */
class Kind {
  readonly name: string;
  readonly number: number;
  count = 0;
  /** Events that have a period. */
  periods = 0;

  constructor(written: string, number: number) {
    this.name = written === '' ? 'samples' : written;
    this.number = number;
  }

  get hasPeriods(): boolean {
    return this.periods === this.count;
  }

  /** Clocks count nanoseconds. */
  get isClock(): boolean {
    return /^(cpu|task)-clock(:|$)/.test(this.name);
  }
}
