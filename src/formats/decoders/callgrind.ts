/**
 * Callgrind's format, as valgrind (also cachegrind), Xdebug, pprofile, ruby-prof, google-pprof and stackprof write it:
 * costs by function, and by call from one function to another. The tree is made of these (`call-graph.ts`).
 */
import type { Steps } from '#base/steps.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from '../decode-limits.ts';
import { DecodeError } from '../format.ts';
import { CallGraph } from './call-graph.ts';
import { CostReader } from './callgrind-costs.ts';
import { LineReader } from './line-reader.ts';

const LINES_A_STEP = 16_384;
const READING = 0.8;
const UNNAMED = '???';
/** Units by the names of events in tools. */
const UNITS: Readonly<Record<string, string>> = {
  ns: 'nanoseconds',
  us: 'microseconds',
  ms: 'milliseconds',
  microseconds: 'microseconds',
  wall_time: 'microseconds',
  process_time: 'microseconds',
  'Memory_(bytes)': 'bytes',
};

/** @throws DecodeError, if a limit is exceeded */
export function* decodeCallgrind(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const reader = new CallgrindReader(new LineReader(bytes), limits);
  yield* reader.read();
  return yield* reader.profile();
}

/** One space of short names: `(1) name` gives one, `(1)` stands for it. */
class Names {
  /** By what stands for it, parentheses and all. */
  readonly #known = new Map<string, string>();

  read(written: string): string {
    if (!written.startsWith('(')) return written;
    const known = this.#known.get(written);
    if (known !== undefined) return known;
    const close = written.indexOf(')') + 1;
    if (close < 3 || close > 14 || !/^\(\d+\)$/.test(written.slice(0, close))) return written;
    const name = written.slice(close).trim();
    if (name === '') return written;
    this.#known.set(written.slice(0, close), name);
    return name;
  }
}

class CallgrindReader {
  readonly #lines: LineReader;
  readonly #limits: DecodeLimits;
  readonly #files = new Names();
  readonly #objects = new Names();
  readonly #functions = new Names();
  readonly #costs: CostReader;
  #events: readonly string[] = [];
  #graph: CallGraph | undefined;
  #object = '';
  #file = '';
  /** File of the following lines, which may be inlined. */
  #lineFile = '';
  #caller = -1;
  #calledObject: string | undefined;
  #calledFile: string | undefined;
  #callee = -1;
  #isCall = false;
  #skipped = 0;
  #creator = '';

  constructor(lines: LineReader, limits: DecodeLimits) {
    this.#lines = lines;
    this.#limits = limits;
    this.#costs = new CostReader(lines);
  }

  *read(): Steps<void> {
    const lines = this.#lines;
    while (lines.advance()) {
      if (lines.number % LINES_A_STEP === 0) yield lines.share * READING;
      // Most lines are of costs: these are read in place.
      if (lines.start < lines.end && beginsCosts(lines.text.charCodeAt(lines.start))) this.#readCosts();
      else this.#readOther(lines.text.slice(lines.start, lines.end));
    }
  }

  *profile(): Steps<Profile> {
    const graph = this.#graph;
    if (!graph || graph.functionCount === 0) {
      throw new DecodeError('malformed', 'The file has no function with a cost.', {
        place: this.#lines.place,
        remedy: 'Let the profiler write it again: it may have been stopped before its end.',
      });
    }
    const types = this.#events.map((event): SampleType => ({
      type: event,
      unit: Object.hasOwn(UNITS, event) ? UNITS[event] : 'count',
    }));
    const notes: string[] = [];
    if (this.#skipped > 0) {
      const what = this.#skipped === 1 ? '1 line is' : `${this.#skipped} lines are`;
      notes.push(`${what} not in callgrind's format: skipped.`);
    }
    return yield* graph.profile(types, notes, this.#limits, READING);
  }

  #readOther(line: string): void {
    const text = line.trimStart();
    if (text === '' || text.startsWith('#')) return;
    const equals = text.indexOf('=');
    const key = equals > 0 && equals < 6 ? text.slice(0, equals) : '';
    const value = text.slice(equals + 1).trim();
    switch (key) {
      case 'ob':
        this.#object = this.#objects.read(value);
        return;
      case 'fl':
        this.#file = this.#files.read(value);
        this.#lineFile = this.#file;
        return;
      case 'fi':
      case 'fe':
        this.#lineFile = this.#files.read(value);
        return;
      case 'fn':
        this.#caller = this.#functionNumber(this.#functions.read(value), this.#file, this.#object);
        this.#lineFile = this.#file;
        this.#isCall = false;
        return;
      case 'cob':
        this.#calledObject = this.#objects.read(value);
        return;
      case 'cfi':
      case 'cfl':
        this.#calledFile = this.#files.read(value);
        return;
      case 'cfn':
        this.#callee = this.#functionNumber(
          this.#functions.read(value),
          this.#calledFile ?? this.#lineFile,
          this.#calledObject ?? this.#object,
        );
        this.#calledFile = undefined;
        this.#calledObject = undefined;
        return;
      case 'calls':
        this.#isCall = true;
        return;
      case 'jump':
      case 'jcnd':
      case 'jfi':
      case 'jfn':
      case 'frfn':
        return;
    }
    if (!this.#readHeader(text)) {
      if (text !== line && beginsCosts(text.charCodeAt(0))) this.#readCosts();
      else this.#skipped++;
    }
  }

  #readHeader(text: string): boolean {
    const colon = text.indexOf(':');
    const key = colon > 0 && colon <= 12 ? text.slice(0, colon).trim() : '';
    if (!/^[a-z]+$/.test(key)) return false;
    const value = text.slice(colon + 1).trim();
    if (key === 'events') this.#readEvents(value);
    else if (key === 'positions') this.#costs.positions = Math.max(1, words(value).length);
    else if (key === 'creator') {
      this.#creator = value.toLowerCase();
      // Xdebug writes memory that was freed as negative costs.
      this.#costs.hasRelativeCosts = !this.#creator.startsWith('xdebug');
    }
    return true;
  }

  #readEvents(value: string): void {
    const events = words(value);
    if (events.length > this.#limits.sampleTypes) refuseCount(this.#limits.sampleTypes, 'events', this.#lines.place);
    if (events.length === 0) throw this.#refuse('The list of events is empty');
    if (!this.#graph) {
      this.#events = events;
      this.#graph = new CallGraph(events.length);
    } else if (events.join(' ') !== this.#events.join(' ')) {
      throw this.#refuse('A part of the file counts other events than the first');
    }
    this.#costs.events = events.length;
  }

  /** The line that the reader is at. */
  #readCosts(): void {
    const graph = this.#graph;
    if (!graph) throw this.#refuse('Costs come before the list of events');
    const { text, start, end } = this.#lines;
    this.#costs.read(text, start, end);
    if (this.#caller < 0) this.#caller = this.#functionNumber(UNNAMED, this.#file, this.#object);
    if (!this.#isCall) {
      graph.addSelf(this.#caller, this.#costs.values);
      if (this.#lineFile === this.#file) graph.sawLine(this.#caller, this.#costs.line);
      return;
    }
    if (this.#callee < 0) throw this.#refuse('A call does not say which function is called');
    if (graph.addCall(this.#caller, this.#callee, this.#costs.values) >= this.#limits.locations)
      refuseCount(this.#limits.locations, 'calls from one function to another', this.#lines.place);
    this.#isCall = false;
  }

  #functionNumber(name: string, file: string, object: string): number {
    // Functions may stand before the list of events.
    this.#graph ??= undefined;
    if (!this.#graph) throw this.#refuse('A function comes before the list of events');
    const number = this.#graph.func(name, file === UNNAMED ? '' : file, object === UNNAMED ? '' : object);
    if (number >= this.#limits.functions) refuseCount(this.#limits.functions, 'functions', this.#lines.place);
    return number;
  }

  #refuse(message: string): DecodeError {
    return new DecodeError('malformed', `${message}.`, {
      place: this.#lines.place,
      remedy: 'The file was probably truncated or joined from parts: let the profiler write it again.',
    });
  }
}

/** Digits, +, - and *; blanks may stand before them. */
function beginsCosts(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 43 || code === 45 || code === 42;
}

function words(text: string): string[] {
  return text.split(/\s+/, 1000).filter((word) => word !== '');
}
