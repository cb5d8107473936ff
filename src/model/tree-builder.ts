/** Merges stacks to a call tree: the one place where nodes are made, sums are taken and siblings are ordered. */
import type { CallTree, SiblingOrder } from './call-tree.ts';

/**
 * A trie of functions under construction. Nodes are numbered as they come, so a parent precedes its children;
 * `seal` sums, drops what sums to nothing, orders siblings and renumbers depth first.
 */
export class TreeBuilder {
  #func = new Int32Array(1024);
  #parent = new Int32Array(1024);
  #self = new Float64Array(1024);
  #exact: bigint[] | undefined;
  #length = 1;
  // Open addressing over (parent, func); a slot holds a node, 0 is empty (the root is nobody's child).
  #slots = new Int32Array(4096);

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
    const mask = this.#slots.length - 1;
    let at = hash(parent, func) & mask;
    for (;;) {
      const node = this.#slots[at];
      if (node === 0) break;
      if (this.#parent[node] === parent && this.#func[node] === func) return node;
      at = (at + 1) & mask;
    }
    if (this.#length === this.#func.length) this.#grow();
    const node = this.#length++;
    this.#func[node] = func;
    this.#parent[node] = parent;
    this.#slots[at] = node;
    if (this.#exact) this.#exact.push(0n);
    if (this.#length * 2 > this.#slots.length) this.#rehash();
    return node;
  }

  add(node: number, value: number): void {
    this.#self[node] = this.#self[node] + value;
  }

  addExact(node: number, value: bigint): void {
    this.#exact![node] = this.#exact![node] + value;
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
    const kept = new Uint8Array(count);
    const kidCount = new Int32Array(count + 1);
    kept[0] = 1;
    let length = 1;
    for (let i = count - 1; i > 0; i--) {
      if (kept[i] === 0 && (exactSelf ? exactSelf[i] === 0n : self[i] === 0)) continue;
      kept[i] = 1;
      length++;
      const up = parent[i];
      kept[up] = 1;
      kidCount[up] = kidCount[up] + 1;
      if (exactTotal) exactTotal[up] = exactTotal[up] + exactTotal[i];
      else total[up] = total[up] + total[i];
    }
    if (exactTotal) for (let i = 0; i < count; i++) total[i] = Number(exactTotal[i]);

    // children of each node, contiguous: kids[kidStart[p] .. kidStart[p] + kidCount[p])
    const kidStart = new Int32Array(count + 1);
    for (let i = 0; i < count; i++) kidStart[i + 1] = kidStart[i] + kidCount[i];
    const fill = kidStart.slice();
    const kids = new Int32Array(length);
    for (let i = 1; i < count; i++) {
      if (kept[i] === 0) continue;
      const up = parent[i];
      kids[fill[up]] = i;
      fill[up] = fill[up] + 1;
    }
    const before =
      order === 'size'
        ? (a: number, b: number): number => total[b] - total[a] || nameRank[func[a]] - nameRank[func[b]]
        : (a: number, b: number): number => nameRank[func[a]] - nameRank[func[b]];
    for (let i = 0; i < count; i++) if (kidCount[i] > 1) sortRange(kids, kidStart[i], kidStart[i + 1], before);

    const out = {
      func: new Int32Array(length),
      parent: new Int32Array(length),
      subtreeEnd: new Int32Array(length),
      depth: new Int32Array(length),
      self: new Float64Array(length),
      total: new Float64Array(length),
    };
    const exact: { self: bigint[]; total: bigint[] } | undefined = exactSelf && { self: [], total: [] };
    let negativeNodes = 0;
    let negativeSum = 0;
    let maxDepth = 0;
    // Depth first without recursion: a stack of 100 000 frames is one path.
    const next = kidStart;
    const end = fill;
    let at = 0;
    let level = 0;
    let path = new Int32Array(256); // old numbers
    let placed = new Int32Array(256); // new numbers
    const place = (node: number, up: number): void => {
      if (level === path.length) {
        path = grown(path);
        placed = grown(placed);
      }
      path[level] = node;
      placed[level] = at;
      out.func[at] = func[node];
      out.parent[at] = up;
      out.depth[at] = level;
      out.self[at] = self[node];
      out.total[at] = total[node];
      if (exact && exactSelf && exactTotal) {
        exact.self.push(exactSelf[node]);
        exact.total.push(exactTotal[node]);
      }
      if (self[node] < 0) {
        negativeNodes++;
        negativeSum += self[node];
      }
      if (level > maxDepth) maxDepth = level;
      level++;
      at++;
    };
    place(0, -1);
    while (level > 0) {
      const node = path[level - 1];
      if (next[node] < end[node]) {
        const kid = kids[next[node]];
        next[node] = next[node] + 1;
        place(kid, placed[level - 1]);
      } else {
        level--;
        out.subtreeEnd[placed[level]] = at;
      }
    }
    return { length, ...out, maxDepth, exact: exact, negative: { nodes: negativeNodes, sum: negativeSum } };
  }

  #grow(): void {
    this.#func = grown(this.#func);
    this.#parent = grown(this.#parent);
    const self = new Float64Array(this.#self.length * 2);
    self.set(this.#self);
    this.#self = self;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let node = 1; node < this.#length; node++) {
      let at = hash(this.#parent[node], this.#func[node]) & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = node;
    }
    this.#slots = slots;
  }
}

/** Position of every name in code unit order: comparing ranks compares names. */
export function rankNames(names: readonly string[]): Int32Array {
  const order = names.map((_, i) => i).sort((a, b) => (names[a] < names[b] ? -1 : names[a] > names[b] ? 1 : a - b));
  const rank = new Int32Array(names.length);
  for (let i = 0; i < order.length; i++) rank[order[i]] = i;
  return rank;
}

function hash(parent: number, func: number): number {
  let h = Math.imul(parent, 0x9e3779b1) ^ Math.imul(func + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
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
