/** Samples of a tree whose functions have only names, as in the answers of a source. */
import { Int32Column } from '#base/column.ts';
import { tablesOfOne } from '#model/definitions.ts';
import type { Profile } from '#model/profile.ts';
import { parseProfileType } from '#model/profile-type.ts';
import { DecodeError } from './format.ts';
import { needsExact, noLabels, plainColumn } from './profile-columns.ts';

/** Deeper stacks do not occur. */
export const MAX_DEPTH = 100_000;
/** Frames in all stacks: few bytes can describe very many, as each sample holds its whole stack. */
const MAX_FRAMES = 1 << 26;

export class NamedStacks {
  readonly start = new Int32Column();
  /** Functions, root first. */
  readonly frames = new Int32Column();
  readonly values: number[] = [];

  constructor() {
    this.start.push(0);
  }

  /** @param path functions from the root on; the first `depth` count */
  push(path: Int32Array, depth: number, value: number): void {
    let at = this.#reserve(depth);
    // Frame by frame, as most stacks are short: a view for each would cost more than its copy.
    const { values } = this.frames;
    for (let i = 0; i < depth; i++) values[at++] = path[i];
    this.#close(at, value);
  }

  /** The same of a node and its callers. @param parent by node, below its own number; 0 is the root and in no stack */
  pushPath(func: Int32Array, parent: Int32Array, node: number, depth: number, value: number): void {
    const end = this.#reserve(depth) + depth;
    const { values } = this.frames;
    for (let at = end; node > 0; node = parent[node]) values[--at] = func[node];
    this.#close(end, value);
  }

  /** @param exact the values whole, asked for where doubles do not hold their sum */
  take(names: readonly string[], profileType: string, exact: () => BigInt64Array): Profile {
    const type = parseProfileType(profileType);
    const values = Float64Array.from(this.values);
    const unknown = names.map(() => '');
    const functions = { names, files: unknown, line: new Int32Array(names.length), mappings: unknown };
    const func = Int32Array.from(names, (_, i) => i);
    return {
      sampleTypes: [{ type: type?.sampleType ?? '', unit: type?.sampleUnit ?? '' }],
      defaultSampleType: 0,
      ...tablesOfOne(functions, func, new Int32Array(names.length)),
      sampleCount: values.length,
      stackStart: this.start.take(),
      stackFrames: this.frames.take(),
      values: [needsExact(values) ? { values, exact: exact() } : plainColumn(values)],
      labels: noLabels(values.length),
      timeMs: undefined,
      durationMs: undefined,
      period: undefined,
      cut: undefined,
      notes: [],
    };
  }

  /** @returns where the next stack begins */
  #reserve(depth: number): number {
    const { frames } = this;
    if (depth > MAX_DEPTH || frames.length + depth > MAX_FRAMES) {
      throw new DecodeError('too-large', 'The answer from the source has too many and too deep stacks to be read.', {
        place: `stack ${this.values.length}`,
        remedy: 'Ask for fewer labels or a shorter range.',
      });
    }
    frames.reserve(depth);
    return frames.length;
  }

  #close(end: number, value: number): void {
    this.frames.length = end;
    this.start.push(end);
    this.values.push(value);
  }
}
