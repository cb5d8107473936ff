/** Answers queries from the store over one connection. The rules of ranges and buckets: profile-reader.ts. */

import { compileMatchers } from '#model/label-matching.ts';
import { frameOfValue, type LabelValues } from '#model/label-frames.ts';
import { type LabelSet, labelValue } from '#model/labels.ts';
import { Buckets, BucketVisitor } from './buckets.ts';
import { damageIn, DamageNotes, warningsOf, type Damage, type LostData } from './damage.ts';
import type { Database } from './database.ts';
import { EntryTable } from './entry-table.ts';
import { hourOf, US_PER_HOUR, US_PER_MS } from './hours.ts';
import { OpenParts } from './day-walk.ts';
import { PartCache } from './part-cache.ts';
import { heatmapOf, type HeatValues } from './heat-grid.ts';
import type {
  Exemplar,
  Heatmap,
  MergedTree,
  ProfileReader,
  ProfileSelector,
  SeriesSelector,
  SlicedTree,
  StopCheck,
  SummedSeries,
  TimeRange,
  TreeDetail,
} from './profile-reader.ts';
import { Rows } from './rows.ts';
import { VerifiedSeries, type SeriesRow } from './verified-series.ts';
import { countingOf, SliceVisitor } from './slice-visitor.ts';
import { StoredSamples, type ServiceSeries } from './stored-samples.ts';
import { StoredSpans } from './stored-spans.ts';
import { SumVisitor } from './sum-visitor.ts';
import { TreeUnion } from './tree-union.ts';
import { byUpload, uploadKey, uploadLabels } from './uploads.ts';

/** Memory for dictionaries between questions. */
const PART_BYTES = 160 << 20;

export class ProfileStore implements ProfileReader {
  readonly #db: Database;
  readonly #lost: readonly LostData[];
  readonly #parts = new PartCache(PART_BYTES);
  readonly #samples: StoredSamples;
  readonly #spans: StoredSpans;
  readonly #series: VerifiedSeries;
  readonly #newest: Rows<{ id: number; nodes: number }>;
  /** Damage found by the current query. */
  #notes = new DamageNotes();
  /** Damage found by all queries, until it is fetched. */
  readonly #noted = new DamageNotes();

  /** @param lost is missing from answers */
  constructor(db: Database, lost: readonly LostData[] = []) {
    this.#db = db;
    this.#lost = lost;
    const parts = new OpenParts(db, this.#parts);
    this.#samples = new StoredSamples(db, parts);
    this.#spans = new StoredSpans(db, parts);
    this.#series = new VerifiedSeries(db);
    this.#newest = new Rows(
      db,
      'SELECT id, nodes FROM part WHERE day >= (SELECT max(day) FROM part) - 1 ORDER BY day DESC, id',
    );
  }

  takeDamage(): readonly Damage[] {
    return this.#noted.take();
  }

  profileTypes(range: TimeRange): string[] {
    return this.#inSnapshot(() => [...new Set(this.#active(range).map((row) => row.type))].sort());
  }

  series(selector: SeriesSelector): LabelSet[] {
    return this.#inSnapshot(() => matching(this.#active(selector), selector).map((row) => row.labels));
  }

  merge(selector: ProfileSelector, detail: TreeDetail, stop: StopCheck, mostNodes = Infinity): MergedTree {
    return this.#inSnapshot(() => {
      const sums = new SumVisitor(selector.callSite, detail, mostNodes, stop);
      let profiles = 0;
      for (const { services, fromUs, toUs } of this.#stretches(selector)) {
        const { within } = selector;
        profiles +=
          within === undefined
            ? this.#samples.visit(services, Float64Array.of(fromUs, toUs), false, sums, this.#notes, stop)[0]
            : this.#spans.visit(services, fromUs, toUs, within, sums, this.#notes, stop);
      }
      return sums.tree(profiles, warningsOf(this.#notes.list()));
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
      const groups = grouped(this.#selectProfiles(selector, stepMs), groupBy);
      const made: { series: SummedSeries; sum: number; key: string }[] = [];
      for (const [key, { labels, rows }] of groups) {
        stop();
        const buckets = new Buckets(selector, stepMs);
        if (selector.callSite.length > 0) {
          const visitor = new BucketVisitor(buckets, selector.callSite);
          this.#samples.visit(byService(rows), buckets.cutsUs(), false, visitor, this.#notes, stop);
        } else if (exemplars) this.#uploads(rows, buckets, groupBy, stop);
        else for (const row of rows) this.#points(row.id, buckets, stop, (timeUs, value) => buckets.add(timeUs, value));
        const series = { labels, ...buckets.filled() };
        if (series.timesMs.length > 0) made.push({ series, sum: series.sums.reduce((a, b) => a + b, 0), key });
      }
      made.sort((a, b) => b.sum - a.sum || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
      return made.map(({ series }) => series);
    });
  }

  heatmap(
    selector: ProfileSelector,
    groupBy: readonly string[],
    stepMs: number,
    of: 'uploads' | 'spans',
    exemplars: boolean,
    stop: StopCheck,
  ): Heatmap {
    return this.#inSnapshot(() => {
      const buckets = new Buckets(selector, stepMs);
      const groups = [...grouped(this.#selectProfiles(selector, stepMs), groupBy).values()];
      const labels = groups.map((group) => group.labels);
      if (of === 'spans')
        return heatmapOf(
          { labels, each: (take) => this.#eachSpan(groups, buckets, groupBy, stop, take) },
          buckets,
          exemplars,
        );
      const each: HeatValues['each'] = (take) => {
        for (const [group, { rows }] of groups.entries())
          this.#eachUpload(rows, buckets, groupBy, stop, (...value) => take(group, ...value));
      };
      return heatmapOf({ labels, each }, buckets, exemplars);
    });
  }

  slices(selector: ProfileSelector, sliceCount: number, stop: StopCheck, by?: LabelValues): SlicedTree {
    return this.#inSnapshot(() => {
      const fromUs = selector.startMs * US_PER_MS;
      const lengthUs = (selector.endMs - selector.startMs) * US_PER_MS;
      const cuts = Float64Array.from({ length: sliceCount + 1 }, (_, i) =>
        Math.round(fromUs + (lengthUs * i) / sliceCount),
      );
      cuts[sliceCount] = fromUs + lengthUs + 1;
      const union = new TreeUnion('names');
      const entries = new EntryTable();
      const counting = countingOf(selector.profileType);
      const visitor = new SliceVisitor(union, entries, selector.callSite, counting, stop);
      const profiles = new Int32Array(sliceCount);
      for (const [frame, rows] of branches(this.#selectProfiles(selector, 0), by)) {
        visitor.below = frame === undefined ? 0 : union.branch(frame);
        const added = this.#samples.visit(byService(rows), cuts, counting === 'period', visitor, this.#notes, stop);
        for (const [slice, count] of added.entries()) profiles[slice] += count;
      }
      const tree = union.finish(
        profiles.reduce((a, b) => a + b, 0),
        warningsOf(this.#notes.list()),
      );
      const { start, slice, value, count } = entries.byNode(tree.length);
      const counts = visitor.countable ? count : new Float64Array(0);
      return { tree, sliceCount, start, slice, value, count: counts, profiles, kinds: union.kindsOf };
    });
  }

  extent(): { oldestMs: number; newestMs: number } | undefined {
    return this.#inSnapshot(() => {
      // The oldest and newest profile may be of a series that is lost.
      this.#series.noteLost(-Infinity, Infinity, this.#notes);
      const stored = this.#series.hours();
      if (stored === undefined) return undefined;
      let oldest = Infinity;
      let newest = -Infinity;
      for (const hour of new Set([stored.first, stored.last])) {
        for (const { id } of this.#series.active(hour, hour, this.#notes)) {
          const [fromUs, toUs] = [hour * US_PER_HOUR, (hour + 1) * US_PER_HOUR];
          this.#samples.eachPoint(id, fromUs, toUs, this.#notes, (timeUs) => {
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
      this.#parts.openAhead(
        this.#db,
        this.#newest.all([], () => undefined),
      ),
    );
  }

  /** One state of the store for a whole question, however much is written meanwhile. */
  #inSnapshot<T>(work: () => T): T {
    this.#notes = new DamageNotes();
    this.#db.exec('BEGIN');
    try {
      if (this.#series.refresh()) this.#parts.clear();
      return work();
    } finally {
      for (const { key, text } of this.#notes.list()) this.#noted.note(key, text);
      this.#end();
    }
  }

  /** After damage SQLite repeats its error here, and the snapshot is over all the same. */
  #end(): void {
    try {
      this.#db.exec('COMMIT');
    } catch (error) {
      if (damageIn(error) === undefined) throw error;
    }
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }

  /** Where the profiles of a question lie: in one range, or each for itself where they are named. */
  #stretches(selector: ProfileSelector): { services: ServiceSeries[]; fromUs: number; toUs: number }[] {
    const fromUs = selector.startMs * US_PER_MS;
    const toUs = selector.endMs * US_PER_MS + 1;
    const { only } = selector;
    if (only === undefined) return [{ services: this.#services(selector), fromUs, toUs }];
    // The series that an id names need not be among those that the labels select: others of its upload may be.
    const named = new Map(this.#active(selector).map((row) => [row.id, row]));
    const selected = byUpload(this.#selectProfiles(selector, 0));
    const uploads = new Map<string, { services: ServiceSeries[]; fromUs: number; toUs: number }>();
    for (const { series, timeUs } of only) {
      const row = named.get(series);
      if (row === undefined || timeUs < fromUs || timeUs >= toUs) continue;
      const key = uploadKey(row);
      const services = byService(selected.get(key) ?? []);
      uploads.set(`${timeUs} ${key}`, { services, fromUs: timeUs, toUs: timeUs + 1 });
    }
    return [...uploads.values()];
  }

  #services(selector: ProfileSelector): ServiceSeries[] {
    return byService(this.#selectProfiles(selector, 0));
  }

  /** @param reachBackMs before the start of the range */
  #selectProfiles(selector: ProfileSelector, reachBackMs: number): SeriesRow[] {
    const range = { startMs: selector.startMs - reachBackMs, endMs: selector.endMs };
    const ofType = this.#active(range).filter(({ type }) => type === selector.profileType);
    return matching(ofType, selector);
  }

  #active(range: TimeRange): SeriesRow[] {
    for (const { text, beforeMs } of this.#lost) if (range.startMs < beforeMs) this.#notes.note(text, text);
    const [from, to] = hours(range);
    return this.#series.active(from, to, this.#notes);
  }

  /** Fills buckets, with the largest upload of each. */
  #uploads(rows: readonly SeriesRow[], buckets: Buckets, groupBy: readonly string[], stop: StopCheck): void {
    this.#eachUpload(rows, buckets, groupBy, stop, (timeUs, value, exemplar) => {
      buckets.add(timeUs, value);
      buckets.offer(exemplar());
    });
  }

  /** The sum of each upload. */
  #eachUpload(
    rows: readonly SeriesRow[],
    buckets: Buckets,
    groupBy: readonly string[],
    stop: StopCheck,
    take: (timeUs: number, value: number, exemplar: () => Exemplar) => void,
  ): void {
    for (const series of byUpload(rows).values()) {
      const labels = uploadLabels(series[0]).filter(({ name }) => !groupBy.includes(name));
      const uploads = new Map<number, { readonly series: number; value: number }>();
      for (const { id } of series) {
        this.#points(id, buckets, stop, (timeUs, value) => {
          const upload = uploads.get(timeUs);
          if (upload === undefined) uploads.set(timeUs, { series: id, value });
          else upload.value += value;
        });
      }
      for (const [timeUs, { series: id, value }] of uploads)
        take(timeUs, value, () => ({ profile: { series: id, timeUs }, value, labels }));
    }
  }

  /** All groups in one walk: a row of spans has those of all series of an upload. */
  #eachSpan(
    groups: readonly { readonly rows: readonly SeriesRow[] }[],
    { fromUs, toUs }: Buckets,
    groupBy: readonly string[],
    stop: StopCheck,
    take: Parameters<HeatValues['each']>[0],
  ): void {
    const byId = new Map(groups.flatMap(({ rows }, group) => rows.map((row) => [row.id, { row, group }])));
    const all = byService(groups.flatMap(({ rows }) => rows));
    const groupOf = (series: number): number => byId.get(series)!.group;
    this.#spans.eachSpan(all, groupOf, fromUs, toUs, this.#notes, stop, (found) => {
      const { series, timeUs, value, ids } = found;
      take(groupOf(series), timeUs, value, () => {
        const labels = uploadLabels(byId.get(series)!.row).filter(({ name }) => !groupBy.includes(name));
        return { profile: { series, timeUs }, ...ids(), value, labels };
      });
    });
  }

  #points(series: number, buckets: Buckets, stop: StopCheck, take: (timeUs: number, total: number) => void): void {
    stop();
    this.#samples.eachPoint(series, buckets.fromUs, buckets.toUs, this.#notes, take);
  }
}

/** Series by the labels that are asked for. */
function grouped(
  rows: readonly SeriesRow[],
  groupBy: readonly string[],
): Map<string, { readonly labels: LabelSet; readonly rows: SeriesRow[] }> {
  const groups = new Map<string, { labels: LabelSet; rows: SeriesRow[] }>();
  for (const row of rows) {
    const labels = row.labels.filter(({ name }) => groupBy.includes(name));
    const key = JSON.stringify(labels);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { labels, rows: [row] });
    else group.rows.push(row);
  }
  return groups;
}

/** Series by the frame that their stacks begin with. */
function branches(
  rows: readonly SeriesRow[],
  by: LabelValues | undefined,
): ReadonlyMap<string | undefined, readonly SeriesRow[]> {
  if (by === undefined) return new Map([[undefined, rows]]);
  const named = new Set(by.values);
  const found = new Map<string, SeriesRow[]>();
  for (const row of rows) {
    const value = labelValue(row.labels, by.label);
    const frame = frameOfValue(by.label, value, named.has(value));
    const known = found.get(frame);
    if (known === undefined) found.set(frame, [row]);
    else known.push(row);
  }
  return found;
}

function matching(rows: SeriesRow[], { matchers }: SeriesSelector): SeriesRow[] {
  if (matchers.length === 0) return rows;
  const matches = compileMatchers(matchers);
  return rows.filter((row) => matches(row.labels));
}

function hours({ startMs, endMs }: TimeRange): [number, number] {
  return [hourOf(startMs * US_PER_MS), hourOf(endMs * US_PER_MS)];
}

function byService(rows: readonly SeriesRow[]): ServiceSeries[] {
  const services = new Map<number, SeriesRow[]>();
  for (const row of rows) {
    const known = services.get(row.service);
    if (known === undefined) services.set(row.service, [row]);
    else known.push(row);
  }
  return [...services].map(([service, series]) => ({ service, series }));
}
