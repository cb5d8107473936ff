/** SelectSlicesResponse as columns, and as a profile; what they mean stands in proto/flametide/v1/query.proto. */
import { ByteReader, type FailAt } from '#base/byte-reader.ts';
import { Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile } from '#model/profile.ts';
import type { SlicedColumns } from '#model/slices.ts';
import { depthFirst } from '#model/tree-builder.ts';
import { DecodeError } from './format.ts';
import { NamedStacks } from './named-stacks.ts';
import { TextColumn } from './profile-columns.ts';

/** More than anybody asks for; what is counted by slice has 16 bits. */
const MAX_SLICES = 0xffff;
/** field * 8 + 2: all are lists, packed or of texts */
const TAGS = {
  names: 10,
  name: 18,
  parentDistance: 26,
  entries: 34,
  slice: 42,
  value: 50,
  count: 58,
  profiles: 66,
  kinds: 82,
  kindName: 90,
  kind: 98,
};

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Its sum over all slices, one sample for each node that has a self; the slices beside it. @throws DecodeError */
export function* decodeSlicedTree(
  bytes: Uint8Array,
  profileType: string,
): Steps<{ readonly profile: Profile; readonly slices: SlicedColumns }> {
  const slices = readSlices(bytes, (what, offset) => {
    throw new DecodeError('malformed', `The slices of the range cannot be read: ${what}.`, {
      place: `byte ${offset}`,
    });
  });
  const { names, name, parentDistance, entries, value } = slices;
  const functions = new TextColumn();
  const funcOf = Int32Array.from(names, (text) => functions.intern(text));
  const stacks = new NamedStacks();
  const nodes = name.length;
  const func = new Int32Array(nodes);
  const parent = new Int32Array(nodes);
  const depth = new Int32Array(nodes);
  const self = new Float64Array(nodes);
  const size = new Int32Array(nodes).fill(1);
  const kidStart = new Int32Array(nodes + 1);
  for (let node = 0, entry = 0; node < nodes; node++) {
    if (node > 0) {
      func[node] = funcOf[name[node]];
      parent[node] = node - parentDistance[node];
      depth[node] = depth[parent[node]] + 1;
    }
    for (const end = entry + entries[node]; entry < end; entry++) self[node] += value[entry];
  }
  yield 0.5;
  for (let node = nodes - 1; node > 0; node--) {
    size[parent[node]] += size[node];
    kidStart[parent[node] + 1]++;
  }
  // Depth first, whoever wrote them: stacks that follow each other share most of their frames, and trees are made faster.
  const leaves: number[] = [];
  const { was } = depthFirst(func, parent, size, kidStart, undefined);
  for (const node of was) {
    if (self[node] === 0) continue;
    stacks.pushPath(func, parent, node, depth[node], self[node]);
    leaves.push(node);
  }
  const exact = (): BigInt64Array => exactSelves(bytes, entries, leaves);
  return { profile: stacks.take(functions.texts, profileType, exact), slices };
}

/** The selves once more, whole. @param leaves the nodes whose selves they are */
function exactSelves(bytes: Uint8Array, entries: ArrayLike<number>, leaves: readonly number[]): BigInt64Array {
  const selves = new BigInt64Array(entries.length);
  const reader = new ByteReader(bytes, () => {
    throw new Error('These bytes were read before.');
  });
  let node = 0;
  let left = entries[0];
  while (reader.offset < bytes.length) {
    const tag = reader.tag();
    if (tag !== TAGS.value) {
      reader.skip(tag);
      continue;
    }
    for (const end = reader.stop(); reader.offset < end; left--) {
      while (left === 0) left = entries[++node];
      reader.unsigned();
      selves[node] += reader.unsignedWhole;
    }
  }
  return BigInt64Array.from(leaves, (leaf) => selves[leaf]);
}

/** Checks every index once. @param fail throws */
export function readSlices(bytes: Uint8Array, fail: FailAt): SlicedColumns {
  const reader = new ByteReader(bytes, fail);
  const names: string[] = [];
  const name = new Int32Column();
  const parentDistance = new Int32Column();
  const entries = new Int32Column();
  const slice = new Int32Column();
  // Beyond 32 bits.
  const value: number[] = [];
  const count: number[] = [];
  const profiles = new Int32Column(64);
  const texts: string[] = [];
  const kindName = new Int32Column();
  const kind = new Int32Column();
  const columns = new Map<number, { push(value: number): void }>([
    [TAGS.name, name],
    [TAGS.parentDistance, parentDistance],
    [TAGS.entries, entries],
    [TAGS.slice, slice],
    [TAGS.value, value],
    [TAGS.count, count],
    [TAGS.profiles, profiles],
    [TAGS.kindName, kindName],
    [TAGS.kind, kind],
  ]);
  while (reader.offset < bytes.length) {
    const tag = reader.tag();
    const column = columns.get(tag);
    const list = tag === TAGS.names ? names : tag === TAGS.kinds ? texts : undefined;
    if (!list && !column) {
      reader.skip(tag);
      continue;
    }
    const end = reader.stop();
    if (column) {
      while (reader.offset < end) column.push(reader.unsigned());
      if (reader.offset > end) fail('a number runs out of its list', end);
    } else if (list) {
      list.push(utf8.decode(bytes.subarray(reader.offset, end)));
      reader.offset = end;
    }
  }
  const sliced = {
    names,
    name: name.take(),
    parentDistance: parentDistance.take(),
    entries: entries.take(),
    slice: slice.take(),
    value,
    count,
    profiles: profiles.take(),
    ...(texts.length > 0 && { kinds: { texts, name: kindName.take(), kind: kind.take() } }),
  };
  check(sliced, (what) => fail(what, bytes.length));
  return sliced;
}

function check(
  { names, name, parentDistance, entries, slice, value, count, profiles, kinds }: SlicedColumns,
  fail: (what: string) => never,
): void {
  const nodes = name.length;
  if (parentDistance.length !== nodes || entries.length !== nodes) fail('the columns of nodes differ in length');
  if (slice.length !== value.length || (count.length > 0 && count.length !== value.length))
    fail('the columns of entries differ in length');
  let sum = 0;
  for (let node = 0; node < nodes; node++) {
    sum += entries[node];
    if (entries[node] < 0) fail(`node ${node} has a negative number of entries`);
    if (node === 0) continue;
    if (!isIndex(name[node], names)) fail(`node ${node} has a name that is not in the table`);
    if (parentDistance[node] < 1 || parentDistance[node] > node) fail(`node ${node} has a parent that does not exist`);
  }
  if (kinds) {
    if (kinds.kind.length !== kinds.name.length) fail('the columns of kinds differ in length');
    for (let i = 0; i < kinds.kind.length; i++) {
      if (!isIndex(kinds.name[i], names)) fail(`kind ${i} is of a name that is not in the table`);
      if (!isIndex(kinds.kind[i], kinds.texts)) fail(`kind ${i} is not in the table`);
    }
  }
  if (profiles.length > MAX_SLICES) fail(`there are ${profiles.length} slices`);
  if (sum !== value.length) fail(`the nodes have ${sum} entries, but there are ${value.length}`);
  for (let entry = 0; entry < slice.length; entry++)
    if (slice[entry] < 0 || slice[entry] >= profiles.length) fail(`entry ${entry} is of a slice that does not exist`);
}

function isIndex(value: number, list: ArrayLike<unknown>): boolean {
  return value >= 0 && value < list.length;
}
