/** Sums over dictionaries, joined to one tree of all their nodes. */

import { Int32Column } from '#base/column.ts';
import { FunctionUnion } from './function-union.ts';
import { PairTable } from './pair-table.ts';
import type { Part } from './part-cache.ts';
import type { PartSums } from './part-sums.ts';
import type { MergedTree, TreeDetail } from './profile-reader.ts';

export class TreeUnion {
  readonly #detail: TreeDetail;
  readonly #lines: boolean;
  readonly #functions: FunctionUnion;
  /** The meaning of a key in a tree by lines. */
  readonly #keyFunc = new Int32Column(256);
  readonly #keyLine = new Int32Column(256);
  readonly #keys = new PairTable(this.#keyFunc, this.#keyLine, 0);
  readonly #parent = new Int32Column(4096);
  /** Function, or key of a tree by lines, by node. */
  readonly #key = new Int32Column(4096);
  /** Made when nodes may be equal: those of one dictionary are all different, unless they differ by kind alone. */
  #nodes: PairTable | undefined;
  #self = new Float64Array(4096);
  #total = new Float64Array(4096);

  constructor(detail: TreeDetail) {
    this.#detail = detail;
    this.#lines = detail !== 'names';
    this.#functions = new FunctionUnion(detail);
    this.#parent.push(-1);
    this.#key.push(-1);
  }

  /** Adds a node below the root for what is added below it; only to a tree of names. */
  branch(name: string): number {
    this.#nodes ??= new PairTable(this.#parent, this.#key, 1);
    const node = this.#nodes.intern(0, this.#functions.named(name));
    this.#addTo(node, 0, 0);
    return node;
  }

  /** @param below the root, or a branch @returns by node of the part: its node here, -1 where nothing passes through it */
  add({ part, self, total }: PartSums, below = 0): Int32Array {
    const { columns, canonical } = part;
    const parent = columns.nodeParent.values;
    const frame = columns.nodeFrame.values;
    const frameFunc = columns.frameFunc.values;
    const frameLine = columns.frameLine.values;
    const same = canonical.values;
    const byLine = this.#lines;
    const here = new Int32Array(total.length).fill(-1);
    const keyOf = new Int32Array(byLine ? columns.frameFunc.length : columns.names.length).fill(-1);
    here[0] = below;
    const mayRepeat = this.#parent.length > 1 || (this.#detail === 'lines' && columns.hasKinds);
    if (mayRepeat) this.#nodes ??= new PairTable(this.#parent, this.#key, 1);
    const nodes = this.#nodes;
    this.#addTo(below, self[0], total[0]);
    if (below > 0) this.#addTo(0, 0, total[0]);
    for (let node = 1; node < total.length; node++) {
      if (total[node] === 0) continue;
      const source = byLine ? frame[node] : frameFunc[frame[node]];
      let key = keyOf[source];
      if (key < 0) {
        const func = this.#functions.take(columns, frameFunc[frame[node]]);
        key = byLine ? this.#keys.intern(func, frameLine[source]) : func;
        keyOf[source] = key;
      }
      const up = here[byLine ? parent[node] : same[parent[node]]];
      const at = nodes === undefined ? this.#append(up, key) : nodes.intern(up, key);
      here[node] = at;
      this.#addTo(at, self[node], total[node]);
    }
    return here;
  }

  /** @param part was added */
  noteKinds({ columns }: Part): void {
    this.#functions.noteKinds(columns);
  }

  /** By function, of all parts that were noted. */
  get kindsOf(): readonly ReadonlySet<string>[] {
    return this.#functions.kindsOf;
  }

  finish(profiles: number, warnings: readonly string[]): MergedTree {
    const length = this.#parent.length;
    const key = this.#key.take();
    const keyFunc = this.#keyFunc.values;
    const keyLine = this.#keyLine.values;
    return {
      length,
      func: this.#lines ? key.map((one) => (one < 0 ? -1 : keyFunc[one])) : key,
      line: this.#lines ? key.map((one) => (one < 0 ? 0 : keyLine[one])) : undefined,
      parent: this.#parent.take(),
      self: this.#self.slice(0, length),
      total: this.#total.slice(0, length),
      rest: undefined,
      functions: this.#functions.columns(),
      profiles,
      warnings,
    };
  }

  #append(parent: number, key: number): number {
    this.#parent.push(parent);
    this.#key.push(key);
    return this.#parent.length - 1;
  }

  #addTo(node: number, self: number, total: number): void {
    if (node >= this.#self.length) {
      this.#self = grown(this.#self);
      this.#total = grown(this.#total);
    }
    this.#self[node] += self;
    this.#total[node] += total;
  }
}

function grown(column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(column.length * 2);
  larger.set(column);
  return larger;
}
