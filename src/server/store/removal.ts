/**
 * Removes series and dictionaries, in steps that each hold the write lock for a few milliseconds. What is to go is first
 * retired: no reader finds it and no writer adds to it. Its rows then go at any pace, also after a restart.
 *
 * `edits` in `meta` counts the steps that retired or narrowed something: the writer looks series and parts up again.
 * `removals` counts the rounds after which numbers may be given again: readers forget what they know by number.
 */

import type { Steps } from '#base/steps.ts';
import { countUp, inTransaction, metaNumber, type Database, type Statement } from './database.ts';
import { HOURS_PER_DAY, US_PER_HOUR } from './hours.ts';
import { NEVER, NOBODY, RETIRE_PART, RETIRE_SERIES } from './retired.ts';

/** Rows that one transaction changes, at most. */
export const MAX_ROWS_A_STEP = 200;
/** Bytes of the rows that one transaction deletes, at most; a single row may have more. */
const MAX_BYTES_A_STEP = 2 << 20;

interface Sized {
  readonly id: number;
  readonly bytes: number;
}

/** Removes all that lies before an hour. @returns blocks and rows removed */
export function* removeBefore(db: Database, hour: number): Steps<number> {
  const isOver = db.prepare(
    `SELECT id FROM series WHERE service_id > ${NOBODY} AND last_hour < ? AND id > ? ORDER BY id LIMIT ${MAX_ROWS_A_STEP}`,
  );
  const { retireSeries, retirePart } = retiring(db);
  yield* inBatches(isOver, hour, (ids) =>
    edit(db, () => {
      // A profile that came meanwhile keeps its series.
      for (const id of ids) retireSeries.run(id, hour);
    }),
  );
  let removed = 0;
  const goesOn = db.prepare(
    `SELECT id FROM series WHERE first_hour < ? AND id > ? ORDER BY id LIMIT ${MAX_ROWS_A_STEP}`,
  );
  const rows = rowsOfSeries(db);
  const oldest = db.prepare(
    `SELECT min(coalesce((SELECT min(hour) FROM hour WHERE series_id = :id), ${NEVER}),
       coalesce((SELECT min(time_us) FROM raw WHERE series_id = :id) / ${US_PER_HOUR}, ${NEVER})) AS hour`,
  );
  const narrow = db.prepare('UPDATE series SET first_hour = ? WHERE id = ? AND first_hour < ?');
  for (let last = -1; ;) {
    const ids = (goesOn.all(hour, last) as { id: number }[]).map(({ id }) => id);
    if (ids.length === 0) break;
    last = ids[ids.length - 1];
    removed += yield* rows(ids, hour);
    edit(db, () => {
      // A profile that came meanwhile stays to be found, and goes in the next round.
      for (const id of ids) if ((oldest.get({ id }) as { hour: number }).hour >= hour) narrow.run(hour, id, hour);
    });
    yield 0;
  }
  const day = Math.floor(hour / HOURS_PER_DAY);
  const old = db.prepare(
    `SELECT id FROM part WHERE service_id > ${NOBODY} AND day < ? AND id > ? ORDER BY id LIMIT ${MAX_ROWS_A_STEP}`,
  );
  yield* inBatches(old, day, (ids) => edit(db, () => ids.forEach((id) => retirePart.run(id, day * HOURS_PER_DAY))));
  return removed + (yield* sweepRetired(db));
}

/**
 * Takes a service from everybody's sight: what is uploaded under its name from then on belongs to a new one. Its rows go
 * with `sweepRetired`. @returns whether there is such a service
 */
export function* dropService(db: Database, name: string): Steps<boolean> {
  const row = db.prepare('SELECT id FROM service WHERE name = ?').get(name) as { id: number } | undefined;
  if (row === undefined) return false;
  yield 0;
  // A blob is no name that anybody can send.
  const nameless = db.prepare('UPDATE service SET name = CAST(id AS BLOB) WHERE id = ?');
  edit(db, () => nameless.run(row.id));
  yield* retireNameless(db);
  return true;
}

/** Retires all of services that were dropped. */
function* retireNameless(db: Database): Steps<void> {
  const services = db.prepare("SELECT id FROM service WHERE typeof(name) = 'blob'").all() as { id: number }[];
  const { retireSeries, retirePart } = retiring(db);
  const series = db.prepare(
    `SELECT id FROM series WHERE service_id = ? AND id > ? ORDER BY id LIMIT ${MAX_ROWS_A_STEP}`,
  );
  const parts = db.prepare(`SELECT id FROM part WHERE service_id = ? AND id > ? ORDER BY id LIMIT ${MAX_ROWS_A_STEP}`);
  const removeService = db.prepare('DELETE FROM service WHERE id = ?');
  for (const { id: service } of services) {
    yield* inBatches(series, service, (ids) => edit(db, () => ids.forEach((id) => retireSeries.run(id, NEVER))));
    // Dictionaries after all series: until then readers need them.
    yield* inBatches(parts, service, (ids) => edit(db, () => ids.forEach((id) => retirePart.run(id, NEVER))));
    yield 0;
    edit(db, () => removeService.run(service));
  }
}

/** Deletes what is retired, and services without series. @returns blocks and rows removed */
export function* sweepRetired(db: Database): Steps<number> {
  yield* retireNameless(db);
  const editsBefore = metaNumber(db, 'swept');
  let removed = 0;
  const rows = rowsOfSeries(db);
  const retired = (table: string): Statement =>
    db.prepare(`SELECT id FROM ${table} WHERE service_id = ? AND id > ? ORDER BY id LIMIT ${MAX_ROWS_A_STEP}`);
  const removeSeries = db.prepare('DELETE FROM series WHERE id = ?');
  const series = retired('series');
  for (let last = -1; ;) {
    const ids = (series.all(NOBODY, last) as { id: number }[]).map(({ id }) => id);
    if (ids.length === 0) break;
    last = ids[ids.length - 1];
    removed += yield* rows(ids, NEVER);
    inTransaction(db, () => ids.forEach((id) => removeSeries.run(id)));
    yield 0;
  }
  const deltas = db.prepare(`SELECT id, length(data) AS bytes FROM dict WHERE part_id = ? LIMIT ${MAX_ROWS_A_STEP}`);
  const removeDelta = db.prepare('DELETE FROM dict WHERE id = ?');
  const removePart = db.prepare('DELETE FROM part WHERE id = ?');
  const parts = retired('part');
  for (let last = -1; ;) {
    const ids = (parts.all(NOBODY, last) as { id: number }[]).map(({ id }) => id);
    if (ids.length === 0) break;
    last = ids[ids.length - 1];
    for (const id of ids) yield* removeRows(db, () => deltas.all(id) as Sized[], removeDelta);
    inTransaction(db, () => ids.forEach((id) => removePart.run(id)));
    yield 0;
  }
  const idle = db
    .prepare('SELECT id FROM service WHERE NOT EXISTS (SELECT 1 FROM series WHERE service_id = service.id)')
    .all() as { id: number }[];
  const removeIdle = db.prepare(
    'DELETE FROM service WHERE id = ? AND NOT EXISTS (SELECT 1 FROM series WHERE service_id = service.id)',
  );
  for (let i = 0; i < idle.length; i += MAX_ROWS_A_STEP) {
    edit(db, () => idle.slice(i, i + MAX_ROWS_A_STEP).forEach(({ id }) => removeIdle.run(id)));
    yield 0;
  }
  const edits = metaNumber(db, 'edits');
  if (edits !== editsBefore) {
    inTransaction(db, () => {
      countUp(db, 'removals');
      db.prepare("INSERT OR REPLACE INTO meta VALUES ('swept', ?)").run(edits);
    });
    yield 0;
  }
  return removed;
}

/** Deletes blocks and rows of some series before an hour. @returns how many */
function rowsOfSeries(db: Database): (series: readonly number[], hour: number) => Steps<number> {
  const hours = db.prepare(
    `SELECT id, length(points) + length(sums) + length(sample_index) + length(sample_values) AS bytes
     FROM hour WHERE series_id = ? AND hour < ? LIMIT ${MAX_ROWS_A_STEP}`,
  );
  const raw = db.prepare(
    `SELECT seq AS id, length(data) AS bytes FROM raw WHERE series_id = ? AND time_us < ? LIMIT ${MAX_ROWS_A_STEP}`,
  );
  const removeHour = db.prepare('DELETE FROM hour WHERE id = ?');
  const removeRaw = db.prepare('DELETE FROM raw WHERE seq = ?');
  return function* (series, hour) {
    const before = Math.min(hour * US_PER_HOUR, Number.MAX_SAFE_INTEGER);
    const found = (rows: Statement, end: number) => (): Sized[] =>
      series.flatMap((id) => rows.all(id, end) as unknown as Sized[]);
    const blocks = yield* removeRows(db, found(hours, hour), removeHour);
    return blocks + (yield* removeRows(db, found(raw, before), removeRaw));
  };
}

/** Deletes rows until `find` finds none. @returns how many */
function* removeRows(db: Database, find: () => Sized[], remove: Statement): Steps<number> {
  let removed = 0;
  for (let rows = find(); rows.length > 0; rows = find()) {
    for (let from = 0; from < rows.length;) {
      let to = from;
      const most = Math.min(rows.length, from + MAX_ROWS_A_STEP);
      for (let bytes = 0; to < most && (to === from || bytes + rows[to].bytes <= MAX_BYTES_A_STEP); to++)
        bytes += rows[to].bytes;
      const some = rows.slice(from, to);
      inTransaction(db, () => some.forEach(({ id }) => remove.run(id)));
      removed += some.length;
      from = to;
      yield 0;
    }
  }
  return removed;
}

/** Ids in ascending order, some at a time. @param find takes `value` and the last id that was found */
function* inBatches(find: Statement, value: number, change: (ids: number[]) => void): Steps<void> {
  for (let last = -1; ;) {
    const ids = (find.all(value, last) as { id: number }[]).map(({ id }) => id);
    if (ids.length === 0) return;
    last = ids[ids.length - 1];
    change(ids);
    yield 0;
  }
}

/** One transaction after which the writer looks series and parts up again. */
function edit(db: Database, work: () => void): void {
  inTransaction(db, () => {
    work();
    countUp(db, 'edits');
  });
}

/** Statements that retire one series or part, unless it holds something from an hour on. */
function retiring(db: Database): { retireSeries: Statement; retirePart: Statement } {
  return {
    retireSeries: db.prepare(`${RETIRE_SERIES} AND last_hour < ?`),
    retirePart: db.prepare(
      `${RETIRE_PART} AND NOT EXISTS (
         SELECT 1 FROM series WHERE series.service_id = part.service_id AND first_hour < ?)`,
    ),
  };
}
