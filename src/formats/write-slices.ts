/** Slices as sliced-tree.ts reads them: a SelectSlicesResponse once more. */
import type { SlicedColumns } from '#model/slices.ts';
import { PackedSink } from './packed-sink.ts';

/** Sums beyond 2^53 are the nearest doubles. */
export function writeSlices(slices: SlicedColumns): Uint8Array<ArrayBuffer> {
  const { names, name, parentDistance, entries, slice, value, count, profiles } = slices;
  const sink = new PackedSink();
  for (const text of names) {
    sink.varint(tagOf(1));
    sink.utf8(text);
  }
  for (const [i, column] of [name, parentDistance, entries, slice, value, count, profiles].entries()) {
    const numbers = new PackedSink();
    for (let at = 0; at < column.length; at++) numbers.varint(column[at]);
    const bytes = numbers.take();
    sink.varint(tagOf(i + 2));
    sink.varint(bytes.length);
    sink.bytes(bytes);
  }
  return sink.take();
}

/** The tag of a list or a text: wire type 2. */
function tagOf(field: number): number {
  return field * 8 + 2;
}
