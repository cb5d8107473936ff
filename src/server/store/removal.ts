/**
 * Removes series and dictionaries, in steps that each hold the write lock for a few milliseconds. Data to be removed is
 * first retired: no reader finds it and no writer adds to it. Its rows are deleted later, at any pace, also after a
 * restart. The ledger's
 * entry of an hour goes with the first rows of that hour, so nothing is missed that is being removed.
 *
 * Only valid rows decide what may be removed. A series with a damaged row loses its old hours, and the row once nothing
 * is left.
 */

import type { Steps } from '#base/steps.ts';
import { SERVICE_LABEL } from '#model/labels.ts';
import { counter, countUp, inTransaction, type Database, type Statement } from './database.ts';
import { HOURS_PER_DAY, US_PER_HOUR } from './hours.ts';
import { MAX_ROWS_A_STEP, pagesOf, removeRows, type Sized } from './remove-rows.ts';
import { DROPPED_NAME, isRetired, NEVER, NOBODY, RETIRE_PART, RETIRE_SERIES } from './retired.ts';
import { seriesCheck } from './row-check.ts';
import { Rows } from './rows.ts';
import { removeSpansBefore, removeSpansOf } from './span-upkeep.ts';
import { isNumber, isWholeSeries, SERIES_COLUMNS, type StoredSeries } from './stored-series.ts';

/** Half of them are entries of the ledger where profiles are deleted. */
const MAX_PROFILES_A_STEP = MAX_ROWS_A_STEP / 2;
/** Removes all that lies before an hour. @returns blocks and rows removed */
export function* removeBefore(db: Database, hour: number): Steps<number> {
  // First: the numbers of series that go are given again.
  yield* removeSpansBefore(db, hour);
  const { retireSeries, retirePart } = retiring(db);
  const isOver = new Rows<StoredSeries>(
    db,
    `SELECT ${SERIES_COLUMNS} FROM series WHERE last_hour < ? AND id > ? ORDER BY id LIMIT ${MAX_ROWS_A_STEP}`,
  );
  const doubtful: number[] = [];
  yield* inBatches(isOver, hour, (rows) => {
    const whole = rows.filter(isWholeSeries);
    doubtful.push(...rows.filter((row) => !isWholeSeries(row) && !isRetired(row)).map(({ id }) => id));
    // A profile that came meanwhile keeps its series.
    if (whole.length > 0) edit(db, () => whole.forEach(({ id }) => retireSeries.run(id, hour)));
  });
  let removed = 0;
  const goesOn = new Rows<StoredSeries>(
    db,
    `SELECT ${SERIES_COLUMNS} FROM series WHERE first_hour < ? AND id > ? ORDER BY id LIMIT ${MAX_ROWS_A_STEP}`,
  );
  const profiles = profilesOf(db);
  const narrow = narrowing(db);
  for (let last = -1; ;) {
    const rows = next(goesOn, hour, last);
    if (rows.length === 0) break;
    last = rows[rows.length - 1].id;
    const ids = rows.map(({ id }) => id);
    removed += yield* profiles(ids, hour);
    doubtful.push(...rows.filter((row) => !isWholeSeries(row)).map(({ id }) => id));
    edit(db, () => ids.forEach((id) => narrow(id, hour)));
    yield 0;
  }
  removed += yield* removeLost(db, hour);
  const isEmpty = db.prepare(
    `DELETE FROM series WHERE id = :id AND NOT EXISTS (SELECT 1 FROM hour WHERE series_id = :id)
       AND NOT EXISTS (SELECT 1 FROM raw WHERE series_id = :id) AND NOT EXISTS (SELECT 1 FROM ledger WHERE series_id = :id)`,
  );
  for (let i = 0; i < doubtful.length; i += MAX_ROWS_A_STEP) {
    edit(db, () => doubtful.slice(i, i + MAX_ROWS_A_STEP).forEach((id) => isEmpty.run({ id })));
    yield 0;
  }
  const day = Math.floor(hour / HOURS_PER_DAY);
  const old = new Rows<{ id: number }>(
    db,
    `SELECT id FROM part WHERE service_id > ${NOBODY} AND day < ? AND id > ? ORDER BY id LIMIT ${MAX_ROWS_A_STEP}`,
  );
  yield* inBatches(old, day, (rows) =>
    edit(db, () => rows.forEach(({ id }) => retirePart.run(id, day * HOURS_PER_DAY))),
  );
  return removed + (yield* sweepRetired(db));
}

/** Removes what the ledger knows of before an hour: the profiles of series whose rows are lost. @returns blocks and rows */
function* removeLost(db: Database, hour: number): Steps<number> {
  const first = new Rows<{ id: number; hour: number }>(
    db,
    'SELECT series_id AS id, hour FROM ledger WHERE series_id > ? ORDER BY series_id, hour LIMIT 1',
  );
  const profiles = profilesOf(db);
  let removed = 0;
  let looked = 0;
  for (let last = -1; ;) {
    const [row] = first.all([last], () => undefined);
    // A damaged index may return later rows again.
    if (row === undefined || !(row.id > last)) return removed;
    last = row.id;
    if (row.hour < hour) removed += yield* profiles([last], hour);
    if (++looked % MAX_ROWS_A_STEP === 0) yield 0;
  }
}

/**
 * Hides a service: what is uploaded under its name from then on belongs to a new one. Its rows go with `sweepRetired`.
 * @returns whether there is such a service
 */
export function* dropService(db: Database, name: string): Steps<boolean> {
  const numbers = numbersOf(db, name);
  if (numbers.size === 0) return false;
  yield 0;
  // A row that was lost is put back, so that its series are retired, also after a restart.
  const putBack = db.prepare("INSERT OR IGNORE INTO service(id, name) VALUES (?, x'')");
  const nameless = db.prepare(`UPDATE service SET name = ${DROPPED_NAME} WHERE id = ?`);
  edit(db, () => {
    for (const id of numbers) {
      putBack.run(id);
      nameless.run(id);
    }
  });
  yield* retireNameless(db);
  return true;
}

/**
 * The number of a service, and those it had before its row was damaged: their series name it in their labels. Series that
 * are damaged themselves do not count.
 */
function numbersOf(db: Database, name: string): Set<number> {
  const numbers = new Set<number>();
  const named = new Rows<{ id: unknown }>(db, 'SELECT id FROM service WHERE name = ?').all([name], ignore);
  for (const { id } of named) if (isNumber(id)) numbers.add(id);
  const series = new Rows<StoredSeries>(
    db,
    `SELECT ${SERIES_COLUMNS} FROM series WHERE service_id > ${NOBODY} AND instr(labels, ?) > 0`,
  );
  const label = JSON.stringify([SERVICE_LABEL, name]);
  for (const row of series.each([label], ignore)) if (isWholeSeries(row)) numbers.add(row.service_id);
  return numbers;
}

/** Retires all of services that were dropped. */
function* retireNameless(db: Database): Steps<void> {
  const dropped = new Rows<{ id: number }>(db, `SELECT id FROM service WHERE name = ${DROPPED_NAME}`);
  const { retireSeries, retirePart } = retiring(db);
  const batch = (table: string): Rows<{ id: number }> =>
    new Rows(db, `SELECT id FROM ${table} WHERE service_id = ? AND id > ? ORDER BY id LIMIT ${MAX_ROWS_A_STEP}`);
  const series = batch('series');
  const parts = batch('part');
  const removeService = db.prepare('DELETE FROM service WHERE id = ?');
  for (const { id: service } of dropped.all([], ignore)) {
    yield* inBatches(series, service, (rows) => edit(db, () => rows.forEach(({ id }) => retireSeries.run(id, NEVER))));
    // Dictionaries after all series: until then readers need them.
    yield* inBatches(parts, service, (rows) => edit(db, () => rows.forEach(({ id }) => retirePart.run(id, NEVER))));
    yield* removeSpansOf(db, service);
    edit(db, () => removeService.run(service));
  }
}

/** Deletes retired rows, and services without series. @returns the number of blocks and rows removed */
export function* sweepRetired(db: Database): Steps<number> {
  yield* retireNameless(db);
  const sweptBefore = counter(db, 'swept');
  let removed = 0;
  const profiles = profilesOf(db);
  const retired = (table: string): Rows<{ id: number }> =>
    new Rows(db, `SELECT id FROM ${table} WHERE service_id = ? AND id > ? ORDER BY id LIMIT ${MAX_ROWS_A_STEP}`);
  const removeSeries = db.prepare('DELETE FROM series WHERE id = ?');
  const series = retired('series');
  for (let last = -1; ;) {
    const ids = next(series, NOBODY, last).map(({ id }) => id);
    if (ids.length === 0) break;
    last = ids[ids.length - 1];
    removed += yield* profiles(ids, NEVER);
    inTransaction(db, () => ids.forEach((id) => removeSeries.run(id)));
    yield 0;
  }
  const deltas = new Rows<Sized & { readonly first: number }>(
    db,
    `SELECT id, first_node AS first, length(data) AS bytes FROM dict WHERE part_id = ? AND first_node > ?
     ORDER BY first_node LIMIT ${MAX_ROWS_A_STEP}`,
  );
  const removeDelta = db.prepare('DELETE FROM dict WHERE id = ?');
  const removePart = db.prepare('DELETE FROM part WHERE id = ?');
  const parts = retired('part');
  for (let last = -1; ;) {
    const ids = next(parts, NOBODY, last).map(({ id }) => id);
    if (ids.length === 0) break;
    last = ids[ids.length - 1];
    for (const id of ids)
      yield* removeRows(
        db,
        MAX_ROWS_A_STEP,
        pagesOf(deltas, [id], ({ first }) => [first], [-Infinity]),
        (row) => removeDelta.run(row.id).changes,
      );
    inTransaction(db, () => ids.forEach((id) => removePart.run(id)));
    yield 0;
  }
  const idle = new Rows<{ id: number }>(
    db,
    'SELECT id FROM service WHERE NOT EXISTS (SELECT 1 FROM series WHERE service_id = service.id)',
  ).all([], ignore);
  const removeIdle = db.prepare(
    'DELETE FROM service WHERE id = ? AND NOT EXISTS (SELECT 1 FROM series WHERE service_id = service.id)',
  );
  for (let i = 0; i < idle.length; i += MAX_ROWS_A_STEP) {
    edit(db, () => idle.slice(i, i + MAX_ROWS_A_STEP).forEach(({ id }) => removeIdle.run(id)));
    yield 0;
  }
  const edits = counter(db, 'edits');
  if (edits !== sweptBefore) {
    inTransaction(db, () => {
      countUp(db, 'removals');
      db.prepare("INSERT OR REPLACE INTO meta VALUES ('swept', ?)").run(edits);
    });
    yield 0;
  }
  return removed;
}

/**
 * Deletes blocks and rows of some series before an hour, with what the ledger says of them. Those that cannot be deleted stay.
 * @returns how many blocks and rows
 */
function profilesOf(db: Database): (series: readonly number[], hour: number) => Steps<number> {
  const hours = new Rows<Required<Sized> & { readonly part: number; readonly gen: number }>(
    db,
    `SELECT id, series_id AS series, hour, part_id AS part, gen,
       length(points) + length(sums) + length(sample_index) + length(sample_values) AS bytes
     FROM hour WHERE series_id = ? AND hour < ? AND (hour, part_id, gen) > (?, ?, ?)
     ORDER BY hour, part_id, gen LIMIT ${MAX_PROFILES_A_STEP}`,
  );
  const raw = new Rows<Required<Sized> & { readonly timeUs: number }>(
    db,
    `SELECT seq AS id, series_id AS series, time_us AS timeUs, time_us / ${US_PER_HOUR} AS hour, length(data) AS bytes
     FROM raw WHERE series_id = ? AND time_us < ? AND (time_us, seq) > (?, ?)
     ORDER BY time_us, seq LIMIT ${MAX_PROFILES_A_STEP}`,
  );
  // Entries of profiles that no longer exist.
  const entries = new Rows<Required<Sized>>(
    db,
    `SELECT series_id AS id, series_id AS series, hour, 0 AS bytes FROM ledger WHERE series_id = ? AND hour < ? AND hour > ?
     ORDER BY hour LIMIT ${MAX_ROWS_A_STEP}`,
  );
  const removeHour = db.prepare('DELETE FROM hour WHERE id = ?');
  const removeRaw = db.prepare('DELETE FROM raw WHERE seq = ?');
  const removeEntry = db.prepare('DELETE FROM ledger WHERE series_id = ? AND hour = ?');
  const withLedger =
    (remove: Statement) =>
    ({ id, series, hour }: Sized): number => {
      removeEntry.run(series!, hour!);
      return remove.run(id).changes;
    };
  return function* (series, hour) {
    const before = Math.min(hour * US_PER_HOUR, Number.MAX_SAFE_INTEGER);
    const pages = <Row extends Sized>(
      rows: Rows<Row>,
      end: number,
      keyOf: (row: Row) => readonly number[],
      first: readonly number[],
    ): (() => Sized[]) => {
      const each = series.map((id) => pagesOf(rows, [id, end], keyOf, first));
      return () => each.flatMap((page) => page());
    };
    const ofHours = pages(hours, hour, (row) => [row.hour, row.part, row.gen], [-Infinity, 0, 0]);
    const ofRaw = pages(raw, before, (row) => [row.timeUs, row.id], [-Infinity, 0]);
    const ofEntries = pages(entries, hour, (row) => [row.hour], [-Infinity]);
    const blocks = yield* removeRows(db, MAX_PROFILES_A_STEP, ofHours, withLedger(removeHour));
    const rows = yield* removeRows(db, MAX_PROFILES_A_STEP, ofRaw, withLedger(removeRaw));
    yield* removeRows(db, MAX_ROWS_A_STEP, ofEntries, (row) => removeEntry.run(row.id, row.hour!).changes);
    return blocks + rows;
  };
}

/** Rows after an id, in ascending order. A damaged table may return earlier ids again. */
function next<Row extends { readonly id: number }>(find: Rows<Row>, value: number, last: number): Row[] {
  const rows = find.all([value, last], ignore);
  return rows.length > 0 && rows[rows.length - 1].id > last ? rows : [];
}

/** Rows in ascending order of their ids, some at a time. @param find takes `value` and the last id that was found */
function* inBatches<Row extends { readonly id: number }>(
  find: Rows<Row>,
  value: number,
  change: (rows: Row[]) => void,
): Steps<void> {
  for (let last = -1; ;) {
    const rows = next(find, value, last);
    if (rows.length === 0) return;
    last = rows[rows.length - 1].id;
    change(rows);
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

/** Makes a series begin at an hour, within a transaction. */
function narrowing(db: Database): (id: number, hour: number) => void {
  const read = new Rows<StoredSeries>(db, `SELECT ${SERIES_COLUMNS} FROM series WHERE id = ? AND first_hour < ?`);
  const oldest = new Rows<{ hour: number }>(
    db,
    `SELECT min(coalesce((SELECT min(hour) FROM hour WHERE series_id = ?1), ${NEVER}),
       coalesce((SELECT min(time_us) FROM raw WHERE series_id = ?1) / ${US_PER_HOUR}, ${NEVER})) AS hour`,
  );
  const write = db.prepare('UPDATE series SET first_hour = ?, row_check = ? WHERE id = ?');
  return (id, hour) => {
    const [row] = read.all([id, hour], ignore);
    if (row === undefined || !isWholeSeries(row)) return;
    // A profile that came meanwhile stays to be found, and goes in the next round.
    const [left] = oldest.all([id], ignore);
    if (left === undefined || left.hour < hour) return;
    write.run(hour, seriesCheck({ ...row, first_hour: hour }), id);
  };
}

/** Unreadable rows stay: readers report them. */
function ignore(): void {}
