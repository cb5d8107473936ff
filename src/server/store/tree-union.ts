/** Sums over dictionaries, joined to one tree: what every merge ends in. */

import { Int32Column } from '#base/column.ts';
import { TreeBuilder } from '#model/tree-builder.ts';
import { FunctionUnion } from './function-union.ts';
import { PairTable } from './pair-table.ts';
import type { Part } from './part-cache.ts';
import type { MergedTree, StopCheck } from './profile-reader.ts';

export class TreeUnion {
  readonly #lines: boolean;
  readonly #functions = new FunctionUnion();
  readonly #builder = new TreeBuilder(false);
  /** Of a tree by lines: what a key of the builder is. */
  readonly #keyFunc = new Int32Column(256);
  readonly #keyLine = new Int32Column(256);
  readonly #keys = new PairTable(this.#keyFunc, this.#keyLine, 0);

  /** @param lines keeps nodes of one function and parent apart by line */
  constructor(lines: boolean) {
    this.#lines = lines;
  }

  /**
   * Adds what the leaves of a part sum to.
   * @param sums by node of the part; not changed.
   * @returns by node of the part: its node here, -1 where nothing passes through it. By functions, only canonical nodes count.
   */
  add({ columns, canonical }: Part, sums: Float64Array, stop: StopCheck): Int32Array {
    const count = columns.nodes;
    const parent = columns.nodeParent.values;
    const frame = columns.nodeFrame.values;
    const frameFunc = columns.frameFunc.values;
    const frameLine = columns.frameLine.values;
    const same = canonical.values;
    const byLine = this.#lines;
    const here = new Int32Array(count).fill(-1);
    // A first pass marks what has a sum below it, a second one makes nodes: parents come before their children.
    const marked = new Uint8Array(count);
    for (let node = count - 1; node > 0; node--) {
      if (sums[node] === 0 && marked[node] === 0) continue;
      const one = byLine ? node : same[node];
      marked[one] = 1;
      const up = parent[one];
      marked[byLine ? up : same[up]] = 1;
    }
    stop();
    const keyOf = new Int32Array(byLine ? columns.frameFunc.length : columns.names.length).fill(-1);
    here[0] = 0;
    for (let node = 1; node < count; node++) {
      if (marked[node] === 0) continue;
      const of = frame[node];
      const source = byLine ? of : frameFunc[of];
      let key = keyOf[source];
      if (key < 0) {
        const func = this.#functions.take(columns, frameFunc[of]);
        key = byLine ? this.#keys.intern(func, frameLine[of]) : func;
        keyOf[source] = key;
      }
      const up = parent[node];
      here[node] = this.#builder.child(here[byLine ? up : same[up]], key);
    }
    stop();
    for (let node = 0; node < count; node++) {
      if (sums[node] !== 0) this.#builder.add(here[byLine ? node : same[node]], sums[node]);
    }
    return here;
  }

  /** Every node that was made has a sum: nothing is dropped, so that numbers told by `add` hold. */
  finish(profiles: number, warnings: readonly string[]): MergedTree {
    const { func, parent, self } = this.#builder.columns();
    const total = self.slice();
    for (let node = total.length - 1; node > 0; node--) total[parent[node]] += total[node];
    let funcs = func.slice();
    let line: Int32Array | undefined;
    if (this.#lines) {
      line = new Int32Array(func.length);
      funcs = new Int32Array(func.length).fill(-1);
      for (let node = 1; node < func.length; node++) {
        funcs[node] = this.#keyFunc.values[func[node]];
        line[node] = this.#keyLine.values[func[node]];
      }
    }
    return {
      length: func.length,
      func: funcs,
      line,
      parent: parent.slice(),
      self: self.slice(),
      total,
      functions: this.#functions.columns(),
      profiles,
      warnings,
    };
  }
}
