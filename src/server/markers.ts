/** What happened when: deploys and alerts that a CI job tells of, kept in the data folder. `/api/markers`. */

import { join } from 'node:path';
import { z } from 'zod';
import { jsonAnswer } from './answers.ts';
import type { WireAnswer } from './exchange.ts';
import { isFull, reason } from './store/folder.ts';
import { SideFile } from './store/side-file.ts';

const MOST_MARKERS = 10_000;
const MOST_ANSWERED = 1000;
const MOST_LABELS = 30;
/** Of a date. */
const MAX_TIME_MS = 8.64e15;

const newMarker = z.strictObject({
  /** ms since the epoch. */
  time: z.int().min(0).max(MAX_TIME_MS),
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
    );
  }

  /** What had to be done to open them, or why they cannot be used, for the log. */
  get notes(): readonly string[] {
    return this.#file.note === undefined ? [] : [this.#file.note];
  }

  get #db(): SideFile['db'] {
    return this.#file.db;
  }

  /** On disk when it returns. @returns its id @throws RangeError when there are too many */
  add(marker: NewMarker): number {
    const { count } = this.#db.prepare('SELECT count(*) AS count FROM marker').get() as { count: number };
    if (count >= MOST_MARKERS)
      throw new RangeError(`There are ${MOST_MARKERS} markers, the most that are kept: delete some.`);
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO marker(time, service, data) VALUES (?, ?, ?)')
      .run(marker.time, marker.service ?? null, JSON.stringify(marker));
    return Number(lastInsertRowid);
  }

  /** Ascending in time, both ends included. With a service: its own and those of no service. */
  list(fromMs: number, untilMs: number, service: string | undefined): unknown[] {
    const rows = this.#db
      .prepare(
        `SELECT id, data FROM marker WHERE time >= ? AND time <= ? AND (? IS NULL OR service IS NULL OR service = ?)
         ORDER BY time, id LIMIT ?`,
      )
      .all(fromMs, untilMs, service ?? null, service ?? null, MOST_ANSWERED) as { id: number; data: string }[];
    return rows.map(({ id, data }) => ({ id, ...(JSON.parse(data) as object) }));
  }

  /** @returns whether it was there */
  remove(id: number): boolean {
    return this.#db.prepare('DELETE FROM marker WHERE id = ?').run(id).changes > 0;
  }

  close(): void {
    this.#file.close();
  }

  answer(method: string, path: string, query: string, body: Uint8Array): WireAnswer {
    let why = this.#file.whyNot();
    if (why !== undefined) return jsonAnswer(503, { message: why });
    try {
      const made = this.#answerCall(method, path, query, body);
      // What lies where the next start does not look is not kept.
      why = this.#file.whyNot();
      return why === undefined ? made : jsonAnswer(503, { message: why });
    } catch (error) {
      return jsonAnswer(503, { message: `The markers cannot be read: ${reason(error)}.` });
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
      message: 'Markers are read by GET, told by POST, and removed by DELETE /api/markers/ID.',
    });
  }

  #answerList(query: URLSearchParams): WireAnswer {
    const times = { from: 0, until: MAX_TIME_MS };
    for (const name of ['from', 'until'] as const) {
      const text = query.get(name);
      if (text === null) continue;
      if (!/^\d{1,16}$/.test(text)) return jsonAnswer(400, { message: `${name} is no time: send ms since 1970.` });
      times[name] = Number(text);
    }
    const markers = this.list(times.from, times.until, query.get('service') ?? undefined);
    return jsonAnswer(200, { markers });
  }

  #answerAdd(body: Uint8Array): WireAnswer {
    let given: unknown;
    try {
      given = JSON.parse(new TextDecoder().decode(body));
    } catch (error) {
      return jsonAnswer(400, { message: `The marker is no JSON: ${(error as Error).message}.` });
    }
    const marker = newMarker.safeParse(given);
    if (!marker.success)
      return jsonAnswer(400, { message: `The marker is not as expected: ${z.prettifyError(marker.error)}` });
    try {
      return jsonAnswer(201, { id: this.add(marker.data) });
    } catch (error) {
      if (error instanceof RangeError) return jsonAnswer(507, { message: error.message });
      return jsonAnswer(isFull(error) ? 507 : 503, { message: `It cannot be kept: ${reason(error)}.` });
    }
  }
}
