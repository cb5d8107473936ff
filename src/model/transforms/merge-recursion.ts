/**
 * merge-recursion: a call of a function that is already on the stack goes on at the function's first call: `a b a c`
 * becomes `a c`, and `b` keeps only its self. So no path has a function twice, in direct and in mutual recursion;
 * Firefox calls this "collapse recursion". (To leave out only the second `a` would say that `b` calls `c`.)
 */
import { firstOfName } from './function-tables.ts';
import type { TransformKind, TransformWork } from './kind.ts';
import { rebuild } from './rebuild.ts';

export const mergeRecursion: TransformKind<{ readonly kind: 'merge-recursion' }> = {
  kind: 'merge-recursion',
  title: () => 'merge recursion',
  menu: [{ title: 'Merge recursion', transform: { kind: 'merge-recursion' } }],
  form: undefined,
  print: () => undefined,
  parse: (text) => (text === undefined ? { kind: 'merge-recursion' } : undefined),
  keepsPaths: false,
};

export const mergeRecursionWork: TransformWork<{ readonly kind: 'merge-recursion' }> = {
  // oxlint-disable-next-line require-yield -- one pass over the nodes is one step
  *apply(tree, _, facts, siblings) {
    let matched = 0;
    // For each function the place of its open outermost node, and where that node ends.
    const openAt = new Int32Array(siblings.nameRank.length);
    const openUntil = new Int32Array(siblings.nameRank.length);
    // Recursion is by name, also in a tree whose nodes differ by definition or line.
    const named = facts.isLocated === true ? firstOfName(facts.functions.names) : undefined;
    const merged = rebuild(tree, siblings, (node, caller, builder) => {
      const func = named ? named[tree.func[node]] : tree.func[node];
      if (node < openUntil[func]) {
        matched++;
        return openAt[func];
      }
      openUntil[func] = tree.subtreeEnd[node];
      return (openAt[func] = builder.child(caller, tree.func[node]));
    });
    return { tree: merged, matched };
  },
  // oxlint-disable-next-line require-yield -- nothing to compute
  *onStacks() {
    return { isIgnored: true, reshapes: true };
  },
};
