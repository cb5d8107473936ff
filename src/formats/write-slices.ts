/** Slices as sliced-tree.ts reads them: a SelectSlicesResponse once more. */
import type { SlicedColumns } from '#model/slices.ts';
import { PackedSink } from './packed-sink.ts';

/** Sums beyond 2^53 are the nearest doubles. */
export function writeSlices(slices: SlicedColumns): Uint8Array<ArrayBuffer> {
  const { names, name, parentDistance, entries, slice, value, count, profiles, kinds } = slices;
  const sink = new PackedSink();
  const texts = (field: number, list: readonly string[]): void => {
    for (const text of list) {
      sink.varint(tagOf(field));
      sink.utf8(text);
    }
  };
  const numbers = (field: number, column: ArrayLike<number>): void => {
    const packed = new PackedSink();
    for (let at = 0; at < column.length; at++) packed.varint(column[at]);
    const bytes = packed.take();
    sink.varint(tagOf(field));
    sink.varint(bytes.length);
    sink.bytes(bytes);
  };
  texts(1, names);
  for (const [i, column] of [name, parentDistance, entries, slice, value, count, profiles].entries())
    numbers(i + 2, column);
  if (kinds) {
    texts(10, kinds.texts);
    numbers(11, kinds.name);
    numbers(12, kinds.kind);
  }
  return sink.take();
}

/** The tag of a list or a text: wire type 2. */
function tagOf(field: number): number {
  return field * 8 + 2;
}
