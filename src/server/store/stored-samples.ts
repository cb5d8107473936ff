/** Walks the stored samples of some series in a range, from whichever form they lie in, cut into slices of time. */

import { DamagedBlob, openBlob } from './blob.ts';
import type { Database, Statement } from './database.ts';
import { decodePoints, forEachSample, type HourPoints } from './hour-block.ts';
import { dayOf, hourOf, HOURS_PER_DAY, US_PER_HOUR } from './hours.ts';
import type { Part, PartCache } from './part-cache.ts';
import type { StopCheck } from './profile-reader.ts';
import { decodeVector, SampleVector } from './sample-vector.ts';

/** Series of one service: they share dictionaries. */
export interface ServiceSeries {
  readonly service: number;
  readonly series: readonly number[];
}

/**
 * Where samples go. One day of one service at a time, whose dictionaries are opened as they are met.
 */
export interface SampleVisitor {
  /** @returns what takes the samples of this part; `period` is 0 where a profile does not tell it. */
  open(part: Part): (leaf: number, slice: number, value: number, period: number) => void;
  /** All samples of the day were visited. */
  close(): void;
}

export interface Visited {
  /** Profiles by slice. */
  readonly profiles: Int32Array;
  readonly warnings: string[];
}

interface HourRow {
  readonly id: number;
  readonly hour: number;
  readonly part_id: number;
  readonly profiles: number;
  readonly points?: Uint8Array;
  readonly sums: Uint8Array;
  readonly sample_index?: Uint8Array;
  readonly sample_values?: Uint8Array;
}

interface RawRow {
  readonly time_us: number;
  readonly part_id: number;
  readonly period: number;
  readonly data: Uint8Array;
}

/** Sentences about damage that are passed on; the rest is a number. */
const MOST_WARNINGS = 5;

export class StoredSamples {
  readonly #db: Database;
  readonly #parts: PartCache;
  readonly #vector = new SampleVector();
  readonly #statements: Record<'parts' | 'sums' | 'sumsAndPoints' | 'samples' | 'raw', Statement>;

  constructor(db: Database, parts: PartCache) {
    this.#db = db;
    this.#parts = parts;
    const hours = (columns: string): Statement =>
      db.prepare(
        `SELECT id, hour, part_id, profiles, ${columns} FROM hour WHERE series_id = ? AND hour >= ? AND hour <= ?`,
      );
    this.#statements = {
      parts: db.prepare('SELECT id, nodes, day FROM part WHERE service_id = ? AND day >= ? AND day <= ? ORDER BY day'),
      sums: hours('sums'),
      sumsAndPoints: hours('sums, points'),
      samples: hours('points, sums, sample_index, sample_values'),
      raw: db.prepare(
        'SELECT time_us, part_id, period, data FROM raw WHERE series_id = ? AND time_us >= ? AND time_us < ?',
      ),
    };
  }

  /**
   * @param cutsUs ascending; slice i is [cutsUs[i], cutsUs[i + 1]).
   * @param periods whether the visitor needs the period of each profile: sums then go only where one holds for all.
   */
  visit(
    selection: readonly ServiceSeries[],
    cutsUs: Float64Array,
    periods: boolean,
    visitor: SampleVisitor,
    stop: StopCheck,
  ): Visited {
    const slices = cutsUs.length - 1;
    const visited: Visited = { profiles: new Int32Array(slices), warnings: [] };
    const fromUs = cutsUs[0];
    const toUs = cutsUs[slices];
    if (toUs <= fromUs) return visited;
    let damaged = 0;
    const walk = new DayWalk(this.#parts, this.#db, visitor, (what) => {
      damaged++;
      if (visited.warnings.length < MOST_WARNINGS) visited.warnings.push(what);
    });
    for (const { service, series } of selection) {
      stop();
      const rows = this.#statements.parts.all(service, dayOf(fromUs), dayOf(toUs - 1)) as {
        id: number;
        nodes: number;
        day: number;
      }[];
      const nodesOf = new Map(rows.map(({ id, nodes }) => [id, nodes]));
      for (const day of new Set(rows.map((row) => row.day))) {
        const dayFrom = Math.max(fromUs, day * HOURS_PER_DAY * US_PER_HOUR);
        const dayTo = Math.min(toUs, (day + 1) * HOURS_PER_DAY * US_PER_HOUR);
        walk.begin(nodesOf);
        for (const one of series) {
          stop();
          this.#hours(one, dayFrom, dayTo, cutsUs, periods, walk, visited, stop);
          this.#raw(one, dayFrom, dayTo, cutsUs, walk, visited);
        }
        walk.end();
      }
    }
    if (damaged > MOST_WARNINGS) visited.warnings.push(`${damaged - MOST_WARNINGS} more stored blocks are damaged.`);
    return visited;
  }

  #hours(
    series: number,
    fromUs: number,
    toUs: number,
    cutsUs: Float64Array,
    periods: boolean,
    walk: DayWalk,
    { profiles }: Visited,
    stop: StopCheck,
  ): void {
    // Runs of hours that lie whole in a slice are read by their sums, the others sample by sample.
    const first = hourOf(fromUs);
    const last = hourOf(toUs - 1);
    for (let hour = first; hour <= last;) {
      const isWhole = wholeSlice(cutsUs, hour) >= 0;
      let end = hour;
      while (end < last && wholeSlice(cutsUs, end + 1) >= 0 === isWhole) end++;
      const { sums, sumsAndPoints, samples } = this.#statements;
      const statement = isWhole ? (periods ? sumsAndPoints : sums) : samples;
      for (const row of statement.all(series, hour, end) as HourRow[]) {
        stop();
        const done = walk.guard(series, row.hour, () => {
          const points = row.points && decodePoints(openBlob(row.points), row.hour * US_PER_HOUR);
          if (!isWhole) return takeSamples(row, points!, cutsUs, walk, profiles);
          if (points && !points.onePeriod) return false;
          const slice = wholeSlice(cutsUs, row.hour);
          const part = walk.part(row.part_id);
          decodeVector(openBlob(row.sums), part.nodes, this.#vector);
          const { leaf, value, length } = this.#vector;
          const period = points?.period[0] ?? 0;
          for (let i = 0; i < length; i++) part.take(leaf[i], slice, value[i], period);
          profiles[slice] += row.profiles;
          return true;
        });
        // An hour of several periods: its samples must be read after all.
        if (!done) {
          for (const again of samples.all(series, row.hour, row.hour) as HourRow[]) {
            if (again.id !== row.id) continue;
            walk.guard(series, row.hour, () =>
              takeSamples(again, decodePoints(openBlob(again.points!), row.hour * US_PER_HOUR), cutsUs, walk, profiles),
            );
          }
        }
      }
      hour = end + 1;
    }
  }

  #raw(series: number, fromUs: number, toUs: number, cutsUs: Float64Array, walk: DayWalk, { profiles }: Visited): void {
    const vector = this.#vector;
    for (const row of this.#statements.raw.all(series, fromUs, toUs) as RawRow[]) {
      walk.guard(series, hourOf(row.time_us), () => {
        const slice = sliceOf(cutsUs, row.time_us);
        const part = walk.part(row.part_id);
        decodeVector(openBlob(row.data), part.nodes, vector);
        const { leaf, value, length } = vector;
        for (let i = 0; i < length; i++) part.take(leaf[i], slice, value[i], row.period);
        profiles[slice]++;
        return true;
      });
    }
  }
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

function takeSamples(
  row: HourRow,
  points: HourPoints,
  cutsUs: Float64Array,
  walk: DayWalk,
  profiles: Int32Array,
): boolean {
  const slices = new Int32Array(points.length);
  let any = false;
  for (let i = 0; i < points.length; i++) {
    slices[i] = sliceOf(cutsUs, points.timeUs[i]);
    any ||= slices[i] >= 0;
  }
  if (!any) return true;
  const part = walk.part(row.part_id);
  const payloads = {
    sums: openBlob(row.sums),
    index: openBlob(row.sample_index!),
    values: openBlob(row.sample_values!),
  };
  forEachSample(payloads, part.nodes, points.length, (leaf, profile, value) => {
    if (slices[profile] >= 0) part.take(leaf, slices[profile], value, points.period[profile]);
  });
  for (const slice of slices) if (slice >= 0) profiles[slice]++;
  return true;
}

interface OpenedPart {
  readonly nodes: number;
  readonly take: (leaf: number, slice: number, value: number, period: number) => void;
}

/** The dictionaries of the day that is walked, and what to do about damage. */
class DayWalk {
  readonly #cache: PartCache;
  readonly #db: Database;
  readonly #visitor: SampleVisitor;
  readonly #warn: (what: string) => void;
  #nodesOf: ReadonlyMap<number, number> = new Map();
  readonly #opened = new Map<number, OpenedPart>();

  constructor(cache: PartCache, db: Database, visitor: SampleVisitor, warn: (what: string) => void) {
    this.#cache = cache;
    this.#db = db;
    this.#visitor = visitor;
    this.#warn = warn;
  }

  begin(nodesOf: ReadonlyMap<number, number>): void {
    this.#nodesOf = nodesOf;
  }

  part(id: number): OpenedPart {
    let opened = this.#opened.get(id);
    if (opened === undefined) {
      const nodes = this.#nodesOf.get(id);
      if (nodes === undefined) throw new DamagedBlob('has lost its dictionary');
      const part = this.#cache.get(this.#db, id, nodes);
      opened = { nodes: part.columns.nodes, take: this.#visitor.open(part) };
      this.#opened.set(id, opened);
    }
    return opened;
  }

  /** Runs `read`; damage is told and stepped over. @returns what `read` returned, true where there was damage */
  guard(series: number, hour: number, read: () => boolean): boolean {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DamagedBlob)) throw error;
      const when = new Date(hour * (US_PER_HOUR / 1000)).toISOString().slice(0, 13);
      this.#warn(`A stored block of series ${series} in the hour ${when}Z was left out: it ${error.message}.`);
      return true;
    }
  }

  end(): void {
    if (this.#opened.size > 0) this.#visitor.close();
    this.#opened.clear();
  }
}
