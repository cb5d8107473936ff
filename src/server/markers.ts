/** Deploys, alerts and other events with their times, stored in the data folder. `/api/markers`. */

import { join } from 'node:path';
import { z } from 'zod';
import { jsonAnswer } from './answers.ts';
import type { WireAnswer } from './request.ts';
import { notStored, unavailable, whyUnreadable, withWarnings } from './side-answers.ts';
import { DamageNotes, warningsOf } from './store/damage.ts';
import { rowCheck } from './store/row-check.ts';
import { Rows } from './store/rows.ts';
import { SideFile } from './store/side-file.ts';

const MAX_MARKERS = 10_000;
const MARKERS = `SELECT id, time, data, row_check FROM marker
  WHERE time >= ? AND time <= ? AND (? IS NULL OR service IS NULL OR service = ?) ORDER BY time, id LIMIT ?`;
const MAX_ANSWERED = 1000;
const MAX_LABELS = 30;
/** The maximum of a date. */
const MAX_TIME_MS = 8.64e15;

const newMarker = z.strictObject({
  /** ms since the epoch. */
  time: z.int().min(0).max(MAX_TIME_MS),
  title: z.string().trim().min(1).max(200),
  service: z.string().min(1).max(200).optional(),
  labels: z
    .record(z.string().min(1).max(200), z.string().max(2000))
    .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `at most ${MAX_LABELS} labels`)
    .optional(),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
});

interface MarkerRow {
  readonly id: number;
  readonly time: number;
  /** The marker as JSON. */
  readonly data: string;
  /** Null in rows of older versions. */
  readonly row_check: number | null;
}

export type NewMarker = z.infer<typeof newMarker>;

export class Markers {
  readonly #file: SideFile;

  /** Never throws for what lies in the folder. @param folder must be there, and belong to this process */
  constructor(folder: string) {
    this.#file = new SideFile(
      join(folder, 'markers.db'),
      `CREATE TABLE IF NOT EXISTS marker(
         id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, service TEXT, data TEXT NOT NULL);
       CREATE INDEX IF NOT EXISTS marker_time ON marker(time)`,
      'marker',
    );
  }

  /** For the log: the repairs that opening them needed, or why they cannot be used. */
  get notes(): readonly string[] {
    return this.#file.note === undefined ? [] : [this.#file.note];
  }

  get #db(): SideFile['db'] {
    return this.#file.db;
  }

  /** On disk when it returns. @returns its id @throws RangeError when there are too many */
  add(marker: NewMarker): number {
    const { count } = this.#db.prepare('SELECT count(*) AS count FROM marker').get() as { count: number };
    if (count >= MAX_MARKERS)
      throw new RangeError(`There are ${MAX_MARKERS} markers, which is the maximum: delete some.`);
    const data = JSON.stringify(marker);
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO marker(time, service, data, row_check) VALUES (?, ?, ?, ?)')
      .run(marker.time, marker.service ?? null, data, rowCheck([marker.time], [data]));
    return Number(lastInsertRowid);
  }

  /**
   * Ascending in time, both ends included. With a service: its own and those of no service.
   * @param damage receives the markers that were left out
   */
  list(fromMs: number, untilMs: number, service: string | undefined, damage = new DamageNotes()): unknown[] {
    const rows = new Rows<MarkerRow>(this.#db, MARKERS).all(
      [fromMs, untilMs, service ?? null, service ?? null, MAX_ANSWERED],
      (why) => damage.note('', `Some markers were left out: the table of markers ${why}.`),
    );
    return rows.flatMap((row) => {
      const marker = markerIn(row);
      if (marker === undefined) damage.note(`${row.id}`, `Marker ${row.id} is damaged and was left out.`);
      return marker === undefined ? [] : [{ id: row.id, ...marker }];
    });
  }

  /** @returns whether it was there */
  remove(id: number): boolean {
    return this.#db.prepare('DELETE FROM marker WHERE id = ?').run(id).changes > 0;
  }

  close(): void {
    this.#file.close();
  }

  answer(method: string, path: string, query: string, body: Uint8Array): WireAnswer {
    const before = unavailable(this.#file.whyNot());
    if (before !== undefined) return before;
    try {
      const made = this.#answerCall(method, path, query, body);
      // A moved or replaced file would not be found after a restart, so the call fails.
      return unavailable(this.#file.whyNot()) ?? made;
    } catch (error) {
      return jsonAnswer(503, { message: whyUnreadable('The markers', 'markers.db', error) });
    }
  }

  #answerCall(method: string, path: string, query: string, body: Uint8Array): WireAnswer {
    const id = path.slice('/api/markers'.length).replace(/^\//, '');
    if (id === '' && method === 'GET') return this.#answerList(new URLSearchParams(query));
    if (id === '' && method === 'POST') return this.#answerAdd(body);
    if (id !== '' && method === 'DELETE') {
      const isThere = /^\d{1,15}$/.test(id) && this.remove(Number(id));
      return isThere ? jsonAnswer(200, {}) : jsonAnswer(404, { message: `There is no marker ${id}.` });
    }
    return jsonAnswer(405, {
      message: 'Read markers with GET, send them with POST, delete them with DELETE /api/markers/ID.',
    });
  }

  #answerList(query: URLSearchParams): WireAnswer {
    const times = { from: 0, until: MAX_TIME_MS };
    for (const name of ['from', 'until'] as const) {
      const text = query.get(name);
      if (text === null) continue;
      if (!/^\d{1,16}$/.test(text)) return jsonAnswer(400, { message: `${name} is not a time: send ms since 1970.` });
      times[name] = Number(text);
    }
    const damage = new DamageNotes();
    if (this.#file.lost !== undefined) damage.note('lost', this.#file.lost);
    const markers = this.list(times.from, times.until, query.get('service') ?? undefined, damage);
    return withWarnings(jsonAnswer(200, { markers }), warningsOf(damage.list()));
  }

  #answerAdd(body: Uint8Array): WireAnswer {
    let given: unknown;
    try {
      given = JSON.parse(new TextDecoder().decode(body));
    } catch (error) {
      return jsonAnswer(400, { message: `The marker is not JSON: ${(error as Error).message}.` });
    }
    const marker = newMarker.safeParse(given);
    if (!marker.success)
      return jsonAnswer(400, { message: `The marker is not valid: ${z.prettifyError(marker.error)}` });
    try {
      return jsonAnswer(201, { id: this.add(marker.data) });
    } catch (error) {
      if (error instanceof RangeError) return jsonAnswer(507, { message: error.message });
      return notStored('The marker', error);
    }
  }
}

/** Undefined for a damaged row. */
function markerIn({ time, data, row_check }: MarkerRow): object | undefined {
  const check = rowCheck([time], [data]);
  if (row_check === null ? Number.isNaN(check) : check !== row_check) return undefined;
  try {
    const marker: unknown = JSON.parse(data);
    return typeof marker === 'object' && marker !== null ? marker : undefined;
  } catch {
    return undefined;
  }
}
