/** SelectSeriesResponse as columns: half a million points as objects would stop the page. */
import { ByteReader, type FailAt } from '#base/byte-reader.ts';
import { labelSet, type Label } from '#model/labels.ts';
import type { Series } from '#model/series.ts';

const MAX_SERIES = 100_000;
/** field * 8 + wire type */
const TAGS = {
  series: 10,
  labels: 10,
  points: 18,
  name: 10,
  value: 18,
  pointValue: 9,
  pointTime: 16,
} as const;

/** @param fail throws */
export function readSeries(bytes: Uint8Array, fail: FailAt): readonly Series[] {
  const reader = new ByteReader(bytes, fail);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const all: Series[] = [];
  while (reader.offset < bytes.length) {
    const tag = reader.tag();
    if (tag !== TAGS.series) reader.skip(tag);
    else if (all.length === MAX_SERIES) fail(`more than ${MAX_SERIES} series`, reader.offset);
    else all.push(readOne(reader, view));
  }
  return all;
}

function readOne(reader: ByteReader, view: DataView): Series {
  const end = reader.stop();
  const labels: Label[] = [];
  let times = new Float64Array(64);
  let values = new Float64Array(64);
  let count = 0;
  while (reader.offset < end) {
    const tag = reader.tag();
    if (tag === TAGS.labels) labels.push(readLabel(reader));
    else if (tag === TAGS.points) {
      if (count === times.length) {
        times = doubled(times);
        values = doubled(values);
      }
      const pointEnd = reader.stop();
      while (reader.offset < pointEnd) {
        const field = reader.tag();
        if (field === TAGS.pointValue) {
          const at = reader.offset;
          reader.skip(field);
          values[count] = view.getFloat64(at, true);
        } else if (field === TAGS.pointTime) times[count] = reader.signed();
        else reader.skip(field);
      }
      count++;
    } else reader.skip(tag);
  }
  const series = { labels: labelSet(labels), timesMs: times.slice(0, count), values: values.slice(0, count) };
  return isAscending(series.timesMs) ? series : inOrder(series);
}

function readLabel(reader: ByteReader): Label {
  const end = reader.stop();
  const label = { name: '', value: '' };
  while (reader.offset < end) {
    const tag = reader.tag();
    if (tag !== TAGS.name && tag !== TAGS.value) reader.skip(tag);
    else {
      const stop = reader.stop();
      const text = utf8.decode(reader.bytes.subarray(reader.offset, stop));
      reader.offset = stop;
      if (tag === TAGS.name) label.name = text;
      else label.value = text;
    }
  }
  return label;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function isAscending(column: Float64Array): boolean {
  for (let i = 1; i < column.length; i++) if (column[i] < column[i - 1]) return false;
  return true;
}

/** Sources sort, but the bisection by time must not depend on that. */
function inOrder({ labels, timesMs, values }: Series): Series {
  const order = Array.from(timesMs, (_, i) => i).sort((a, b) => timesMs[a] - timesMs[b]);
  return {
    labels,
    timesMs: Float64Array.from(order, (i) => timesMs[i]),
    values: Float64Array.from(order, (i) => values[i]),
  };
}

function doubled(column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(column.length * 2);
  larger.set(column);
  return larger;
}
