/**
 * Takes profiles in and makes them durable in groups. What `add` was given is on disk once the next `flush` returns; when
 * `flush` throws, nothing of it is, and all that was held in memory about it is forgotten and read anew.
 */

import type { Profile } from '#model/profile.ts';
import type { IncomingProfile } from '../ingest/incoming.ts';
import { openBlob, sealBlob } from './blob.ts';
import { CommitTurn } from './commit-turn.ts';
import { countUp, inTransaction, metaNumber, readDeltas, type Database } from './database.ts';
import { dayOf, hourOf } from './hours.ts';
import { Interner, type StackLookup } from './interner.ts';
import { PartColumns } from './part-columns.ts';
import { encodeVector, SampleVector } from './sample-vector.ts';
import { DEFAULT_LABEL_SETS, SeriesTable, type Plan, type PlannedSeries, type ServiceUsage } from './series-table.ts';

/** Nodes at which a part is full and another is opened. */
const MOST_NODES = 1 << 20;
/** Memory for interners; beyond it those not used for longest are dropped, and read again when needed. */
const INTERNER_BYTES = 160 << 20;
/** After so many uses of others, the interner of a day that is over is dropped. */
const USES_TILL_IDLE = 1000;
/** How long a repeat of an upload is known as one. */
export const REPEAT_MS = 3_600_000;

export interface Written {
  /** Profiles by series: a pprof of two sample types counts twice. 0 for a repeat. */
  readonly profiles: number;
  readonly samples: number;
  /** Samples left out, as their value was not positive. */
  readonly dropped: number;
  /** Samples whose labels were left out, as their service has too many label sets. */
  readonly folded: number;
  readonly isRepeat: boolean;
}

interface OpenPart {
  readonly id: number;
  readonly serviceId: number;
  readonly day: number;
  readonly interner: Interner;
  isNew: boolean;
  usedAt: number;
}

/** A profile on its way to disk, and where its samples go. */
interface Pending {
  readonly incoming: IncomingProfile;
  readonly planned: readonly PlannedSeries[];
  readonly nowMs: number;
}

interface PendingRow {
  readonly series: number;
  readonly timeUs: number;
  readonly part: number;
  readonly period: number;
  readonly total: number;
  readonly data: Uint8Array;
}

export class ProfileWriter {
  readonly #db: Database;
  readonly #turn: CommitTurn;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #table: SeriesTable;
  /** By service and day. */
  #parts = new Map<string, OpenPart>();
  #changedParts = new Set<OpenPart>();
  #nextPart = 1;
  #batch: Pending[] = [];
  #rows: PendingRow[] = [];
  #rowBytes = 0;
  #edits = 0;
  #uploads = new Map<string, number>();
  #clock = 0;
  readonly #vector = new SampleVector();
  /** Values by leaf, all 0 between profiles. */
  #sums = new Float64Array(4096);

  /** @param maxLabelSets of one service on one day */
  constructor(db: Database, maxLabelSets = DEFAULT_LABEL_SETS, turn = new CommitTurn()) {
    this.#db = db;
    this.#turn = turn;
    this.#statements = prepare(db);
    this.#table = new SeriesTable(db, maxLabelSets);
    // Numbers of what was removed are given again from here on: readers forget what they know by number.
    turn.commit(() => inTransaction(db, () => countUp(db, 'removals')));
    this.#load();
  }

  get pendingProfiles(): number {
    return this.#batch.length;
  }

  get pendingBytes(): number {
    return this.#rowBytes;
  }

  /** Memory of the dictionaries that are open for writing. */
  get internerBytes(): number {
    let bytes = 0;
    for (const { interner } of this.#parts.values()) bytes += interner.bytes;
    return bytes;
  }

  get seriesCount(): number {
    return this.#table.count;
  }

  usage(): ServiceUsage[] {
    return this.#table.usage();
  }

  /** @throws TooManySeries, RangeError for values that cannot be kept; then nothing of this profile is taken. */
  add(incoming: IncomingProfile, nowMs: number): Written {
    const { repeatKey, profile } = incoming;
    if (repeatKey !== '' && this.#isRepeat(repeatKey, nowMs)) {
      return { profiles: 0, samples: 0, dropped: 0, folded: 0, isRepeat: true };
    }
    for (const column of new Set(incoming.series.map((one) => one.column))) checkValues(profile, column);
    const { series, folded } = this.#plan(incoming);
    const pending = { incoming, planned: series, nowMs };
    const written = this.#take(pending);
    this.#batch.push(pending);
    return { ...written, folded, isRepeat: false };
  }

  /** Commits all that was added. @throws what SQLite throws: a full disk, a damaged file */
  flush(): void {
    if (this.#batch.length === 0) return;
    try {
      this.#turn.commit(() => inTransaction(this.#db, () => this.#write()));
    } catch (error) {
      this.#load();
      throw error;
    }
    for (const part of this.#changedParts) {
      part.interner.saved = part.interner.columns.mark();
      part.isNew = false;
    }
    this.#table.written();
    this.#forgetPending();
    this.#shedInterners();
  }

  /** @throws TooManySeries */
  #plan({ series, timeUs }: IncomingProfile): Plan {
    try {
      return this.#table.plan(series, hourOf(timeUs));
    } catch (error) {
      // What upkeep has removed since the last commit counts no longer.
      if (metaNumber(this.#db, 'edits') === this.#edits) throw error;
      this.#takeAgain();
      return this.#table.plan(series, hourOf(timeUs));
    }
  }

  #take({ incoming, planned, nowMs }: Pending): Pick<Written, 'profiles' | 'samples' | 'dropped'> {
    const { repeatKey, profile, timeUs, period } = incoming;
    let profiles = 0;
    let samples = 0;
    let dropped = 0;
    let part: OpenPart | undefined;
    let stacks: StackLookup | undefined;
    for (const one of planned) {
      const wanted = this.#partOf(one.service, dayOf(timeUs));
      if (wanted !== part || stacks === undefined) {
        part = wanted;
        stacks = part.interner.forProfile(profile);
      }
      dropped += this.#collect(one.rows, profile.values[one.column].values, stacks);
      const vector = this.#vector;
      if (vector.length === 0) continue;
      const series = this.#table.use(one, hourOf(timeUs));
      let total = 0;
      for (let i = 0; i < vector.length; i++) total += vector.value[i];
      profiles++;
      samples += vector.length;
      const data = sealBlob(encodeVector(vector), false);
      this.#rows.push({ series: series.id, timeUs, part: part.id, period: Math.round(period), total, data });
      this.#rowBytes += data.length;
      this.#changedParts.add(part);
    }
    if (repeatKey !== '') this.#uploads.set(repeatKey, nowMs);
    return { profiles, samples, dropped };
  }

  /** Within a transaction. */
  #write(): void {
    if (metaNumber(this.#db, 'edits') !== this.#edits) this.#takeAgain();
    const statements = this.#statements;
    this.#table.write();
    for (const { id, serviceId, day, interner, isNew } of this.#changedParts) {
      const { columns, saved } = interner;
      if (isNew) statements.newPart.run(id, serviceId, day);
      if (columns.nodes > saved.nodes) statements.dict.run(id, saved.nodes, sealBlob(columns.encode(saved), false));
      statements.part.run(columns.nodes, id);
    }
    for (const { series, timeUs, part, period, total, data } of this.#rows) {
      statements.raw.run(series, timeUs, part, period, total, data);
    }
    for (const [key, ms] of this.#uploads) statements.upload.run(key, ms);
  }

  /** Upkeep has removed series or parts that this one knew by number: all of the batch again, with numbers read anew. */
  #takeAgain(): void {
    const batch = this.#batch;
    this.#forgetPending();
    this.#table.forget();
    this.#edits = metaNumber(this.#db, 'edits');
    for (const [key, { id, serviceId, isNew }] of this.#parts) {
      const isThere = this.#statements.partOf.get(id, serviceId) !== undefined;
      if (isNew || !isThere) this.#parts.delete(key);
    }
    for (const pending of batch) this.#take(pending);
    this.#batch = batch;
  }

  #forgetPending(): void {
    this.#batch = [];
    this.#rows = [];
    this.#rowBytes = 0;
    this.#changedParts.clear();
    this.#uploads.clear();
  }

  /** From what is on disk, as after a start. */
  #load(): void {
    this.#forgetPending();
    this.#parts.clear();
    this.#table.forget();
    this.#edits = metaNumber(this.#db, 'edits');
    const { id } = this.#db.prepare('SELECT coalesce(max(id), 0) AS id FROM part').get() as { id: number };
    this.#nextPart = Math.max(this.#nextPart, id + 1);
  }

  /** A clock that was ahead has left times to come: those are no repeats either, once they are far. */
  #isRepeat(key: string, nowMs: number): boolean {
    if (this.#uploads.has(key)) return true;
    const row = this.#statements.seen.get(key) as { seen_ms: number } | undefined;
    return row !== undefined && Math.abs(nowMs - row.seen_ms) < REPEAT_MS;
  }

  #partOf(service: string, day: number): OpenPart {
    const serviceId = this.#table.serviceOf(service);
    const key = `${day} ${service}`;
    let part = this.#parts.get(key);
    if (part === undefined || part.interner.columns.nodes >= MOST_NODES) {
      part = (part === undefined ? this.#reopen(serviceId, day) : undefined) ?? this.#newPart(serviceId, day);
      this.#parts.set(key, part);
    }
    part.usedAt = ++this.#clock;
    return part;
  }

  /** The newest part of the day, unless it is full or cannot be read. */
  #reopen(serviceId: number, day: number): OpenPart | undefined {
    const row = this.#statements.lastPart.get(serviceId, day) as { id: number; nodes: number } | undefined;
    if (row === undefined || row.nodes >= MOST_NODES) return undefined;
    const columns = new PartColumns();
    try {
      for (const { data } of readDeltas(this.#db, row.id, 0)) columns.append(openBlob(data));
    } catch {
      // What cannot be read is not added to: a new part is right in any case, and readers tell of the damage.
      return undefined;
    }
    if (columns.nodes !== row.nodes) return undefined;
    return { id: row.id, serviceId, day, interner: new Interner(columns), isNew: false, usedAt: 0 };
  }

  #newPart(serviceId: number, day: number): OpenPart {
    return { id: this.#nextPart++, serviceId, day, interner: new Interner(new PartColumns()), isNew: true, usedAt: 0 };
  }

  /** Fills `#vector` with the samples of a series, equal stacks summed. @returns samples left out */
  #collect(rows: Int32Array, values: Float64Array, stacks: StackLookup): number {
    const vector = this.#vector;
    vector.clear();
    let dropped = 0;
    for (const row of rows) {
      const value = values[row];
      if (!(value > 0)) {
        dropped++;
        continue;
      }
      const leaf = stacks.leaf(row);
      if (leaf >= this.#sums.length) {
        const larger = new Float64Array(Math.max(leaf + 1, this.#sums.length * 2));
        larger.set(this.#sums);
        this.#sums = larger;
      }
      if (this.#sums[leaf] === 0) vector.push(leaf, 0);
      this.#sums[leaf] += value;
    }
    vector.leaf.subarray(0, vector.length).sort();
    for (let i = 0; i < vector.length; i++) {
      vector.value[i] = this.#sums[vector.leaf[i]];
      this.#sums[vector.leaf[i]] = 0;
    }
    return dropped;
  }

  #shedInterners(): void {
    let newest = -Infinity;
    for (const { day } of this.#parts.values()) newest = Math.max(newest, day);
    for (const [key, { day, usedAt }] of this.#parts) {
      if (day < newest && this.#clock - usedAt > USES_TILL_IDLE) this.#parts.delete(key);
    }
    let bytes = this.internerBytes;
    if (bytes <= INTERNER_BYTES) return;
    for (const [key, part] of [...this.#parts].sort(([, a], [, b]) => a.usedAt - b.usedAt)) {
      this.#parts.delete(key);
      bytes -= part.interner.bytes;
      if (bytes <= INTERNER_BYTES / 2) return;
    }
  }
}

/** @throws RangeError for what could not be read back: values that are not whole, or sum beyond 2^53 */
function checkValues(profile: Profile, column: number): void {
  let sum = 0;
  for (const value of profile.values[column].values) {
    if (!(value > 0)) continue;
    if (!Number.isInteger(value)) throw new RangeError(`The value ${value} of a sample is not whole.`);
    sum += value;
  }
  if (sum > Number.MAX_SAFE_INTEGER) throw new RangeError('The values of the profile sum to more than 2^53.');
}

function prepare(db: Database) {
  return {
    newPart: db.prepare('INSERT INTO part(id, service_id, day, nodes) VALUES (?, ?, ?, 1)'),
    part: db.prepare('UPDATE part SET nodes = ? WHERE id = ?'),
    lastPart: db.prepare('SELECT id, nodes FROM part WHERE service_id = ? AND day = ? ORDER BY id DESC LIMIT 1'),
    dict: db.prepare('INSERT INTO dict(part_id, first_node, data) VALUES (?, ?, ?)'),
    raw: db.prepare('INSERT INTO raw(series_id, time_us, part_id, period, total, data) VALUES (?, ?, ?, ?, ?, ?)'),
    partOf: db.prepare(
      "SELECT 1 FROM part JOIN service ON service.id = service_id WHERE part.id = ? AND service_id = ? AND typeof(name) = 'text'",
    ),
    seen: db.prepare('SELECT seen_ms FROM upload WHERE key = ?'),
    upload: db.prepare('INSERT OR REPLACE INTO upload(key, seen_ms) VALUES (?, ?)'),
  };
}
