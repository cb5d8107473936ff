/** Pyroscope's tree: nodes in pre-order, each as its name, its self and how many children follow. */

import { WireSink } from '#wire/wire-sink.ts';
import { type AnswerTree, walkTree } from './answer-tree.ts';

/** No bytes for an empty tree. Siblings go last first, as Pyroscope's do. */
export function treeBytes(tree: AnswerTree): Uint8Array {
  const [{ self, total }] = tree.sides;
  if (total[0] === 0) return new Uint8Array(0);
  const { nodes, children } = walkTree(tree);
  const { bytes: text, starts } = encodeNames(tree);
  const sink = new WireSink(roomFor(tree, starts));
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at];
    if (node === 0) sink.varint(0);
    else {
      const name = tree.func[node];
      sink.varint(starts[name + 1] - starts[name]);
      sink.span(text, starts[name], starts[name + 1]);
    }
    sink.varint(self[node]);
    sink.varint(children[at]);
  }
  return sink.take();
}

/** Names are most of it: what the largest numbers may add grows on demand. */
function roomFor({ func, length }: AnswerTree, starts: Int32Array): number {
  let room = length * 12;
  for (let node = 1; node < length; node++) room += starts[func[node] + 1] - starts[func[node]];
  return room;
}

/** UTF-8 of the names that occur: name i is `[starts[i], starts[i + 1])`. */
function encodeNames({ func, names }: AnswerTree): { bytes: Uint8Array; starts: Int32Array } {
  const isUsed = new Uint8Array(names.length);
  for (let node = 1; node < func.length; node++) isUsed[func[node]] = 1;
  const sink = new WireSink(names.length * 32);
  const starts = new Int32Array(names.length + 1);
  for (let name = 0; name < names.length; name++) {
    if (isUsed[name] === 1) sink.utf8(names[name]);
    starts[name + 1] = sink.length;
  }
  return { bytes: sink.take(), starts };
}
