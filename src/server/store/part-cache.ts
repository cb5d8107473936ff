/** Dictionaries as queries need them: columns, and the nodes that are one when lines are left aside. Kept by last use. */

import { Int32Column } from '#base/column.ts';
import { DamagedBlob, openBlob } from './blob.ts';
import { readDeltas, type Database } from './database.ts';
import { PairTable } from './pair-table.ts';
import { PartColumns } from './part-columns.ts';

/** A part that a question meets. */
export interface Part {
  readonly columns: PartColumns;
  /** By node: the first node of the same call path by functions alone. Parents of such are such. */
  readonly canonical: Int32Column;
}

class CachedPart implements Part {
  readonly columns = new PartColumns();
  readonly canonical = new Int32Column(1024);
  usedAt = 0;
  /** A delta could not be read: what it and those behind it hold is lost, what came before is right. */
  isDamaged = false;
  /** Canonical nodes by parent and function, and the node of each. */
  readonly #parents = new Int32Column(1024);
  readonly #funcs = new Int32Column(1024);
  readonly #first = new Int32Column(1024);
  readonly #table: PairTable;

  constructor() {
    this.canonical.push(0);
    this.#table = new PairTable(this.#parents, this.#funcs, 0);
  }

  get bytes(): number {
    return this.columns.bytes + this.canonical.length * 4 + this.#parents.length * 12 + this.#table.bytes;
  }

  append(payload: Uint8Array): void {
    const { columns } = this;
    try {
      columns.append(payload);
    } finally {
      this.#canonize();
    }
  }

  #canonize(): void {
    const { columns } = this;
    for (let node = this.canonical.length; node < columns.nodes; node++) {
      const parent = this.canonical.values[columns.nodeParent.values[node]];
      const func = columns.frameFunc.values[columns.nodeFrame.values[node]];
      const place = this.#table.intern(parent, func);
      if (place === this.#first.length) this.#first.push(node);
      this.canonical.push(this.#first.values[place]);
    }
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
      part = this.#read(db, id, part);
      // Deltas are joined in time: one that joins what is known with what is not lies before the place asked for.
      if (part.columns.nodes < nodes && !part.isDamaged) {
        part = this.#read(db, id, undefined);
        part.isDamaged ||= part.columns.nodes < nodes;
      }
      this.#parts.set(id, part);
      this.#shed(part);
    }
    part.usedAt = ++this.#clock;
    return part;
  }

  /** Forgets all: numbers of parts may mean others now. */
  clear(): void {
    this.#parts.clear();
  }

  #read(db: Database, id: number, known: CachedPart | undefined): CachedPart {
    const part = known ?? new CachedPart();
    try {
      for (const { first_node, data } of readDeltas(db, id, known === undefined ? 0 : part.columns.nodes)) {
        if (first_node > part.columns.nodes) break;
        part.append(openBlob(data));
      }
    } catch (error) {
      if (!(error instanceof DamagedBlob)) throw error;
      part.isDamaged = true;
    }
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
