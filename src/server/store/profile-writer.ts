/**
 * Takes profiles in and makes them durable in groups. What `add` was given is on disk once the next `flush` returns; when
 * `flush` throws, nothing of it is, and all that was held in memory about it is forgotten and read anew.
 */

import type { LabelSet } from '#model/labels.ts';
import type { IncomingProfile, IncomingSeries } from '../ingest/incoming.ts';
import { openBlob, sealBlob } from './blob.ts';
import { inTransaction, readDeltas, type Database } from './database.ts';
import { dayOf, hourOf } from './hours.ts';
import { Interner, type StackLookup } from './interner.ts';
import { LedgerWriter, rawMark } from './ledger.ts';
import { PartColumns } from './part-columns.ts';
import { dictCheck, partCheck, rawCheck, seriesCheck, type SeriesColumns } from './row-check.ts';
import { Rows } from './rows.ts';
import { encodeVector, SampleVector } from './sample-vector.ts';
import { freeNumbers, storedServices, wholeSeries } from './stored-series.ts';

/** Nodes at which a part is full and another is opened. */
const MOST_NODES = 1 << 20;
/** Memory for interners; beyond it those not used for longest are dropped, and read again when needed. */
const INTERNER_BYTES = 160 << 20;
/** After so many uses of others, the interner of a day that is over is dropped. */
const USES_TILL_IDLE = 1000;
const MOST_SERIES = 100_000;
/** How long a repeat of an upload is known as one. */
export const REPEAT_MS = 3_600_000;

/** More label sets than one folder keeps. */
export class TooManySeries extends Error {
  constructor() {
    super(`More than ${MOST_SERIES} label sets: leave out labels that differ for every request or thread.`);
    this.name = 'TooManySeries';
  }
}

export interface Written {
  /** Profiles by series: a pprof of two sample types counts twice. 0 for a repeat. */
  readonly profiles: number;
  readonly samples: number;
  /** Samples left out, as their value was not positive. */
  readonly dropped: number;
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

interface Series {
  readonly id: number;
  readonly serviceId: number;
  readonly type: string;
  readonly labels: string;
  firstHour: number;
  lastHour: number;
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
  readonly #statements: ReturnType<typeof prepare>;
  readonly #ledger: LedgerWriter;
  #services = new Map<string, number>();
  #newServices: string[] = [];
  /** By the labels as stored. */
  #series = new Map<string, Series>();
  #touched = new Set<Series>();
  /** By service and day. */
  #parts = new Map<string, OpenPart>();
  #changedParts = new Set<OpenPart>();
  #nextSeries = 1;
  #nextService = 1;
  #nextPart = 1;
  #batch: { readonly incoming: IncomingProfile; readonly nowMs: number }[] = [];
  #rows: PendingRow[] = [];
  #rowBytes = 0;
  #removals = '';
  #uploads = new Map<string, number>();
  #clock = 0;
  readonly #vector = new SampleVector();
  /** Values by leaf, all 0 between profiles. */
  #sums = new Float64Array(4096);

  constructor(db: Database) {
    this.#db = db;
    this.#statements = prepare(db);
    this.#ledger = new LedgerWriter(db);
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
    return this.#series.size;
  }

  /** @throws TooManySeries, RangeError for values that are not whole; then nothing of this profile is taken. */
  add(incoming: IncomingProfile, nowMs: number): Written {
    const { repeatKey, profile, timeUs, period } = incoming;
    if (repeatKey !== '' && this.#isRepeat(repeatKey, nowMs)) {
      return { profiles: 0, samples: 0, dropped: 0, isRepeat: true };
    }
    const rows: PendingRow[] = [];
    let samples = 0;
    let dropped = 0;
    let part: OpenPart | undefined;
    let stacks: StackLookup | undefined;
    for (const one of incoming.series) {
      const wanted = this.#partOf(one.service, dayOf(timeUs));
      if (wanted !== part || stacks === undefined) {
        part = wanted;
        stacks = part.interner.forProfile(profile);
      }
      dropped += this.#collect(one, profile.values[one.column].values, stacks);
      const vector = this.#vector;
      if (vector.length === 0) continue;
      const series = this.#seriesOf(one, hourOf(timeUs));
      let total = 0;
      for (let i = 0; i < vector.length; i++) total += vector.value[i];
      samples += vector.length;
      rows.push({
        series: series.id,
        timeUs,
        part: part.id,
        period: Math.round(period),
        total,
        data: encodeVector(vector),
      });
      this.#changedParts.add(part);
    }
    for (const row of rows) {
      this.#rows.push(row);
      this.#rowBytes += row.data.length;
    }
    if (repeatKey !== '') this.#uploads.set(repeatKey, nowMs);
    this.#batch.push({ incoming, nowMs });
    return { profiles: rows.length, samples, dropped, isRepeat: false };
  }

  /** Commits all that was added. @throws what SQLite throws: a full disk, a damaged file */
  flush(): void {
    if (this.#batch.length === 0) return;
    try {
      if (!this.#commit()) {
        // Upkeep has removed series or parts that this one knew by number: again, with numbers read anew.
        const batch = this.#batch;
        this.#load();
        for (const { incoming, nowMs } of batch) this.add(incoming, nowMs);
        if (!this.#commit()) throw new Error('The store was cleared twice during one write.');
      }
    } catch (error) {
      this.#load();
      throw error;
    }
    for (const part of this.#changedParts) {
      part.interner.saved = part.interner.columns.mark();
      part.isNew = false;
    }
    this.#forgetPending();
    this.#shedInterners();
  }

  /** @returns false, with nothing written, when numbers of series or parts may be out of date */
  #commit(): boolean {
    const statements = this.#statements;
    return inTransaction(this.#db, () => {
      if (this.#readRemovals() !== this.#removals) return false;
      for (const name of this.#newServices) statements.service.run(this.#services.get(name)!, name);
      for (const { id, serviceId, type, labels, firstHour, lastHour } of this.#touched) {
        const row = { id, service_id: serviceId, type, labels, first_hour: firstHour, last_hour: lastHour };
        statements.series.run(id, serviceId, type, labels, firstHour, lastHour, seriesCheck(row));
      }
      if (this.#touched.size > 0) statements.changes.run();
      for (const { id, serviceId, day, interner, isNew } of this.#changedParts) {
        const { columns, saved } = interner;
        if (isNew || columns.nodes > saved.nodes)
          statements.part.run(id, serviceId, day, columns.nodes, partCheck(id, serviceId, day, columns.nodes));
        if (columns.nodes > saved.nodes) {
          const delta = sealBlob(columns.encode(saved), dictCheck(id, saved.nodes), false);
          statements.dict.run(id, saved.nodes, delta);
        }
      }
      this.#count();
      for (const { series, timeUs, part, period, total, data } of this.#rows) {
        const check = rawCheck(series, timeUs, part, period, total);
        statements.raw.run(series, timeUs, part, period, total, check, sealBlob(data, check, false));
      }
      for (const [key, ms] of this.#uploads) statements.upload.run(key, ms);
      return true;
    });
  }

  /** The rows of this commit, before they are there. */
  #count(): void {
    const counts = new Map<string, { series: number; hour: number; profiles: number; mark: number }>();
    for (const { series, timeUs } of this.#rows) {
      const hour = hourOf(timeUs);
      const key = `${series} ${hour}`;
      const count = counts.get(key) ?? { series, hour, profiles: 0, mark: 0 };
      counts.set(key, { ...count, profiles: count.profiles + 1, mark: count.mark + rawMark(timeUs) });
    }
    for (const { series, hour, profiles, mark } of counts.values()) this.#ledger.add(series, hour, profiles, mark);
  }

  #forgetPending(): void {
    this.#batch = [];
    this.#rows = [];
    this.#rowBytes = 0;
    this.#newServices = [];
    this.#touched.clear();
    this.#changedParts.clear();
    this.#uploads.clear();
  }

  /** From what is on disk, as after a start. */
  #load(): void {
    this.#forgetPending();
    this.#parts.clear();
    this.#removals = this.#readRemovals();
    this.#services = storedServices(this.#db);
    this.#series = new Map(wholeSeries(this.#db).map((row) => [row.labels, seriesOf(row)]));
    [this.#nextService, this.#nextSeries, this.#nextPart] = freeNumbers(this.#db);
  }

  #readRemovals(): string {
    return ((this.#statements.removals.get() as { value: string } | undefined) ?? { value: '' }).value;
  }

  #isRepeat(key: string, nowMs: number): boolean {
    if (this.#uploads.has(key)) return true;
    return this.#statements.seen.get(key, nowMs - REPEAT_MS) !== undefined;
  }

  #seriesOf({ labels, service, profileType }: IncomingSeries, hour: number): Series {
    const text = labelsText(labels);
    let series = this.#series.get(text);
    if (series === undefined) {
      if (this.#series.size >= MOST_SERIES) throw new TooManySeries();
      const serviceId = this.#serviceOf(service);
      series = {
        id: this.#nextSeries++,
        serviceId,
        type: profileType,
        labels: text,
        firstHour: hour,
        lastHour: hour,
      };
      this.#series.set(text, series);
      this.#touched.add(series);
    } else if (hour < series.firstHour || hour > series.lastHour) {
      series.firstHour = Math.min(series.firstHour, hour);
      series.lastHour = Math.max(series.lastHour, hour);
      this.#touched.add(series);
    }
    return series;
  }

  #serviceOf(name: string): number {
    let id = this.#services.get(name);
    if (id === undefined) {
      id = this.#nextService++;
      this.#services.set(name, id);
      this.#newServices.push(name);
    }
    return id;
  }

  #partOf(service: string, day: number): OpenPart {
    const serviceId = this.#serviceOf(service);
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
    const [row] = this.#statements.lastPart.all([serviceId, day], () => undefined);
    if (row === undefined || row.nodes >= MOST_NODES) return undefined;
    if (partCheck(row.id, serviceId, day, row.nodes) !== row.row_check) return undefined;
    const columns = new PartColumns();
    try {
      for (const { first_node, data } of readDeltas(this.#db, row.id, 0))
        columns.append(openBlob(data, dictCheck(row.id, first_node)));
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
  #collect({ rows }: IncomingSeries, values: Float64Array, stacks: StackLookup): number {
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

function seriesOf({ id, service_id, type, labels, first_hour, last_hour }: SeriesColumns): Series {
  return { id, serviceId: service_id, type, labels, firstHour: first_hour, lastHour: last_hour };
}

/** Labels, as the column holds them. */
function labelsText(labels: LabelSet): string {
  return JSON.stringify(labels.map(({ name, value }) => [name, value]));
}

function prepare(db: Database) {
  return {
    // REPLACE: a damaged row of the same name or labels makes room.
    service: db.prepare('INSERT OR REPLACE INTO service(id, name) VALUES (?, ?)'),
    series: db.prepare(
      'INSERT OR REPLACE INTO series(id, service_id, type, labels, first_hour, last_hour, row_check) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    changes: db.prepare(
      "INSERT INTO meta VALUES ('series_changes', 1) ON CONFLICT(key) DO UPDATE SET value = value + 1",
    ),
    part: db.prepare(
      `INSERT INTO part(id, service_id, day, nodes, row_check) VALUES (?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET
         service_id = excluded.service_id, day = excluded.day, nodes = excluded.nodes, row_check = excluded.row_check`,
    ),
    lastPart: new Rows<{ id: number; nodes: number; row_check: number }>(
      db,
      'SELECT id, nodes, row_check FROM part WHERE service_id = ? AND day = ? ORDER BY id DESC LIMIT 1',
    ),
    dict: db.prepare('INSERT INTO dict(part_id, first_node, data) VALUES (?, ?, ?)'),
    raw: db.prepare(
      'INSERT INTO raw(series_id, time_us, part_id, period, total, row_check, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    removals: db.prepare("SELECT CAST(value AS TEXT) AS value FROM meta WHERE key = 'removals'"),
    seen: db.prepare('SELECT 1 FROM upload WHERE key = ? AND seen_ms > ?'),
    upload: db.prepare('INSERT OR REPLACE INTO upload(key, seen_ms) VALUES (?, ?)'),
  };
}
