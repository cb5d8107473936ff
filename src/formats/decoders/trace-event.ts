/**
 * Traces of Chrome and of all that write its Trace Event Format: as an object with `traceEvents`, or as a list whose end may
 * be missing. CPU profiles within it become samples (as in a .cpuprofile), spans of threads a tree of time; other events
 * are counted and left out.
 */
import type { JsonPull } from '#base/json-pull.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from '../decode-limits.ts';
import { DecodeError } from '../format.ts';
import { openJson } from '../json-document.ts';
import { type LabelPair, ProfileBuilder } from '../profile-builder.ts';
import { v8SampleTypes, V8Recording } from './cpuprofile.ts';
import { HermesSamples } from './hermes-samples.ts';
import { TraceSpans, spanKinds } from './trace-spans.ts';
import { TraceThreads } from './trace-threads.ts';
import { readNumbers } from './v8-call-tree.ts';

const TYPES = [...v8SampleTypes, { type: 'duration', unit: 'microseconds' }];
const STEP = 1024;
/** What events of other phases are. */
const LEFT_OUT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    iIR: 'instant',
    C: 'counter',
    c: 'clock',
    MP: '',
    benSTpF: 'async',
    stf: 'flow',
    NOD: 'object',
  }).flatMap(([phases, kind]) => phases.split('').map((phase) => [phase, kind] as const)),
);

type Span = keyof typeof spanKinds;
const SPANS: ReadonlySet<string> = new Set(Object.keys(spanKinds));

interface Event {
  name: string | undefined;
  phase: string;
  pid: string;
  tid: string;
  id: string;
  ts: number;
  duration: number;
  /** Where its arguments are; -1 without. */
  args: number;
  argsEnd: number;
}

interface CpuProfile {
  readonly recording: V8Recording;
  readonly id: string;
  readonly pid: string;
  tid: string;
}

/** @throws DecodeError */
export function* decodeTraceEvents(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  return yield* new TraceReader(bytes, limits).decode();
}

class TraceReader {
  readonly #json: JsonPull;
  readonly #builder: ProfileBuilder;
  readonly #spans: TraceSpans;
  readonly #hermes: HermesSamples;
  readonly #limits: DecodeLimits;
  readonly #threads = new TraceThreads();
  readonly #profiles = new Map<string, CpuProfile>();
  readonly #argTexts = new Map<string, number>();
  readonly #frames = new Map<string, number>();
  readonly #leftOut = new Map<string, number>();
  #events = 0;

  constructor(bytes: Uint8Array, limits: DecodeLimits) {
    this.#json = openJson(bytes);
    this.#builder = new ProfileBuilder(TYPES, limits);
    this.#spans = new TraceSpans(this.#builder);
    this.#hermes = new HermesSamples(this.#builder, this.#threads);
    this.#limits = limits;
  }

  *decode(): Steps<Profile> {
    const json = this.#json;
    if (json.kind() === 'array') yield* this.#readEvents();
    else {
      json.enterObject();
      for (let key = json.key(); key !== undefined; key = json.key()) {
        if (key === 'traceEvents' && json.kind() === 'array') {
          if (yield* this.#readEvents()) break;
        } else if (key === 'samples' && json.kind() === 'array') yield* this.#hermes.readSamples(json);
        else if (key === 'stackFrames' && json.kind() === 'object') yield* this.#hermes.readFrames(json);
        else json.skip();
      }
    }
    return yield* this.#build();
  }

  /** @returns whether the file ends within */
  *#readEvents(): Steps<boolean> {
    const json = this.#json;
    json.enterArray();
    for (;;) {
      const start = json.at;
      try {
        // The closing bracket may be missing, also behind a comma.
        if (json.kind() === 'nothing' || !json.item()) return false;
        if (json.kind() === 'nothing') return true;
        if (json.kind() === 'object') {
          const event = readEvent(json);
          const end = json.at;
          // Most events are spans, and a generator for each would cost more than they do.
          if (SPANS.has(event.phase)) this.#takeSpan(event);
          else yield* this.#take(event);
          json.at = end;
        } else json.skip();
      } catch (error) {
        if (!isEarlyEnd(error) || this.#events === 0) throw error;
        this.#builder.note(`The file ends within an event, at byte ${start}: what comes before it is shown.`);
        return true;
      }
      if (++this.#events % STEP === 0) yield json.share * 0.8;
      if (this.#events > this.#limits.samples * 2)
        refuseCount(this.#limits.samples * 2, 'events', `event ${this.#events}`);
    }
  }

  #takeSpan(event: Event): void {
    const { phase, pid, tid, ts, args } = event;
    if (Number.isNaN(ts)) return this.#count('without a time');
    const isPair = phase !== 'X';
    const text = isPair && args >= 0 ? this.#argText(args, event.argsEnd) : 0;
    const frame = phase === 'E' && event.name === undefined ? -1 : this.#frame(event);
    const thread = this.#threads.index(pid, tid);
    this.#spans.push(spanKinds[phase as Span], thread, frame, text, ts, isPair ? 0 : event.duration);
  }

  *#take(event: Event): Steps<void> {
    const { phase, name = '', pid, tid, args } = event;
    const json = this.#json;
    if (args >= 0 && (name === 'process_name' || name === 'thread_name')) {
      json.at = args;
      this.#threads.rename(name, pid, tid, readName(json));
    } else if (args >= 0 && (name === 'Profile' || name === 'ProfileChunk' || name === 'CpuProfile')) {
      json.at = args;
      const profile = this.#profile(event);
      if (json.kind() === 'object') yield* readArgs(json, profile.recording);
    } else {
      const kind = LEFT_OUT.get(phase) ?? 'other';
      if (kind !== '') this.#count(kind);
    }
  }

  #count(kind: string): void {
    this.#leftOut.set(kind, (this.#leftOut.get(kind) ?? 0) + 1);
  }

  #frame({ name, args }: Event): number {
    const written = name ?? '(unnamed)';
    const known = this.#frames.get(written);
    if (known !== undefined) return known;
    const at = args < 0 ? {} : readPlace(this.#json, args);
    const frame = this.#builder.frame({ name: written, ...placeOf(written), ...at });
    this.#frames.set(written, frame);
    return frame;
  }

  #argText(from: number, until: number): number {
    const text = new TextDecoder().decode(this.#json.bytes.subarray(from, Math.min(until, from + 4096)));
    const known = this.#argTexts.get(text);
    if (known !== undefined) return known;
    this.#argTexts.set(text, this.#argTexts.size + 1);
    return this.#argTexts.size;
  }

  #profile({ name, pid, tid, id }: Event): CpuProfile {
    // Chunks are sent by a different thread than the profiled one.
    const key = JSON.stringify(name === 'CpuProfile' ? [pid, tid] : [pid, 'id', id]);
    let profile = this.#profiles.get(key);
    if (!profile) {
      profile = { recording: new V8Recording(this.#builder), id, pid, tid: name === 'ProfileChunk' ? '' : tid };
      this.#profiles.set(key, profile);
    }
    if (name === 'Profile') profile.tid = tid;
    return profile;
  }

  *#build(): Steps<Profile> {
    const builder = this.#builder;
    const profiles = [...this.#profiles.values()].filter(({ recording }) => recording.tree.length > 0);
    const starts = profiles.map(({ recording: { startTime } }) => (startTime > 0 ? startTime : Infinity));
    const origin = [this.#spans.firstUs, this.#hermes.firstUs, ...starts].reduce((a, b) => Math.min(a, b), Infinity);
    let hasTimes = false;
    for (const { recording, pid, tid, id } of profiles) {
      const labels: LabelPair[] = [...this.#threads.labels(pid, tid)];
      if (id !== '') labels.push(['profile', id]);
      const added = yield* recording.addSamples(labels, Number.isFinite(origin) ? origin : undefined);
      hasTimes ||= added.hasTimes;
    }
    hasTimes ||= yield* this.#hermes.addSamples(origin);
    const sampled = builder.sampleCount;
    const ofThread = this.#threads.all().map(({ pid, tid }) => builder.labels(this.#threads.labels(pid, tid)));
    yield* this.#spans.addTo(ofThread, (node, us, labels, ts) =>
      builder.sample(node, [0, 0, us], labels, (ts - origin) / 1000),
    );
    this.#addNotes();
    const hasSpans = builder.sampleCount > sampled;
    const kept = [...(sampled > 0 ? (hasTimes ? [0, 1] : [0]) : []), ...(hasSpans || sampled === 0 ? [2] : [])];
    if (builder.sampleCount === 0) {
      throw new DecodeError('empty', 'The trace has no CPU profile and no spans of threads.', {
        remedy: 'Record with the JavaScript profiler on, or open the trace in ui.perfetto.dev.',
      });
    }
    const spanned = this.#spans.lastUs - this.#spans.firstUs;
    return builder.take({
      kept,
      defaultSampleType: hasTimes && sampled > 0 ? 1 : 0,
      ...(Number.isFinite(spanned) && { durationMs: spanned / 1000 }),
    });
  }

  #addNotes(): void {
    const kinds = [...this.#leftOut].map(([kind, count]) => `${count} ${kind}`);
    if (kinds.length > 0)
      this.#builder.note(`Events that are not spans of a thread are left out: ${kinds.join(', ')}.`);
    const { unmatched, unended } = this.#spans;
    if (unmatched > 0) this.#builder.note(`Ends of spans without a begin are left out: ${unmatched}.`);
    if (unended > 0) this.#builder.note(`Spans without an end last until the end of their thread: ${unended}.`);
  }
}

function isEarlyEnd(error: unknown): boolean {
  return error instanceof DecodeError && error.message === 'The JSON ends early.';
}

function readEvent(json: JsonPull): Event {
  const event: Event = {
    name: undefined,
    phase: '',
    pid: '',
    tid: '',
    id: '',
    ts: NaN,
    duration: 0,
    args: -1,
    argsEnd: -1,
  };
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'ph') event.phase = json.stringIn() ?? '';
    else if (key === 'name') event.name = json.stringIn();
    else if (key === 'ts') event.ts = json.numberIn() ?? NaN;
    else if (key === 'dur') event.duration = Math.max(0, json.numberIn() ?? 0);
    else if (key === 'tdur' && event.duration === 0) event.duration = Math.max(0, json.numberIn() ?? 0);
    else if (key === 'pid') event.pid = json.stringIn() ?? '';
    else if (key === 'tid') event.tid = json.stringIn() ?? '';
    else if (key === 'id') event.id = json.stringIn() ?? '';
    else if (key === 'args') {
      event.args = json.at;
      json.skip();
      event.argsEnd = json.at;
    } else json.skip();
  }
  return event;
}

/** `args` of a metadata event. */
function readName(json: JsonPull): string {
  let name = '';
  if (json.kind() !== 'object') return name;
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'name') name = json.stringIn() ?? '';
    else json.skip();
  }
  return name;
}

/** File and line, as Hermes has them in the arguments. */
function readPlace(json: JsonPull, args: number): { file?: string; line?: number } {
  const back = json.at;
  let [file, line]: [string | undefined, number | undefined] = [undefined, undefined];
  json.at = args;
  if (json.kind() === 'object') {
    json.enterObject();
    for (let key = json.key(); key !== undefined; key = json.key()) {
      if (key === 'url' && json.kind() === 'string') file = json.string();
      else if (key === 'line' && json.kind() === 'number') line = json.number();
      else json.skip();
    }
  }
  json.at = back;
  return { ...(file !== undefined && { file }), ...(line !== undefined && { line }) };
}

/** VizTracer and others write the place into the name: `fib (/srv/fib.py:6)`. */
function placeOf(name: string): { readonly file?: string; readonly line?: number } {
  const open = name.endsWith(')') ? name.lastIndexOf(' (') : -1;
  const match = open < 0 ? null : /^(.{1,4000}):(\d{1,9})$/.exec(name.slice(open + 2, -1));
  return match ? { file: match[1], line: Number(match[2]) } : {};
}

/** `args` of a CPU profile's event: `data`, with the profile or a chunk of it. Some writers have the times in both. */
function* readArgs(json: JsonPull, recording: V8Recording): Steps<void> {
  const { deltas } = recording;
  const before = deltas.length;
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'data' && json.kind() === 'object') yield* readArgs(json, recording);
    else if (key === 'cpuProfile' && json.kind() === 'object') {
      const hasDeltas = deltas.length > before;
      const own = deltas.length;
      yield* recording.read(json);
      if (hasDeltas) deltas.length = own;
    } else if (key === 'timeDeltas' && deltas.length === before) yield* readNumbers(json, deltas);
    else if (key === 'startTime') recording.startAt(json.numberIn());
    else if (key === 'endTime') recording.endTime = json.numberIn() ?? NaN;
    else json.skip();
  }
}
