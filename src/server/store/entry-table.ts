/** Values by node and slice of time, sparse: collected in any order, read by node and ascending slice. */

export class EntryTable {
  #node = new Int32Array(4096);
  #slice = new Uint16Array(4096);
  #value = new Float64Array(4096);
  #count = new Float64Array(4096);
  #length = 0;

  push(node: number, slice: number, value: number, count: number): void {
    if (this.#length === this.#node.length) this.#grow();
    const at = this.#length++;
    this.#node[at] = node;
    this.#slice[at] = slice;
    this.#value[at] = value;
    this.#count[at] = count;
  }

  /** Entries of node i: [start[i], start[i + 1]). Several of one node and slice become one. */
  byNode(nodes: number): { start: Int32Array; slice: Uint16Array; value: Float64Array; count: Float64Array } {
    const length = this.#length;
    const start = new Int32Array(nodes + 1);
    // Stable, by slice first and node then: the order within a node is then that of slices.
    const bySlice = Int32Array.from({ length }, (_, i) => i).sort((a, b) => this.#slice[a] - this.#slice[b] || a - b);
    for (let i = 0; i < length; i++) start[this.#node[i] + 1]++;
    for (let node = 0; node < nodes; node++) start[node + 1] += start[node];
    const fill = start.slice(0, nodes);
    const order = new Int32Array(length);
    for (const entry of bySlice) order[fill[this.#node[entry]]++] = entry;

    const slice = new Uint16Array(length);
    const value = new Float64Array(length);
    const count = new Float64Array(length);
    let out = 0;
    for (let node = 0; node < nodes; node++) {
      const from = start[node];
      const to = start[node + 1];
      const first = out;
      for (let i = from; i < to; i++) {
        const entry = order[i];
        if (out === first || slice[out - 1] !== this.#slice[entry]) {
          slice[out] = this.#slice[entry];
          out++;
        }
        value[out - 1] += this.#value[entry];
        count[out - 1] += this.#count[entry];
      }
      start[node] = first;
    }
    start[nodes] = out;
    return { start, slice: slice.slice(0, out), value: value.slice(0, out), count: count.slice(0, out) };
  }

  #grow(): void {
    const room = this.#node.length * 2;
    const node = new Int32Array(room);
    node.set(this.#node);
    this.#node = node;
    const slice = new Uint16Array(room);
    slice.set(this.#slice);
    this.#slice = slice;
    const value = new Float64Array(room);
    value.set(this.#value);
    this.#value = value;
    const count = new Float64Array(room);
    count.set(this.#count);
    this.#count = count;
  }
}
