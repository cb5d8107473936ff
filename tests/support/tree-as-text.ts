/** Call trees drawn for tests, callees indented below their callers. */
import { finish } from '#base/steps.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import { type CallTree, nodeName } from '#model/call-tree.ts';
import type { Profile } from '#model/profile.ts';

/**
 *     total    3  self 0
 *       main   3  self 1
 *         read 2  self 2
 */
export function treeAsText(tree: CallTree, { functions }: Profile): string {
  const rows = Array.from({ length: tree.length }, (_, node) => '  '.repeat(tree.depth[node]!) + nodeName(tree, functions.names, node));
  const width = Math.max(...rows.map((row) => row.length));
  return rows
    .map((row, node) => {
      const total = tree.exact ? tree.exact.total[node] : tree.total[node];
      const self = tree.exact ? tree.exact.self[node] : tree.self[node];
      return `${row.padEnd(width)} ${total}  self ${self}`;
    })
    .join('\n');
}

/** The profile's first sample type, largest first. */
export function treeOf(profile: Profile): CallTree {
  return finish(buildCallTree(profile, 0, 'size'));
}

/** A drawing in a test, without the indent that it shares with the code around it. */
export function drawing({ raw: [text = ''] }: TemplateStringsArray): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const indent = Math.min(...lines.map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent).trimEnd()).join('\n');
}
