/** A search in each side's own tree, for searches that names alone cannot answer. */
import type { CallTree } from '#model/call-tree.ts';
import type { DiffTree, DiffWidth } from '#model/diff.ts';
import { type LocatedHits, locatedHits } from '#model/located-tree.ts';
import type { Normalised } from '#model/normalise.ts';
import type { FunctionFacts } from '#model/transforms/function-tables.ts';
import { nodesIn } from '#model/transforms/rebuild.ts';
import type { SideKey, UnionTree } from '#model/union.ts';
import type { SearchAnswer } from './analysis.ts';

export interface SideHits extends Pick<LocatedHits, 'hitNodes' | 'covered'> {
  /** The side as it is shown alone. */
  readonly tree: CallTree;
}

/** @param hit by function of a tree of names */
export function hitsOfNames(tree: CallTree, facts: FunctionFacts, hit: Uint8Array): LocatedHits {
  const target = Int32Array.from(hit, (_, func) => func);
  const nodeOf = Int32Array.from(tree.func, (_, node) => node);
  return locatedHits({ tree, facts, target, nodeOf }, hit, tree.length, hit.length);
}

/** A node may match in part: then its matching share of each side's total counts. */
export function hitsOfBoth(
  union: UnionTree,
  sides: Readonly<Record<SideKey, SideHits>>,
  normalised: Normalised,
  { tree, node: unionNode }: DiffTree,
  width: DiffWidth,
): Omit<SearchAnswer, 'searchMs'> & { readonly hitNodes: Uint8Array } {
  const hitNodes = new Uint8Array(union.length);
  const a = partsOfSide(union, sides, 'a', hitNodes);
  const b = partsOfSide(union, sides, 'b', hitNodes);
  const hit = new Uint8Array(union.names.length);
  let nodes = 0;
  let value = 0;
  for (let node = 1; node < tree.length; node++) {
    const at = unionNode[node];
    nodes += hitNodes[at];
    if (hitNodes[at] === 1) hit[tree.func[node]] = 1;
    const ofA = width === 'b' ? 0 : Math.max(0, normalised.a.total[at]);
    const ofB = width === 'a' ? 0 : Math.max(0, normalised.b.total[at]);
    if (ofA + ofB > 0) value += (tree.total[node] * (ofA * a[at] + ofB * b[at])) / (ofA + ofB);
  }
  return { hit, hitNodes, nodes, value };
}

/** By node of the union: the share of a side's total that passes through a hit. @param hitNodes written */
function partsOfSide(
  union: UnionTree,
  sides: Readonly<Record<SideKey, SideHits>>,
  key: SideKey,
  hitNodes: Uint8Array,
): Float64Array {
  const { tree, hitNodes: hits, covered } = sides[key];
  const at = nodesIn(union, tree, union.functions[key].func);
  const parts = new Float64Array(union.length);
  const whole = new Float64Array(union.length);
  for (let node = 1; node < tree.length; node++) {
    if (at[node] < 0) continue;
    hitNodes[at[node]] |= hits[node];
    parts[at[node]] += covered[node];
    whole[at[node]] += tree.total[node];
  }
  return parts.map((part, node) => (whole[node] === 0 ? 0 : part / whole[node]));
}
