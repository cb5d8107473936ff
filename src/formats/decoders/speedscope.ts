/**
 * speedscope's own format (speedscope.app/file-format-schema.json): frames, and profiles that are lists of samples with
 * weights, or of events that open and close frames. Units become sample types, profiles a label.
 */
import { Float64Column, Int32Column } from '#base/column.ts';
import type { JsonPull } from '#base/json-pull.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from '../decode-limits.ts';
import { openJson, refuseJson } from '../json-document.ts';
import { ProfileBuilder } from '../profile-builder.ts';
import { EventReader, index, MAX_INDEX } from './speedscope-events.ts';

const UNITS: Readonly<Record<string, { readonly sampleType: SampleType; readonly ms?: number }>> = {
  nanoseconds: { sampleType: { type: 'time', unit: 'nanoseconds' }, ms: 1e-6 },
  microseconds: { sampleType: { type: 'time', unit: 'microseconds' }, ms: 1e-3 },
  milliseconds: { sampleType: { type: 'time', unit: 'milliseconds' }, ms: 1 },
  seconds: { sampleType: { type: 'time', unit: 'seconds' }, ms: 1000 },
  bytes: { sampleType: { type: 'space', unit: 'bytes' } },
};
const NO_UNIT = { sampleType: { type: 'samples', unit: 'count' }, ms: undefined };
const MAX_PROFILES = 100_000;
const STEP = 8192;

interface Frame {
  name: string;
  file: string;
  line: number;
}

interface Part {
  name: string;
  unit: string;
  /** As our own writer adds it. */
  sampleType: SampleType | undefined;
  type: string;
  startValue: number;
  endValue: number;
  /** Stacks of all samples, concatenated. */
  readonly stacks: Int32Column;
  readonly stackEnd: Int32Column;
  readonly weights: Float64Column;
  /** Weights that doubles do not hold, by sample. */
  readonly wide: Map<number, bigint>;
  /** Events: frame + 1 where it opens, -(frame + 1) where it closes. */
  readonly events: Int32Column;
  readonly at: Float64Column;
}

/**
 * @param profileLabel which label of all samples names their profile; by default `profile`, of those alone that no sample type tells apart
 * @throws DecodeError
 */
export function* decodeSpeedscope(
  bytes: Uint8Array,
  limits: DecodeLimits = FILE_LIMITS,
  profileLabel?: string,
): Steps<Profile> {
  const json = openJson(bytes);
  let frames: Frame[] = [];
  let parts: Part[] = [];
  let active = 0;
  let durationMs = NaN;
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'shared' && json.kind() === 'object') {
      json.enterObject();
      for (let inner = json.key(); inner !== undefined; inner = json.key()) {
        if (inner === 'frames') frames = yield* readFrames(json, limits);
        else json.skip();
      }
    } else if (key === 'profiles') parts = yield* readParts(json, limits);
    else if (key === 'durationMs') durationMs = json.numberIn() ?? NaN;
    else if (key === 'activeProfileIndex') active = json.numberIn() ?? 0;
    else json.skip();
  }
  json.end();
  if (parts.length === 0) refuseJson('The file has no profiles.', 'profiles');
  return yield* build(frames, parts, active, durationMs, limits, profileLabel);
}

function* readFrames(json: JsonPull, limits: DecodeLimits): Steps<Frame[]> {
  const frames: Frame[] = [];
  json.enterArray();
  while (json.item()) {
    if (frames.length % STEP === 0) yield json.share * 0.8;
    if (frames.length >= limits.lines) refuseCount(limits.lines, 'frames', `shared.frames[${frames.length}]`);
    const frame: Frame = { name: '', file: '', line: 0 };
    json.enterObject();
    for (let key = json.key(); key !== undefined; key = json.key()) {
      if (key === 'name') frame.name = json.stringIn() ?? '';
      else if (key === 'file') frame.file = json.stringIn() ?? '';
      else if (key === 'line') frame.line = json.numberIn() ?? 0;
      else json.skip();
    }
    frames.push(frame);
  }
  return frames;
}

function* readParts(json: JsonPull, limits: DecodeLimits): Steps<Part[]> {
  const parts: Part[] = [];
  json.enterArray();
  while (json.item()) {
    if (parts.length >= MAX_PROFILES) refuseCount(MAX_PROFILES, 'profiles', `profiles[${parts.length}]`);
    parts.push(yield* readPart(json, `profiles[${parts.length}]`, limits));
  }
  return parts;
}

function* readPart(json: JsonPull, place: string, limits: DecodeLimits): Steps<Part> {
  const part: Part = {
    name: '',
    unit: 'none',
    sampleType: undefined,
    type: '',
    startValue: 0,
    endValue: NaN,
    stacks: new Int32Column(16),
    stackEnd: new Int32Column(16),
    weights: new Float64Column(16),
    wide: new Map(),
    events: new Int32Column(16),
    at: new Float64Column(16),
  };
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'name') part.name = json.stringIn() ?? '';
    else if (key === 'unit') part.unit = json.stringIn() ?? '';
    else if (key === 'sampleType' && json.kind() === 'object') part.sampleType = readSampleType(json);
    else if (key === 'type') part.type = json.stringIn() ?? '';
    else if (key === 'startValue') part.startValue = json.numberIn() ?? 0;
    else if (key === 'endValue') part.endValue = json.numberIn() ?? NaN;
    else if (key === 'samples' && json.kind() === 'array') {
      const { stacks, stackEnd } = part;
      json.enterArray();
      while (json.item()) {
        if (stackEnd.length % STEP === 0) yield json.share * 0.8;
        if (stackEnd.length >= limits.samples) refuseCount(limits.samples, 'samples', `${place}.samples`);
        json.enterArray();
        json.shortNumbers(stacks, limits.frames + 1, MAX_INDEX);
        while (json.item()) stacks.push(index(json.number(), place, 'samples', stackEnd.length));
        if (stacks.length > limits.frames) refuseCount(limits.frames, 'frames in its stacks', `${place}.samples`);
        stackEnd.push(stacks.length);
      }
    } else if (key === 'weights' && json.kind() === 'array') {
      json.enterArray();
      while (json.item()) {
        if (part.weights.length % STEP === 0) yield json.share * 0.8;
        const weight = json.exactNumber();
        if (typeof weight === 'bigint') part.wide.set(part.weights.length, weight);
        part.weights.push(Number(weight));
      }
    } else if (key === 'events' && json.kind() === 'array') yield* readEvents(json, part, place, limits);
    else json.skip();
  }
  return part;
}

function readSampleType(json: JsonPull): SampleType {
  let [type, unit] = ['', ''];
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'type') type = json.stringIn() ?? '';
    else if (key === 'unit') unit = json.stringIn() ?? '';
    else json.skip();
  }
  return { type, unit };
}

function* readEvents(json: JsonPull, part: Part, place: string, limits: DecodeLimits): Steps<void> {
  json.enterArray();
  const reader = new EventReader(json, part, place, 2 * limits.samples);
  while (reader.readSome()) yield json.share * 0.8;
}

function* build(
  frames: readonly Frame[],
  parts: readonly Part[],
  active: number,
  /** What the file says; NaN where it does not. */
  durationMs: number,
  limits: DecodeLimits,
  profileLabel: string | undefined,
): Steps<Profile> {
  const types: SampleType[] = [];
  const columnOf = parts.map((part) => {
    const wanted = sampleTypeOf(part);
    const at = types.findIndex(({ type, unit }) => type === wanted.type && unit === wanted.unit);
    return at >= 0 ? at : types.push(wanted) - 1;
  });
  // Profiles distinguished by sample type need no label.
  const isNamed = profileLabel !== undefined || types.length < parts.length;
  const builder = new ProfileBuilder(types, limits);
  const frameOf = frames.map((frame) => builder.frame(frame));
  const names = distinctNames(parts.map(({ name }) => name));
  const values: (number | bigint)[] = types.map(() => 0);
  let span = 0;
  builder.expect(parts.reduce((sum, { events, stackEnd }) => sum + events.length + stackEnd.length, 0));
  for (const [i, part] of parts.entries()) {
    const place = `profiles[${i}]`;
    const column = columnOf[i];
    // A file of ours has a sample type, and each stack once: not when it ran.
    const { ms } = part.sampleType ? NO_UNIT : (UNITS[part.unit] ?? NO_UNIT);
    const labels = isNamed ? builder.labels([[profileLabel ?? 'profile', names[i]]]) : 0;
    const add = (node: number, value: number | bigint, at: number): void => {
      values[column] = value;
      builder.sample(node, values, labels, ms && (at - part.startValue) * ms);
      values[column] = 0;
    };
    const node = (parent: number, frame: number, list: string, at: number): number => {
      if (frame >= frameOf.length)
        refuseJson(`The frame ${frame} is not in the table of ${frameOf.length}.`, `${place}.${list}[${at}]`);
      return builder.node(parent, frameOf[frame]);
    };
    const end =
      part.type === 'evented' ? yield* addEvents(part, place, node, add) : yield* addSamples(part, place, node, add);
    if (ms) span = Math.max(span, (end - part.startValue) * ms);
  }
  const length = durationMs > 0 && Number.isFinite(durationMs) ? durationMs : span;
  return builder.take({
    defaultSampleType: columnOf[Math.trunc(active)] ?? 0,
    ...(length > 0 && { durationMs: length }),
  });
}

type Node = (parent: number, frame: number, list: string, at: number) => number;
type Add = (node: number, value: number | bigint, at: number) => void;

function* addSamples(
  { stacks, stackEnd, weights, wide, startValue }: Part,
  place: string,
  node: Node,
  add: Add,
): Steps<number> {
  if (weights.length !== stackEnd.length) {
    refuseJson(`There are ${stackEnd.length} samples and ${weights.length} weights.`, place);
  }
  let at = startValue;
  let from = 0;
  let before = 0;
  /** Nodes of the sample before. */
  const path: number[] = [];
  for (let i = 0; i < stackEnd.length; i++) {
    if (i % STEP === 0) yield 0.8 + (0.2 * i) / stackEnd.length;
    const end = stackEnd.values[i];
    // Most frames are those of the sample before, and so are their nodes.
    let depth = 0;
    while (depth < path.length && from + depth < end && stacks.values[before + depth] === stacks.values[from + depth])
      depth++;
    path.length = depth;
    for (let k = from + depth; k < end; k++) path.push(node(path.at(-1) ?? 0, stacks.values[k], 'samples', i));
    before = from;
    from = end;
    const stack = path.at(-1) ?? 0;
    add(stack, wide.get(i) ?? weights.values[i], at);
    at += weights.values[i];
  }
  return at;
}

/** The time between two events belongs to the stack that is open. */
function* addEvents({ events, at, startValue }: Part, place: string, node: Node, add: Add): Steps<number> {
  /** The open frames, the outermost first. */
  const open: number[] = [];
  const nodes: number[] = [];
  let before = startValue;
  const addSome = (from: number, end: number): void => {
    for (let i = from; i < end; i++) {
      const time = at.values[i];
      const depth = open.length;
      const top = depth > 0 ? nodes[depth - 1] : 0;
      if (i > 0 && time < before)
        refuseJson('The time of an event is before the one before it.', `${place}.events[${i}]`);
      if (i > 0 && time > before) add(top, time - before, before);
      before = time;
      const event = events.values[i];
      if (event > 0) {
        open.push(event - 1);
        nodes.push(node(top, event - 1, 'events', i));
        continue;
      }
      if (depth === 0 || open[depth - 1] !== -event - 1)
        refuseJson(`An event closes the frame ${-event - 1}, which is not the innermost one.`, `${place}.events[${i}]`);
      open.pop();
      nodes.pop();
    }
  };
  for (let i = 0; i < events.length; i += STEP) {
    yield 0.8 + (0.2 * i) / events.length;
    addSome(i, Math.min(events.length, i + STEP));
  }
  if (open.length > 0) refuseJson(`Frames that are opened and never closed: ${open.length}.`, `${place}.events`);
  return before;
}

/** Units that speedscope does not know are written as they stand. */
function sampleTypeOf({ unit, sampleType }: Part): SampleType {
  if (sampleType) return sampleType;
  if (unit === 'none' || unit === '') return NO_UNIT.sampleType;
  return UNITS[unit]?.sampleType ?? { type: 'weight', unit };
}

/** Profiles of one name are distinguished by number. */
export function distinctNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
