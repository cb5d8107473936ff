/**
 * V8's .cpuprofile: `nodes` (or, until Chrome 57, the tree `head`), `samples` and `timeDeltas` (`timestamps`).
 * A sample lasts until the next one, the last one until `endTime`. Without samples hit counts stand in for them.
 */
import { Float64Column } from '#base/column.ts';
import type { JsonPull } from '#base/json-pull.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS } from '../decode-limits.ts';
import { openJson, refuseJson } from '../json-document.ts';
import { type LabelPair, ProfileBuilder } from '../profile-builder.ts';
import { readNumbers, V8CallTree } from './v8-call-tree.ts';

/** Values of a sample: one, and microseconds. */
export const v8SampleTypes = [
  { type: 'samples', unit: 'count' },
  { type: 'time', unit: 'microseconds' },
];

const MICROSECONDS_A_SECOND = 1e6;
const SAMPLES_A_STEP = 8192;

/** @throws DecodeError */
export function* decodeCpuProfile(bytes: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  const json = openJson(bytes);
  const builder = new ProfileBuilder(v8SampleTypes, limits);
  const recording = new V8Recording(builder);
  yield* recording.read(json);
  json.end();
  const { hasTimes, durationUs } = yield* recording.addSamples([]);
  return builder.take({
    kept: hasTimes ? [0, 1] : [0],
    ...(hasTimes && { defaultSampleType: 1 }),
    ...(durationUs > 0 && { durationMs: durationUs / 1000 }),
  });
}

/** One CPU profile: call tree, samples, times in microseconds. */
export class V8Recording {
  readonly tree: V8CallTree;
  readonly samples = new Float64Column();
  readonly deltas = new Float64Column();
  readonly #timestamps = new Float64Column();
  readonly #builder: ProfileBuilder;
  startTime = NaN;
  endTime = NaN;
  #isOld = false;

  constructor(builder: ProfileBuilder) {
    this.#builder = builder;
    this.tree = new V8CallTree(builder);
  }

  *read(json: JsonPull): Steps<void> {
    json.enterObject();
    for (let key = json.key(); key !== undefined; key = json.key()) {
      if (key === 'nodes' && json.kind() === 'array') yield* this.tree.readList(json);
      else if (key === 'head' && json.kind() === 'object') {
        this.#isOld = true;
        yield* this.tree.readHead(json);
      } else if (key === 'samples') yield* readNumbers(json, this.samples);
      else if (key === 'timeDeltas') yield* readNumbers(json, this.deltas);
      else if (key === 'timestamps') yield* readNumbers(json, this.#timestamps);
      else if (key === 'startTime') this.startAt(json.numberIn());
      else if (key === 'endTime') this.endTime = json.numberIn() ?? NaN;
      else json.skip();
    }
  }

  /** The first that is known: of a trace, that of the event before all chunks. */
  startAt(us: number | undefined): void {
    if (Number.isNaN(this.startTime)) this.startTime = us ?? NaN;
  }

  /**
   * @param originUs of the whole file, where it is not this profile alone
   * @returns whether samples have times, and the time from the first start to the end
   */
  *addSamples(
    labels: readonly LabelPair[],
    originUs?: number,
  ): Steps<{ readonly hasTimes: boolean; readonly durationUs: number }> {
    if (this.tree.length === 0) refuseJson('The profile has no call tree.', 'nodes');
    const nodes = this.tree.resolve();
    const count = this.samples.length;
    if (count === 0 || !this.tree.hasUniqueIds) {
      for (let node = 0; node < nodes.length; node++) {
        const hits = this.tree.hits(node);
        if (hits !== 0) this.#builder.sample(nodes[node], [hits, 0, 0], this.tree.labels(node, labels));
      }
      return { hasTimes: false, durationUs: 0 };
    }
    const times = this.#times();
    const endTime = this.#isOld ? this.endTime * MICROSECONDS_A_SECOND : this.endTime;
    const { values: ids } = this.samples;
    const origin = originUs ?? (times && this.#origin(times)) ?? 0;
    const values = [1, 0, 0];
    const labelsOf = Array.from(nodes, (_, node) => this.tree.labels(node, labels));
    const others = this.#builder.labels(labels);
    let unknown = 0;
    this.#builder.expect(count);
    // A plain function: engines make generators fast late.
    const add = (from: number, end: number): void => {
      for (let i = from; i < end; i++) {
        const node = this.tree.find(ids[i]);
        if (node < 0) unknown++;
        const until = i + 1 < count ? times?.[i + 1] : Math.max(times?.[i] ?? 0, endTime);
        values[1] = times && until !== undefined && Number.isFinite(until) ? until - times[i] : 0;
        const timeMs = times && (times[i] - origin) / 1000;
        this.#builder.sample(node < 0 ? 0 : nodes[node], values, node < 0 ? others : labelsOf[node], timeMs);
      }
    };
    for (let i = 0; i < count; i += SAMPLES_A_STEP) {
      yield 1;
      add(i, Math.min(count, i + SAMPLES_A_STEP));
    }
    if (unknown > 0)
      this.#builder.note(`Samples whose node is missing from the file, counted without a stack: ${unknown}.`);
    const last = Math.max(times?.[count - 1] ?? 0, Number.isFinite(endTime) ? endTime : 0);
    return { hasTimes: times !== undefined, durationUs: times ? last - this.#origin(times) : 0 };
  }

  #origin(times: Float64Array): number {
    return Number.isFinite(this.startTime) && !this.#isOld ? this.startTime : times[0];
  }

  /** When each sample was taken. */
  #times(): Float64Array | undefined {
    const count = this.samples.length;
    if (this.deltas.length === 0) return this.#timestamps.length >= count ? this.#timestamps.take() : undefined;
    const times = new Float64Array(count);
    let time = Number.isFinite(this.startTime) ? this.startTime : 0;
    for (let i = 0; i < count; i++) {
      const delta = i < this.deltas.length ? this.deltas.values[i] : 0;
      time += Number.isFinite(delta) ? delta : 0;
      times[i] = time;
    }
    return times;
  }
}
