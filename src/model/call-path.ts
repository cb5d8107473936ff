/** A node's name across trees: the functions from the root to it. An index belongs to one tree, a path survives a refresh and a link. */
import { hashText } from '#base/hash.ts';
import type { CallTree, NodeIndex } from './call-tree.ts';

/** Names root first, the root itself left out; [] is the root. */
export type CallPath = readonly string[];

/** More characters than this, and a link carries the path's hash and its last frames. */
const MAX_TEXT_LENGTH = 600;
const KEPT_FRAMES = 3;
const KEPT_CHARACTERS = 120;
/** `~depth.hash`, then frames that only people read. `~` needs no escape in a link, and no function is called so. */
const hashMark = /^~(\d{1,9})\.([0-9a-z]{1,14})$/;

export function pathOf(
  { parent, func }: Pick<CallTree, 'parent' | 'func'>,
  names: readonly string[],
  node: NodeIndex,
): CallPath {
  const path: string[] = [];
  for (let at = node; at > 0; at = parent[at]) path.push(names[func[at]]);
  return path.reverse();
}

/** Whether a node's path is shorter than another's, or before it by name: a choice that does not depend on the order of nodes. */
export function isPathBefore(
  tree: Pick<CallTree, 'parent' | 'func'>,
  names: readonly string[],
  node: NodeIndex,
  other: NodeIndex,
): boolean {
  const [path, than] = [pathOf(tree, names, node), pathOf(tree, names, other)];
  return path.length === than.length ? path.join('\0') < than.join('\0') : path.length < than.length;
}

/**
 * The node of a path, or its nearest ancestor in this tree; the root if a hashed path does not exist in this tree.
 * Linear in the siblings met on the way down; a hashed path asks every node once.
 */
export function findPath(
  tree: CallTree,
  names: readonly string[],
  path: CallPath,
): { readonly node: NodeIndex; readonly whole: boolean } {
  const hashed = findHashedPath(tree, names, path);
  if (hashed >= 0) return { node: hashed, whole: true };
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

/** Whether the stack of `length` names, root first, begins with the path, shortened or not. */
export function isPathOf(path: CallPath, length: number, nameAt: (depth: number) => string): boolean {
  const mark = hashMark.exec(path[0] ?? '');
  const depth = mark ? Number(mark[1]) : path.length;
  if (depth > length) return false;
  let hash = emptyPath;
  for (let i = 0; i < depth; i++) {
    if (mark) hash = hashOnward(hash, hashText(nameAt(i)));
    else if (nameAt(i) !== path[i]) return false;
  }
  return !mark || hash === Number.parseInt(mark[2], 36);
}

/** The form of a path in a link: the path itself, or for a long one its depth, hash and readable tail. */
export function shortenPath(path: CallPath): CallPath {
  let length = 0;
  for (const name of path) length += name.length + 1;
  if (length <= MAX_TEXT_LENGTH || hashMark.test(path[0])) return path;
  let hash = emptyPath;
  for (const name of path) hash = hashOnward(hash, hashText(name));
  // Never cuts a surrogate pair, since half of one cannot be encoded.
  const tail = path.slice(-KEPT_FRAMES).map((name) => name.slice(0, KEPT_CHARACTERS).replace(/[\ud800-\udbff]$/, ''));
  return [`~${path.length}.${hash.toString(36)}`, ...tail];
}

/** @returns the node of a path that was shortened, -1 where there is none, or where the path is not a shortened one. */
function findHashedPath(tree: CallTree, names: readonly string[], path: CallPath): NodeIndex {
  const mark = hashMark.exec(path[0] ?? '');
  if (!mark) return -1;
  const depth = Number(mark[1]);
  const wanted = Number.parseInt(mark[2], 36);
  if (depth > tree.maxDepth) return -1;
  const ofName = new Map<number, number>();
  // Hashes are carried down, so that a deep tree costs no more than a wide one. Only the open path's are kept.
  const open = new Float64Array(depth + 1);
  open[0] = emptyPath;
  for (let node = 1; node < tree.length;) {
    const level = tree.depth[node];
    const func = tree.func[node];
    let hash = ofName.get(func);
    if (hash === undefined) ofName.set(func, (hash = hashText(names[func])));
    open[level] = hashOnward(open[level - 1], hash);
    if (level < depth) {
      node++;
      continue;
    }
    if (open[level] === wanted) return node;
    node = tree.subtreeEnd[node];
  }
  return -1;
}

const emptyPath = 0;

/**
 * 52 bits, as many as a double keeps whole: with 32 bits, one link in a few thousand into a tree of a million nodes
 * would be wrong.
 */
function hashOnward(path: number, name: number): number {
  const low = Math.imul((path >>> 0) ^ name, 0x9e3779b1);
  const high = Math.imul(Math.floor(path / 0x1_0000_0000) ^ (low >>> 13) ^ name, 0x85ebca6b);
  return (((high ^ (high >>> 15)) >>> 0) & 0xf_ffff) * 0x1_0000_0000 + ((low ^ (low >>> 16)) >>> 0);
}
