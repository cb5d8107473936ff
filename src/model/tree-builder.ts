/** Merges stacks to a call tree: the one place where nodes are made, sums are taken and siblings are ordered. */
import { hashPair } from '#base/hash.ts';
import type { CallTree, SiblingOrder } from './call-tree.ts';

/** Callees that are found by walking a list; the hash table takes the rest. */
const MAX_LISTED = 8;

/**
 * A trie of functions under construction. Nodes are numbered as they come, so a parent precedes its children;
 * `seal` sums, drops what sums to nothing, orders siblings and renumbers depth first.
 */
export class TreeBuilder {
  #func = new Int32Array(1024);
  #parent = new Int32Array(1024);
  #self = new Float64Array(1024);
  // The callees of a node: the first few as a list, newest first (0 ends it: the root is nobody's callee). Most nodes
  // have one or two, which lie near each other, so that a list misses the cache less than a hash table of all nodes.
  #firstKid = new Int32Array(1024);
  #nextKid = new Int32Array(1024);
  // The others: open addressing over (parent, func); a slot holds a node, 0 is empty.
  #slots = new Int32Array(1024);
  #inSlots = 0;
  #exact: bigint[] | undefined;
  #length = 1;

  /** @param exact keeps whole numbers beside the doubles: then every amount must come through `addExact`. */
  constructor(exact: boolean) {
    this.#func[0] = -1;
    this.#parent[0] = -1;
    if (exact) this.#exact = [0n];
  }

  get length(): number {
    return this.#length;
  }

  /** The callee `func` of `parent`, made when it is not there yet. Amortised O(1). */
  child(parent: number, func: number): number {
    const funcs = this.#func;
    const nextKid = this.#nextKid;
    let kids = 0;
    for (let node = this.#firstKid[parent]; node !== 0; node = nextKid[node]) {
      if (funcs[node] === func) return node;
      kids++;
    }
    if (kids === MAX_LISTED) return this.#hashedChild(parent, func);
    const node = this.#append(parent, func);
    this.#nextKid[node] = this.#firstKid[parent];
    this.#firstKid[parent] = node;
    return node;
  }

  add(node: number, value: number): void {
    this.#self[node] = this.#self[node] + value;
  }

  addExact(node: number, value: bigint): void {
    this.#exact![node] = this.#exact![node] + value;
  }

  /** All nodes made so far, as they came, depth first: siblings in the order of their making. Amounts are not looked at. */
  shape(): TreeShape {
    const size = new Int32Array(this.#length).fill(1);
    const kidStart = new Int32Array(this.#length + 1);
    for (let i = this.#length - 1; i > 0; i--) {
      size[this.#parent[i]] += size[i];
      kidStart[this.#parent[i] + 1]++;
    }
    return depthFirst(this.#func, this.#parent, size, kidStart, undefined);
  }

  /** @param nameRank order of each function by name (`rankNames`): the tie-break, or the order itself. */
  seal(order: SiblingOrder, nameRank: Int32Array): CallTree {
    const count = this.#length;
    const func = this.#func;
    const parent = this.#parent;
    const exactSelf = this.#exact;
    const self = exactSelf ? Float64Array.from(exactSelf, Number) : this.#self;
    const total = self.slice(0, count);
    const exactTotal = exactSelf?.slice();
    const size = new Int32Array(count); // kept nodes of the subtree; 0 where the node is dropped
    const kidStart = new Int32Array(count + 1);
    size[0] = 1;
    for (let i = count - 1; i > 0; i--) {
      if (size[i] === 0 && (exactSelf ? exactSelf[i] === 0n : self[i] === 0)) continue;
      size[i]++;
      const up = parent[i];
      size[up] += size[i];
      kidStart[up + 1]++;
      if (exactTotal) exactTotal[up] = exactTotal[up] + exactTotal[i];
      else total[up] += total[i];
    }
    if (exactTotal) for (let i = 0; i < count; i++) total[i] = Number(exactTotal[i]);
    const before =
      order === 'size'
        ? (a: number, b: number): number => total[b] - total[a] || nameRank[func[a]] - nameRank[func[b]]
        : (a: number, b: number): number => nameRank[func[a]] - nameRank[func[b]];
    const { was, ...shape } = depthFirst(func, parent, size, kidStart, before);
    const { length } = shape;
    const out = { self: new Float64Array(length), total: new Float64Array(length) };
    const exact: { self: bigint[]; total: bigint[] } | undefined = exactSelf && {
      self: Array<bigint>(length).fill(0n),
      total: Array<bigint>(length).fill(0n),
    };
    let negativeNodes = 0;
    let negativeSum = 0;
    for (let at = 0; at < length; at++) {
      const i = was[at];
      out.self[at] = self[i];
      out.total[at] = total[i];
      if (exact && exactSelf && exactTotal) {
        exact.self[at] = exactSelf[i];
        exact.total[at] = exactTotal[i];
      }
      if (self[i] < 0) {
        negativeNodes++;
        negativeSum += self[i];
      }
    }
    return { ...shape, ...out, exact, negative: { nodes: negativeNodes, sum: negativeSum } };
  }

  #hashedChild(parent: number, func: number): number {
    const mask = this.#slots.length - 1;
    let at = hashPair(parent, func) & mask;
    for (;;) {
      const node = this.#slots[at];
      if (node === 0) break;
      if (this.#parent[node] === parent && this.#func[node] === func) return node;
      at = (at + 1) & mask;
    }
    const node = this.#append(parent, func);
    this.#slots[at] = node;
    this.#inSlots++;
    if (this.#inSlots * 2 > mask) this.#rehash();
    return node;
  }

  #append(parent: number, func: number): number {
    if (this.#length === this.#func.length) this.#grow();
    const node = this.#length++;
    this.#func[node] = func;
    this.#parent[node] = parent;
    if (this.#exact) this.#exact.push(0n);
    return node;
  }

  #grow(): void {
    this.#func = grown(this.#func);
    this.#parent = grown(this.#parent);
    this.#firstKid = grown(this.#firstKid);
    this.#nextKid = grown(this.#nextKid);
    const self = new Float64Array(this.#self.length * 2);
    self.set(this.#self);
    this.#self = self;
  }

  #rehash(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 4);
    const mask = slots.length - 1;
    for (const node of old) {
      if (node === 0) continue;
      let at = hashPair(this.#parent[node], this.#func[node]) & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = node;
    }
    this.#slots = slots;
  }
}

/** Where nodes stand once they are depth first. `was` has the old number of each. */
export interface TreeShape extends Pick<CallTree, 'length' | 'func' | 'parent' | 'subtreeEnd' | 'depth' | 'maxDepth'> {
  readonly was: Int32Array;
}

/**
 * Renumbers nodes depth first; parents precede their children in the old numbers too.
 * @param size nodes of each subtree that stay, 0 if the node goes (and all below it);
 * @param kidStart at p + 1 the number of callees of p that stay; written over
 * @param before undefined leaves siblings in their old order
 */
export function depthFirst(
  func: Int32Array,
  parent: Int32Array,
  size: Int32Array,
  kidStart: Int32Array,
  before: ((a: number, b: number) => number) | undefined,
): TreeShape {
  const count = size.length;
  const length = size[0];
  // The kept callees of node p: kids[kidStart[p] .. kidStart[p + 1]).
  for (let i = 0; i < count; i++) kidStart[i + 1] += kidStart[i];
  const fill = kidStart.slice();
  const kids = new Int32Array(length);
  for (let i = 1; i < count; i++) if (size[i] > 0) kids[fill[parent[i]]++] = i;
  const out = {
    func: new Int32Array(length),
    parent: new Int32Array(length),
    subtreeEnd: new Int32Array(length),
    depth: new Int32Array(length),
    was: new Int32Array(length),
  };
  let maxDepth = 0;
  // Assigns depth-first places in one pass: a caller comes before its callees, so its place is known when it assigns
  // theirs by subtree size. Without recursion, since a stack may have 100 000 frames.
  const place = fill;
  place[0] = 0;
  for (let i = 0; i < count; i++) {
    if (size[i] === 0) continue;
    const at = place[i];
    const from = kidStart[i];
    const to = kidStart[i + 1];
    if (before && to - from > 1) sortRange(kids, from, to, before);
    let next = at + 1;
    for (let k = from; k < to; k++) {
      const kid = kids[k];
      place[kid] = next;
      next += size[kid];
    }
    const up = i === 0 ? -1 : place[parent[i]];
    const depth = i === 0 ? 0 : out.depth[up] + 1;
    if (depth > maxDepth) maxDepth = depth;
    out.func[at] = func[i];
    out.parent[at] = up;
    out.subtreeEnd[at] = at + size[i];
    out.depth[at] = depth;
    out.was[at] = i;
  }
  return { length, ...out, maxDepth };
}

/** Position of every name in code unit order: comparing ranks compares names. */
export function rankNames(names: readonly string[]): Int32Array {
  const order = names.map((_, i) => i).sort((a, b) => (names[a] < names[b] ? -1 : names[a] > names[b] ? 1 : a - b));
  const rank = new Int32Array(names.length);
  for (let i = 0; i < order.length; i++) rank[order[i]] = i;
  return rank;
}

function grown(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(column.length * 2);
  larger.set(column);
  return larger;
}

// Most nodes have a handful of callees: insertion beats the engine's sort there, which also copies.
function sortRange(column: Int32Array, from: number, to: number, compare: (a: number, b: number) => number): void {
  if (to - from > 24) {
    column.subarray(from, to).sort(compare);
    return;
  }
  for (let i = from + 1; i < to; i++) {
    const one = column[i];
    let k = i - 1;
    while (k >= from && compare(column[k], one) > 0) {
      column[k + 1] = column[k];
      k--;
    }
    column[k + 1] = one;
  }
}
