/** Trees with the names of their functions: drawn as stacks, and several as one. */
import { rankNames, TreeBuilder } from '#model/tree-builder.ts';
import type { NamedTree } from '#model/union.ts';
import { profileFromText, treeOf } from './profile-from-text.ts';

export function drawn(stacks: string): NamedTree {
  const profile = profileFromText(stacks);
  return { tree: treeOf(profile), names: profile.functions.names };
}

/** One tree of many. */
export function joined(trees: readonly NamedTree[]): NamedTree {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const builder = new TreeBuilder(false);
  for (const { tree, names: own } of trees) {
    const funcOf = own.map((name) => {
      let f = numbers.get(name);
      if (f === undefined) numbers.set(name, (f = names.push(name) - 1));
      return f;
    });
    const place = new Int32Array(tree.length);
    for (let node = 1; node < tree.length; node++) {
      place[node] = builder.child(place[tree.parent[node]], funcOf[tree.func[node]]);
      builder.add(place[node], tree.self[node]);
    }
  }
  return { tree: builder.seal('size', rankNames(names)), names };
}
