/** A node's name across trees: the functions from the root to it. An index belongs to one tree, a path survives a refresh and a link. */
import { hashText } from '#base/hash.ts';
import type { CallTree, NodeIndex } from './call-tree.ts';

/** Names root first, the root itself left out; [] is the root. */
export type CallPath = readonly string[];

/** A path too long for a link keeps its last frames behind a mark with the hash of the whole. */
const HASH_MARK = '#';
const LONGEST_TEXT = 600;
const KEPT_TAIL = 3;

export function pathOf(tree: CallTree, names: readonly string[], node: NodeIndex): CallPath {
  const path: string[] = [];
  for (let at = node; at > 0; at = tree.parent[at]) path.push(names[tree.func[at]]);
  return path.reverse();
}

/** The node of a path, or its nearest ancestor in this tree. Linear in the siblings met on the way down. */
export function findPath(tree: CallTree, names: readonly string[], path: CallPath): { readonly node: NodeIndex; readonly whole: boolean } {
  if (path[0]?.startsWith(HASH_MARK)) {
    const found = findHashed(tree, names, path);
    if (found >= 0) return { node: found, whole: true };
  }
  let node = 0;
  for (const name of path) {
    let kid = node + 1;
    const end = tree.subtreeEnd[node];
    while (kid < end && names[tree.func[kid]] !== name) kid = tree.subtreeEnd[kid];
    if (kid >= end) return { node, whole: false };
    node = kid;
  }
  return { node, whole: true };
}

/** What a link carries of a path: the path, or for a long one its depth and hash and the last frames, which people can read. */
export function shortenPath(path: CallPath): CallPath {
  let letters = 0;
  for (const name of path) letters += name.length + 1;
  if (letters <= LONGEST_TEXT || path[0]?.startsWith(HASH_MARK)) return path;
  return [`${HASH_MARK}${path.length}.${hashPath(path)}`, ...path.slice(-KEPT_TAIL).map((name) => name.slice(-120))];
}

function findHashed(tree: CallTree, names: readonly string[], path: CallPath): NodeIndex {
  const [depthText, wanted] = path[0].slice(1).split('.');
  const depth = Number(depthText);
  const tail = path.at(-1) ?? '';
  // Depth and the last name first: few nodes pass, and only those are hashed whole.
  for (let node = 1; node < tree.length; node++) {
    if (tree.depth[node] !== depth || !names[tree.func[node]].endsWith(tail)) continue;
    if (hashPath(pathOf(tree, names, node)) === wanted) return node;
  }
  return -1;
}

function hashPath(path: CallPath): string {
  return hashText(path.join('\0')).toString(36);
}
