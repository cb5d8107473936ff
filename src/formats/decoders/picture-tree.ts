/** Builds a tree from the frames of a picture: a frame's caller is the frame that it lies on. */
import type { Steps } from '#base/steps.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { type DecodeLimits, refuseCount } from '../decode-limits.ts';
import { DecodeError } from '../format.ts';
import { placeInName } from '../place-in-name.ts';
import { ProfileBuilder } from '../profile-builder.ts';

export interface PictureFrame {
  readonly name: string;
  readonly mapping?: string;
  /** 0 for the root. */
  readonly level: number;
  /** Where it lies, in any unit; `count` is what it stands for. */
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

/** Frames of a level, from the left. */
type Level = PictureFrame[];

const FRAMES_A_STEP = 4096;
/** Frames above each other. */
const MAX_LEVELS = 100_000;
const ROOT = 'all';

export class PictureFrames {
  readonly #levels: Level[] = [];
  readonly #limits: DecodeLimits;
  length = 0;

  constructor(limits: DecodeLimits) {
    this.#limits = limits;
  }

  push(frame: PictureFrame, place: string): void {
    const { level, left, right, count } = frame;
    if (!Number.isInteger(level) || level < 0 || ![left, right, count].every(Number.isFinite) || count < 0) {
      throw new DecodeError('malformed', 'A frame of the picture has no level, place or width.', {
        place,
        remedy: 'Make the picture again, or open the profile that it was made from.',
      });
    }
    if (level >= MAX_LEVELS) refuseCount(MAX_LEVELS, 'rows', place);
    if (this.length >= this.#limits.nodes) refuseCount(this.#limits.nodes, 'frames in the picture', place);
    while (this.#levels.length <= level) this.#levels.push([]);
    this.#levels[level].push(frame);
    this.length++;
  }

  /** @param isReversed leaves lie at the root of the picture */
  *profile(type: SampleType, notes: readonly string[], from: number, isReversed = false): Steps<Profile> {
    const builder = new ProfileBuilder([type], this.#limits);
    for (const note of notes) builder.note(note);
    const [first = []] = this.#levels;
    // The root of the tools is no function.
    const hasRoot = first.length === 1 && first[0].name === ROOT;
    let above: Level = [];
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
    for (const [depth, unsorted] of this.#levels.entries()) {
      const frames = unsorted.sort((a, b) => a.left - b.left);
      const caller = new Int32Array(frames.length).fill(-1);
      const number = new Int32Array(frames.length).fill(-1);
      const ownNodes = new Int32Array(frames.length);
      let at = 0;
      for (const [i, { name, mapping = '', left, right, count }] of frames.entries()) {
        if (++done % FRAMES_A_STEP === 0) yield from + (done / this.length) * (1 - from);
        const middle = (left + right) / 2;
        while (at < above.length && above[at].right < middle) at++;
        const isOn = depth > 0 && at < above.length && above[at].left <= middle;
        if (isOn) {
          caller[i] = at;
          selves[at] -= count;
        } else if (depth > 0) loose++;
        if (depth === 0 && hasRoot) continue;
        number[i] = builder.frame({ name, mapping, ...placeInName(name) });
        ownNodes[i] = builder.node(isOn ? nodes[at] : 0, number[i]);
      }
      emit();
      above = frames;
      nodes = ownNodes;
      selves = Float64Array.from(frames, ({ count }) => count);
      callers.push(caller);
      numbers.push(number);
    }
    emit();
    if (loose > 0) builder.note(`${loose} frames of the picture have no parent below them: they are read as roots.`);
    if (clamped > 0)
      builder.note(`${clamped} frames are narrower than their callees because of rounding: their self cost is 0.`);
    return builder.take();
  }
}
