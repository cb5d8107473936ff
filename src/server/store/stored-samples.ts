/** Walks the stored samples of some series in a range, in each stored form, split into slices of time. */

import { DamagedBlob, openBlob } from './blob.ts';
import type { DamageNotes } from './damage.ts';
import type { Database } from './database.ts';
import { decodePoints, forEachSample, type HourPoints } from './hour-block.ts';
import { DayWalk, Guard, type OpenParts, type SampleVisitor } from './day-walk.ts';
import { dayOf, hourOf, HOURS_PER_DAY, US_PER_HOUR } from './hours.ts';
import { HourTally, LedgerReader } from './ledger.ts';
import type { StopCheck } from './profile-reader.ts';
import { hourBlobCheck, hourCheck, rawCheck, type HourBlob, type HourNumbers } from './row-check.ts';
import { Rows } from './rows.ts';
import { decodeVector, SampleVector } from './sample-vector.ts';
import type { SeriesRow } from './verified-series.ts';

/** Series of one service: they share dictionaries. */
export interface ServiceSeries {
  readonly service: number;
  readonly series: readonly SeriesRow[];
}

interface HourRow extends HourNumbers {
  readonly id: number;
  readonly points?: Uint8Array;
  readonly sums?: Uint8Array;
  readonly sample_index?: Uint8Array;
  readonly sample_values?: Uint8Array;
}

interface RawRow {
  readonly seq: number;
  readonly time_us: number;
  readonly part_id: number;
  readonly period: number;
  readonly total: number;
  readonly row_check: number | null;
}

interface RawSamples extends RawRow {
  readonly data: Uint8Array;
}

export class StoredSamples {
  readonly #parts: OpenParts;
  readonly #ledger: LedgerReader;
  readonly #vector = new SampleVector();
  readonly #sums: Rows<HourRow>;
  readonly #sumsAndPoints: Rows<HourRow>;
  readonly #samples: Rows<HourRow>;
  readonly #points: Rows<HourRow>;
  readonly #raw: Rows<RawSamples>;
  readonly #rawTotals: Rows<RawRow>;

  constructor(db: Database, parts: OpenParts) {
    this.#parts = parts;
    this.#ledger = new LedgerReader(db);
    const hours = (blobs: string): Rows<HourRow> =>
      new Rows(
        db,
        `SELECT id, hour, part_id, gen, profiles, total, ${blobs} FROM hour WHERE series_id = ? AND hour >= ? AND hour <= ?`,
      );
    this.#sums = hours('sums');
    this.#sumsAndPoints = hours('sums, points');
    this.#samples = hours('points, sums, sample_index, sample_values');
    this.#points = hours('points');
    const raw = <Row extends RawRow>(more: string): Rows<Row> =>
      new Rows(
        db,
        `SELECT seq, time_us, part_id, period, total, row_check${more} FROM raw
         WHERE series_id = ? AND time_us >= ? AND time_us < ?`,
      );
    this.#raw = raw(', data');
    this.#rawTotals = raw('');
  }

  /**
   * @param cutsUs ascending; slice i is [cutsUs[i], cutsUs[i + 1]).
   * @param periods whether the visitor needs the period of each profile: sums then go only where one holds for all.
   * @returns profiles by slice
   */
  visit(
    selection: readonly ServiceSeries[],
    cutsUs: Float64Array,
    periods: boolean,
    visitor: SampleVisitor,
    notes: DamageNotes,
    stop: StopCheck,
  ): Int32Array {
    const slices = cutsUs.length - 1;
    const profiles = new Int32Array(slices);
    const fromUs = cutsUs[0];
    const toUs = cutsUs[slices];
    if (toUs <= fromUs) return profiles;
    const walk = new DayWalk(this.#parts, visitor, notes);
    for (const { series } of selection) {
      stop();
      const tallies = new Map(series.map(({ id }) => [id, new HourTally()]));
      const firstHour = Math.max(hourOf(fromUs), Math.min(...series.map((one) => one.firstHour)));
      const lastHour = Math.min(hourOf(toUs - 1), Math.max(...series.map((one) => one.lastHour)));
      for (let day = dayOf(firstHour * US_PER_HOUR); day <= dayOf(lastHour * US_PER_HOUR); day++) {
        const first = day * HOURS_PER_DAY;
        const dayFrom = Math.max(fromUs, first * US_PER_HOUR);
        const dayTo = Math.min(toUs, (first + HOURS_PER_DAY) * US_PER_HOUR);
        for (const one of series) {
          if (one.lastHour < first || one.firstHour >= first + HOURS_PER_DAY) continue;
          stop();
          const tally = tallies.get(one.id)!;
          this.#visitHours(one.id, dayFrom, dayTo, cutsUs, periods, walk, profiles, tally, stop);
          this.#visitRaw(one.id, dayFrom, dayTo, cutsUs, walk, profiles, tally);
        }
        walk.end();
      }
      for (const [id, tally] of tallies) this.#ledger.audit(id, fromUs, toUs, tally, notes);
    }
    return profiles;
  }

  /** Times and totals of the profiles of a series in [fromUs, toUs). */
  eachPoint(
    series: number,
    fromUs: number,
    toUs: number,
    notes: DamageNotes,
    take: (timeUs: number, total: number) => void,
  ): void {
    const guard = new Guard(notes);
    const tally = new HourTally();
    const first = hourOf(fromUs);
    const last = hourOf(toUs - 1);
    for (const row of this.#points.all([series, first, last], guard.unread(series, 'blocks'))) {
      const check = hourCheck(series, row);
      guard.row(`hour ${row.id}`, ofSeries(series), row.hour, () => {
        checkPlace(row.hour, first, last + 1);
        tally.add(row.hour, row.profiles, check);
        const { length, timeUs, total } = pointsOf(row, check);
        for (let i = 0; i < length; i++) if (timeUs[i] >= fromUs && timeUs[i] < toUs) take(timeUs[i], total[i]);
        return true;
      });
    }
    for (const row of this.#rawTotals.all([series, fromUs, toUs], guard.unread(series, 'profiles'))) {
      guard.row(`raw ${row.seq}`, ofSeries(series), hourOf(row.time_us), () => {
        checkPlace(row.time_us, fromUs, toUs);
        tally.addRaw(row.time_us);
        checkRaw(series, row);
        take(row.time_us, row.total);
        return true;
      });
    }
    this.#ledger.audit(series, fromUs, toUs, tally, notes);
  }

  #visitHours(
    series: number,
    fromUs: number,
    toUs: number,
    cutsUs: Float64Array,
    periods: boolean,
    walk: DayWalk,
    profiles: Int32Array,
    tally: HourTally,
    stop: StopCheck,
  ): void {
    const { guard } = walk;
    const unread = guard.unread(series, 'blocks');
    // Runs of hours that lie whole in a slice are read by their sums, the others sample by sample.
    const first = hourOf(fromUs);
    const last = hourOf(toUs - 1);
    for (let hour = first; hour <= last;) {
      const isWhole = wholeSlice(cutsUs, hour) >= 0;
      let end = hour;
      while (end < last && wholeSlice(cutsUs, end + 1) >= 0 === isWhole) end++;
      const rows = isWhole ? (periods ? this.#sumsAndPoints : this.#sums) : this.#samples;
      for (const row of rows.all([series, hour, end], unread)) {
        stop();
        const key = `hour ${row.id}`;
        const check = hourCheck(series, row);
        const done = guard.row(key, ofSeries(series), row.hour, () => {
          checkPlace(row.hour, hour, end + 1);
          tally.add(row.hour, row.profiles, check);
          if (!isWhole) return takeSamples(row, check, cutsUs, walk, profiles);
          const points = periods ? pointsOf(row, check) : undefined;
          if (points && !points.onePeriod) return false;
          const slice = wholeSlice(cutsUs, row.hour);
          const sums = openHourBlob(row, check, 'sums');
          const part = walk.part(row.part_id);
          decodeVector(sums, part.nodes, this.#vector);
          const { leaf, value, length } = this.#vector;
          const period = points?.period[0] ?? 0;
          for (let i = 0; i < length; i++) part.take(leaf[i], slice, value[i], period);
          profiles[slice] += row.profiles;
          return true;
        });
        // An hour with several periods: its samples must be read individually.
        if (!done) {
          for (const again of this.#samples.all([series, row.hour, row.hour], unread)) {
            if (again.id !== row.id) continue;
            guard.row(key, ofSeries(series), row.hour, () =>
              takeSamples(again, hourCheck(series, again), cutsUs, walk, profiles),
            );
          }
        }
      }
      hour = end + 1;
    }
  }

  #visitRaw(
    series: number,
    fromUs: number,
    toUs: number,
    cutsUs: Float64Array,
    walk: DayWalk,
    profiles: Int32Array,
    tally: HourTally,
  ): void {
    const vector = this.#vector;
    const { guard } = walk;
    for (const row of this.#raw.all([series, fromUs, toUs], guard.unread(series, 'profiles'))) {
      guard.row(`raw ${row.seq}`, ofSeries(series), hourOf(row.time_us), () => {
        checkPlace(row.time_us, fromUs, toUs);
        tally.addRaw(row.time_us);
        const slice = sliceOf(cutsUs, row.time_us);
        const samples = openBlob(row.data, checkRaw(series, row));
        const part = walk.part(row.part_id);
        decodeVector(samples, part.nodes, vector);
        const { leaf, value, length } = vector;
        // Older versions stored periods that exceed a double.
        const period = Number.isSafeInteger(row.period) ? row.period : 0;
        for (let i = 0; i < length; i++) part.take(leaf[i], slice, value[i], period);
        profiles[slice]++;
        return true;
      });
    }
  }
}

/**
 * SQLite trusts the order of its index: with a damaged one it returns rows beyond the bounds of a query.
 * @param end not included @throws DamagedBlob
 */
function checkPlace(place: number, first: number, end: number): void {
  if (!(place >= first && place < end)) throw new DamagedBlob('lies out of order');
}

/** @returns the check of the row. @throws DamagedBlob */
function checkRaw(series: number, { time_us, part_id, period, total, row_check }: RawRow): number {
  const check = rawCheck(series, time_us, part_id, period, total);
  // Rows of formats 1 and 2 have none.
  if (row_check === null ? Number.isNaN(check) : check !== row_check)
    throw new DamagedBlob('does not match its checksum');
  return check;
}

/** @throws DamagedBlob */
function openHourBlob(row: HourRow, check: number, blob: HourBlob): Uint8Array {
  return openBlob(row[blob], hourBlobCheck(check, blob));
}

/** @throws DamagedBlob */
function pointsOf(row: HourRow, check: number): HourPoints {
  return decodePoints(openHourBlob(row, check, 'points'), row.hour * US_PER_HOUR);
}

function ofSeries(series: number): string {
  return `Profiles of series ${series}`;
}

/** The slice that holds the whole hour, -1 where it is cut or lies outside. */
function wholeSlice(cutsUs: Float64Array, hour: number): number {
  const slice = sliceOf(cutsUs, hour * US_PER_HOUR);
  return slice >= 0 && (hour + 1) * US_PER_HOUR <= cutsUs[slice + 1] ? slice : -1;
}

/** The slice that holds a time, -1 outside of all. */
function sliceOf(cutsUs: Float64Array, timeUs: number): number {
  let low = 0;
  let high = cutsUs.length - 1;
  if (timeUs < cutsUs[low] || timeUs >= cutsUs[high]) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (cutsUs[middle] <= timeUs) low = middle;
    else high = middle;
  }
  return low;
}

/** @throws DamagedBlob */
function takeSamples(row: HourRow, check: number, cutsUs: Float64Array, walk: DayWalk, profiles: Int32Array): boolean {
  const points = pointsOf(row, check);
  const slices = new Int32Array(points.length);
  let any = false;
  for (let i = 0; i < points.length; i++) {
    slices[i] = sliceOf(cutsUs, points.timeUs[i]);
    any ||= slices[i] >= 0;
  }
  if (!any) return true;
  const payloads = {
    sums: openHourBlob(row, check, 'sums'),
    index: openHourBlob(row, check, 'sample_index'),
    values: openHourBlob(row, check, 'sample_values'),
  };
  const part = walk.part(row.part_id);
  forEachSample(payloads, part.nodes, points.length, (leaf, profile, value) => {
    if (slices[profile] >= 0) part.take(leaf, slices[profile], value, points.period[profile]);
  });
  for (const slice of slices) if (slice >= 0) profiles[slice]++;
  return true;
}
