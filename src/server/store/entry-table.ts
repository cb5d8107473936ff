/** Values by node and slice of time, sparse: collected in any order, read by node and ascending slice. */

export interface EntriesByNode {
  /** Entries of node i: [start[i], start[i + 1]). */
  readonly start: Int32Array;
  readonly slice: Uint16Array;
  readonly value: Float64Array;
  readonly count: Float64Array;
}

const FIRST_ROOM = 1 << 14;
/** Smaller tables just grow: merging entries costs more than the memory. */
const JOINED_FROM = 1 << 20;

export class EntryTable {
  #node = new Int32Array(FIRST_ROOM);
  #slice = new Uint16Array(FIRST_ROOM);
  #value = new Float64Array(FIRST_ROOM);
  #count = new Float64Array(FIRST_ROOM);
  #length = 0;
  #nodes = 0;
  #slices = 0;

  push(node: number, slice: number, value: number, count: number): void {
    const last = this.#length - 1;
    // Stored samples of a stack lie together, by time.
    if (last >= 0 && this.#node[last] === node && this.#slice[last] === slice) {
      this.#value[last] += value;
      this.#count[last] += count;
      return;
    }
    if (this.#length === this.#node.length) this.#makeRoom();
    const at = this.#length++;
    this.#node[at] = node;
    this.#slice[at] = slice;
    this.#value[at] = value;
    this.#count[at] = count;
    if (node >= this.#nodes) this.#nodes = node + 1;
    if (slice >= this.#slices) this.#slices = slice + 1;
  }

  /** Unsorted: a node and slice may occur several times. */
  forEach(take: (node: number, slice: number, value: number, count: number) => void): void {
    for (let i = 0; i < this.#length; i++) take(this.#node[i], this.#slice[i], this.#value[i], this.#count[i]);
  }

  /** Several entries of one node and slice become one. */
  byNode(nodes: number): EntriesByNode {
    const length = this.#length;
    const node = this.#node;
    const slice = this.#slice;
    const value = this.#value;
    const count = this.#count;
    const order = ranked(node, nodes, ranked(slice, this.#slices, numbers(length)));
    const start = new Int32Array(nodes + 1);
    const out = {
      slice: new Uint16Array(length),
      value: new Float64Array(length),
      count: new Float64Array(length),
    };
    let made = 0;
    let open = 0; // the first node without a start
    for (let i = 0; i < length; i++) {
      const entry = order[i];
      while (open <= node[entry]) start[open++] = made;
      if (made === start[open - 1] || out.slice[made - 1] !== slice[entry]) out.slice[made++] = slice[entry];
      out.value[made - 1] += value[entry];
      out.count[made - 1] += count[entry];
    }
    while (open <= nodes) start[open++] = made;
    return {
      start,
      slice: out.slice.slice(0, made),
      value: out.value.slice(0, made),
      count: out.count.slice(0, made),
    };
  }

  /** Merges equal entries; if that does not free half, the table grows. */
  #makeRoom(): void {
    if (this.#length >= JOINED_FROM) {
      const { start, slice, value, count } = this.byNode(this.#nodes);
      for (let node = 0; node < this.#nodes; node++)
        for (let i = start[node]; i < start[node + 1]; i++) this.#node[i] = node;
      this.#slice.set(slice);
      this.#value.set(value);
      this.#count.set(count);
      this.#length = value.length;
      if (this.#length * 2 <= this.#node.length) return;
    }
    const room = this.#node.length * 2;
    this.#node = grown(this.#node, new Int32Array(room));
    this.#slice = grown(this.#slice, new Uint16Array(room));
    this.#value = grown(this.#value, new Float64Array(room));
    this.#count = grown(this.#count, new Float64Array(room));
  }
}

function grown<Column extends Int32Array | Uint16Array | Float64Array>(column: Column, larger: Column): Column {
  larger.set(column);
  return larger;
}

function numbers(length: number): Int32Array {
  const all = new Int32Array(length);
  for (let i = 0; i < length; i++) all[i] = i;
  return all;
}

/** Entries by ascending key, those of one key in the order they had. @param keys by entry, all below `most` */
function ranked(keys: ArrayLike<number>, most: number, entries: Int32Array): Int32Array {
  const next = new Int32Array(most + 1);
  for (let i = 0; i < entries.length; i++) next[keys[i] + 1]++;
  for (let key = 0; key < most; key++) next[key + 1] += next[key];
  const order = new Int32Array(entries.length);
  for (let i = 0; i < entries.length; i++) order[next[keys[entries[i]]]++] = entries[i];
  return order;
}
