/** A flight recording as one profile: each kind of event is a sample type, threads and states are labels. */
import type { Steps } from '#base/steps.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS } from '../decode-limits.ts';
import { type JfrEvent, JfrRecording, type JfrStack } from './jfr-recording.ts';
import { type JfrView, jfrViews, NATIVE_LIVE } from './jfr-views.ts';
import { type LabelPair, ProfileBuilder } from '../profile-builder.ts';
import { traceLabels } from '../trace-labels.ts';

const SURVEY = 0.3;
/** The sample type of a recording without samples. */
const NO_SAMPLES: SampleType = { type: 'ExecutionSample', unit: 'count' };

/** @throws DecodeError */
export function* decodeJfr(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const recording = new JfrRecording(bytes);
  const survey = yield* scaled(recording.survey(), 0, SURVEY);
  const views = jfrViews(survey.counts);
  const types = views.map(({ sampleType }) => sampleType);
  const builder = new ProfileBuilder(types.length === 0 ? [NO_SAMPLES] : types, limits);
  if (types.length === 0)
    builder.note(
      'The recording has no events that sample the program: record with the settings "profile" of the JDK, or with async-profiler.',
    );
  for (const note of survey.notes) builder.note(note);
  const stacks = new JfrStacks(builder);
  const isLive = survey.counts.has('profiler.Free') ? yield* liveMallocs(recording) : undefined;
  const byEvent = new Map<string, { at: number; view: JfrView }[]>();
  views.forEach((view, at) => {
    const own = byEvent.get(view.event);
    if (own === undefined) byEvent.set(view.event, [{ at, view }]);
    else own.push({ at, view });
  });
  const values = new Float64Array(views.length);
  const wanted = new Set(byEvent.keys());
  const events = recording.events(wanted, (event) => {
    const own = byEvent.get(event.name)!;
    for (const { at, view } of own) values[at] = valueOf(view, event, isLive);
    builder.sample(stacks.node(event.stack), values, labelsOf(builder, event), event.timeMs);
    for (const { at } of own) values[at] = 0;
  });
  yield* scaled(events, SURVEY, 1);
  return builder.take({ timeMs: survey.startMs, durationMs: survey.durationMs, defaultSampleType: 0 });
}

/** Stacks of a recording as nodes of a builder. */
export class JfrStacks {
  readonly #builder: ProfileBuilder;
  readonly #nodes = new Map<JfrStack, number>();

  constructor(builder: ProfileBuilder) {
    this.#builder = builder;
  }

  node(stack: JfrStack | undefined): number {
    if (stack === undefined) return 0;
    const known = this.#nodes.get(stack);
    if (known !== undefined) return known;
    let node = 0;
    for (const frame of stack) node = this.#builder.node(node, this.#builder.frame(frame));
    this.#nodes.set(stack, node);
    return node;
  }
}

/**
 * Which allocations of native memory are not given back in the recording.
 * @returns asked for each event of `profiler.Malloc` once, in the order of the recording
 */
export function* liveMallocs(recording: JfrRecording): Steps<() => boolean> {
  // Threads write buffers of their own: events are not in the order of time.
  const calls: { address: number; timeMs: number; at: number }[] = [];
  let count = 0;
  yield* recording.events(new Set(['profiler.Malloc', 'profiler.Free']), ({ name, timeMs, value }) => {
    calls.push({ address: value('address') ?? 0, timeMs, at: name === 'profiler.Malloc' ? count++ : -1 });
  });
  calls.sort((a, b) => a.timeMs - b.timeMs);
  const held = new Map<number, number>();
  for (const { address, at } of calls) {
    if (at < 0) held.delete(address);
    else held.set(address, at);
  }
  const live = new Set(held.values());
  let next = 0;
  return () => live.has(next++);
}

function valueOf({ field }: JfrView, event: JfrEvent, isLive: (() => boolean) | undefined): number {
  if (field === undefined) return 1;
  if (field === NATIVE_LIVE) return isLive?.() ? (event.value('size') ?? 0) : 0;
  return event.value(field) ?? 0;
}

function labelsOf(builder: ProfileBuilder, { thread, state, className, span, trace }: JfrEvent): number {
  const pairs: LabelPair[] = [];
  if (thread !== '') pairs.push(['thread', thread]);
  if (state !== '') pairs.push(['state', state]);
  if (className !== '') pairs.push(['class', className]);
  return builder.labels([...pairs, ...traceLabels(span, trace)]);
}

function* scaled<T>(steps: Steps<T>, from: number, to: number): Steps<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    yield from + step.value * (to - from);
  }
}
