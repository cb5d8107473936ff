/**
 * Profiles of Firefox: raw, as the browser records them, and processed, as profiler.firefox.com, samply and Vernier
 * write them. Threads and processes are labels, so are categories. Documentation: docs-developer of firefox-devtools/profiler.
 */
import type { JsonPull } from '#base/json-pull.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS, refuseCount } from '../decode-limits.ts';
import { openJson, refuseJson } from '../json-document.ts';
import { type LabelPair, ProfileBuilder } from '../profile-builder.ts';
import { readStrings, readTable, type Table } from './gecko-tables.ts';

const TABLES = ['samples', 'stackTable', 'frameTable', 'funcTable', 'resourceTable', 'sources'] as const;
type TableName = (typeof TABLES)[number];
const TYPES = [
  { type: 'samples', unit: 'count' },
  { type: 'time', unit: 'milliseconds' },
  { type: 'space', unit: 'bytes' },
];
const MAX_THREADS = 100_000;
/** Profiles of other processes within a profile; they hold no others. */
const MAX_NESTED = 4;
const STEP = 8192;

interface Tables {
  readonly tables: ReadonlyMap<TableName, Table>;
  readonly strings: readonly string[] | undefined;
}

interface Thread extends Tables {
  readonly name: string;
  readonly process: string;
  readonly pid: string;
  readonly tid: string;
  readonly place: string;
  readonly recording: Recording;
}

/** The recording of one process. */
interface Recording {
  startMs: number;
  intervalMs: number;
  categories: readonly string[];
  shared: Tables | undefined;
}

/** @throws DecodeError */
export function* decodeGecko(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const json = openJson(bytes);
  const threads: Thread[] = [];
  const recording = yield* readProfile(json, threads, '', 0);
  json.end();
  if (threads.length === 0) refuseJson('The profile has no threads.', 'threads');
  const builder = new ProfileBuilder(TYPES, limits);
  const used = new Set<number>();
  const seen = new Map<string, number>();
  for (const [i, thread] of threads.entries()) {
    yield 0.8 + (0.2 * i) / threads.length;
    yield* addThread(builder, thread, threadLabels(thread, seen), used);
  }
  const kept = used.size === 0 ? [0] : [...used].sort((a, b) => a - b);
  return builder.take({
    kept,
    ...(recording.startMs > 0 && { timeMs: recording.startMs }),
    ...(recording.intervalMs > 0 && {
      period: { type: { type: 'wall', unit: 'milliseconds' }, value: recording.intervalMs },
    }),
  });
}

/** @param out gets the threads of this process, then those of processes within */
function* readProfile(json: JsonPull, out: Thread[], place: string, level: number): Steps<Recording> {
  const threads: Thread[] = [];
  const nested: Thread[] = [];
  const recording: Recording = { startMs: 0, intervalMs: 0, categories: [], shared: undefined };
  let inner: Recording | undefined;
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    // A recording of the developer tools wraps the profile.
    if (key === 'profile' && json.kind() === 'object' && level < MAX_NESTED)
      inner = yield* readProfile(json, nested, `${place}profile.`, level + 1);
    else if (key === 'meta' && json.kind() === 'object') readMeta(json, recording);
    else if (key === 'shared' && json.kind() === 'object') recording.shared = yield* readTables(json, () => false);
    else if ((key === 'threads' || key === 'processes') && json.kind() === 'array') {
      json.enterArray();
      for (let i = 0; json.item(); i++) {
        const here = `${place}${key}[${i}]`;
        if (out.length + threads.length + nested.length >= MAX_THREADS) refuseCount(MAX_THREADS, 'threads', here);
        if (json.kind() === 'string' && level < MAX_NESTED) {
          // Old versions hold the profiles of other processes as text.
          const text = openJson(new TextEncoder().encode(json.string()));
          yield* readProfile(text, nested, `${here}.`, level + 1);
        } else if (json.kind() !== 'object') json.skip();
        else if (key === 'threads') threads.push(yield* readThread(json, recording, here));
        else if (level < MAX_NESTED) yield* readProfile(json, nested, `${here}.`, level + 1);
        else json.skip();
      }
    } else json.skip();
  }
  for (const thread of [...threads, ...nested]) out.push(thread);
  return inner ?? recording;
}

function readMeta(json: JsonPull, recording: Recording): void {
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'startTime') recording.startMs = json.numberIn() ?? 0;
    else if (key === 'interval') recording.intervalMs = json.numberIn() ?? 0;
    else if (key === 'categories' && json.kind() === 'array') {
      const categories = json.value() as readonly unknown[];
      recording.categories = categories.map((one) => (one instanceof Map ? String(one.get('name') ?? '') : ''));
    } else json.skip();
  }
}

function* readThread(json: JsonPull, recording: Recording, place: string): Steps<Thread> {
  const facts = new Map<string, string>();
  const tables = yield* readTables(json, (key) => {
    if (!['name', 'processName', 'processType', 'pid', 'tid'].includes(key)) return false;
    facts.set(key, json.stringIn() ?? '');
    return true;
  });
  return {
    ...tables,
    name: facts.get('name') ?? '',
    process: facts.get('processName') ?? facts.get('processType') ?? '',
    pid: facts.get('pid') ?? '',
    tid: facts.get('tid') ?? '',
    place,
    recording,
  };
}

/** @param other reads other keys and says whether it did */
function* readTables(json: JsonPull, other: (key: string) => boolean): Steps<Tables> {
  const tables = new Map<TableName, Table>();
  let strings: string[] | undefined;
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    const name = TABLES.find((one) => one === key);
    if (name) tables.set(name, yield* readTable(json));
    else if ((key === 'stringTable' || key === 'stringArray') && json.kind() === 'array')
      strings = yield* readStrings(json);
    else if (!other(key)) json.skip();
  }
  return { tables, strings };
}

/** Threads are distinguished, whatever their names. */
function threadLabels({ name, process, pid, tid }: Thread, seen: Map<string, number>): readonly LabelPair[] {
  const processLabel = nameWithId(process, pid);
  const threadLabel = nameWithId(name, tid) || 'thread';
  const both = JSON.stringify([processLabel, threadLabel]);
  const count = (seen.get(both) ?? 0) + 1;
  seen.set(both, count);
  const thread: LabelPair = ['thread', count === 1 ? threadLabel : `${threadLabel} #${count}`];
  return processLabel === '' ? [thread] : [['process', processLabel], thread];
}

function nameWithId(name: string, id: string): string {
  return name === '' || id === '' ? name || id : `${name} (${id})`;
}

function* addThread(
  builder: ProfileBuilder,
  thread: Thread,
  labels: readonly LabelPair[],
  used: Set<number>,
): Steps<void> {
  const { recording, place } = thread;
  const column = (table: TableName, name: string): Float64Array | undefined =>
    (thread.tables.get(table) ?? recording.shared?.tables.get(table))?.columns.get(name);
  const samples = column('samples', 'stack');
  if (!samples || samples.length === 0) return;
  const { nodes, categories } = yield* readStacks(builder, thread, column);
  const weights = column('samples', 'weight');
  const { weightType = '' } = thread.tables.get('samples') ?? {};
  const type = weightType === 'tracing-ms' ? 1 : weightType === 'bytes' ? 2 : 0;
  used.add(type);
  const times = column('samples', 'time');
  const deltas = column('samples', 'timeDeltas');
  const sets = new Map<number, number>();
  const values = [0, 0, 0];
  let elapsed = 0;
  for (let i = 0; i < samples.length; i++) {
    if (i % STEP === 0) yield 0.9;
    const stack = samples[i];
    if (!(Number.isNaN(stack) || (Number.isInteger(stack) && stack >= 0 && stack < nodes.length)))
      refuseJson(`The stack ${stack} is not in the table of ${nodes.length}.`, `${place}.samples[${i}]`);
    const category = Number.isNaN(stack) ? -1 : categories[stack];
    let set = sets.get(category);
    if (set === undefined) {
      const known = recording.categories[category];
      set = builder.labels(known === undefined ? labels : [...labels, ['category', known]]);
      sets.set(category, set);
    }
    const weight = weights?.[i];
    values[type] = weight === undefined || Number.isNaN(weight) ? 1 : weight;
    elapsed += deltas?.[i] || 0;
    const time = deltas ? elapsed : times?.[i];
    const isTimed = time !== undefined && !Number.isNaN(time);
    builder.sample(Number.isNaN(stack) ? 0 : nodes[stack], values, set, isTimed ? recording.startMs + time : undefined);
  }
}

type Column = (table: TableName, name: string) => Float64Array | undefined;

/** The node of each stack, and its category (-1 where there is none). */
function* readStacks(
  builder: ProfileBuilder,
  thread: Thread,
  column: Column,
): Steps<{ readonly nodes: Int32Array; readonly categories: Int32Array }> {
  const { place } = thread;
  const frames = column('stackTable', 'frame') ?? new Float64Array(0);
  const prefixes = column('stackTable', 'prefix');
  const offsets = column('stackTable', 'prefixOffset');
  const ofStack = column('stackTable', 'category');
  const ofFrame = column('frameTable', 'category');
  const frameOf = frameReader(builder, thread, column);
  const nodes = new Int32Array(frames.length).fill(-1);
  const categories = new Int32Array(frames.length).fill(-1);
  const parentOf = (stack: number): number => {
    const parent = offsets ? (offsets[stack] > 0 ? stack - offsets[stack] : NaN) : (prefixes?.[stack] ?? NaN);
    if (Number.isNaN(parent)) return -1;
    if (!(Number.isInteger(parent) && parent >= 0 && parent < frames.length))
      refuseJson(`The prefix ${parent} is not in the table of ${frames.length}.`, `${place}.stackTable[${stack}]`);
    return parent;
  };
  const path: number[] = [];
  for (let start = 0; start < frames.length; start++) {
    if (start % STEP === 0) yield 0.85;
    let at = start;
    // Prefixes mostly come before their stacks.
    while (at >= 0 && nodes[at] === -1) {
      nodes[at] = -2;
      path.push(at);
      at = parentOf(at);
    }
    if (at >= 0 && nodes[at] === -2) refuseJson('A stack is its own prefix.', `${place}.stackTable[${at}]`);
    let node = at < 0 ? 0 : nodes[at];
    let category = at < 0 ? -1 : categories[at];
    for (let stack = path.pop(); stack !== undefined; stack = path.pop()) {
      node = builder.node(node, frameOf(frames[stack], `${place}.stackTable[${stack}]`));
      nodes[stack] = node;
      const own = ofStack?.[stack] ?? ofFrame?.[frames[stack]];
      if (own !== undefined && !Number.isNaN(own)) category = own;
      categories[stack] = category;
    }
  }
  return { nodes, categories };
}

/** Makes frames of rows of `frameTable`: of a function (processed), or of a text such as `name (file:12:3)` (raw). */
function frameReader(
  builder: ProfileBuilder,
  thread: Thread,
  column: Column,
): (frame: number, place: string) => number {
  const strings = thread.strings ?? thread.recording.shared?.strings ?? [];
  const location = column('frameTable', 'location');
  const func = column('frameTable', 'func');
  const line = column('frameTable', 'line');
  const count = (location ?? func)?.length ?? 0;
  const name = column('funcTable', 'name') ?? new Float64Array(0);
  const text = (index: number | undefined, place: string): string => {
    if (index === undefined || Number.isNaN(index)) return '';
    if (strings[index] === undefined)
      refuseJson(`The string ${index} is not in the table of ${strings.length}.`, place);
    return strings[index];
  };
  const fileOf = (index: number, place: string): string => {
    const source = column('funcTable', 'source')?.[index];
    const file = column('sources', 'filename')?.[source ?? NaN] ?? column('funcTable', 'fileName')?.[index];
    return text(file, place);
  };
  const known = new Int32Array(count).fill(-1);
  return (frame, place) => {
    if (!(Number.isInteger(frame) && frame >= 0 && frame < count))
      refuseJson(`The frame ${frame} is not in the table of ${count}.`, place);
    if (known[frame] >= 0) return known[frame];
    const here = `${thread.place}.frameTable[${frame}]`;
    const at = line?.[frame] || 0;
    if (location) {
      const written = text(location[frame], here);
      known[frame] = builder.frame({ name: written, ...placeIn(written), ...(at > 0 && { line: at }) });
      return known[frame];
    }
    const index = func?.[frame] ?? NaN;
    if (!(Number.isInteger(index) && index >= 0 && index < name.length))
      refuseJson(`The function ${index} is not in the table of ${name.length}.`, here);
    const resource = column('funcTable', 'resource')?.[index] ?? -1;
    const lib = resource >= 0 ? column('resourceTable', 'name')?.[resource] : undefined;
    const file = fileOf(index, here);
    known[frame] = builder.frame({
      name: text(name[index], here),
      file,
      line: at,
      startLine: column('funcTable', 'lineNumber')?.[index] || 0,
      // Scripts have a page or an extension for a resource, which is no binary.
      mapping: file === '' ? text(lib, here) : '',
    });
    return known[frame];
  };
}

/** `name (file:12:3)`, `file:12`; the name keeps its place, as functions are distinguished by it. */
function placeIn(location: string): { readonly file: string; readonly line: number } | undefined {
  const open = location.endsWith(')') ? location.lastIndexOf(' (') : -1;
  const place = open >= 0 ? location.slice(open + 2, -1) : location;
  const match = /^(.{1,4000}?):(\d{1,9})(?::\d{1,9})?$/.exec(place);
  if (!match || (open < 0 && !/[/.]/.test(match[1]))) return undefined;
  return { file: match[1].slice(match[1].lastIndexOf(' -> ') + 1).replace(/^-> /, ''), line: Number(match[2]) };
}
