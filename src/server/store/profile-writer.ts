/**
 * Writes profiles durably in groups. Profiles passed to `add` are on disk once the next `flush` returns. If `flush`
 * throws, none of them is, and the state in memory is read again from disk.
 */

import type { Profile } from '#model/profile.ts';
import type { IncomingProfile } from '../incoming.ts';
import { sealBlob } from './blob.ts';
import { CommitTurn } from './commit-turn.ts';
import { counter, countUp, inTransaction, type Database } from './database.ts';
import { dayOf, hourOf } from './hours.ts';
import type { StackLookup } from './interner.ts';
import { LedgerWriter, rawMark } from './ledger.ts';
import { rawCheck, spanCheck } from './row-check.ts';
import { Rows } from './rows.ts';
import { encodeVector, SampleVector } from './sample-vector.ts';
import { DEFAULT_LABEL_SETS, SeriesTable, type Plan, type PlannedSeries, type ServiceUsage } from './series-table.ts';
import { SpanRowBuilder } from './span-rows.ts';
import { WritableParts, type WritablePart } from './writable-parts.ts';

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
  readonly check: number;
  /** Sealed. */
  readonly data: Uint8Array;
}

interface SpanRow {
  readonly service: number;
  readonly timeUs: number;
  readonly part: number;
  /** Sealed. */
  readonly data: Uint8Array;
}

export class ProfileWriter {
  readonly #db: Database;
  readonly #turn: CommitTurn;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #table: SeriesTable;
  readonly #parts: WritableParts;
  readonly #ledger: LedgerWriter;
  readonly #changedParts = new Set<WritablePart>();
  #batch: Pending[] = [];
  #rows: PendingRow[] = [];
  #spanRows: SpanRow[] = [];
  #rowBytes = 0;
  #edits = '';
  #uploads = new Map<string, number>();
  readonly #vector = new SampleVector();
  /** Values by leaf, all 0 between profiles. */
  #sums = new Float64Array(4096);

  /** @param maxLabelSets of one service on one day */
  constructor(db: Database, maxLabelSets = DEFAULT_LABEL_SETS, turn = new CommitTurn()) {
    this.#db = db;
    this.#turn = turn;
    this.#statements = prepare(db);
    this.#table = new SeriesTable(db, maxLabelSets);
    this.#parts = new WritableParts(db);
    this.#ledger = new LedgerWriter(db);
    // Numbers of removed rows may be reused from here on: readers must drop what they cached by number.
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
    return this.#parts.bytes;
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
    this.#table.written();
    this.#parts.written(this.#changedParts);
    this.#forgetPending();
  }

  /** @throws TooManySeries */
  #plan({ series, timeUs }: IncomingProfile): Plan {
    try {
      return this.#table.plan(series, hourOf(timeUs));
    } catch (error) {
      // Drops cached rows that upkeep has removed since the last commit.
      if (counter(this.#db, 'edits') === this.#edits) throw error;
      this.#takeAgain();
      return this.#table.plan(series, hourOf(timeUs));
    }
  }

  #take({ incoming, planned, nowMs }: Pending): Pick<Written, 'profiles' | 'samples' | 'dropped'> {
    const { repeatKey, profile, timeUs, period } = incoming;
    let profiles = 0;
    let samples = 0;
    let dropped = 0;
    let part: WritablePart | undefined;
    let stacks: StackLookup | undefined;
    const spans = incoming.spans && new SpanRowBuilder(incoming.spans.contexts);
    for (const one of planned) {
      const wanted = this.#parts.of(one.service, this.#table.serviceOf(one.service), dayOf(timeUs));
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
      const row = { series: series.id, timeUs, part: part.id, period: Math.round(period), total };
      const check = rawCheck(row.series, timeUs, row.part, row.period, total);
      const data = sealBlob(encodeVector(vector), check, false);
      this.#rows.push({ ...row, check, data });
      this.#rowBytes += data.length;
      this.#changedParts.add(part);
      if (spans !== undefined) collectSpans(spans, incoming, one, series.id, stacks);
    }
    if (spans !== undefined && !spans.isEmpty && part !== undefined) this.#addSpans(spans, part, timeUs);
    if (repeatKey !== '') this.#uploads.set(repeatKey, nowMs);
    return { profiles, samples, dropped };
  }

  /** All series of an upload are of one service, and so of one part. */
  #addSpans(spans: SpanRowBuilder, { serviceId, id }: WritablePart, timeUs: number): void {
    const data = sealBlob(spans.encode(), spanCheck(serviceId, timeUs, id), false);
    this.#spanRows.push({ service: serviceId, timeUs, part: id, data });
    this.#rowBytes += data.length;
  }

  /** Within a transaction. */
  #write(): void {
    if (counter(this.#db, 'edits') !== this.#edits) this.#takeAgain();
    const statements = this.#statements;
    this.#table.write();
    this.#parts.write(this.#changedParts);
    this.#count();
    for (const { series, timeUs, part, period, total, check, data } of this.#rows) {
      statements.raw.run(series, timeUs, part, period, total, check, data);
    }
    for (const { service, timeUs, part, data } of this.#spanRows)
      statements.span.run(service, timeUs, part, data.length, data);
    for (const [key, ms] of this.#uploads) statements.upload.run(key, ms);
  }

  /** In the ledger, the rows of this commit, before they are there. */
  #count(): void {
    const counts = new Map<
      string,
      { readonly series: number; readonly hour: number; profiles: number; mark: number }
    >();
    for (const { series, timeUs } of this.#rows) {
      const hour = hourOf(timeUs);
      const key = `${series} ${hour}`;
      let count = counts.get(key);
      if (count === undefined) counts.set(key, (count = { series, hour, profiles: 0, mark: 0 }));
      count.profiles++;
      count.mark += rawMark(timeUs);
    }
    for (const { series, hour, profiles, mark } of counts.values()) this.#ledger.add(series, hour, profiles, mark);
  }

  /** Upkeep has removed series or parts that this one knew by number: all of the batch again, with numbers read again. */
  #takeAgain(): void {
    const batch = this.#batch;
    this.#forgetPending();
    this.#table.forget();
    this.#edits = counter(this.#db, 'edits');
    this.#parts.forgetRemoved();
    for (const pending of batch) this.#take(pending);
    this.#batch = batch;
  }

  #forgetPending(): void {
    this.#batch = [];
    this.#rows = [];
    this.#spanRows = [];
    this.#rowBytes = 0;
    this.#changedParts.clear();
    this.#uploads.clear();
  }

  /** From what is on disk, as after a start. */
  #load(): void {
    this.#forgetPending();
    this.#parts.forget();
    this.#table.forget();
    this.#edits = counter(this.#db, 'edits');
  }

  /** A clock that was ahead has left future times: they are not repeats either if they are far ahead. */
  #isRepeat(key: string, nowMs: number): boolean {
    if (this.#uploads.has(key)) return true;
    const [row] = this.#statements.seen.all([key], () => undefined);
    return row !== undefined && Math.abs(nowMs - row.seen_ms) < REPEAT_MS;
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
}

function collectSpans(
  builder: SpanRowBuilder,
  { profile, spans }: IncomingProfile,
  { rows, column }: PlannedSeries,
  series: number,
  stacks: StackLookup,
): void {
  const { values } = profile.values[column];
  builder.begin(series);
  for (const row of rows) {
    const context = spans!.of[row];
    if (context >= 0 && values[row] > 0) builder.add(context, stacks.leaf(row), values[row]);
  }
}

/** @throws RangeError for values that could not be read back: values that are not whole, or sum beyond 2^53 */
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
    raw: db.prepare(
      'INSERT INTO raw(series_id, time_us, part_id, period, total, row_check, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    seen: new Rows<{ seen_ms: number }>(db, 'SELECT seen_ms FROM upload WHERE key = ?'),
    span: db.prepare('INSERT INTO span(service_id, time_us, part_id, bytes, data) VALUES (?, ?, ?, ?, ?)'),
    upload: db.prepare('INSERT OR REPLACE INTO upload(key, seen_ms) VALUES (?, ?)'),
  };
}
