/** Stacks that begin with certain functions. */

import type { Part } from './part-cache.ts';

/** By node of a part: 1 where its stack begins with the functions asked for; undefined if all do. */
export function callSiteNodes({ columns }: Part, callSite: readonly string[]): Uint8Array | undefined {
  if (callSite.length === 0) return undefined;
  const functions = callSite.map((name) => columns.names.indexOf(name));
  const inside = new Uint8Array(columns.nodes);
  // Functions of the call site that a node's stack has passed; -1 off the path.
  const passed = new Int32Array(columns.nodes).fill(-1);
  passed[0] = 0;
  for (let node = 1; node < columns.nodes; node++) {
    const parent = columns.nodeParent.values[node];
    if (inside[parent] === 1) {
      inside[node] = 1;
      continue;
    }
    const depth = passed[parent];
    const func = columns.frameFunc.values[columns.nodeFrame.values[node]];
    if (depth < 0 || columns.named.values[func] !== functions[depth]) continue;
    passed[node] = depth + 1;
    if (depth + 1 === callSite.length) inside[node] = 1;
  }
  return inside;
}
