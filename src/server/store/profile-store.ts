/** Answers questions from what is stored: a reader over one connection. Rules of ranges and buckets: profile-reader.ts. */

import { compileMatchers } from '#model/label-matching.ts';
import type { LabelSet } from '#model/labels.ts';
import { openBlob } from './blob.ts';
import { Buckets, BucketVisitor } from './buckets.ts';
import type { Database, Statement } from './database.ts';
import { EntryTable } from './entry-table.ts';
import { decodePoints } from './hour-block.ts';
import { hourOf, US_PER_HOUR, US_PER_MS } from './hours.ts';
import { PartCache } from './part-cache.ts';
import type {
  MergedTree,
  ProfileReader,
  ProfileSelector,
  SeriesSelector,
  SlicedTree,
  StopCheck,
  SummedSeries,
  TimeRange,
} from './profile-reader.ts';
import { countingOf, SliceVisitor } from './slice-visitor.ts';
import { StoredSamples, type ServiceSeries } from './stored-samples.ts';
import { SumVisitor } from './sum-visitor.ts';
import { TreeUnion } from './tree-union.ts';

/** Memory for dictionaries between questions. */
const PART_BYTES = 160 << 20;

interface SeriesRow {
  readonly id: number;
  readonly service_id: number;
  readonly labels: string;
}

export class ProfileStore implements ProfileReader {
  readonly #db: Database;
  readonly #parts = new PartCache(PART_BYTES);
  readonly #samples: StoredSamples;
  readonly #statements: Record<
    'types' | 'series' | 'seriesOfType' | 'points' | 'raw' | 'removals' | 'newest',
    Statement
  >;
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
      newest: db.prepare(
        'SELECT id, nodes FROM part WHERE day >= (SELECT max(day) FROM part) - 1 ORDER BY day DESC, id',
      ),
      removals: db.prepare("SELECT value FROM meta WHERE key = 'removals'"),
    };
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
      const visitor = new SliceVisitor(union, entries, selector.callSite, counting, stop);
      const services = this.#services(selector);
      const { profiles, warnings } = this.#samples.visit(services, cuts, counting === 'period', visitor, stop);
      const tree = union.finish(
        profiles.reduce((a, b) => a + b, 0),
        warnings,
      );
      const { start, slice, value, count } = entries.byNode(tree.length);
      const { countable } = visitor;
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

  /**
   * Opens one dictionary of the last two days before anybody asks: most of a service's first answer is that.
   * @returns whether there was one
   */
  openAhead(): boolean {
    return this.#inSnapshot(() =>
      this.#parts.openAhead(this.#db, this.#statements.newest.all() as { id: number; nodes: number }[]),
    );
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
