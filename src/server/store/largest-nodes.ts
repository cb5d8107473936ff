/**
 * The largest nodes of the sum of several dictionaries, exactly, without making the others: from the root on, the largest
 * node known is taken next, in all dictionaries at once, and its callees become known. No unknown node can be larger.
 */

import { Int32Column } from '#base/column.ts';
import { nthLargest } from '#base/nth-largest.ts';
import { FunctionUnion } from './function-union.ts';
import type { PartSums } from './part-sums.ts';
import type { MergedTree, StopCheck } from './profile-reader.ts';

const NODES_A_STOP = 1024;

/** @param most nodes beside the root; all that are as large as the last of them come too. @throws what `stop` throws */
export function largestNodes(
  sums: readonly PartSums[],
  most: number,
  profiles: number,
  warnings: readonly string[],
  stop: StopCheck,
): MergedTree {
  const [only] = sums;
  if (sums.length === 1) return largestOfOne(only, most, profiles, warnings);
  const search = new Search(sums, stop);
  const nodes = sums.reduce((sum, { total }) => sum + total.length, 0);
  return nodes <= most ? search.takeAll(profiles, warnings) : search.take(most, profiles, warnings);
}

/** A single dictionary needs no search: nodes at least as large as the smallest wanted one stay, in their order. */
function largestOfOne(
  { part, self, total }: PartSums,
  most: number,
  profiles: number,
  warnings: readonly string[],
): MergedTree {
  const { columns, canonical } = part;
  const parent = columns.nodeParent.values;
  const frame = columns.nodeFrame.values;
  const frameFunc = columns.frameFunc.values;
  const same = canonical.values;
  // A loop, because filtering a typed array costs more than everything else here.
  const candidates = new Float64Array(total.length);
  let count = 0;
  for (let node = 1; node < total.length; node++) if (total[node] > 0) candidates[count++] = total[node];
  const least = nthLargest(candidates.subarray(0, count), most);
  const kept = new Int32Column(most + 1024);
  const place = new Int32Array(total.length);
  kept.push(0);
  for (let node = 1; node < total.length; node++) {
    if (total[node] === 0 || total[node] < least) continue;
    place[node] = kept.length;
    kept.push(node);
  }
  const length = kept.length;
  const functions = new FunctionUnion('names');
  const funcOf = new Int32Array(columns.names.length).fill(-1);
  const tree = {
    length,
    func: new Int32Array(length).fill(-1),
    parent: new Int32Array(length).fill(-1),
    self: new Float64Array(length),
    total: new Float64Array(length),
  };
  const rest = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const node = kept.values[i];
    tree.self[i] = self[node];
    tree.total[i] = total[node];
    rest[i] += total[node] - self[node];
    if (i === 0) continue;
    const own = frameFunc[frame[node]];
    if (funcOf[own] < 0) funcOf[own] = functions.take(columns, own);
    const up = place[same[parent[node]]];
    tree.func[i] = funcOf[own];
    tree.parent[i] = up;
    rest[up] -= total[node];
  }
  const isCut = least > 0;
  return {
    ...tree,
    line: undefined,
    rest: isCut ? rest : undefined,
    functions: functions.columns(),
    profiles,
    warnings,
  };
}

/** The canonical callees of every node that has a total: a list for each, 0 ends it. */
interface Callees {
  readonly first: Int32Array;
  readonly next: Int32Array;
}

class Search {
  readonly #sums: readonly PartSums[];
  readonly #stop: StopCheck;
  readonly #functions = new FunctionUnion('names');
  readonly #callees: readonly Callees[];
  /** By part and function of the part: the function here, -1 while unknown. */
  readonly #funcOf: readonly Int32Array[];
  // Nodes that are known, taken or not.
  readonly #func = new Int32Column(4096);
  readonly #parent = new Int32Column(4096);
  #total = new Float64Array(4096);
  // Where a node is in the dictionaries: a list for each, -1 ends it.
  readonly #where = new Int32Column(4096);
  readonly #placePart = new Int32Column(4096);
  readonly #placeNode = new Int32Column(4096);
  readonly #placeNext = new Int32Column(4096);
  /** Callee of the node that is taken, by function; what stands in `#calleeFor` says for which node that was. */
  #calleeOf = new Int32Array(1024);
  #calleeFor = new Int32Array(1024).fill(-1);
  /** Known nodes that are not taken: a heap, the largest first. */
  readonly #heap: number[] = [];

  constructor(sums: readonly PartSums[], stop: StopCheck) {
    this.#sums = sums;
    this.#stop = stop;
    this.#callees = sums.map((one) => {
      stop();
      return calleesOf(one);
    });
    this.#funcOf = sums.map(({ part }) => new Int32Array(part.columns.names.length).fill(-1));
    this.#know(-1, -1);
    sums.forEach((_, part) => this.#place(0, part, 0));
  }

  take(most: number, profiles: number, warnings: readonly string[]): MergedTree {
    const taken = new Int32Column(most + 1024);
    const selfs: number[] = [];
    const placeOf = new Int32Column(4096);
    for (let node = 0, least = 0; node >= 0; node = this.#largest(least)) {
      if (taken.length % NODES_A_STOP === 0) this.#stop();
      while (placeOf.length < this.#parent.length) placeOf.push(-1);
      placeOf.values[node] = taken.length;
      taken.push(node);
      const before = this.#parent.length;
      selfs.push(this.#expand(node));
      for (let made = before; made < this.#parent.length; made++) this.#push(made);
      // The root does not count; ties with the last one that does are taken.
      if (taken.length - 1 === most) least = this.#total[node];
      else if (taken.length - 1 < most) least = 0;
    }
    while (placeOf.length < this.#parent.length) placeOf.push(-1);

    const length = taken.length;
    const func = new Int32Array(length);
    const parent = new Int32Array(length);
    const total = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const node = taken.values[i];
      func[i] = this.#func.values[node];
      parent[i] = node === 0 ? -1 : placeOf.values[this.#parent.values[node]];
      total[i] = this.#total[node];
    }
    let rest: Float64Array | undefined;
    if (this.#heap.length > 0) {
      rest = new Float64Array(length);
      for (const node of this.#heap) rest[placeOf.values[this.#parent.values[node]]] += this.#total[node];
    }
    const self = Float64Array.from(selfs);
    const functions = this.#functions.columns();
    return { length, func, line: undefined, parent, self, total, rest, functions, profiles, warnings };
  }

  /** Every node. Depth first, so that what is near in a dictionary is met together. */
  takeAll(profiles: number, warnings: readonly string[]): MergedTree {
    const self: number[] = [];
    const open = new Int32Column(4096);
    open.push(0);
    for (let left = 1, met = 0; left > 0; met++) {
      if (met % NODES_A_STOP === 0) this.#stop();
      const node = open.values[--left];
      let made = this.#parent.length;
      self[node] = this.#expand(node);
      for (; made < this.#parent.length; made++) {
        if (left === open.length) open.push(made);
        else open.values[left] = made;
        left++;
      }
    }
    return {
      length: this.#parent.length,
      func: this.#func.take(),
      line: undefined,
      parent: this.#parent.take(),
      self: Float64Array.from(self),
      total: this.#total.slice(0, this.#parent.length),
      rest: undefined,
      functions: this.#functions.columns(),
      profiles,
      warnings,
    };
  }

  /** Adds the callees of a node. @returns its self */
  #expand(node: number): number {
    let self = 0;
    for (let place = this.#where.values[node]; place >= 0; place = this.#placeNext.values[place]) {
      const part = this.#placePart.values[place];
      const at = this.#placeNode.values[place];
      const { first, next } = this.#callees[part];
      const sums = this.#sums[part];
      self += sums.self[at];
      for (let callee = first[at]; callee !== 0; callee = next[callee]) {
        const known = this.#callee(node, this.#function(part, callee));
        this.#place(known, part, callee);
      }
    }
    return self;
  }

  #callee(node: number, func: number): number {
    if (func >= this.#calleeOf.length) {
      const room = Math.max(func + 1, this.#calleeOf.length * 2);
      const calleeOf = new Int32Array(room);
      calleeOf.set(this.#calleeOf);
      this.#calleeOf = calleeOf;
      const calleeFor = new Int32Array(room).fill(-1);
      calleeFor.set(this.#calleeFor);
      this.#calleeFor = calleeFor;
    }
    if (this.#calleeFor[func] === node) return this.#calleeOf[func];
    const made = this.#know(node, func);
    this.#calleeFor[func] = node;
    this.#calleeOf[func] = made;
    return made;
  }

  #know(parent: number, func: number): number {
    const node = this.#parent.length;
    this.#parent.push(parent);
    this.#func.push(func);
    this.#where.push(-1);
    if (node === this.#total.length) {
      const larger = new Float64Array(node * 2);
      larger.set(this.#total);
      this.#total = larger;
    }
    return node;
  }

  #place(node: number, part: number, at: number): void {
    this.#placePart.push(part);
    this.#placeNode.push(at);
    this.#placeNext.push(this.#where.values[node]);
    this.#where.values[node] = this.#placePart.length - 1;
    this.#total[node] += this.#sums[part].total[at];
  }

  #function(part: number, node: number): number {
    const { columns } = this.#sums[part].part;
    const own = columns.frameFunc.values[columns.nodeFrame.values[node]];
    const known = this.#funcOf[part];
    if (known[own] < 0) known[own] = this.#functions.take(columns, own);
    return known[own];
  }

  #push(node: number): void {
    const heap = this.#heap;
    const total = this.#total;
    let at = heap.length;
    heap.push(node);
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (total[heap[up]] >= total[node]) break;
      heap[at] = heap[up];
      at = up;
    }
    heap[at] = node;
  }

  /** Takes the largest out; -1 where there is none of at least `least`. */
  #largest(least: number): number {
    const heap = this.#heap;
    const total = this.#total;
    if (heap.length === 0 || total[heap[0]] < least) return -1;
    const largest = heap[0];
    const last = heap.pop()!;
    if (heap.length === 0) return largest;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= heap.length) break;
      if (down + 1 < heap.length && total[heap[down + 1]] > total[heap[down]]) down++;
      if (total[heap[down]] <= total[last]) break;
      heap[at] = heap[down];
      at = down;
    }
    heap[at] = last;
    return largest;
  }
}

function calleesOf({ part, total }: PartSums): Callees {
  const parent = part.columns.nodeParent.values;
  const same = part.canonical.values;
  const first = new Int32Array(total.length);
  const next = new Int32Array(total.length);
  for (let node = total.length - 1; node > 0; node--) {
    if (total[node] === 0) continue;
    const up = same[parent[node]];
    next[node] = first[up];
    first[up] = node;
  }
  return { first, next };
}
