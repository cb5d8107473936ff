/** Dictionaries that are open for writing: one for each service and day, from which profiles get their nodes. */

import { openBlob, sealBlob } from './blob.ts';
import { readDeltas, type Database, type Statement } from './database.ts';
import { Interner } from './interner.ts';
import { PartColumns } from './part-columns.ts';
import { DROPPED_NAME } from './retired.ts';
import { dictCheck, partCheck } from './row-check.ts';
import { Rows } from './rows.ts';
import { freeNumbers } from './stored-series.ts';

/** Nodes at which a part is full and another is opened. */
const MAX_NODES = 1 << 20;
/** Memory for interners; beyond it those not used for longest are dropped, and read again when needed. */
const INTERNER_BYTES = 160 << 20;
/** After this many uses of others, the interner of a day that is over is dropped. */
const USES_TILL_IDLE = 1000;

export interface WritablePart {
  readonly id: number;
  readonly serviceId: number;
  readonly day: number;
  readonly interner: Interner;
  isNew: boolean;
  usedAt: number;
}

export class WritableParts {
  readonly #db: Database;
  readonly #last: Rows<{ id: number; nodes: number; row_check: number }>;
  readonly #isThere: Rows<object>;
  readonly #writePart: Statement;
  readonly #writeDelta: Statement;
  /** By service and day. */
  readonly #parts = new Map<string, WritablePart>();
  #next = 1;
  #clock = 0;

  constructor(db: Database) {
    this.#db = db;
    this.#last = new Rows(
      db,
      'SELECT id, nodes, row_check FROM part WHERE service_id = ? AND day = ? ORDER BY id DESC LIMIT 1',
    );
    // Parts of a service that is being dropped are not used.
    this.#isThere = new Rows(
      db,
      `SELECT 1 FROM part JOIN service ON service.id = service_id
       WHERE part.id = ? AND service_id = ? AND service.name <> ${DROPPED_NAME}`,
    );
    this.#writePart = db.prepare(
      `INSERT INTO part(id, service_id, day, nodes, row_check) VALUES (?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET
         service_id = excluded.service_id, day = excluded.day, nodes = excluded.nodes, row_check = excluded.row_check`,
    );
    this.#writeDelta = db.prepare('INSERT INTO dict(part_id, first_node, data) VALUES (?, ?, ?)');
  }

  get bytes(): number {
    let bytes = 0;
    for (const { interner } of this.#parts.values()) bytes += interner.bytes;
    return bytes;
  }

  of(service: string, serviceId: number, day: number): WritablePart {
    const key = `${day} ${service}`;
    let part = this.#parts.get(key);
    if (part === undefined || part.interner.columns.nodes >= MAX_NODES) {
      part = (part === undefined ? this.#reopen(serviceId, day) : undefined) ?? this.#newPart(serviceId, day);
      this.#parts.set(key, part);
    }
    part.usedAt = ++this.#clock;
    return part;
  }

  /** From what is on disk, as after a start. Numbers are never given twice in one run. */
  forget(): void {
    this.#parts.clear();
    const [, , part] = freeNumbers(this.#db);
    this.#next = Math.max(this.#next, part);
  }

  /** Those that upkeep has removed, and those that are not on disk yet. */
  forgetRemoved(): void {
    for (const [key, { id, serviceId, isNew }] of this.#parts) {
      const isThere = this.#isThere.all([id, serviceId], () => undefined).length > 0;
      if (isNew || !isThere) this.#parts.delete(key);
    }
  }

  /** Within the transaction of a commit. */
  write(changed: Iterable<WritablePart>): void {
    for (const { id, serviceId, day, interner, isNew } of changed) {
      const { columns, saved } = interner;
      if (isNew || columns.nodes > saved.nodes)
        this.#writePart.run(id, serviceId, day, columns.nodes, partCheck(id, serviceId, day, columns.nodes));
      if (columns.nodes > saved.nodes) {
        const delta = sealBlob(columns.encode(saved), dictCheck(id, saved.nodes), false);
        this.#writeDelta.run(id, saved.nodes, delta);
      }
    }
  }

  /** After the commit. */
  written(changed: Iterable<WritablePart>): void {
    for (const part of changed) {
      part.interner.saved = part.interner.columns.mark();
      part.isNew = false;
    }
    this.#shed();
  }

  /** The newest part of the day, unless it is full or cannot be read. */
  #reopen(serviceId: number, day: number): WritablePart | undefined {
    const [row] = this.#last.all([serviceId, day], () => undefined);
    if (row === undefined || row.nodes >= MAX_NODES) return undefined;
    if (partCheck(row.id, serviceId, day, row.nodes) !== row.row_check) return undefined;
    const columns = new PartColumns();
    try {
      for (const { first_node, data } of readDeltas(this.#db, row.id, 0))
        columns.append(openBlob(data, dictCheck(row.id, first_node)));
    } catch {
      // Nothing is added to an unreadable part: a new part is always correct, and readers report the damage.
      return undefined;
    }
    if (columns.nodes !== row.nodes) return undefined;
    return { id: row.id, serviceId, day, interner: new Interner(columns), isNew: false, usedAt: 0 };
  }

  #newPart(serviceId: number, day: number): WritablePart {
    return { id: this.#next++, serviceId, day, interner: new Interner(new PartColumns()), isNew: true, usedAt: 0 };
  }

  #shed(): void {
    let newest = -Infinity;
    for (const { day } of this.#parts.values()) newest = Math.max(newest, day);
    for (const [key, { day, usedAt }] of this.#parts) {
      if (day < newest && this.#clock - usedAt > USES_TILL_IDLE) this.#parts.delete(key);
    }
    let bytes = this.bytes;
    if (bytes <= INTERNER_BYTES) return;
    for (const [key, part] of [...this.#parts].sort(([, a], [, b]) => a.usedAt - b.usedAt)) {
      this.#parts.delete(key);
      bytes -= part.interner.bytes;
      if (bytes <= INTERNER_BYTES / 2) return;
    }
  }
}
