/** A merged tree as its call paths and their sums. */

import type { MergedTree } from '#server/store/profile-reader.ts';

export function stacksOf(tree: MergedTree): Map<string, number> {
  const paths = pathsOf(tree);
  const stacks = new Map<string, number>();
  tree.self.forEach((self, node) => {
    if (self !== 0) add(stacks, paths[node], self);
  });
  return stacks;
}

export function pathsOf({ length, func, line, parent, functions }: MergedTree): string[] {
  const paths = [''];
  for (let node = 1; node < length; node++) {
    const name = functions.names[func[node]] + (line ? `:${line[node]}` : '');
    paths.push(parent[node] === 0 ? name : `${paths[parent[node]]}>${name}`);
  }
  return paths;
}

export function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}
