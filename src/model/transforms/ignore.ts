/** ignore: drops the stacks through a match. */
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

export const ignore: TransformKind<MatchTransform<'ignore'>> = {
  ...matchKind('ignore', 'Drop stacks through what matches'),
  keepsPaths: true,
};

export const ignoreWork: TransformWork<MatchTransform<'ignore'>> = {
  *apply(tree, { match }, facts, siblings) {
    const { inside, matched } = insideHits(tree, yield* matchedFunctions(match, facts));
    return { tree: keepNodes(tree, siblings, (node) => inside[node] === 0), matched };
  },
  *onStacks({ match }, before) {
    const hit = yield* matchedOnStacks(match, before);
    return {
      rule: (frames, length, funcOf) => (firstHit(hit, frames, length, funcOf) < length ? -1 : length),
    };
  },
};
