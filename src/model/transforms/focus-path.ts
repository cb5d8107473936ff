/** focus-path: keeps the stacks through one node. */
import { type CallPath, findPath, isPathOf } from '../call-path.ts';
import { parsePath, printPath } from '../path-text.ts';
import { firstOfName } from './function-tables.ts';
import type { TransformKind, TransformWork } from './kind.ts';
import { keepNodes, mergeTree } from './rebuild.ts';

interface FocusPath {
  readonly kind: 'focus-path';
  readonly path: CallPath;
}

export const focusPath: TransformKind<FocusPath> = {
  kind: 'focus-path',
  title: ({ path }) => `focus … ${path.at(-1) ?? ''}`,
  menu: [],
  form: {
    title: 'Keep stacks through one path',
    fields: [
      {
        label: 'Functions from the root, separated by ;',
        read: ({ path }) => printPath(path),
        write: (_, text) => parse(text),
        mistake: (text) => {
          const path = parsePath(text);
          return path === undefined ? 'a \\ at the end escapes nothing' : path.length === 0 ? '' : undefined;
        },
      },
    ],
  },
  print: ({ path }) => printPath(path),
  parse: (text = '') => parse(text),
  keepsPaths: true,
};

export const focusPathWork: TransformWork<FocusPath> = {
  // A path that is not in the tree changes nothing, which is more useful than an empty page.
  // oxlint-disable-next-line require-yield -- one search for a path is one step
  *apply(tree, { path }, { functions, isLocated }, siblings) {
    // A path is of names.
    const { merged, nodeOf } =
      isLocated === true
        ? mergeTree(tree, firstOfName(functions.names), siblings)
        : { merged: tree, nodeOf: undefined };
    const { node: top, whole } = findPath(merged, functions.names, path);
    if (!whole) return { tree, matched: 0 };
    const end = merged.subtreeEnd[top];
    const isBelow = (node: number): boolean => node >= top && node < end;
    return {
      tree: keepNodes(tree, siblings, nodeOf ? (node) => isBelow(nodeOf[node]) : isBelow),
      matched: 1,
    };
  },
  // oxlint-disable-next-line require-yield -- nothing to compute
  *onStacks({ path }, { facts, current, isAsRecorded, matched }) {
    if (!isAsRecorded) return { isIgnored: true };
    if (matched === 0) return {};
    const { names } = facts.functions;
    return {
      rule: (frames, length, funcOf) =>
        isPathOf(path, length, (depth) => names[current[funcOf[frames[depth]]]]) ? length : -1,
    };
  },
};

function parse(text: string): FocusPath | undefined {
  const path = parsePath(text);
  return path && path.length > 0 ? { kind: 'focus-path', path } : undefined;
}
