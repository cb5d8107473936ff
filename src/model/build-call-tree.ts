/** A profile's samples of one type, merged to a call tree. */
import type { Steps } from '#base/steps.ts';
import type { CallTree, SiblingOrder } from './call-tree.ts';
import type { Profile } from './profile.ts';
import { rankNames, TreeBuilder } from './tree-builder.ts';

const SAMPLES_A_STEP = 8192;

/**
 * Cost follows the frames in all stacks; frames shared with the sample before are not looked up again.
 * @param nameRank of the functions
 * @param funcOf by frame what its node is distinguished by
 */
export function* buildCallTree(
  profile: Profile,
  sampleType: number,
  order: SiblingOrder,
  nameRank: Int32Array = rankNames(profile.functions.names),
  funcOf: Int32Array = profile.frames.func,
): Steps<CallTree> {
  const column = profile.values[sampleType];
  if (!column) throw new RangeError(`sample type ${sampleType} of ${profile.sampleTypes.length}`);
  const { stackStart, stackFrames, sampleCount } = profile;
  const { values, exact } = column;
  const builder = new TreeBuilder(exact !== undefined);
  let deepest = 0;
  for (let i = 0; i < sampleCount; i++) deepest = Math.max(deepest, stackStart[i + 1] - stackStart[i]);
  const pathFunc = new Int32Array(deepest); // the sample before: its functions
  const pathNode = new Int32Array(deepest + 1); // and their nodes, behind the root
  let pathLength = 0;
  let before = 0; // where its stack begins
  // A plain function: engines make generators fast late, which files of a second or less would wait for.
  const merge = (first: number, end: number): void => {
    for (let i = first; i < end; i++) {
      if (values[i] === 0) continue;
      const from = stackStart[i];
      const length = stackStart[i + 1] - from;
      const shared = Math.min(length, pathLength);
      // The same frames first, which lie one behind the other; then other lines of the same functions.
      let d = sharedLength(stackFrames, before, from, shared);
      while (d < shared && pathFunc[d] === funcOf[stackFrames[from + d]]) d++;
      for (; d < length; d++) {
        const func = funcOf[stackFrames[from + d]];
        pathFunc[d] = func;
        pathNode[d + 1] = builder.child(pathNode[d], func);
      }
      pathLength = length;
      before = from;
      if (exact) builder.addExact(pathNode[length], exact[i]);
      else builder.add(pathNode[length], values[i]);
    }
  };
  for (let i = 0; i < sampleCount; i += SAMPLES_A_STEP) {
    yield i / sampleCount;
    merge(i, Math.min(sampleCount, i + SAMPLES_A_STEP));
  }
  return builder.seal(order, nameRank);
}

/** How many frames are the same from `a` on and from `b` on, at most `most`. */
function sharedLength(frames: Int32Array, a: number, b: number, most: number): number {
  let d = 0;
  while (d < most && frames[a + d] === frames[b + d]) d++;
  return d;
}
