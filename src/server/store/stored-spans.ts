/** Walks the samples of spans and traces: stored beside the profiles, and kept for a shorter time (span-upkeep.ts). */

import { Float64Column, Int32Column } from '#base/column.ts';
import { PairIndex } from '#base/pair-index.ts';
import { openBlob } from './blob.ts';
import type { DamageNotes } from './damage.ts';
import type { Database } from './database.ts';
import { DayWalk, type OpenParts, type SampleVisitor } from './day-walk.ts';
import { dayOf, hourOf } from './hours.ts';
import type { StopCheck, TraceSelector } from './profile-reader.ts';
import { spanCheck } from './row-check.ts';
import { Rows } from './rows.ts';
import { SpanRow, WantedIds } from './span-rows.ts';
import type { ServiceSeries } from './stored-samples.ts';

interface StoredRow {
  readonly seq: number;
  readonly time_us: number;
  readonly part_id: number;
  readonly data: Uint8Array;
}

/** One value of a span. */
export interface SpanValue {
  readonly series: number;
  readonly timeUs: number;
  readonly value: number;
  /** Ids of the span (16 hex digits) and its trace (32, or ''). Made on request, since few of millions are shown. */
  ids(): { readonly span: string; readonly trace: string };
}

export class StoredSpans {
  readonly #parts: OpenParts;
  readonly #rows: Rows<StoredRow>;

  constructor(db: Database, parts: OpenParts) {
    this.#parts = parts;
    this.#rows = new Rows(
      db,
      `SELECT seq, time_us, part_id, data FROM span WHERE service_id = ? AND time_us >= ? AND time_us < ?
       ORDER BY time_us, seq`,
    );
  }

  /** Visits the samples of these spans or traces. @returns the number of uploads that have some */
  visit(
    selection: readonly ServiceSeries[],
    fromUs: number,
    toUs: number,
    { spans, traces }: TraceSelector,
    visitor: SampleVisitor,
    notes: DamageNotes,
    stop: StopCheck,
  ): number {
    const wantedSpans = new WantedIds(spans);
    const wantedTraces = new WantedIds(traces);
    let uploads = 0;
    const walk = new DayWalk(this.#parts, visitor, notes);
    for (const one of selection) {
      let day = -Infinity;
      this.#each(one, fromUs, toUs, walk, notes, stop, (row, stored, series) => {
        const found = row.wanted(wantedSpans, wantedTraces);
        if (found === undefined) return;
        if (dayOf(stored.time_us) !== day) walk.end();
        day = dayOf(stored.time_us);
        const part = walk.part(stored.part_id);
        let isIn = false;
        row.each(
          part.nodes,
          (id) => series.has(id),
          (_series, { span, root, trace }, leaf, value) => {
            if (!found.spans.has(span) && !found.spans.has(root) && !found.traces.has(trace)) return;
            part.take(leaf, 0, value, 0);
            isIn = true;
          },
        );
        if (isIn) uploads++;
      });
      walk.end();
    }
    return uploads;
  }

  /** Calls `take` with the sum of each span in each upload, for each group of series that has some of it. */
  eachSpan(
    selection: readonly ServiceSeries[],
    groupOf: (series: number) => number,
    fromUs: number,
    toUs: number,
    notes: DamageNotes,
    stop: StopCheck,
    take: (value: SpanValue) => void,
  ): void {
    const walk = new DayWalk(this.#parts, NOWHERE, notes);
    for (const one of selection) {
      this.#each(one, fromUs, toUs, walk, notes, stop, (row, { time_us: timeUs }, series) => {
        const sums = new SpanSums();
        let last = NO_SERIES;
        let group = 0;
        row.each(
          Infinity,
          (id) => series.has(id),
          (id, { span, trace }, _leaf, value) => {
            if (id !== last) {
              last = id;
              group = groupOf(id);
            }
            if (span !== 0) sums.add(group, id, span, trace, value);
          },
        );
        sums.each((seriesOf, span, trace, value) => {
          const ids = () => ({ span: row.spanAt(span), trace: row.traceAt(trace) });
          take({ series: seriesOf, timeUs, value, ids });
        });
      });
    }
  }

  #each(
    { service, series }: ServiceSeries,
    fromUs: number,
    toUs: number,
    { guard }: DayWalk,
    notes: DamageNotes,
    stop: StopCheck,
    visit: (row: SpanRow, stored: StoredRow, series: ReadonlySet<number>) => void,
  ): void {
    const ids = new Set(series.map(({ id }) => id));
    const unread = (why: string): void => {
      notes.note(`spans ${service}`, `Some spans of service ${service} were left out: the table ${why}.`);
    };
    for (const stored of this.#rows.each([service, fromUs, toUs], unread)) {
      stop();
      const { seq, time_us, part_id, data } = stored;
      guard.row(`span ${seq}`, `Spans of service ${service}`, hourOf(time_us), () => {
        visit(new SpanRow(openBlob(data, spanCheck(service, time_us, part_id))), stored, ids);
        return true;
      });
    }
  }
}

const NO_SERIES = -1;

/** The sum of each span of a row in each group, with the first series and trace that it was seen with there. */
class SpanSums {
  readonly #keys = new PairIndex(); // group, position of the span
  readonly #series = new Float64Column();
  readonly #trace = new Int32Column();
  readonly #value = new Float64Column();

  add(group: number, series: number, span: number, trace: number, value: number): void {
    const place = this.#keys.intern(group, span);
    if (place < this.#value.length) {
      this.#value.values[place] += value;
      return;
    }
    this.#series.push(series);
    this.#trace.push(trace);
    this.#value.push(value);
  }

  each(visit: (series: number, span: number, trace: number, value: number) => void): void {
    for (let place = 0; place < this.#keys.length; place++)
      visit(this.#series.values[place], this.#keys.second(place), this.#trace.values[place], this.#value.values[place]);
  }
}

/** Where only sums are wanted. */
const NOWHERE: SampleVisitor = { open: () => () => undefined, close: () => undefined };
