/** The kinds of frames in a shown tree: how much of each node, function and cost ran how. */
import type { CallTree } from './call-tree.ts';
import { functionTotals } from './function-table.ts';
import type { Keys, LocatedTree } from './located-tree.ts';
import type { FrameKinds } from './profile.ts';

/** The largest number in `TreeKinds.shares`. */
export const WHOLE_SHARE = 0xffff;
/** Nodes times kinds: beyond, the answer would take too much memory. */
const MAX_SHARES = 1 << 26;

export interface TreeKinds {
  /** As in `FrameKinds`: the first is '', unknown. */
  readonly names: readonly string[];
  /** By kind: self, in the sample type's unit. */
  readonly self: Float64Array;
  /** By shown node and by shown function: the kind with the largest total. */
  readonly ofNode: Uint8Array;
  readonly ofFunction: Uint8Array;
  /** By shown node, then by kind: its part of the node's total; `WHOLE_SHARE` is all. */
  readonly shares: Uint16Array;
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

/**
 * @param located a tree of `keysWithKinds`
 * @param shown the tree that its nodes are shown in
 * @param names of the kinds
 * @returns undefined if the tree is too large
 */
export function treeKinds(
  { tree, facts, target, nodeOf }: LocatedTree,
  shown: CallTree,
  functions: number,
  names: readonly string[],
): TreeKinds | undefined {
  const kinds = names.length;
  if (Math.max(shown.length, functions) * kinds > MAX_SHARES) return undefined;
  const kindOf = (key: number): number => facts.kind?.[key] ?? 0;
  const self = new Float64Array(kinds);
  const ofNodes = new Float64Array(shown.length * kinds);
  for (let node = 1; node < tree.length; node++) {
    const kind = kindOf(tree.func[node]);
    self[kind] += tree.self[node];
    if (nodeOf[node] >= 0) ofNodes[nodeOf[node] * kinds + kind] += Math.abs(tree.total[node]);
  }
  const { total } = functionTotals(tree, facts.functions.names.length);
  const ofFunctions = new Float64Array(functions * kinds);
  for (let key = 0; key < total.length; key++) ofFunctions[target[key] * kinds + kindOf(key)] += Math.abs(total[key]);
  const shares = new Uint16Array(ofNodes.length);
  for (let from = 0; from < ofNodes.length; from += kinds) {
    let sum = 0;
    for (let kind = 0; kind < kinds; kind++) sum += ofNodes[from + kind];
    // A small part is not none.
    if (sum > 0) for (let at = from; at < from + kinds; at++) shares[at] = Math.ceil((ofNodes[at] / sum) * WHOLE_SHARE);
  }
  return { names, self, shares, ofNode: largest(ofNodes, kinds), ofFunction: largest(ofFunctions, kinds) };
}

function largest(amounts: Float64Array, kinds: number): Uint8Array {
  const found = new Uint8Array(amounts.length / kinds);
  for (let row = 0; row < found.length; row++) {
    for (let kind = 1; kind < kinds; kind++)
      if (amounts[row * kinds + kind] > amounts[row * kinds + found[row]]) found[row] = kind;
  }
  return found;
}
