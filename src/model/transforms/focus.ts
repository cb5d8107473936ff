/** focus: keeps the stacks through a match, callers and all. */
import {
  firstHit,
  matchedFunctions,
  matchedOnStacks,
  matchKind,
  type MatchTransform,
  type TransformKind,
  type TransformWork,
} from './kind.ts';
import { insideHits, keepNodes } from './rebuild.ts';

export const focus: TransformKind<MatchTransform<'focus'>> = {
  ...matchKind('focus', 'Keep stacks through what matches'),
  keepsPaths: true,
};

export const focusWork: TransformWork<MatchTransform<'focus'>> = {
  *apply(tree, { match }, facts, siblings) {
    const { inside, matched } = insideHits(tree, yield* matchedFunctions(match, facts));
    return { tree: keepNodes(tree, siblings, (node) => inside[node] === 1), matched };
  },
  *onStacks({ match }, before) {
    const hit = yield* matchedOnStacks(match, before);
    return {
      rule: (frames, length, funcOf) => (firstHit(hit, frames, length, funcOf) < length ? length : -1),
    };
  },
};
