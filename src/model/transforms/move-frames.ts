/** Transforms that drop or move frames and keep their cost: hide, show from, merge recursion. */
import type { CallTree, SiblingOrder } from '../call-tree.ts';
import { rebuild, type Transformed } from './rebuild.ts';

export function hide(tree: CallTree, hit: Uint8Array, order: SiblingOrder, nameRank: Int32Array): Transformed {
  let matched = 0;
  const hidden = rebuild(
    tree,
    order,
    nameRank,
    (node, caller, builder) => {
      if (hit[tree.func[node]] === 0) return builder.child(caller, tree.func[node]);
      matched++;
      return caller;
    },
    true,
  );
  return { tree: hidden, matched };
}

export function showFrom(tree: CallTree, hit: Uint8Array, order: SiblingOrder, nameRank: Int32Array): Transformed {
  let matched = 0;
  const shown = rebuild(
    tree,
    order,
    nameRank,
    (node, caller, builder) => {
      const isHit = hit[tree.func[node]] === 1;
      if (isHit) matched++;
      // What stands above a match is placed at -1; only the root, which is above all, is placed at 0.
      const isInside = tree.parent[node] > 0 && caller >= 0;
      if (isInside) return builder.child(caller, tree.func[node]);
      return isHit ? builder.child(0, tree.func[node]) : -1;
    },
    false,
  );
  return { tree: shown, matched };
}

/**
 * A call of a function that is already on the stack goes on where the function was first called: `a b a c` becomes
 * `a c`, and `b` keeps only what is its own. So no path has a function twice, direct recursion and mutual alike:
 * Firefox calls this "collapse recursion". (To leave out only the second `a` would tell that `b` calls `c`.)
 */
export function mergeRecursion(tree: CallTree, order: SiblingOrder, nameRank: Int32Array): Transformed {
  let matched = 0;
  // For each function the place of its open outermost node, and where that node ends.
  const openAt = new Int32Array(nameRank.length);
  const openUntil = new Int32Array(nameRank.length);
  const merged = rebuild(
    tree,
    order,
    nameRank,
    (node, caller, builder) => {
      const func = tree.func[node];
      if (node < openUntil[func]) {
        matched++;
        return openAt[func];
      }
      openUntil[func] = tree.subtreeEnd[node];
      return (openAt[func] = builder.child(caller, func));
    },
    true,
  );
  return { tree: merged, matched };
}
