/** A flight recording read in two passes: what is in it, then each event that samples something, with its stack. */
import type { Steps } from '#base/steps.ts';
import { INLINED } from '../frame-kinds.ts';
import { isJfrChunk, JfrChunk, type JfrSpan, readJfrHeader, ticksToNs } from './jfr-chunk.ts';
import { type JfrKey, refuseJfr } from './jfr-cursor.ts';
import type { JfrRecord } from './jfr-types.ts';

const NANOSECONDS_A_MILLISECOND = 1e6;
/** A chunk is a minute, or a megabyte or more. */
const MAX_CHUNKS = 4096;
const MAX_SETTINGS = 65_536;

interface JfrFrame {
  /** Class and method; the library and the function where code is native. */
  readonly name: string;
  /** 0 where unknown. */
  readonly line: number;
  /** How the code ran (`FrameKinds`); '' where unknown. */
  readonly kind: string;
}

/** Frames root first; one object for all events of a chunk that have it. */
export type JfrStack = readonly JfrFrame[];

export interface JfrEvent {
  /** `jdk.ExecutionSample`, `profiler.Malloc`. */
  readonly name: string;
  /** Since the epoch, of its start. */
  readonly timeMs: number;
  /** Undefined where the event has none, or it is not in the recording. */
  readonly stack: JfrStack | undefined;
  /** '' where unknown. */
  readonly thread: string;
  /** Without `STATE_`; '' where unknown. */
  readonly state: string;
  /** The class of the object that was allocated, locked or waited for; '' where unknown. */
  readonly className: string;
  /** 16 hex digits; '' where the event is of no span. */
  readonly span: string;
  /** 32 hex digits; '' where the event is of no trace. */
  readonly trace: string;
  /** Durations in ns; undefined if the event has no such field. */
  value(field: string): number | undefined;
}

/** The result of the first pass. */
export interface JfrSurvey {
  /** Events by name, of all kinds. */
  readonly counts: ReadonlyMap<string, number>;
  /** Settings of the profiler: by name, those that belong to one event as `jdk.ExecutionSample#period`. */
  readonly settings: ReadonlyMap<string, string>;
  readonly startMs: number;
  readonly durationMs: number;
  /** Whether the end of the recording is missing. */
  readonly isCutOff: boolean;
  /** Plain sentences. */
  readonly notes: readonly string[];
}

const SETTING = 'jdk.ActiveSetting';
const SETTING_FIELDS = new Set(['id', 'name', 'value']);
const LOST = 'jdk.CPUTimeSamplesLost';
const LOST_FIELDS = new Set(['lostSamples']);
const EVENT_FIELDS = new Set([
  'startTime',
  'duration',
  'sampledThread',
  'eventThread',
  'stackTrace',
  'state',
  'objectClass',
  'monitorClass',
  'parkedClass',
  'samples',
  'weight',
  'tlabSize',
  'allocationSize',
  'size',
  'address',
  'samplingPeriod',
  'contextId',
  'spanId',
  'spanName',
  'traceIdHi',
  'traceIdLo',
]);
/** All 64 bits count. */
const ID_FIELDS = new Set(['spanId', 'traceIdHi', 'traceIdLo']);
const THREAD_FIELDS = new Set(['osName', 'osThreadId', 'javaName', 'javaThreadId']);
const METHOD_FIELDS = new Set(['type', 'name']);
const FRAME_TYPE_FIELDS = new Set(['description']);
/** The JDK's frame types, and those of async-profiler. Others stay as they are. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['Interpreted', 'interpreted'],
  ['JIT compiled', 'JIT-compiled'],
  ['C1 compiled', 'C1-compiled'],
  ['Inlined', INLINED],
  ['Native', 'native'],
  ['Kernel', 'kernel'],
]);

export class JfrRecording {
  readonly #bytes: Uint8Array;
  readonly #chunks: JfrChunk[] = [];
  readonly #names = new Map<JfrChunk, ReadonlyMap<number, string>>();
  readonly #notes: string[] = [];
  #isCutOff = false;

  /** @throws DecodeError */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    let at = 0;
    while (at < bytes.length) {
      if (!isJfrChunk(bytes, at)) {
        if (at === 0) refuseJfr('it does not begin as one', 0);
        this.#notes.push(`${bytes.length - at} bytes after the last whole chunk of the recording were skipped.`);
        break;
      }
      if (this.#chunks.length === MAX_CHUNKS) refuseJfr(`it has more than ${MAX_CHUNKS} chunks`, at);
      const header = readJfrHeader(bytes, at);
      const chunk = header && JfrChunk.open(bytes, header);
      if (header === undefined || header.missing > 0) {
        this.#isCutOff = true;
        this.#notes.push(
          `The recording is cut off: ${header === undefined ? 'some' : `${header.missing}`} bytes of its last chunk are missing.`,
        );
      }
      if (chunk !== undefined) {
        this.#chunks.push(chunk);
        this.#names.set(chunk, namesOf(chunk));
      }
      at = header?.end ?? bytes.length;
    }
    if (this.#chunks.length === 0) refuseJfr('it is cut off before the types of its events', bytes.length);
  }

  /** @throws DecodeError */
  *survey(): Steps<JfrSurvey> {
    const counts = new Map<string, number>();
    const settings = new Map<string, string>();
    let lost = 0;
    for (const chunk of this.#chunks) {
      const names = this.#names.get(chunk)!;
      const byType = new Map<number, number>();
      const visit = (span: JfrSpan): void => {
        const { typeId } = span;
        byType.set(typeId, (byType.get(typeId) ?? 0) + 1);
        const name = names.get(typeId);
        if (name === SETTING && settings.size < MAX_SETTINGS) readSetting(chunk, span, names, settings);
        else if (name === LOST) lost += Math.max(0, chunk.event(span, LOST_FIELDS).numbers.get('lostSamples') ?? 0);
      };
      for (const at of chunk.events(visit)) yield at / this.#bytes.length;
      for (const [typeId, count] of byType) {
        const name = names.get(typeId) ?? refuseJfr(`the type ${typeId} is not declared`, chunk.header.start);
        counts.set(name, (counts.get(name) ?? 0) + count);
      }
    }
    const notes = [...this.#notes];
    if (lost > 0) notes.push(`The JVM lost ${lost} samples of CPU time: the real cost is higher.`);
    const first = this.#chunks[0].header;
    const ends = this.#chunks.map(({ header }) => header.startNs + header.durationNs);
    const startMs = first.startNs / NANOSECONDS_A_MILLISECOND;
    return {
      counts,
      settings,
      startMs,
      durationMs: Math.max(0, ends.reduce((a, b) => Math.max(a, b)) / NANOSECONDS_A_MILLISECOND - startMs),
      isCutOff: this.#isCutOff,
      notes,
    };
  }

  /** Calls `visit` with each event of the wanted names. @throws DecodeError */
  *events(wanted: ReadonlySet<string>, visit: (event: JfrEvent) => void): Steps<void> {
    for (const chunk of this.#chunks) {
      const reader = new EventReader(chunk);
      const names = this.#names.get(chunk)!;
      const step = (span: JfrSpan): void => {
        const name = names.get(span.typeId);
        if (name !== undefined && wanted.has(name)) visit(reader.read(name, span));
      };
      for (const at of chunk.events(step)) yield at / this.#bytes.length;
    }
  }
}

/** Names of the event types of a chunk. JDK 9 and 10 called them otherwise. */
function namesOf(chunk: JfrChunk): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const { id, name } of chunk.types.all) names.set(id, name.replace(/^com\.oracle\.jdk\./, 'jdk.'));
  return names;
}

function readSetting(
  chunk: JfrChunk,
  span: JfrSpan,
  names: ReadonlyMap<number, string>,
  settings: Map<string, string>,
): void {
  const { numbers, texts, keys } = chunk.event(span, SETTING_FIELDS);
  const textOf = (field: string): string => {
    const key = keys.get(field);
    return key === undefined ? chunk.text(texts.get(field)) : chunk.pooledText(key.typeId, key.key);
  };
  const name = textOf('name');
  const value = textOf('value');
  if (!settings.has(name)) settings.set(name, value);
  settings.set(`${names.get(numbers.get('id') ?? -1) ?? ''}#${name}`, value);
}

/** Numbers of 64 bits as one text of hex digits; '' where all are 0 or missing. */
function idText(...words: readonly (JfrKey | undefined)[]): string {
  if (words.every((word) => !word)) return '';
  return words.map((word) => (word ?? 0).toString(16).padStart(16, '0')).join('');
}

/** A frame as its stack has it: keys into the pools. */
interface RawFrame {
  method: JfrKey;
  typeId: number;
  line: number;
  kind: JfrKey;
  /** 0 where the frame has no kind. */
  kindType: number;
}

const NO_FRAME: Readonly<RawFrame> = { method: 0, typeId: 0, line: 0, kind: 0, kindType: 0 };

/** Events of one chunk. Stacks, threads and classes are read once each. */
class EventReader {
  readonly #chunk: JfrChunk;
  readonly #stacks = new Map<JfrKey, JfrStack>();
  /** By method, then by line and kind. */
  readonly #frames = new Map<JfrKey, Map<string, JfrFrame>>();
  readonly #kinds = new Map<JfrKey, string>();
  readonly #methods = new Map<JfrKey, string>();
  readonly #threads = new Map<JfrKey, string>();
  readonly #states = new Map<JfrKey, string>();

  constructor(chunk: JfrChunk) {
    this.#chunk = chunk;
  }

  read(name: string, span: JfrSpan): JfrEvent {
    const chunk = this.#chunk;
    const { header } = chunk;
    const record = chunk.event(span, EVENT_FIELDS, ID_FIELDS);
    const { keys, numbers, ids } = record;
    const startNs =
      header.startNs + ticksToNs((numbers.get('startTime') ?? header.startTicks) - header.startTicks, header);
    const stack = keys.get('stackTrace');
    return {
      name,
      timeMs: startNs / NANOSECONDS_A_MILLISECOND,
      stack: stack && this.#stack(stack),
      thread: this.#thread(keys.get('sampledThread') ?? keys.get('eventThread')),
      state: this.#state(record),
      className: this.#className(record),
      span: idText(ids.get('spanId')),
      trace: idText(ids.get('traceIdHi'), ids.get('traceIdLo') ?? 0),
      value: (field) => {
        const number = numbers.get(field);
        return number !== undefined && field === 'duration' ? ticksToNs(number, header) : number;
      },
    };
  }

  #stack({ typeId, key }: { typeId: number; key: JfrKey }): JfrStack | undefined {
    const known = this.#stacks.get(key);
    if (known !== undefined) return known;
    const chunk = this.#chunk;
    if (!chunk.at(typeId, key)) return undefined;
    const found: RawFrame[] = [];
    let frame: RawFrame = { ...NO_FRAME };
    chunk.types.readArray(
      chunk.cursor,
      typeId,
      'frames',
      (field, number, value, type) => {
        if (field === 'method') {
          frame.method = value;
          frame.typeId = type;
        } else if (field === 'lineNumber') frame.line = number;
        else if (field === 'type') {
          frame.kind = value;
          frame.kindType = type;
        }
      },
      () => {
        found.push(frame);
        frame = { ...NO_FRAME };
      },
    );
    // The leaf comes first.
    const stack = found.reverse().map((one) => this.#frame(one));
    this.#stacks.set(key, stack);
    return stack;
  }

  #frame({ typeId, method, line: at, kindType, kind: kindKey }: RawFrame): JfrFrame {
    const line = Math.max(0, at);
    let frames = this.#frames.get(method);
    if (frames === undefined) this.#frames.set(method, (frames = new Map()));
    const key = `${line} ${kindKey}`;
    let frame = frames.get(key);
    if (frame === undefined) {
      frame = { name: this.#method(typeId, method), line, kind: this.#kind(kindType, kindKey) };
      frames.set(key, frame);
    }
    return frame;
  }

  #kind(typeId: number, key: JfrKey): string {
    if (typeId === 0) return '';
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    const record = this.#chunk.pooled({ typeId, key }, FRAME_TYPE_FIELDS);
    const pooled = record?.keys.get('description');
    const description =
      pooled === undefined
        ? this.#chunk.text(record?.texts.get('description'))
        : this.#chunk.pooledText(pooled.typeId, pooled.key);
    const kind = KINDS.get(description) ?? description;
    this.#kinds.set(key, kind);
    return kind;
  }

  #method(typeId: number, key: JfrKey): string {
    const known = this.#methods.get(key);
    if (known !== undefined) return known;
    const chunk = this.#chunk;
    const record = chunk.pooled({ typeId, key }, METHOD_FIELDS);
    const owner = record?.keys.get('type');
    const own = record?.keys.get('name');
    const className = owner === undefined ? '' : chunk.pooledText(owner.typeId, owner.key).replaceAll('/', '.');
    const method = own === undefined ? chunk.text(record?.texts.get('name')) : chunk.pooledText(own.typeId, own.key);
    const name = className === '' ? method || `[unknown method ${key}]` : `${className}.${method}`;
    this.#methods.set(key, name);
    return name;
  }

  #thread(thread: { typeId: number; key: JfrKey } | undefined): string {
    if (thread === undefined) return '';
    const known = this.#threads.get(thread.key);
    if (known !== undefined) return known;
    const chunk = this.#chunk;
    const record = chunk.pooled(thread, THREAD_FIELDS);
    let name = '';
    if (record !== undefined) {
      const textOf = (field: string): string => {
        const key = record.keys.get(field);
        return key === undefined ? chunk.text(record.texts.get(field)) : chunk.pooledText(key.typeId, key.key);
      };
      const id = record.numbers.get('javaThreadId') ?? record.numbers.get('osThreadId');
      name = textOf('javaName') || textOf('osName') || (id === undefined ? '' : `thread ${id}`);
    }
    this.#threads.set(thread.key, name);
    return name;
  }

  #state({ keys, texts }: JfrRecord): string {
    const state = keys.get('state');
    if (state === undefined) return this.#chunk.text(texts.get('state')).replace(/^STATE_/, '');
    let name = this.#states.get(state.key);
    if (name === undefined) {
      name = this.#chunk.pooledText(state.typeId, state.key).replace(/^STATE_/, '');
      this.#states.set(state.key, name);
    }
    return name;
  }

  #className({ keys }: JfrRecord): string {
    const owner = keys.get('objectClass') ?? keys.get('monitorClass') ?? keys.get('parkedClass');
    return owner === undefined ? '' : this.#chunk.pooledText(owner.typeId, owner.key).replaceAll('/', '.');
  }
}
