/** prune: drops the frames that match with all they call, whose cost goes to the caller; pprof's `drop_frames`. */
import { matchedFunctions, matchedOnStacks, matchKind, type MatchTransform } from './kind.ts';
import type { TransformKind, TransformWork } from './kind.ts';
import { rebuild } from './rebuild.ts';

export const prune: TransformKind<MatchTransform<'prune'>> = {
  ...matchKind('prune', 'Drop what matches and all it calls; the cost goes to the caller'),
  keepsPaths: true,
};

/** As in pprof, frames before the first that does not match stay: a stack is never left empty. */
export const pruneWork: TransformWork<MatchTransform<'prune'>> = {
  *apply(tree, { match }, facts, siblings) {
    const hit = yield* matchedFunctions(match, facts);
    /** By node: whether it is pruned, and whether one that does not match is on its path. */
    const isPruned = new Uint8Array(tree.length);
    const hasOther = new Uint8Array(tree.length);
    let matched = 0;
    const pruned = rebuild(tree, siblings, (node, caller, builder) => {
      const parent = tree.parent[node];
      const isHit = hit[tree.func[node]] === 1;
      hasOther[node] = hasOther[parent] === 1 || !isHit ? 1 : 0;
      isPruned[node] = isPruned[parent] === 1 || (isHit && hasOther[parent] === 1) ? 1 : 0;
      if (isPruned[node] === 0) return builder.child(caller, tree.func[node]);
      matched++;
      return caller;
    });
    return { tree: pruned, matched };
  },
  *onStacks({ match }, before) {
    if (!before.isAsRecorded) return { isIgnored: true };
    const hit = yield* matchedOnStacks(match, before);
    return {
      rule: (frames, length, funcOf) => {
        let at = 0;
        while (at < length && hit[funcOf[frames[at]]] === 1) at++;
        while (at < length && hit[funcOf[frames[at]]] === 0) at++;
        return at;
      },
    };
  },
};

/**
 * The search that corresponds to pprof's `drop_frames` and `keep_frames`: patterns of whole names.
 */
export function pruneSearch(drop: string, keep: string): string {
  const whole = (pattern: string): string => `/^(?:${pattern.replace(/\\.|\//gs, escapeSlash)})$/`;
  return keep === '' ? whole(drop) : `${whole(drop)} -${whole(keep)}`;
}

function escapeSlash(found: string): string {
  return found === '/' ? '\\/' : found;
}
