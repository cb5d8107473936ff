/** The server profiles its own main thread through Node's inspector, and stores that like any other service. */

import { Session, type HeapProfiler, type Profiler, type Runtime } from 'node:inspector';
import { Int32Column } from '#base/column.ts';
import { FunctionColumns, lineNumber, noLabels, plainColumn } from '#formats/profile-columns.ts';
import { OWN_SERVICE } from '#model/labels.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import type { Engine, Log } from './exchange.ts';
import { ownProfile } from './own-profile.ts';

/**
 * ns that one CPU sample stands for. Each wakes the thread, idle or not: every 10 ms would cost an idle server about 1 %
 * of a core where signals are slow, and a thread that mostly waits does not need it.
 */
const CPU_PERIOD = 20_000_000;
/** Bytes between two heap samples, on average. */
const HEAP_PERIOD = 524_288;
/** So that a fresh start shows a flame graph within 15 s. */
const FIRST_READ_MS = 5000;
const READ_EVERY_MS = 10_000;
/** Every third read of the CPU profile also reads the heap, that is every 30 s. Reading it collects garbage first. */
const HEAP_READ_EVERY = 3;

/** A recording under way. */
export interface SelfProfile {
  /** From now on sends the recording there every 10 s; the first failure is logged. */
  sendTo(engine: Pick<Engine, 'store'>): void;
  /** Ends the recording; resolves once pending parts are stored. The unread rest is lost. */
  stop(): Promise<void>;
}

/**
 * Starts to record the calling thread; keep that early, as most of what an idle server does is its start.
 * @param packageUrl folder of the package, with a slash at its end; file names are relative to it
 * @throws (rejects) Error where this Node has no profiler
 */
export async function startSelfProfile(version: string, packageUrl: URL, log: Log): Promise<SelfProfile> {
  const session = new Session();
  session.connect();
  await post(session, 'Profiler.enable');
  await post(session, 'Profiler.setSamplingInterval', { interval: CPU_PERIOD / 1000 });
  await post(session, 'HeapProfiler.enable');
  await post(session, 'HeapProfiler.startSampling', { samplingInterval: HEAP_PERIOD });
  await post(session, 'Profiler.start');
  let startedMs = Date.now();
  let timer: NodeJS.Timeout | undefined;
  let reads = 0;
  let reading = Promise.resolve();
  let fails = false;

  const labels = { service_name: OWN_SERVICE, version, runtime: 'node', thread: 'main' };
  const read = async (engine: Pick<Engine, 'store'>): Promise<void> => {
    const cpuMs = startedMs;
    const { profile } = await post<Profiler.StopReturnType>(session, 'Profiler.stop');
    await post(session, 'Profiler.start');
    startedMs = Date.now();
    const made = [
      ownProfile(convertCpuProfile(profile, packageUrl), { ...labels, __name__: 'process_cpu' }, cpuMs, ''),
    ];
    if (reads++ % HEAP_READ_EVERY === 0) {
      const heap = await post<HeapProfiler.GetSamplingProfileReturnType>(session, 'HeapProfiler.getSamplingProfile');
      const converted = convertHeapProfile(heap.profile, packageUrl);
      made.push(ownProfile(converted, { ...labels, __name__: 'memory' }, Date.now(), ''));
    }
    await engine.store(made.filter(({ profile: { sampleCount } }) => sampleCount > 0));
  };
  const tryRead = async (engine: Pick<Engine, 'store'>): Promise<void> => {
    try {
      await read(engine);
      fails = false;
    } catch (error) {
      if (!fails) log.warn(`The profile of this server could not be stored: ${(error as Error).message}`);
      fails = true;
    }
  };
  const readLater = (engine: Pick<Engine, 'store'>, delayMs: number): void => {
    timer = setTimeout(() => {
      readLater(engine, READ_EVERY_MS);
      reading = tryRead(engine);
    }, delayMs).unref();
  };

  return {
    sendTo: (engine) => readLater(engine, FIRST_READ_MS),
    async stop() {
      clearTimeout(timer);
      await reading;
      session.disconnect();
    },
  };
}

function post<T>(session: Session, method: string, parameters?: object): Promise<T> {
  return new Promise((resolve, reject) => {
    session.post(method, parameters, (error, result) => {
      if (error === null) resolve(result as T);
      else reject(new Error(`${method}: ${error.message}`));
    });
  });
}

/** A call path of V8's: the innermost call, and what was measured in it alone. */
interface CallNode {
  readonly frame: Runtime.CallFrame;
  /** Position in the list, -1 for the root; before this one. */
  readonly parent: number;
  readonly self: number;
}

/**
 * Time is samples times interval, not the sum of the times between samples: so counts and nanoseconds agree, and on a
 * busy machine a gap in sampling is not charged to the next function.
 * @param packageUrl as of startSelfProfile
 */
export function convertCpuProfile({ nodes }: Profiler.Profile, packageUrl: URL): Profile {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const list: CallNode[] = [];
  const open = nodes.slice(0, 1).map((node) => ({ node, parent: -1 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, parent } = next;
    const frame = node.callFrame;
    const self = frame.functionName === '(idle)' ? 0 : (node.hitCount ?? 0);
    const at = list.push({ frame, parent, self }) - 1;
    for (const id of node.children ?? []) open.push({ node: byId.get(id)!, parent: at });
  }
  return toProfile(
    list,
    [
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ],
    [1, CPU_PERIOD],
    { type: { type: 'cpu', unit: 'nanoseconds' }, value: CPU_PERIOD },
    packageUrl,
  );
}

/**
 * What is alive now, as bytes that V8 has already scaled up from its samples.
 * @param packageUrl as of startSelfProfile
 */
export function convertHeapProfile({ head }: HeapProfiler.SamplingHeapProfile, packageUrl: URL): Profile {
  const list: CallNode[] = [];
  const open = [{ node: head, parent: -1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, parent } = next;
    const at = list.push({ frame: node.callFrame, parent, self: Math.round(node.selfSize) }) - 1;
    for (const child of node.children) open.push({ node: child, parent: at });
  }
  return toProfile(
    list,
    [{ type: 'inuse_space', unit: 'bytes' }],
    [1],
    { type: { type: 'space', unit: 'bytes' }, value: HEAP_PERIOD },
    packageUrl,
  );
}

/** @param scale by sample type: what a node's self is multiplied by */
function toProfile(
  nodes: readonly CallNode[],
  sampleTypes: readonly SampleType[],
  scale: readonly number[],
  period: NonNullable<Profile['period']>,
  packageUrl: URL,
): Profile {
  const functions = new FunctionColumns();
  const frameOf = new Map<string, number>();
  const frameDefinition = new Int32Column(64);
  const frameLine = new Int32Column(64);
  const frames = nodes.map(({ frame, parent }) => {
    // The root stands for no call.
    if (parent < 0) return -1;
    const line = lineNumber(frame.lineNumber + 1);
    const name = frame.functionName || '(anonymous)';
    const definition = functions.intern(name, publicPath(frame.url, packageUrl), line, '');
    const key = `${definition} ${line}`;
    const known = frameOf.get(key);
    if (known !== undefined) return known;
    frameOf.set(key, frameDefinition.length);
    frameDefinition.push(definition);
    frameLine.push(line);
    return frameDefinition.length - 1;
  });
  const stackStart = [0];
  const stackFrames: number[] = [];
  const selves: number[] = [];
  nodes.forEach(({ self }, index) => {
    if (self <= 0 || frames[index] < 0) return;
    const stack: number[] = [];
    for (let at = index; frames[at] >= 0; at = nodes[at].parent) stack.push(frames[at]);
    stackFrames.push(...stack.reverse());
    stackStart.push(stackFrames.length);
    selves.push(self);
  });
  return {
    sampleTypes,
    defaultSampleType: sampleTypes.length - 1,
    ...functions.take(frameDefinition.take(), frameLine.take()),
    sampleCount: selves.length,
    stackStart: Int32Array.from(stackStart),
    stackFrames: Int32Array.from(stackFrames),
    values: scale.map((factor) => plainColumn(Float64Array.from(selves, (self) => self * factor))),
    labels: noLabels(selves.length),
    timeMs: undefined,
    durationMs: undefined,
    period,
    cut: undefined,
    notes: [],
  };
}

/** A file path for other readers, without the location of the package on this machine. */
function publicPath(url: string, packageUrl: URL): string {
  if (/^(node|wasm):/.test(url)) return url;
  const path = url.startsWith(packageUrl.href) ? url.slice(packageUrl.href.length) : outsidePath(url);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The path of a file outside the package: from its own package on, otherwise only its name. */
function outsidePath(url: string): string {
  const modules = url.lastIndexOf('/node_modules/');
  return modules >= 0 ? url.slice(modules + 1) : url.slice(Math.max(url.lastIndexOf('/'), url.lastIndexOf('\\')) + 1);
}
