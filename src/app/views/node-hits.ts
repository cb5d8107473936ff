/** What a search finds, by node of a tree. */
import { useMemo } from 'react';
import type { SearchAnswer } from '#analysis/analysis.ts';
import type { CallTree } from '#model/call-tree.ts';

/**
 * @param unionNode of a comparison: by node its number in the union
 * @returns 1 for each node of `tree` that is found; an answer to another tree tells the functions alone
 */
export function nodeHits(
  tree: CallTree,
  { hit, hitNodes }: Pick<SearchAnswer, 'hit' | 'hitNodes'>,
  unionNode?: Int32Array,
): Uint8Array {
  if (hitNodes?.length === tree.length)
    return unionNode ? Uint8Array.from(unionNode, (node) => hitNodes[node]) : hitNodes;
  const found = new Uint8Array(tree.length);
  for (let node = 1; node < tree.length; node++) found[node] = hit[tree.func[node]];
  return found;
}

export function useNodeHits(
  tree: CallTree,
  hit: Uint8Array | undefined,
  hitNodes: Uint8Array | undefined,
  unionNode?: Int32Array,
): Uint8Array | undefined {
  return useMemo(() => hit && nodeHits(tree, { hit, hitNodes }, unionNode), [tree, hit, hitNodes, unionNode]);
}
