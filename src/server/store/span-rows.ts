/**
 * The spans of one upload as stored: ids once each, contexts as their positions, then for each series the values by context
 * and stack. Ids do not compress: the row is as small as they allow, and a search reads the ids alone.
 */

import { Float64Column, Int32Column } from '#base/column.ts';
import type { ByteReader } from '#base/byte-reader.ts';
import { WireSink } from '#wire/wire-sink.ts';
import type { TraceContext } from '../incoming.ts';
import { DamagedBlob, payloadReader } from './blob.ts';
import { commonDivisor } from './sample-vector.ts';

const SPAN_BYTES = 8;
const TRACE_BYTES = 16;
/** Values of a series. */
const FIRST_ROOM = 16;

/** Values of one series, in the order in which they came. */
interface SeriesValues {
  readonly series: number;
  readonly context: Int32Column;
  readonly leaf: Int32Column;
  readonly value: Float64Column;
}

/** Collects the values of one upload. */
export class SpanRowBuilder {
  readonly #contexts: readonly TraceContext[];
  readonly #series: SeriesValues[] = [];
  #current: SeriesValues | undefined;

  constructor(contexts: readonly TraceContext[]) {
    this.#contexts = contexts;
  }

  get isEmpty(): boolean {
    return this.#series.length === 0;
  }

  /** What is added from here on is of this series. */
  begin(series: number): void {
    this.#current = {
      series,
      context: new Int32Column(FIRST_ROOM),
      leaf: new Int32Column(FIRST_ROOM),
      value: new Float64Column(FIRST_ROOM),
    };
  }

  add(context: number, leaf: number, value: number): void {
    const current = this.#current!;
    if (current.value.length === 0) this.#series.push(current);
    current.context.push(context);
    current.leaf.push(leaf);
    current.value.push(value);
  }

  encode(): Uint8Array {
    const spans = new Ids();
    const traces = new Ids();
    // Contexts whose values were all left out are not stored.
    const position = new Int32Array(this.#contexts.length).fill(-1);
    for (const { context } of this.#series) for (let i = 0; i < context.length; i++) position[context.values[i]] = 0;
    const rows: number[] = [];
    for (const [context, { span, root, trace }] of this.#contexts.entries()) {
      if (position[context] < 0) continue;
      position[context] = rows.length / 3;
      rows.push(spans.at(span), spans.at(root), traces.at(trace));
    }
    const sink = new WireSink(4096 + rows.length * SPAN_BYTES);
    spans.write(sink);
    traces.write(sink);
    sink.varint(rows.length / 3);
    for (const at of rows) sink.varint(at);
    sink.varint(this.#series.length);
    for (const values of this.#series) writeValues(sink, values, position);
    return sink.take();
  }
}

/** By context and leaf, equal ones summed. @param position by context */
function writeValues(sink: WireSink, { series, context, leaf, value }: SeriesValues, position: Int32Array): void {
  const [contexts, leaves, amounts] = [context.values, leaf.values, value.values];
  const order = Int32Array.from({ length: value.length }, (_, i) => i);
  order.sort((a, b) => contexts[a] - contexts[b] || leaves[a] - leaves[b]);
  const sums = new Float64Array(order.length);
  let length = 0;
  for (const [i, entry] of order.entries()) {
    const before = order[length - 1];
    if (i > 0 && contexts[before] === contexts[entry] && leaves[before] === leaves[entry]) {
      sums[length - 1] += amounts[entry];
    } else {
      // The first of equal ones stands for all.
      order[length] = entry;
      sums[length++] = amounts[entry];
    }
  }
  const divisor = commonDivisor(sums, 0, length);
  sink.varint(series);
  sink.varint(divisor);
  sink.varint(length);
  let last = 0;
  for (let i = 0; i < length; i++) {
    const at = position[contexts[order[i]]];
    sink.varint(at - last);
    sink.varint(leaves[order[i]]);
    sink.varint(sums[i] / divisor);
    last = at;
  }
}

/** Ids by position, from 1 on: 0 is none. */
class Ids {
  readonly #positions = new Map<string, number>();

  at(id: string): number {
    if (id === '') return 0;
    let position = this.#positions.get(id);
    if (position === undefined) this.#positions.set(id, (position = this.#positions.size + 1));
    return position;
  }

  write(sink: WireSink): void {
    sink.varint(this.#positions.size);
    sink.bytes(Buffer.from([...this.#positions.keys()].join(''), 'hex'));
  }
}

/** The spans and traces that are wanted, by their last four bytes: most rows have none of them. */
export class WantedIds {
  readonly #byEnd = new Map<number, string[]>();

  /** @param ids in hex digits */
  constructor(ids: readonly string[]) {
    for (const id of ids) {
      const end = Number.parseInt(id.slice(-8), 16);
      this.#byEnd.set(end, [...(this.#byEnd.get(end) ?? []), id]);
    }
  }

  /** Positions from 1 on of those that are among `ids`. */
  among(ids: Uint8Array, length: number): Set<number> {
    const found = new Set<number>();
    const view = new DataView(ids.buffer, ids.byteOffset, ids.length);
    for (let at = 0, position = 1; at < ids.length; at += length, position++) {
      const same = this.#byEnd.get(view.getUint32(at + length - 4));
      if (same?.includes(hexAt(ids, at, length))) found.add(position);
    }
    return found;
  }
}

/** A stored row, opened as far as its contexts. */
export class SpanRow {
  readonly #reader: ByteReader;
  readonly spans: Uint8Array;
  readonly traces: Uint8Array;

  /** @throws DamagedBlob */
  constructor(payload: Uint8Array) {
    this.#reader = payloadReader(payload);
    this.spans = this.#bytes(this.#reader.unsigned() * SPAN_BYTES);
    this.traces = this.#bytes(this.#reader.unsigned() * TRACE_BYTES);
  }

  /** Whether samples of these spans, or of these traces, are in the row. */
  wanted(spans: WantedIds, traces: WantedIds): { spans: Set<number>; traces: Set<number> } | undefined {
    const found = { spans: spans.among(this.spans, SPAN_BYTES), traces: traces.among(this.traces, TRACE_BYTES) };
    return found.spans.size + found.traces.size === 0 ? undefined : found;
  }

  /** In hex digits; '' for position 0. */
  spanAt(position: number): string {
    return position === 0 ? '' : hexAt(this.spans, (position - 1) * SPAN_BYTES, SPAN_BYTES);
  }

  traceAt(position: number): string {
    return position === 0 ? '' : hexAt(this.traces, (position - 1) * TRACE_BYTES, TRACE_BYTES);
  }

  /**
   * Calls `take` with all values of the series that are wanted; once for each row. Contexts are given by the positions of
   * their span, root span and trace, in an object that the next call changes.
   * @throws DamagedBlob
   */
  each(
    nodes: number,
    isWanted: (series: number) => boolean,
    take: (series: number, context: SpanPositions, leaf: number, value: number) => void,
  ): void {
    const reader = this.#reader;
    const count = this.#count();
    const positions = new Float64Array(count * 3);
    const context = { span: 0, root: 0, trace: 0 };
    const [spans, traces] = [this.spans.length / SPAN_BYTES, this.traces.length / TRACE_BYTES];
    for (let i = 0; i < count; i++) {
      const [span, root, trace] = [reader.unsigned(), reader.unsigned(), reader.unsigned()];
      if (span > spans || root > spans || trace > traces) throw new DamagedBlob('names an id that is not there');
      positions[i * 3] = span;
      positions[i * 3 + 1] = root;
      positions[i * 3 + 2] = trace;
    }
    const seriesCount = this.#count();
    for (let s = 0; s < seriesCount; s++) {
      const series = reader.unsigned();
      const divisor = reader.unsigned();
      const entries = this.#count();
      const isTaken = isWanted(series);
      let at = 0;
      for (let i = 0; i < entries; i++) {
        at += reader.unsigned();
        const leaf = reader.unsigned();
        const value = reader.unsigned() * divisor;
        if (at >= count || leaf >= nodes) throw new DamagedBlob(`names node ${leaf} of ${nodes}`);
        if (!isTaken) continue;
        context.span = positions[at * 3];
        context.root = positions[at * 3 + 1];
        context.trace = positions[at * 3 + 2];
        take(series, context, leaf, value);
      }
    }
  }

  /** A count of items that take at least one byte each. */
  #count(): number {
    const count = this.#reader.unsigned();
    if (count > this.#reader.end) throw new DamagedBlob(`claims ${count} entries in ${this.#reader.end} bytes`);
    return count;
  }

  #bytes(length: number): Uint8Array {
    const reader = this.#reader;
    if (length > reader.end - reader.offset) throw new DamagedBlob('is cut off');
    const taken = reader.bytes.subarray(reader.offset, reader.offset + length);
    reader.offset += length;
    return taken;
  }
}

/** From 1 on, 0 for none. */
interface SpanPositions {
  readonly span: number;
  readonly root: number;
  readonly trace: number;
}

function hexAt(ids: Uint8Array, at: number, length: number): string {
  return Buffer.from(ids.buffer, ids.byteOffset + at, length).toString('hex');
}
