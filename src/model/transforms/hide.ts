/** hide: drops the frames that match; their cost goes to the caller. */
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

const words = matchKind('hide', 'Merge what matches into its callers');

export const hide: TransformKind<MatchTransform<'hide'>> = {
  ...words,
  title: (transform, presets) => {
    const preset = presets.find(({ match }) => match === transform.match);
    return preset ? `only my ${preset.title} code` : words.title(transform, presets);
  },
  keepsPaths: false,
};

export const hideWork: TransformWork<MatchTransform<'hide'>> = {
  *apply(tree, { match }, facts, siblings) {
    const hit = yield* matchedFunctions(match, facts);
    let matched = 0;
    const hidden = rebuild(tree, siblings, (node, caller, builder) => {
      if (hit[tree.func[node]] === 0) return builder.child(caller, tree.func[node]);
      matched++;
      return caller;
    });
    return { tree: hidden, matched };
  },
  *onStacks({ match }, before) {
    const hit = yield* matchedOnStacks(match, before);
    return {
      rule: (frames, length, funcOf) => {
        let kept = firstHit(hit, frames, length, funcOf);
        for (let i = kept; i < length; i++) if (hit[funcOf[frames[i]]] === 0) frames[kept++] = frames[i];
        return kept;
      },
    };
  },
};
