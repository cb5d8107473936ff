/** A sliced tree as SelectSlicesResponse, column by column; what they mean stands in wire/proto/flametide/v1/query.proto. */

import { WireSink } from '#wire/wire-sink.ts';
import type { SlicedTree } from '../store/profile-reader.ts';
import type { Codec } from '../rpc/rpc.ts';

/** @param is64Bit JSON has such numbers in quotes. */
interface Column {
  readonly field: number;
  readonly name: string;
  readonly is64Bit: boolean;
  readonly values: ArrayLike<number>;
}

export function encodeSlices(sliced: SlicedTree, codec: Codec): Uint8Array {
  const { names, columns } = collect(sliced);
  const { warnings } = sliced.tree;
  const sink = new WireSink(64 * 1024);
  if (codec === 'proto') {
    for (const name of names) sink.item(1, name);
    for (const { field, values } of columns) {
      if (values.length > 0) {
        sink.message(field, () => {
          for (let i = 0; i < values.length; i++) sink.varint(values[i]);
        });
      }
    }
    for (const warning of warnings) sink.item(9, warning);
    return sink.take();
  }
  sink.utf8(`{"names":${JSON.stringify(names)}`);
  for (const { name, is64Bit, values } of columns) {
    if (values.length === 0) continue;
    sink.ascii(`,"${name}":[`);
    for (let i = 0; i < values.length; i++) {
      if (i > 0) sink.ascii(',');
      if (is64Bit) sink.jsonInt64(values[i]);
      else sink.decimal(values[i]);
    }
    sink.ascii(']');
  }
  if (warnings.length > 0) sink.utf8(`,"warnings":${JSON.stringify(warnings)}`);
  sink.ascii('}');
  return sink.take();
}

function collect({ tree, start, slice, value, count, profiles }: SlicedTree): { names: string[]; columns: Column[] } {
  const { length, func, parent, functions } = tree;
  const places = new Map<number, number>();
  const names: string[] = [];
  const name = new Int32Array(length);
  const distance = new Int32Array(length);
  const entries = new Int32Array(length);
  for (let node = 0; node < length; node++) {
    entries[node] = start[node + 1] - start[node];
    if (node === 0) continue;
    distance[node] = node - parent[node];
    let place = places.get(func[node]);
    if (place === undefined) {
      place = names.push(functions.names[func[node]]) - 1;
      places.set(func[node], place);
    }
    name[node] = place;
  }
  const columns: Column[] = [
    { field: 2, name: 'name', is64Bit: false, values: name },
    { field: 3, name: 'parentDistance', is64Bit: false, values: distance },
    { field: 4, name: 'entries', is64Bit: false, values: entries },
    { field: 5, name: 'slice', is64Bit: false, values: slice },
    { field: 6, name: 'value', is64Bit: true, values: value },
    { field: 7, name: 'count', is64Bit: true, values: count },
    { field: 8, name: 'profiles', is64Bit: false, values: profiles },
  ];
  return { names, columns };
}
