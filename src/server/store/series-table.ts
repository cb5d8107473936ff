/**
 * Services and series by name, as the writer needs them: looked up when first met, numbered when new. Each service has a
 * budget of label sets for a day of profile time. Beyond it new labels of samples are folded away; beyond twice the budget
 * new labels of series are refused. No service can use up the budget of others.
 */

import type { LabelSet } from '#model/labels.ts';
import type { IncomingSeries } from '../incoming.ts';
import type { Database } from './database.ts';
import { HOURS_PER_DAY } from './hours.ts';
import { SeriesRows, type LabelSets } from './series-rows.ts';
import { freeNumbers } from './stored-series.ts';
import { sampleLabelsText } from './uploads.ts';

/** Label sets of all services on one day, beyond which each service has an equal share of these. */
const MAX_LABEL_SETS_A_DAY = 100_000;
/** Label sets of series, of a service whose samples' labels are folded: a multiple of its budget. */
const SERIES_BUDGETS = 2;
const MAX_SERVICES = 5000;
/** Series, days of services and days that are remembered between commits. */
const MAX_REMEMBERED = 50_000;
export const DEFAULT_LABEL_SETS = 5000;

/** A new label set or service is refused. The message says what to do. */
export class TooManySeries extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TooManySeries';
  }
}

/** A series in one profile, with all samples that go to it. */
export interface PlannedSeries extends IncomingSeries {
  /** The labels as stored. */
  readonly text: string;
  /** The names of those that come from the samples, as stored. */
  readonly sampleLabels: string | null;
}

export interface Plan {
  readonly series: readonly PlannedSeries[];
  /** Samples whose labels were folded away. */
  readonly folded: number;
}

export interface Series {
  readonly id: number;
  readonly service_id: number;
  readonly type: string;
  readonly labels: string;
  first_hour: number;
  last_hour: number;
  sample_labels: string | null;
}

/** The use of a service's budget. */
export interface ServiceUsage {
  readonly service: string;
  /** On the newest day it sent profiles of. */
  readonly labelSets: number;
  /** Label sets a day from which on labels of samples are folded away. */
  readonly budget: number;
  /** Samples whose labels were folded away since the start. */
  readonly foldedSamples: number;
  /** Profiles refused since the start, as their series had too many label sets. */
  readonly refused: number;
}

interface DayOfService {
  readonly service: string;
  readonly day: number;
  labelSets: number;
}

type DayTotal = { -readonly [Key in keyof LabelSets]: number } & { isStale: boolean };

export class SeriesTable {
  readonly #budget: number;
  readonly #db: Database;
  readonly #rows: SeriesRows;
  readonly #ids = new Map<string, number>();
  readonly #series = new Map<string, Series>();
  /** By day and service. */
  readonly #days = new Map<string, DayOfService>();
  /** Label sets of all services, by day. */
  readonly #totals = new Map<number, DayTotal>();
  readonly #kept = new Map<string, { foldedSamples: number; refused: number }>();
  #newServices: string[] = [];
  readonly #touched = new Set<Series>();
  /** Series of dropped services whose labels are wanted again. */
  readonly #displaced = new Set<number>();
  #nextSeries = 1;
  #nextService = 1;
  #services = 0;

  constructor(db: Database, budget: number) {
    this.#budget = budget;
    this.#db = db;
    this.#rows = new SeriesRows(db);
    this.forget();
  }

  get count(): number {
    return this.#rows.count().series;
  }

  /** Reads the state on disk again, as after a start. A number is never assigned twice in one run. */
  forget(): void {
    this.#ids.clear();
    this.#series.clear();
    this.#days.clear();
    // Counting all again takes long: it is done where the total is a limit.
    for (const total of this.#totals.values()) total.isStale = true;
    this.#newServices = [];
    this.#touched.clear();
    this.#displaced.clear();
    const [service, series] = freeNumbers(this.#db);
    this.#nextSeries = Math.max(this.#nextSeries, series);
    this.#nextService = Math.max(this.#nextService, service);
    this.#services = this.#rows.count().services;
  }

  /** Where the samples of a profile go. Nothing is made yet. @throws TooManySeries */
  plan(incoming: readonly IncomingSeries[], hour: number): Plan {
    const day = dayOfHour(hour);
    const groups = new Map<string, PlannedSeries>();
    const added = new Map<string, number>();
    let folded = 0;
    for (const one of incoming) {
      let { labels } = one;
      let text = labelsText(labels);
      const isOld = (): boolean => groups.has(`${one.column} ${text}`) || this.#isOfDay(text, day);
      if (!isOld()) {
        const { service } = one;
        const used = this.#dayOf(service, day).labelSets + (added.get(service) ?? 0);
        const budget = this.#budgetOn(day);
        if (used >= budget && one.base !== undefined) {
          folded += one.rows.length;
          labels = one.base;
          text = labelsText(labels);
        }
        if (!isOld()) {
          if (used >= budget * SERIES_BUDGETS) this.#refuse(service, budget * SERIES_BUDGETS);
          if (this.#services >= MAX_SERVICES && this.#idOf(service) === undefined) this.#refuseService(service);
          added.set(service, (added.get(service) ?? 0) + 1);
        }
      }
      const key = `${one.column} ${text}`;
      const known = groups.get(key);
      const rows = known === undefined ? one.rows : joinedRows(known.rows, one.rows);
      groups.set(key, { ...one, labels, text, sampleLabels: sampleLabelsText(labels, one.base), rows });
    }
    if (folded > 0) this.#keptOf(incoming[0].service).foldedSamples += folded;
    return { series: [...groups.values()], folded };
  }

  /** The series of a plan, made when it is new. */
  use({ text, service, profileType, sampleLabels }: PlannedSeries, hour: number): Series {
    let series = this.#find(text);
    const day = dayOfHour(hour);
    const service_id = this.serviceOf(service);
    if (series === undefined || !spans(series, day)) this.#countUp(service, day);
    if (series === undefined) {
      const id = this.#nextSeries++;
      series = {
        id,
        service_id,
        type: profileType,
        labels: text,
        first_hour: hour,
        last_hour: hour,
        sample_labels: sampleLabels,
      };
      this.#series.set(text, series);
      this.#touched.add(series);
    } else if (hour < series.first_hour || hour > series.last_hour) {
      series.first_hour = Math.min(series.first_hour, hour);
      series.last_hour = Math.max(series.last_hour, hour);
      this.#touched.add(series);
    }
    if (series.sample_labels === null && sampleLabels !== null) {
      series.sample_labels = sampleLabels;
      this.#touched.add(series);
    }
    return series;
  }

  /** The number of a service, a new one where it has none. */
  serviceOf(name: string): number {
    let id = this.#idOf(name);
    if (id === undefined) {
      id = this.#nextService++;
      this.#services++;
      this.#ids.set(name, id);
      this.#newServices.push(name);
    }
    return id;
  }

  /** Within the transaction of a commit. */
  write(): void {
    const services = this.#newServices.map((name) => ({ id: this.#ids.get(name)!, name }));
    this.#rows.write(services, this.#displaced, this.#touched);
  }

  /** After the commit. */
  written(): void {
    this.#touched.clear();
    this.#newServices = [];
    this.#displaced.clear();
    for (const known of [this.#series, this.#days, this.#totals, this.#ids]) {
      if (known.size > MAX_REMEMBERED) known.clear();
    }
  }

  /** The usage of each service that sent profiles since the start, on its newest day. */
  usage(): ServiceUsage[] {
    const newest = new Map<string, DayOfService>();
    for (const one of this.#days.values()) {
      if (one.day >= (newest.get(one.service)?.day ?? -Infinity)) newest.set(one.service, one);
    }
    return [...new Set([...newest.keys(), ...this.#kept.keys()])].map((service) => {
      const { day, labelSets } = newest.get(service) ?? { day: undefined, labelSets: 0 };
      const { foldedSamples, refused } = this.#kept.get(service) ?? { foldedSamples: 0, refused: 0 };
      return {
        service,
        labelSets,
        budget: day === undefined ? this.#budget : this.#budgetOn(day),
        foldedSamples,
        refused,
      };
    });
  }

  #idOf(name: string): number | undefined {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.#rows.serviceOf(name);
    if (id !== undefined) this.#ids.set(name, id);
    return id;
  }

  #find(text: string): Series | undefined {
    const known = this.#series.get(text);
    if (known !== undefined) return known;
    const row = this.#rows.find(text);
    if (row === undefined) return undefined;
    const { id, service_id, type, labels, first_hour, last_hour, sample_labels, isDropped } = row;
    if (isDropped === 1) {
      this.#displaced.add(id);
      return undefined;
    }
    const series = { id, service_id, type, labels, first_hour, last_hour, sample_labels };
    this.#series.set(text, series);
    return series;
  }

  #isOfDay(text: string, day: number): boolean {
    const series = this.#find(text);
    return series !== undefined && spans(series, day);
  }

  #dayOf(service: string, day: number): DayOfService {
    const key = `${day} ${service}`;
    let known = this.#days.get(key);
    if (known === undefined) {
      const id = this.#idOf(service);
      // A service that may still be refused is not cached.
      if (id === undefined) return { service, day, labelSets: 0 };
      known = { service, day, labelSets: this.#rows.ofService(id, ...hoursOf(day)) };
      this.#days.set(key, known);
    }
    return known;
  }

  #totalOf(day: number): DayTotal {
    let known = this.#totals.get(day);
    if (known === undefined) {
      // From the index alone, so too many where later days are stored too.
      known = { ...this.#rows.since(hoursOf(day)[0]), isStale: true };
      this.#totals.set(day, known);
    }
    if (known.isStale && known.labelSets >= MAX_LABEL_SETS_A_DAY) {
      known = { ...this.#rows.between(...hoursOf(day)), isStale: false };
      this.#totals.set(day, known);
    }
    return known;
  }

  #countUp(service: string, day: number): void {
    const own = this.#dayOf(service, day);
    const total = this.#totalOf(day);
    if (own.labelSets === 0) total.services++;
    own.labelSets++;
    total.labelSets++;
  }

  #budgetOn(day: number): number {
    const { labelSets, services } = this.#totalOf(day);
    if (labelSets < MAX_LABEL_SETS_A_DAY) return this.#budget;
    return Math.max(1, Math.min(this.#budget, Math.floor(MAX_LABEL_SETS_A_DAY / services)));
  }

  #keptOf(service: string): { foldedSamples: number; refused: number } {
    let known = this.#kept.get(service);
    if (known === undefined) {
      // Names are outside data: those of a flood are not remembered one by one.
      if (this.#kept.size >= MAX_SERVICES) return { foldedSamples: 0, refused: 0 };
      known = { foldedSamples: 0, refused: 0 };
      this.#kept.set(service, known);
    }
    return known;
  }

  #refuse(service: string, most: number): never {
    this.#keptOf(service).refused++;
    throw new TooManySeries(
      `The service ${shortened(service)} has sent ${most} label sets on this day, which is the maximum ` +
        '(limits.maxLabelSets): leave out labels that differ in every upload.',
    );
  }

  #refuseService(service: string): never {
    throw new TooManySeries(
      `The service ${shortened(service)} is new, and the maximum of ${MAX_SERVICES} services is stored: ` +
        'remove some, or leave the changing part out of the name.',
    );
  }
}

function shortened(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name;
}

function dayOfHour(hour: number): number {
  return Math.floor(hour / HOURS_PER_DAY);
}

/** First and last hour of a day, as the statements take them. */
function hoursOf(day: number): [number, number] {
  return [day * HOURS_PER_DAY, (day + 1) * HOURS_PER_DAY - 1];
}

function spans({ first_hour, last_hour }: Series, day: number): boolean {
  const [first, last] = hoursOf(day);
  return first_hour <= last && last_hour >= first;
}

function joinedRows(a: Int32Array, b: Int32Array): Int32Array {
  const rows = new Int32Array(a.length + b.length);
  rows.set(a);
  rows.set(b, a.length);
  return rows.sort();
}

/** Labels, as the column holds them. */
function labelsText(labels: LabelSet): string {
  return JSON.stringify(labels.map(({ name, value }) => [name, value]));
}
