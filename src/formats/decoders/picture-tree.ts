/** Builds a tree from the frames of a picture: a frame's caller is the frame that it lies on. */
import { Float64Column, Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { type DecodeLimits, refuseCount } from '../decode-limits.ts';
import { DecodeError } from '../format.ts';
import { placeInName } from '../place-in-name.ts';
import { ProfileBuilder } from '../profile-builder.ts';
import { TextColumn } from '../profile-columns.ts';

export interface PictureFrame {
  readonly name: string;
  readonly mapping?: string;
  /** Its level, 0 for the root, or the height at which it lies. */
  readonly row: number;
  /** Where it lies, in any unit; `count` is what it stands for. */
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

/** What lies in a row of the picture. */
export interface PictureRow {
  readonly row: number;
  readonly frames: number;
  readonly width: number;
  /** The name of its first frame. */
  readonly name: string;
}

const FRAMES_A_STEP = 4096;
/** Frames above each other. */
const MAX_LEVELS = 100_000;
const ROOT = 'all';

/** In columns: a picture may have millions of frames. */
export class PictureFrames {
  readonly #texts = new TextColumn();
  readonly #name = new Int32Column();
  readonly #mapping = new Int32Column();
  readonly #row = new Float64Column();
  readonly #left = new Float64Column();
  readonly #right = new Float64Column();
  readonly #count = new Float64Column();
  readonly #rows = new Map<number, { row: number; frames: number; width: number; name: string }>();
  readonly #limits: DecodeLimits;

  constructor(limits: DecodeLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#name.length;
  }

  /** By row, from the least on. */
  get rows(): readonly PictureRow[] {
    return [...this.#rows.values()].sort((a, b) => a.row - b.row);
  }

  push({ name, mapping = '', row, left, right, count }: PictureFrame, place: string): void {
    if (
      !(Number.isFinite(row) && Number.isFinite(left) && Number.isFinite(right) && Number.isFinite(count) && count >= 0)
    )
      refuseFrame(place);
    if (this.length >= this.#limits.nodes) refuseCount(this.#limits.nodes, 'frames in the picture', place);
    const known = this.#rows.get(row);
    if (known) {
      known.frames++;
      known.width += right - left;
    } else {
      if (this.#rows.size >= MAX_LEVELS) refuseCount(MAX_LEVELS, 'rows', place);
      this.#rows.set(row, { row, frames: 1, width: right - left, name });
    }
    this.#name.push(this.#texts.intern(name));
    this.#mapping.push(this.#texts.intern(mapping));
    this.#row.push(row);
    this.#left.push(left);
    this.#right.push(right);
    this.#count.push(count);
  }

  /** @param levelOf a row, from 0 for the root @param isReversed leaves lie at the root of the picture */
  *profile(
    type: SampleType,
    notes: readonly string[],
    from: number,
    levelOf: (row: number) => number,
    isReversed = false,
  ): Steps<Profile> {
    const builder = new ProfileBuilder([type], this.#limits);
    for (const note of notes) builder.note(note);
    const [left, right, count] = [this.#left.values, this.#right.values, this.#count.values];
    const nameOf = (frame: number): string => this.#texts.texts[this.#name.values[frame]];
    const levels = this.#byLevel(levelOf);
    // The root of the tools is no function.
    const hasRoot = levels[0].length === 1 && nameOf(levels[0][0]) === ROOT;
    let above: Int32Array = new Int32Array(0);
    let nodes = new Int32Array(0); // by frame of the level above
    let selves = new Float64Array(0);
    let done = 0;
    let loose = 0;
    let clamped = 0;
    // By level: the frame that each lies on, and its number, for stacks that are read from their leaf on.
    const callers: Int32Array[] = [];
    const numbers: Int32Array[] = [];
    /** The node of the stack of a frame of the level above, root last. */
    const turned = (index: number): number => {
      let node = 0;
      for (let level = numbers.length - 1, at = index; level >= 0 && at >= 0; at = callers[level--][at])
        if (numbers[level][at] >= 0) node = builder.node(node, numbers[level][at]);
      return node;
    };
    const emit = (): void => {
      for (const [i, node] of nodes.entries()) {
        if (selves[i] > 0) builder.sample(isReversed ? turned(i) : node, [selves[i]]);
        else if (selves[i] < 0) clamped++;
      }
    };
    for (const [depth, frames] of levels.entries()) {
      const caller = new Int32Array(frames.length).fill(-1);
      const number = new Int32Array(frames.length).fill(-1);
      const ownNodes = new Int32Array(frames.length);
      let at = 0;
      for (let i = 0; i < frames.length; i++) {
        const frame = frames[i];
        if (++done % FRAMES_A_STEP === 0) yield from + (done / this.length) * (1 - from);
        const middle = (left[frame] + right[frame]) / 2;
        while (at < above.length && right[above[at]] < middle) at++;
        const isOn = depth > 0 && at < above.length && left[above[at]] <= middle;
        if (isOn) {
          caller[i] = at;
          selves[at] -= count[frame];
        } else if (depth > 0) loose++;
        if (depth === 0 && hasRoot) continue;
        const name = nameOf(frame);
        const mapping = this.#texts.texts[this.#mapping.values[frame]];
        number[i] = builder.frame({ name, mapping, ...placeInName(name) });
        ownNodes[i] = builder.node(isOn ? nodes[at] : 0, number[i]);
      }
      emit();
      above = frames;
      nodes = ownNodes;
      selves = Float64Array.from(frames, (frame) => count[frame]);
      callers.push(caller);
      numbers.push(number);
    }
    emit();
    if (loose > 0) builder.note(`${loose} frames of the picture have no parent below them: they are read as roots.`);
    if (clamped > 0)
      builder.note(`${clamped} frames are narrower than their callees because of rounding: their self cost is 0.`);
    return builder.take();
  }

  /** Frames of each level, from the left. */
  #byLevel(levelOf: (row: number) => number): Int32Array[] {
    const level = new Int32Array(this.length);
    const start = new Int32Array(MAX_LEVELS + 1);
    let deepest = 0;
    for (let frame = 0; frame < level.length; frame++) {
      const at = levelOf(this.#row.values[frame]);
      if (!Number.isInteger(at) || at < 0) refuseFrame(`frame ${frame + 1}`);
      if (at >= MAX_LEVELS) refuseCount(MAX_LEVELS, 'rows', `frame ${frame + 1}`);
      level[frame] = at;
      start[at + 1]++;
      if (at > deepest) deepest = at;
    }
    for (let at = 0; at < MAX_LEVELS; at++) start[at + 1] += start[at];
    const next = start.slice();
    const order = new Int32Array(level.length);
    for (const [frame, at] of level.entries()) order[next[at]++] = frame;
    const left = this.#left.values;
    return Array.from({ length: deepest + 1 }, (_, at) => {
      const own = order.subarray(start[at], start[at + 1]);
      const isSorted = own.every((frame, i) => i === 0 || left[own[i - 1]] <= left[frame]);
      return isSorted ? own : Int32Array.from(Array.from(own).sort((a, b) => left[a] - left[b]));
    });
  }
}

/** @throws DecodeError */
function refuseFrame(place: string): never {
  throw new DecodeError('malformed', 'A frame of the picture has no level, place or width.', {
    place,
    remedy: 'Make the picture again, or open the profile that it was made from.',
  });
}
