/** Makes blocks of the rows of an hour that is over. */

import { DamagedBlob, openBlob, sealBlob } from './blob.ts';
import { damageIn, type Damage } from './damage.ts';
import { inTransaction, type Database } from './database.ts';
import { HourBlockBuilder, MAX_SAMPLES_OF_A_BLOCK } from './hour-block.ts';
import { US_PER_HOUR } from './hours.ts';
import { LedgerWriter, rawMark } from './ledger.ts';
import { HOUR_BLOBS, hourBlobCheck, hourCheck, partCheck, rawCheck } from './row-check.ts';
import { Rows } from './rows.ts';
import { decodeVector, SampleVector } from './sample-vector.ts';

/** Rows of one block, and their bytes: making a block removes its rows in one transaction. */
export const MAX_ROWS_A_BLOCK = 1024;
const MAX_BYTES_A_BLOCK = 4 << 20;

interface RawRow {
  readonly seq: number;
  readonly time_us: number;
  readonly period: number;
  readonly total: number;
  readonly row_check: number | null;
  readonly data: Uint8Array;
}

export class HourPacker {
  readonly #db: Database;
  readonly #report: { packed: number; readonly damage: Damage[] };
  readonly #ledger: LedgerWriter;
  readonly #rows: Rows<RawRow>;
  readonly #part: Rows<Record<'service_id' | 'day' | 'nodes' | 'row_check', number>>;
  readonly #vector = new SampleVector();

  constructor(db: Database, report: { packed: number; readonly damage: Damage[] }) {
    this.#db = db;
    this.#report = report;
    this.#ledger = new LedgerWriter(db);
    this.#rows = new Rows(
      db,
      `SELECT seq, time_us, period, total, row_check, data FROM raw
       WHERE series_id = ? AND time_us >= ? AND time_us < ? AND part_id = ? ORDER BY time_us, seq`,
    );
    this.#part = new Rows(db, 'SELECT service_id, day, nodes, row_check FROM part WHERE id = ?');
  }

  /** Notes why rows of a series, or of all, cannot be packed. */
  damaged(series?: number): (what: string) => void {
    const whose = series === undefined ? '' : ` of series ${series}`;
    return (what) => {
      const text = `Profiles${whose} cannot be packed: the table ${what}.`;
      this.#report.damage.push({ key: `packing${whose}`, text });
    };
  }

  /** Makes one block. @returns whether rows are left, as it was full */
  pack(series: number, hour: number, part: number): boolean {
    const from = hour * US_PER_HOUR;
    const builder = new HourBlockBuilder(from);
    const vector = this.#vector;
    const taken: number[] = [];
    let marks = 0;
    const nodes = this.#nodesOf(part);
    let isFull = false;
    let bytes = 0;
    for (const row of this.#rows.each([series, from, from + US_PER_HOUR, part], this.damaged(series))) {
      const { seq, time_us, period, data } = row;
      try {
        decodeVector(openBlob(data, checkOf(series, part, row)), nodes, vector);
      } catch (error) {
        const what = damageIn(error);
        if (what === undefined) throw error;
        // It stays unchanged: readers report it too.
        const text = `Profile ${seq} of series ${series} cannot be packed: it ${what}.`;
        this.#report.damage.push({ key: `raw ${seq}`, text });
        continue;
      }
      bytes += data.length;
      const isBeyond = taken.length === MAX_ROWS_A_BLOCK || (taken.length > 0 && bytes > MAX_BYTES_A_BLOCK);
      if (isBeyond || builder.samples + vector.length > MAX_SAMPLES_OF_A_BLOCK) {
        isFull = true;
        break;
      }
      // Older versions stored periods that exceed a double.
      builder.add(time_us, Number.isSafeInteger(period) ? period : 0, vector);
      marks += rawMark(time_us);
      taken.push(seq);
    }
    if (taken.length === 0) return false;
    this.#write(series, hour, part, builder, taken, marks);
    this.#report.packed++;
    return isFull;
  }

  /** In one transaction, the block is there and its rows are gone. @param marks of the rows, in the ledger */
  #write(
    series: number,
    hour: number,
    part: number,
    builder: HourBlockBuilder,
    taken: readonly number[],
    marks: number,
  ): void {
    const db = this.#db;
    const { points, sums, index, values } = builder.encode();
    const { gen } = db
      .prepare('SELECT coalesce(max(gen), 0) + 1 AS gen FROM hour WHERE series_id = ? AND hour = ? AND part_id = ?')
      .get(series, hour, part) as { gen: number };
    const row = { hour, part_id: part, gen, profiles: builder.profiles, total: builder.total() };
    const check = hourCheck(series, row);
    const blobs = [points, sums, index, values].map((payload, i) =>
      sealBlob(payload, hourBlobCheck(check, HOUR_BLOBS[i]), true),
    );
    inTransaction(db, () => {
      this.#ledger.add(series, hour, 0, check - marks);
      db.prepare(
        `INSERT INTO hour(series_id, hour, part_id, gen, profiles, total, points, sums, sample_index, sample_values)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(series, hour, part, gen, row.profiles, row.total, ...blobs);
      const remove = db.prepare('DELETE FROM raw WHERE seq = ?');
      for (const seq of taken) remove.run(seq);
    });
  }

  /** Infinity if the row is damaged: what the leaves of a profile are is covered by its own checksum. */
  #nodesOf(part: number): number {
    const [row] = this.#part.all([part], () => undefined);
    const isWhole = row !== undefined && partCheck(part, row.service_id, row.day, row.nodes) === row.row_check;
    return isWhole ? row.nodes : Infinity;
  }
}

/** @returns the check of the row. @throws DamagedBlob */
function checkOf(series: number, part: number, { time_us, period, total, row_check }: RawRow): number {
  const check = rawCheck(series, time_us, part, period, total);
  // Rows of formats 1 and 2 have none.
  if (row_check !== null && check !== row_check) throw new DamagedBlob('does not match its checksum');
  return check;
}
