/** The kinds of frames in a shown tree: how much of each node, function and cost ran how. */
import type { CallTree } from './call-tree.ts';
import { functionTotals } from './function-table.ts';
import type { Keys, LocatedTree } from './located-tree.ts';
import type { FrameKinds } from './profile.ts';

/** The largest number in `TreeKinds.shareAt`. */
export const WHOLE_SHARE = 0xffff;

export interface TreeKinds {
  /** As in `FrameKinds`: the first is '', unknown. */
  readonly names: readonly string[];
  /** By kind: self, in the sample type's unit. */
  readonly self: Float64Array;
  /** By shown node and by shown function: the kind with the largest total. */
  readonly ofNode: Uint8Array;
  readonly ofFunction: Uint8Array;
  /** By shown node: where its kinds begin in the two columns below; the last entry is their length. */
  readonly start: Int32Array;
  readonly kindAt: Uint8Array;
  /** Its part of the node's total; `WHOLE_SHARE` is all. */
  readonly shareAt: Uint16Array;
}

/** Keys that are distinguished by kind too. @param keys of the detail that the transforms need */
export function keysWithKinds({ facts, ofFrame }: Keys, kinds: FrameKinds): Keys {
  const index = new Map<number, number>();
  const from: number[] = [];
  const kind: number[] = [];
  const ofBoth = new Int32Array(ofFrame.length);
  for (let frame = 0; frame < ofFrame.length; frame++) {
    const both = ofFrame[frame] * kinds.names.length + kinds.of[frame];
    let key = index.get(both);
    if (key === undefined) {
      index.set(both, (key = index.size));
      from.push(ofFrame[frame]);
      kind.push(kinds.of[frame]);
    }
    ofBoth[frame] = key;
  }
  const { functions, packages, isSystem, frameLine, cut } = facts;
  return {
    ofFrame: ofBoth,
    facts: {
      functions: {
        names: from.map((one) => functions.names[one]),
        files: from.map((one) => functions.files[one]),
        line: Int32Array.from(from, (one) => functions.line[one]),
        mappings: from.map((one) => functions.mappings[one]),
      },
      packages: from.map((one) => packages[one]),
      isSystem: Uint8Array.from(from, (one) => isSystem[one]),
      frameLine: frameLine && Int32Array.from(from, (one) => frameLine[one]),
      kind: Uint8Array.from(kind),
      isLocated: true,
      cut: cut === undefined || !from.includes(cut) ? undefined : from.indexOf(cut),
    },
  };
}

/** @param located a tree of `keysWithKinds` @param shown the tree that its nodes are shown in @param names of the kinds */
export function treeKinds(
  { tree, facts, target, nodeOf }: LocatedTree,
  shown: CallTree,
  functions: number,
  names: readonly string[],
): TreeKinds {
  const kindOfKey = (key: number): number => facts.kind?.[key] ?? 0;
  const kindOfNode = (node: number): number => kindOfKey(tree.func[node]);
  const self = new Float64Array(names.length);
  for (let node = 1; node < tree.length; node++) self[kindOfNode(node)] += tree.self[node];
  const { total } = functionTotals(tree, facts.functions.names.length);
  const rowOf = nodeOf.slice(0, tree.length);
  rowOf[0] = -1; // The root is no frame.
  const nodes = sharesOf(shown.length, rowOf, kindOfNode, tree.total, names.length);
  const { largest: ofFunction } = sharesOf(functions, target, kindOfKey, total, names.length);
  return {
    names,
    self,
    ofNode: nodes.largest,
    ofFunction,
    start: nodes.start,
    kindAt: nodes.kind,
    shareAt: nodes.share,
  };
}

/**
 * Sums the amounts of items by row and kind. Memory is by items, not by rows times kinds: most rows have one kind.
 * @param rowOf by item; below 0 for those in no row
 */
function sharesOf(
  rows: number,
  rowOf: Int32Array,
  kindOf: (item: number) => number,
  amounts: Float64Array,
  kinds: number,
): { largest: Uint8Array; start: Int32Array; kind: Uint8Array; share: Uint16Array } {
  // Counts, then the end of each row, which filling turns into its begin.
  const begin = new Int32Array(rows + 1);
  for (const row of rowOf) if (row >= 0) begin[row]++;
  for (let row = 1; row <= rows; row++) begin[row] += begin[row - 1];
  const items = new Int32Array(begin[rows]);
  for (let item = rowOf.length - 1; item >= 0; item--) if (rowOf[item] >= 0) items[--begin[rowOf[item]]] = item;
  const largest = new Uint8Array(rows);
  const start = new Int32Array(rows + 1);
  const kind = new Uint8Array(items.length);
  const share = new Uint16Array(items.length);
  const sums = new Float64Array(kinds);
  let length = 0;
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    let sum = 0;
    for (let at = begin[row]; at < begin[row + 1]; at++) {
      const amount = Math.abs(amounts[items[at]]);
      sums[kindOf(items[at])] += amount;
      sum += amount;
    }
    for (let one = 0; one < kinds; one++) {
      if (sums[one] > sums[largest[row]]) largest[row] = one;
      if (sums[one] === 0) continue;
      kind[length] = one;
      // A small part is not none.
      share[length++] = Math.ceil((sums[one] / sum) * WHOLE_SHARE);
    }
    start[row + 1] = length;
  }
  return { largest, start, kind: kind.slice(0, length), share: share.slice(0, length) };
}
