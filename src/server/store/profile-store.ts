/** Answers questions from what is stored: a reader over one connection. Rules of ranges and buckets: profile-reader.ts. */

import { compileMatchers } from '#model/label-matching.ts';
import type { LabelSet } from '#model/labels.ts';
import { parseProfileType } from '#model/profile-type.ts';
import { openBlob } from './blob.ts';
import type { Database, Statement } from './database.ts';
import { EntryTable } from './entry-table.ts';
import { decodePoints } from './hour-block.ts';
import { hourOf, US_PER_HOUR, US_PER_MS } from './hours.ts';
import { largestNodes } from './largest-nodes.ts';
import { PartCache, type Part } from './part-cache.ts';
import { sumPart, type PartSums } from './part-sums.ts';
import type {
  MergedTree,
  ProfileId,
  ProfileReader,
  ProfileSelector,
  SeriesSelector,
  SlicedTree,
  StopCheck,
  SummedSeries,
  TimeRange,
} from './profile-reader.ts';
import { StoredSamples, type SampleVisitor, type ServiceSeries } from './stored-samples.ts';
import { TreeUnion } from './tree-union.ts';

/** Memory for dictionaries between questions. */
const PART_BYTES = 160 << 20;
/** Nodes of dictionaries whose sums are held to find the largest: 24 bytes each. */
const MOST_HELD_NODES = 1 << 23;
/** Steps of a series of one call site. */
const MOST_CUTS = 100_000;
/** Numbers in the table of one part's nodes by slice; wider ones are read in several passes. */
const MOST_CELLS = 1 << 23;

interface SeriesRow {
  readonly id: number;
  readonly service_id: number;
  readonly labels: string;
}

export class ProfileStore implements ProfileReader {
  readonly #db: Database;
  readonly #parts = new PartCache(PART_BYTES);
  readonly #samples: StoredSamples;
  readonly #statements: Record<'types' | 'series' | 'seriesOfType' | 'points' | 'raw' | 'removals', Statement>;
  /** Labels by series id; ids are given again only after removals. */
  readonly #labels = new Map<number, LabelSet>();
  #removals = 0;

  constructor(db: Database) {
    this.#db = db;
    this.#samples = new StoredSamples(db, this.#parts);
    const active = 'last_hour >= ? AND first_hour <= ?';
    this.#statements = {
      types: db.prepare(`SELECT DISTINCT type FROM series WHERE ${active} ORDER BY type`),
      series: db.prepare(`SELECT id, service_id, labels FROM series WHERE ${active}`),
      seriesOfType: db.prepare(`SELECT id, service_id, labels FROM series WHERE type = ? AND ${active}`),
      points: db.prepare('SELECT hour, points FROM hour WHERE series_id = ? AND hour >= ? AND hour <= ?'),
      raw: db.prepare('SELECT time_us, total FROM raw WHERE series_id = ? AND time_us >= ? AND time_us < ?'),
      removals: db.prepare("SELECT value FROM meta WHERE key = 'removals'"),
    };
  }

  /** Bytes of dictionaries held in memory. */
  get cacheBytes(): number {
    return this.#parts.bytes;
  }

  profileTypes(range: TimeRange): string[] {
    const [from, to] = hours(range);
    return this.#inSnapshot(() => (this.#statements.types.all(from, to) as { type: string }[]).map((row) => row.type));
  }

  series(selector: SeriesSelector): LabelSet[] {
    const [from, to] = hours(selector);
    return this.#inSnapshot(() =>
      this.#select(this.#statements.series.all(from, to) as SeriesRow[], selector).map((row) => this.#labelsOf(row)),
    );
  }

  merge(selector: ProfileSelector, lines: boolean, stop: StopCheck, mostNodes = Infinity): MergedTree {
    return this.#inSnapshot(() => {
      const sums = new SumVisitor(selector.callSite, lines, mostNodes, stop);
      let profiles = 0;
      const warnings: string[] = [];
      for (const { services, fromUs, toUs } of this.#stretches(selector)) {
        const visited = this.#samples.visit(services, Float64Array.of(fromUs, toUs), false, sums, stop);
        profiles += visited.profiles[0];
        warnings.push(...visited.warnings);
      }
      return sums.tree(profiles, warnings);
    });
  }

  timeSeries(
    selector: ProfileSelector,
    groupBy: readonly string[],
    stepMs: number,
    stop: StopCheck,
    exemplars = false,
  ): SummedSeries[] {
    return this.#inSnapshot(() => {
      const groups = new Map<string, { labels: LabelSet; rows: SeriesRow[] }>();
      for (const row of this.#selectProfiles(selector, stepMs)) {
        const all = this.#labelsOf(row);
        const labels = all.filter(({ name }) => groupBy.includes(name));
        const key = JSON.stringify(labels);
        const group = groups.get(key);
        if (group === undefined) groups.set(key, { labels, rows: [row] });
        else group.rows.push(row);
      }
      const made: { series: SummedSeries; sum: number; key: string }[] = [];
      for (const [key, { labels, rows }] of groups) {
        stop();
        const buckets = new Buckets(selector, stepMs);
        if (selector.callSite.length > 0) {
          const visitor = new BucketVisitor(buckets, selector.callSite);
          this.#samples.visit(byService(rows), buckets.cutsUs(), false, visitor, stop);
        } else for (const row of rows) this.#points(row.id, buckets, stop);
        const { timesMs, sums, largest } = buckets.filled();
        if (timesMs.length === 0) continue;
        const series = { labels, timesMs, sums };
        const sum = sums.reduce((a, b) => a + b, 0);
        if (!exemplars) made.push({ series, sum, key });
        else {
          const rowOf = new Map(rows.map((row) => [row.id, row]));
          const told = largest.map(({ profile, value }) => {
            const rest = this.#labelsOf(rowOf.get(profile.series)!).filter(({ name }) => !groupBy.includes(name));
            return { profile, value, labels: rest };
          });
          made.push({ series: { ...series, exemplars: told }, sum, key });
        }
      }
      made.sort((a, b) => b.sum - a.sum || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
      return made.map(({ series }) => series);
    });
  }

  slices(selector: ProfileSelector, sliceCount: number, stop: StopCheck): SlicedTree {
    return this.#inSnapshot(() => {
      const fromUs = selector.startMs * US_PER_MS;
      const lengthUs = (selector.endMs - selector.startMs) * US_PER_MS;
      const cuts = Float64Array.from({ length: sliceCount + 1 }, (_, i) =>
        Math.round(fromUs + (lengthUs * i) / sliceCount),
      );
      cuts[sliceCount] = fromUs + lengthUs + 1;
      const union = new TreeUnion(false);
      const entries = new EntryTable();
      const counting = countingOf(selector.profileType);
      const services = this.#services(selector);
      const warnings: string[] = [];
      const profiles = new Int32Array(sliceCount);
      // As many slices at a time as fit beside the nodes of the largest dictionary.
      const atOnce = Math.max(1, Math.floor(MOST_CELLS / this.#mostNodes(services, selector)));
      let countable = true;
      for (let first = 0; first < sliceCount; first += atOnce) {
        const end = Math.min(sliceCount, first + atOnce);
        const visitor = new SliceVisitor(union, entries, selector.callSite, first, end - first, counting, stop);
        const part = cuts.subarray(first, end + 1);
        const visited = this.#samples.visit(services, part, counting === 'period', visitor, stop);
        profiles.set(visited.profiles, first);
        warnings.push(...visited.warnings);
        countable &&= visitor.countable;
      }
      const tree = union.finish(
        profiles.reduce((a, b) => a + b, 0),
        warnings,
      );
      const { start, slice, value, count } = entries.byNode(tree.length);
      return { tree, sliceCount, start, slice, value, count: countable ? count : new Float64Array(0), profiles };
    });
  }

  extent(): { oldestMs: number; newestMs: number } | undefined {
    return this.#inSnapshot(() => {
      const row = this.#db.prepare('SELECT min(first_hour) AS first, max(last_hour) AS last FROM series').get() as {
        first: number | null;
        last: number | null;
      };
      if (row.first === null || row.last === null) return undefined;
      let oldest = Infinity;
      let newest = -Infinity;
      for (const hour of new Set([row.first, row.last])) {
        const ids = this.#db
          .prepare('SELECT id FROM series WHERE first_hour <= ? AND last_hour >= ?')
          .all(hour, hour) as { id: number }[];
        for (const { id } of ids) {
          this.#eachPoint(id, hour * US_PER_HOUR, (hour + 1) * US_PER_HOUR, (timeUs) => {
            oldest = Math.min(oldest, timeUs);
            newest = Math.max(newest, timeUs);
          });
        }
      }
      if (oldest > newest) return undefined;
      return { oldestMs: Math.floor(oldest / US_PER_MS), newestMs: Math.floor(newest / US_PER_MS) };
    });
  }

  /** One state of the store for a whole question, however much is written meanwhile. */
  #inSnapshot<T>(work: () => T): T {
    this.#db.exec('BEGIN');
    try {
      const { value } = (this.#statements.removals.get() as { value: number } | undefined) ?? { value: 0 };
      if (value !== this.#removals) {
        this.#removals = value;
        this.#labels.clear();
        this.#parts.clear();
      }
      return work();
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  /** Where the profiles of a question lie: in one range, or each for itself where they are named. */
  #stretches(selector: ProfileSelector): { services: ServiceSeries[]; fromUs: number; toUs: number }[] {
    const fromUs = selector.startMs * US_PER_MS;
    const toUs = selector.endMs * US_PER_MS + 1;
    const { only } = selector;
    if (only === undefined) return [{ services: this.#services(selector), fromUs, toUs }];
    const rows = new Map(this.#selectProfiles(selector, 0).map((row) => [row.id, row]));
    return only.flatMap(({ series, timeUs }) => {
      const row = rows.get(series);
      if (row === undefined || timeUs < fromUs || timeUs >= toUs) return [];
      return [{ services: byService([row]), fromUs: timeUs, toUs: timeUs + 1 }];
    });
  }

  #services(selector: ProfileSelector): ServiceSeries[] {
    return byService(this.#selectProfiles(selector, 0));
  }

  /** @param reachBackMs before the start of the range */
  #selectProfiles(selector: ProfileSelector, reachBackMs: number): SeriesRow[] {
    const [from, to] = hours({ startMs: selector.startMs - reachBackMs, endMs: selector.endMs });
    return this.#select(this.#statements.seriesOfType.all(selector.profileType, from, to) as SeriesRow[], selector);
  }

  #select(rows: SeriesRow[], { matchers }: SeriesSelector): SeriesRow[] {
    if (matchers.length === 0) return rows;
    const matches = compileMatchers(matchers);
    return rows.filter((row) => matches(this.#labelsOf(row)));
  }

  #labelsOf({ id, labels }: SeriesRow): LabelSet {
    let known = this.#labels.get(id);
    if (known === undefined) {
      known = (JSON.parse(labels) as [string, string][]).map(([name, value]) => ({ name, value }));
      this.#labels.set(id, known);
    }
    return known;
  }

  #points(series: number, buckets: Buckets, stop: StopCheck): void {
    stop();
    this.#eachPoint(series, buckets.fromUs, buckets.toUs, (timeUs, total) => buckets.add(series, timeUs, total));
  }

  /** Profiles of a series in [fromUs, toUs). Damaged blocks are left out; a merge of the range tells of them. */
  #eachPoint(series: number, fromUs: number, toUs: number, take: (timeUs: number, total: number) => void): void {
    const hourRows = this.#statements.points.all(series, hourOf(fromUs), hourOf(toUs - 1)) as {
      hour: number;
      points: Uint8Array;
    }[];
    for (const { hour, points } of hourRows) {
      let decoded;
      try {
        decoded = decodePoints(openBlob(points), hour * US_PER_HOUR);
      } catch {
        continue;
      }
      const { length, timeUs, total } = decoded;
      for (let i = 0; i < length; i++) if (timeUs[i] >= fromUs && timeUs[i] < toUs) take(timeUs[i], total[i]);
    }
    for (const row of this.#statements.raw.all(series, fromUs, toUs) as { time_us: number; total: number }[]) {
      take(row.time_us, row.total);
    }
  }

  #mostNodes(services: readonly ServiceSeries[], { startMs, endMs }: TimeRange): number {
    const [from, to] = hours({ startMs, endMs }).map((hour) => Math.floor(hour / 24));
    const statement = this.#db.prepare(
      'SELECT max(nodes) AS nodes FROM part WHERE service_id = ? AND day >= ? AND day <= ?',
    );
    let most = 1;
    for (const { service } of services) {
      most = Math.max(most, (statement.get(service, from, to) as { nodes: number | null }).nodes ?? 1);
    }
    return most;
  }
}

function hours({ startMs, endMs }: TimeRange): [number, number] {
  return [hourOf(startMs * US_PER_MS), hourOf(endMs * US_PER_MS)];
}

function byService(rows: readonly SeriesRow[]): ServiceSeries[] {
  const services = new Map<number, number[]>();
  for (const { id, service_id } of rows) {
    const known = services.get(service_id);
    if (known === undefined) services.set(service_id, [id]);
    else known.push(id);
  }
  return [...services].map(([service, series]) => ({ service, series }));
}

/**
 * How many samples stand behind a value: the value itself where the type counts samples, value / period where the period
 * is in the type's unit, else nobody knows.
 */
type Counting = 'value' | 'period' | 'none';

function countingOf(profileType: string): Counting {
  const type = parseProfileType(profileType);
  if (type === undefined) return 'none';
  const { sampleType, sampleUnit, periodUnit } = type;
  if (/^(cpu_)?samples?$/.test(sampleType) && sampleUnit === 'count') return 'value';
  return unitName(sampleUnit) === unitName(periodUnit) ? 'period' : 'none';
}

/** OTLP says `ns` for what others call `nanoseconds`. */
function unitName(unit: string): string {
  return unit === 'ns' ? 'nanoseconds' : unit;
}

/** By node of a part: 1 where its stack begins with the functions asked for; undefined where all do. */
function callSiteNodes({ columns }: Part, callSite: readonly string[]): Uint8Array | undefined {
  if (callSite.length === 0) return undefined;
  const functions = callSite.map((name) => columns.names.indexOf(name));
  const inside = new Uint8Array(columns.nodes);
  // Functions of the call site that a node's stack has passed; -1 off the path.
  const passed = new Int32Array(columns.nodes).fill(-1);
  passed[0] = 0;
  for (let node = 1; node < columns.nodes; node++) {
    const parent = columns.nodeParent.values[node];
    if (inside[parent] === 1) {
      inside[node] = 1;
      continue;
    }
    const depth = passed[parent];
    if (depth < 0 || columns.frameFunc.values[columns.nodeFrame.values[node]] !== functions[depth]) continue;
    passed[node] = depth + 1;
    if (depth + 1 === callSite.length) inside[node] = 1;
  }
  return inside;
}

/** Sums per node of each dictionary: to a tree of all of them, or, where few nodes are asked for, of the largest. */
class SumVisitor implements SampleVisitor {
  readonly #callSite: readonly string[];
  readonly #lines: boolean;
  readonly #mostNodes: number;
  readonly #stop: StopCheck;
  readonly #open: { readonly part: Part; readonly sums: Float64Array }[] = [];
  /** Sums that wait for the others; once they are too many, all are joined as they come. */
  #held: PartSums[] = [];
  #heldNodes = 0;
  #union: TreeUnion | undefined;

  constructor(callSite: readonly string[], lines: boolean, mostNodes: number, stop: StopCheck) {
    this.#callSite = callSite;
    this.#lines = lines;
    this.#mostNodes = mostNodes;
    this.#stop = stop;
    if (lines || mostNodes === Infinity) this.#union = new TreeUnion(lines);
  }

  open(part: Part): (leaf: number, slice: number, value: number) => void {
    const sums = new Float64Array(part.columns.nodes);
    this.#open.push({ part, sums });
    const inside = callSiteNodes(part, this.#callSite);
    const same = part.canonical.values;
    const lines = this.#lines;
    return (leaf, _slice, value) => {
      if (inside === undefined || inside[leaf] === 1) sums[lines ? leaf : same[leaf]] += value;
    };
  }

  close(): void {
    for (const { part, sums } of this.#open) {
      this.#stop();
      const summed = sumPart(part, sums, this.#lines);
      if (this.#union !== undefined) {
        this.#union.add(summed);
        continue;
      }
      this.#held.push(summed);
      this.#heldNodes += sums.length;
      if (this.#heldNodes > MOST_HELD_NODES) this.#joinHeld();
    }
    this.#open.length = 0;
  }

  tree(profiles: number, warnings: readonly string[]): MergedTree {
    this.#stop();
    if (this.#union !== undefined) return this.#union.finish(profiles, warnings);
    return largestNodes(this.#held, this.#mostNodes, profiles, warnings, this.#stop);
  }

  #joinHeld(): void {
    this.#union = new TreeUnion(false);
    for (const one of this.#held) this.#union.add(one);
    this.#held = [];
  }
}

/** Sums and counts per node and slice. */
class SliceVisitor implements SampleVisitor {
  /** Whether every profile so far told how many samples it stands for. */
  countable: boolean;
  readonly #union: TreeUnion;
  readonly #entries: EntryTable;
  readonly #callSite: readonly string[];
  readonly #first: number;
  readonly #slices: number;
  readonly #counting: Counting;
  readonly #stop: StopCheck;
  readonly #open: { readonly part: Part; readonly values: Float64Array; readonly counts: Float64Array }[] = [];

  constructor(
    union: TreeUnion,
    entries: EntryTable,
    callSite: readonly string[],
    first: number,
    slices: number,
    counting: Counting,
    stop: StopCheck,
  ) {
    this.#union = union;
    this.#entries = entries;
    this.#callSite = callSite;
    this.#first = first;
    this.#slices = slices;
    this.#counting = counting;
    this.#stop = stop;
    this.countable = counting !== 'none';
  }

  open(part: Part): (leaf: number, slice: number, value: number, period: number) => void {
    const { nodes } = part.columns;
    const cells = nodes * this.#slices;
    const values = new Float64Array(cells);
    const byPeriod = this.#counting === 'period';
    const counts = byPeriod ? new Float64Array(cells) : values;
    this.#open.push({ part, values, counts });
    const inside = callSiteNodes(part, this.#callSite);
    const { canonical } = part;
    return (leaf, slice, value, period) => {
      if (inside !== undefined && inside[leaf] === 0) return;
      const cell = slice * nodes + canonical.values[leaf];
      values[cell] += value;
      if (!byPeriod) return;
      if (period > 0) counts[cell] += value / period;
      else this.countable = false;
    };
  }

  close(): void {
    for (const { part, values, counts } of this.#open) {
      const { nodes } = part.columns;
      const sums = new Float64Array(nodes);
      for (let cell = 0; cell < values.length; cell++) sums[cell % nodes] += values[cell];
      this.#stop();
      const here = this.#union.add(sumPart(part, sums, false));
      for (let slice = 0; slice < this.#slices; slice++) {
        this.#stop();
        for (let node = 0, cell = slice * nodes; node < nodes; node++, cell++) {
          if (values[cell] !== 0) this.#entries.push(here[node], this.#first + slice, values[cell], counts[cell]);
        }
      }
    }
    this.#open.length = 0;
  }
}

/** What passes a call site, by bucket of time. */
class BucketVisitor implements SampleVisitor {
  readonly #buckets: Buckets;
  readonly #callSite: readonly string[];

  constructor(buckets: Buckets, callSite: readonly string[]) {
    this.#buckets = buckets;
    this.#callSite = callSite;
  }

  open(part: Part): (leaf: number, slice: number, value: number) => void {
    const inside = callSiteNodes(part, this.#callSite);
    return (leaf, slice, value) => {
      if (inside === undefined || inside[leaf] === 1) this.#buckets.addTo(slice, value);
    };
  }

  close(): void {}
}

interface Largest {
  readonly profile: ProfileId;
  readonly value: number;
}

/** Buckets (T − step, T] for T = start + k·step up to the end; the first one includes its left edge. Sparse, as steps may be tiny. */
class Buckets {
  readonly fromUs: number;
  readonly toUs: number;
  readonly #startMs: number;
  readonly #stepMs: number;
  readonly #count: number;
  readonly #sums = new Map<number, number>();
  readonly #largest = new Map<number, Largest>();

  constructor({ startMs, endMs }: TimeRange, stepMs: number) {
    this.#startMs = startMs;
    this.#stepMs = stepMs;
    this.#count = Math.floor((endMs - startMs) / stepMs) + 1;
    this.fromUs = (startMs - stepMs) * US_PER_MS;
    this.toUs = (startMs + (this.#count - 1) * stepMs) * US_PER_MS + 1;
  }

  /** The same buckets as half-open slices: a whole microsecond later. @throws RangeError for too many */
  cutsUs(): Float64Array {
    if (this.#count > MOST_CUTS) {
      throw new RangeError(
        `At most ${MOST_CUTS} steps can be told apart for a part of the stacks, not ${this.#count}.`,
      );
    }
    const cuts = Float64Array.from({ length: this.#count + 1 }, (_, i) => {
      return (this.#startMs + (i - 1) * this.#stepMs) * US_PER_MS + 1;
    });
    cuts[0] = this.fromUs;
    return cuts;
  }

  add(series: number, timeUs: number, value: number): void {
    const startUs = this.#startMs * US_PER_MS;
    const bucket = Math.max(0, Math.ceil((timeUs - startUs) / (this.#stepMs * US_PER_MS)));
    this.addTo(bucket, value);
    const known = this.#largest.get(bucket);
    if (known === undefined || value > known.value) this.#largest.set(bucket, { profile: { series, timeUs }, value });
  }

  addTo(bucket: number, value: number): void {
    this.#sums.set(bucket, (this.#sums.get(bucket) ?? 0) + value);
  }

  filled(): { timesMs: Float64Array; sums: Float64Array; largest: Largest[] } {
    const filled = Float64Array.from(this.#sums.keys()).sort();
    return {
      timesMs: filled.map((bucket) => this.#startMs + bucket * this.#stepMs),
      sums: filled.map((bucket) => this.#sums.get(bucket)!),
      largest: Array.from(filled, (bucket) => this.#largest.get(bucket)!),
    };
  }
}
