/** What happened when: deploys and alerts that a CI job tells of, kept in the data folder. `/api/markers`. */

import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { z } from 'zod';
import { printWarnings, warningsHeader } from '#wire/warnings.ts';
import type { WireAnswer } from './exchange.ts';
import { damageIn, DamageNotes, warningsOf } from './store/damage.ts';
import { rowCheck } from './store/row-check.ts';
import { Rows } from './store/rows.ts';
import { addRowCheck } from './store/upgrade.ts';

const MOST_MARKERS = 10_000;
const MOST_ANSWERED = 1000;
const MOST_LABELS = 30;

const newMarker = z.strictObject({
  /** ms since the epoch. */
  time: z.int().min(0).max(8.64e15),
  title: z.string().trim().min(1).max(200),
  service: z.string().min(1).max(200).optional(),
  labels: z
    .record(z.string().min(1).max(200), z.string().max(2000))
    .refine((labels) => Object.keys(labels).length <= MOST_LABELS, `at most ${MOST_LABELS} labels`)
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
  /** Of rows of older versions: null. */
  readonly row_check: number | null;
}

export type NewMarker = z.infer<typeof newMarker>;

export class Markers {
  readonly #db: InstanceType<typeof DatabaseSync>;
  readonly #rows: Rows<MarkerRow>;

  /** @param folder must be there, and belong to this process */
  constructor(folder: string) {
    this.#db = new DatabaseSync(join(folder, 'markers.db'));
    this.#db.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS marker(
        id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, service TEXT, data TEXT NOT NULL);
      CREATE INDEX IF NOT EXISTS marker_time ON marker(time);
    `);
    addRowCheck(this.#db, 'marker');
    this.#rows = new Rows(
      this.#db,
      `SELECT id, time, data, row_check FROM marker
       WHERE time >= ? AND time <= ? AND (? IS NULL OR service IS NULL OR service = ?) ORDER BY time, id LIMIT ?`,
    );
  }

  /** On disk when it returns. @returns its id @throws RangeError when there are too many */
  add(marker: NewMarker): number {
    const { count } = this.#db.prepare('SELECT count(*) AS count FROM marker').get() as { count: number };
    if (count >= MOST_MARKERS)
      throw new RangeError(`There are ${MOST_MARKERS} markers, the most that are kept: delete some.`);
    const data = JSON.stringify(marker);
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO marker(time, service, data, row_check) VALUES (?, ?, ?, ?)')
      .run(marker.time, marker.service ?? null, data, rowCheck([marker.time], [data]));
    return Number(lastInsertRowid);
  }

  /**
   * Ascending in time, both ends included. With a service: its own and those of no service.
   * @param damage is told which were left out
   */
  list(fromMs: number, untilMs: number, service: string | undefined, damage = new DamageNotes()): unknown[] {
    const rows = this.#rows.all([fromMs, untilMs, service ?? null, service ?? null, MOST_ANSWERED], (why) =>
      damage.note('', `Some markers were left out: the table of markers ${why}.`),
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
    this.#db.close();
  }

  answer(method: string, path: string, query: string, body: Uint8Array): WireAnswer {
    try {
      return this.#answer(method, path, query, body);
    } catch (error) {
      const what = damageIn(error);
      if (what === undefined) throw error;
      const message = `Markers cannot be read: markers.db in the data folder ${what}. Stop the server and move the file away to begin with none.`;
      return json(503, { message });
    }
  }

  #answer(method: string, path: string, query: string, body: Uint8Array): WireAnswer {
    const id = path.slice('/api/markers'.length).replace(/^\//, '');
    if (id === '' && method === 'GET') return this.#answerList(new URLSearchParams(query));
    if (id === '' && method === 'POST') return this.#answerAdd(body);
    if (id !== '' && method === 'DELETE') {
      const isThere = /^\d{1,15}$/.test(id) && this.remove(Number(id));
      return isThere ? json(200, {}) : json(404, { message: `There is no marker ${id}.` });
    }
    return json(405, { message: 'Markers are read by GET, told by POST, and removed by DELETE /api/markers/ID.' });
  }

  #answerList(query: URLSearchParams): WireAnswer {
    const time = (name: string, otherwise: number): number => {
      const text = query.get(name);
      return text !== null && /^\d{1,16}$/.test(text) ? Number(text) : otherwise;
    };
    const damage = new DamageNotes();
    const markers = this.list(time('from', 0), time('until', 8.64e15), query.get('service') ?? undefined, damage);
    const answer = json(200, { markers });
    const warnings = warningsOf(damage.list());
    if (warnings.length === 0) return answer;
    return { ...answer, headers: { ...answer.headers, [warningsHeader]: printWarnings(warnings) } };
  }

  #answerAdd(body: Uint8Array): WireAnswer {
    let given: unknown;
    try {
      given = JSON.parse(new TextDecoder().decode(body));
    } catch (error) {
      return json(400, { message: `The marker is no JSON: ${(error as Error).message}.` });
    }
    const marker = newMarker.safeParse(given);
    if (!marker.success)
      return json(400, { message: `The marker is not as expected: ${z.prettifyError(marker.error)}` });
    try {
      return json(201, { id: this.add(marker.data) });
    } catch (error) {
      return json(507, {
        message: error instanceof RangeError ? error.message : `It cannot be kept: ${String(error)}.`,
      });
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

function json(status: number, value: unknown): WireAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: new TextEncoder().encode(JSON.stringify(value)),
  };
}
