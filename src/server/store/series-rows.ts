/** The writer's reads and writes of the tables of services and series. Damage there does not stop a commit. */

import { countUp, type Database, type Statement } from './database.ts';
import { DROPPED_NAME, NOBODY, RETIRE_SERIES } from './retired.ts';
import { seriesCheck, type SeriesColumns } from './row-check.ts';
import { Rows } from './rows.ts';
import { isNumber, isWholeSeries, SERIES_COLUMNS, type StoredSeries } from './stored-series.ts';

export interface LabelSets {
  readonly labelSets: number;
  readonly services: number;
}

/** A row that is whole. */
export interface FoundSeries extends SeriesColumns {
  /** Whether its service is being dropped; null where the row of the service is lost. */
  readonly isDropped: number | null;
}

const NONE: LabelSets = { labelSets: 0, services: 0 };

export class SeriesRows {
  readonly #db: Database;
  readonly #service: Rows<{ id: number }>;
  readonly #series: Rows<StoredSeries & FoundSeries>;
  readonly #count: Rows<{ series: number; services: number }>;
  readonly #ofService: Rows<LabelSets>;
  readonly #since: Rows<LabelSets>;
  readonly #between: Rows<LabelSets>;
  readonly #writeService: Statement;
  readonly #writeSeries: Statement;
  readonly #displace: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#service = new Rows(db, 'SELECT id FROM service WHERE name = ?');
    this.#series = new Rows(
      db,
      `SELECT ${SERIES_COLUMNS}, service.name = ${DROPPED_NAME} AS isDropped
       FROM series LEFT JOIN service ON service.id = service_id WHERE labels = ?`,
    );
    this.#count = new Rows(
      db,
      `SELECT (SELECT count(*) FROM series WHERE service_id > ${NOBODY}) AS series, (SELECT count(*) FROM service) AS services`,
    );
    const labelSets = (where: string): Rows<LabelSets> =>
      new Rows(
        db,
        `SELECT count(*) AS labelSets, count(DISTINCT service_id) AS services FROM series
         WHERE ${where} AND last_hour >= ?`,
      );
    this.#ofService = labelSets('service_id = ? AND first_hour <= ?');
    this.#since = labelSets(`service_id > ${NOBODY}`);
    this.#between = labelSets(`service_id > ${NOBODY} AND first_hour <= ?`);
    // REPLACE: a damaged row of the same name or labels makes room.
    this.#writeService = db.prepare('INSERT OR REPLACE INTO service(id, name) VALUES (?, ?)');
    this.#writeSeries = db.prepare(
      `INSERT OR REPLACE INTO series(id, service_id, type, labels, first_hour, last_hour, row_check, sample_labels)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#displace = db.prepare(RETIRE_SERIES);
  }

  /** How many there are. */
  count(): { readonly series: number; readonly services: number } {
    return this.#count.all([], ignore)[0] ?? { series: 0, services: 0 };
  }

  /** The number of a service. */
  serviceOf(name: string): number | undefined {
    const [row] = this.#service.all([name], ignore);
    return isNumber(row?.id) ? row.id : undefined;
  }

  /** The series with these labels. One whose row is damaged is not known. */
  find(labels: string): FoundSeries | undefined {
    const [row] = this.#series.all([labels], ignore);
    return row !== undefined && row.labels === labels && isWholeSeries(row) ? row : undefined;
  }

  /** Label sets of a service with profiles in the hours, both included. */
  ofService(service: number, first: number, last: number): number {
    return (this.#ofService.all([service, last, first], ignore)[0] ?? NONE).labelSets;
  }

  /** Label sets with profiles from an hour on: from the index alone. */
  since(first: number): LabelSets {
    return this.#since.all([first], ignore)[0] ?? NONE;
  }

  between(first: number, last: number): LabelSets {
    return this.#between.all([last, first], ignore)[0] ?? NONE;
  }

  /** Within the transaction of a commit. @param displaced numbers of series whose labels another one takes */
  write(
    services: Iterable<{ readonly id: number; readonly name: string }>,
    displaced: ReadonlySet<number>,
    series: ReadonlySet<SeriesColumns>,
  ): void {
    for (const { id, name } of services) this.#writeService.run(id, name);
    for (const id of displaced) this.#displace.run(id);
    for (const row of series) {
      const { id, service_id, type, labels, first_hour, last_hour, sample_labels } = row;
      this.#writeSeries.run(id, service_id, type, labels, first_hour, last_hour, seriesCheck(row), sample_labels);
    }
    if (displaced.size + series.size > 0) countUp(this.#db, 'series_changes');
  }
}

/** Unreadable rows count as unknown: readers report them. */
function ignore(): void {}
