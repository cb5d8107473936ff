/** A call tree as text, a line a node: two trees with the same rows are the same tree. */
import { finish } from '#base/steps.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import type { CallTree } from '#model/call-tree.ts';
import type { Profile } from '#model/profile.ts';

export function treeRows(tree: CallTree, names: readonly string[]): string[] {
  return Array.from({ length: tree.length }, (_, node) => {
    const name = node === 0 ? 'total' : names[tree.func[node]];
    const self = tree.exact ? tree.exact.self[node] : tree.self[node];
    const total = tree.exact ? tree.exact.total[node] : tree.total[node];
    return `${'  '.repeat(tree.depth[node])}${name} ${total} self ${self}`;
  });
}

/** The rows of one sample type, siblings by name. */
export function profileRows(profile: Profile, sampleType = 0): string[] {
  return treeRows(finish(buildCallTree(profile, sampleType, 'name')), profile.functions.names);
}
