/**
 * A cache of dictionaries for queries: columns, and the nodes that are equal without lines. The least recently used
 * ones are dropped.
 */

import { Int32Column } from '#base/column.ts';
import { hashPair } from '#base/hash.ts';
import { DamagedBlob, openBlob } from './blob.ts';
import { readDeltas, type Database } from './database.ts';
import { PartColumns } from './part-columns.ts';
import { dictCheck } from './row-check.ts';

/** A part in use by a query. */
export interface Part {
  readonly columns: PartColumns;
  /**
   * By node: the canonical node, which is the first one of the same call path by names. Its parent is canonical too.
   */
  readonly canonical: Int32Column;
}

/** Room that is made at once; `nodes` is Infinity if the row that says it is damaged. */
const MAX_NODES_AT_ONCE = 1 << 20;

class CachedPart implements Part {
  readonly columns = new PartColumns();
  readonly canonical = new Int32Column(1024);
  usedAt = 0;
  /** A delta could not be read: it and the later ones are lost, the earlier ones are valid. */
  isDamaged = false;
  /**
   * Canonical nodes by the canonical node of the parent and the function: open addressing, 0 is empty. As large as all
   * the rest, and of use only where more is to come: empty until then, as most parts are of days that are over.
   */
  #slots = new Int32Array(0);
  #used = 0;

  /** @param nodes how many are to come: room for them at once, as a table that grows is filled twice. */
  constructor(nodes: number) {
    const room = Math.min(nodes, MAX_NODES_AT_ONCE);
    this.columns.reserveNodes(room - 1);
    this.canonical.reserve(room);
    this.canonical.push(0);
    this.#makeSlots(room);
  }

  get bytes(): number {
    return this.columns.bytes + this.canonical.values.length * 4 + this.#slots.length * 4;
  }

  /** Until more is appended. */
  forgetSlots(): void {
    this.#slots = new Int32Array(0);
  }

  append(payload: Uint8Array): void {
    if (this.#slots.length === 0) this.#makeSlots(this.canonical.length * 2);
    try {
      this.columns.append(payload);
    } finally {
      for (let node = this.canonical.length; node < this.columns.nodes; node++) this.canonical.push(this.#find(node));
    }
  }

  /** The first node of the same functions, which is `node` itself where there is none. */
  #find(node: number): number {
    if (this.#used * 3 >= this.#slots.length * 2) this.#makeSlots(this.#slots.length);
    const parent = this.#parent(node);
    const func = this.#func(node);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = hashPair(parent, func) & mask;
    for (; slots[at] !== 0; at = (at + 1) & mask) {
      const one = slots[at];
      if (this.#parent(one) === parent && this.#func(one) === func) return one;
    }
    slots[at] = node;
    this.#used++;
    return node;
  }

  #parent(node: number): number {
    return this.canonical.values[this.columns.nodeParent.values[node]];
  }

  #func(node: number): number {
    const { frameFunc, nodeFrame, named } = this.columns;
    return named.values[frameFunc.values[nodeFrame.values[node]]];
  }

  /** Room for this many nodes, with those that are known in their places. */
  #makeSlots(nodes: number): void {
    let length = 1024;
    while (length * 2 < nodes * 3) length *= 2;
    const slots = new Int32Array(length);
    const mask = length - 1;
    for (let node = 1; node < this.canonical.length; node++) {
      if (this.canonical.values[node] !== node) continue;
      let at = hashPair(this.#parent(node), this.#func(node)) & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = node;
    }
    this.#slots = slots;
  }
}

export class PartCache {
  readonly #budget: number;
  readonly #parts = new Map<number, CachedPart>();
  #clock = 0;

  /** @param budget bytes that are kept between questions */
  constructor(budget: number) {
    this.#budget = budget;
  }

  get bytes(): number {
    let bytes = 0;
    for (const part of this.#parts.values()) bytes += part.bytes;
    return bytes;
  }

  /**
   * The part with at least `nodes` nodes; with fewer where its deltas are damaged.
   */
  get(db: Database, id: number, nodes: number): Part {
    let part = this.#parts.get(id);
    if (part === undefined || (part.columns.nodes < nodes && !part.isDamaged)) {
      part = this.#read(db, id, nodes, part);
      // Deltas are joined in time: one that joins what is known with what is not lies before the place asked for.
      if (part.columns.nodes < nodes && !part.isDamaged) {
        part = this.#read(db, id, nodes, undefined);
        part.isDamaged ||= part.columns.nodes < nodes;
      }
      this.#parts.set(id, part);
      this.#shed(part);
    }
    part.usedAt = ++this.#clock;
    return part;
  }

  /** Opens the first of these that is not open, as long as half of the budget is free. @returns whether one was opened */
  openAhead(db: Database, parts: readonly { readonly id: number; readonly nodes: number }[]): boolean {
    if (this.bytes * 2 > this.#budget) return false;
    const next = parts.find(({ id }) => !this.#parts.has(id));
    if (next !== undefined) this.get(db, next.id, next.nodes);
    return next !== undefined;
  }

  /** Clears the cache: numbers of parts may have been reused. */
  clear(): void {
    this.#parts.clear();
  }

  #read(db: Database, id: number, nodes: number, known: CachedPart | undefined): CachedPart {
    const part = known ?? new CachedPart(nodes);
    try {
      for (const { first_node, data } of readDeltas(db, id, known === undefined ? 0 : part.columns.nodes)) {
        if (first_node > part.columns.nodes) break;
        part.append(openBlob(data, dictCheck(id, first_node)));
      }
    } catch (error) {
      if (!(error instanceof DamagedBlob)) throw error;
      part.isDamaged = true;
    }
    if (known === undefined) part.forgetSlots();
    return part;
  }

  #shed(kept: CachedPart): void {
    let bytes = this.bytes;
    if (bytes <= this.#budget) return;
    for (const [id, part] of [...this.#parts].sort(([, a], [, b]) => a.usedAt - b.usedAt)) {
      if (part === kept) continue;
      this.#parts.delete(id);
      bytes -= part.bytes;
      if (bytes <= this.#budget) return;
    }
  }
}
