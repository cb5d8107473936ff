/** show-from: drops what is above the first match, and the stacks without a match. */
import {
  firstHit,
  matchedFunctions,
  matchedOnStacks,
  matchKind,
  type MatchTransform,
  type TransformKind,
  type TransformWork,
} from './kind.ts';
import { rebuild } from './rebuild.ts';

export const showFrom: TransformKind<MatchTransform<'show-from'>> = {
  ...matchKind('show-from', 'Show only from what matches'),
  keepsPaths: false,
};

export const showFromWork: TransformWork<MatchTransform<'show-from'>> = {
  *apply(tree, { match }, facts, siblings) {
    const hit = yield* matchedFunctions(match, facts);
    let matched = 0;
    const shown = rebuild(
      tree,
      siblings,
      (node, caller, builder) => {
        const isHit = hit[tree.func[node]] === 1;
        if (isHit) matched++;
        // Nodes above a match get the place -1; only the root has the place 0.
        const isInside = tree.parent[node] > 0 && caller >= 0;
        if (isInside) return builder.child(caller, tree.func[node]);
        return isHit ? builder.child(0, tree.func[node]) : -1;
      },
      (node) => node > 0,
    );
    return { tree: shown, matched };
  },
  *onStacks({ match }, before) {
    if (!before.isAsRecorded) return { isIgnored: true };
    const hit = yield* matchedOnStacks(match, before);
    return {
      rule: (frames, length, funcOf) => {
        const first = firstHit(hit, frames, length, funcOf);
        if (first === length) return -1;
        frames.copyWithin(0, first, length);
        return length - first;
      },
    };
  },
};
