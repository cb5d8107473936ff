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
  const { names, kinds, columns } = collect(sliced);
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
    for (const kind of kinds) sink.item(10, kind);
    return sink.take();
  }
  sink.utf8(`{"names":${JSON.stringify(names)}`);
  if (kinds.length > 0) sink.utf8(`,"kinds":${JSON.stringify(kinds)}`);
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

interface Collected {
  readonly names: readonly string[];
  readonly kinds: readonly string[];
  readonly columns: readonly Column[];
}

function collect({ tree, start, slice, value, count, profiles, kinds }: SlicedTree): Collected {
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
  const { texts, nameOf, kindOf } = kindPairs(places, kinds);
  const columns: Column[] = [
    { field: 2, name: 'name', is64Bit: false, values: name },
    { field: 3, name: 'parentDistance', is64Bit: false, values: distance },
    { field: 4, name: 'entries', is64Bit: false, values: entries },
    { field: 5, name: 'slice', is64Bit: false, values: slice },
    { field: 6, name: 'value', is64Bit: true, values: value },
    { field: 7, name: 'count', is64Bit: true, values: count },
    { field: 8, name: 'profiles', is64Bit: false, values: profiles },
    { field: 11, name: 'kindName', is64Bit: false, values: nameOf },
    { field: 12, name: 'kind', is64Bit: false, values: kindOf },
  ];
  return { names, kinds: texts, columns };
}

/** @param places in the list of names, by function @returns nothing where all kinds are unknown */
function kindPairs(
  places: ReadonlyMap<number, number>,
  kinds: SlicedTree['kinds'],
): { readonly texts: readonly string[]; readonly nameOf: number[]; readonly kindOf: number[] } {
  const texts = new Map<string, number>();
  const nameOf: number[] = [];
  const kindOf: number[] = [];
  for (const [func, place] of places) {
    for (const kind of kinds[func] ?? []) {
      let known = texts.get(kind);
      if (known === undefined) texts.set(kind, (known = texts.size));
      nameOf.push(place);
      kindOf.push(known);
    }
  }
  const isKnown = texts.size > 1 || (texts.size === 1 && !texts.has(''));
  return isKnown ? { texts: [...texts.keys()], nameOf, kindOf } : { texts: [], nameOf: [], kindOf: [] };
}
