/**
 * The graph for the keyboard and for screen readers: a tree of the selected frame's callers, siblings and callees.
 * It lies over the canvas, takes its focus and its keys, and shows nothing of its own.
 */
import { type KeyboardEvent, type ReactElement, useId, useMemo } from 'react';
import type { CallTree, NodeIndex } from '#model/call-tree.ts';
import type { Direction } from '#render/flamegraph/engine.ts';
import { isByKey } from '../../state/view-focus.ts';
import styles from './flame-graph.module.css';

/** Rows of each kind; a frame may have thousands of callees and callers. */
const MAX_CALLERS = 40;
const MAX_SIBLINGS = 40;

interface NeighbourhoodProps {
  readonly tree: CallTree;
  readonly title: string;
  readonly cursor: NodeIndex;
  readonly direction: Direction;
  describe(node: NodeIndex): string;
  onFocusChange(focused: boolean): void;
  onMove(node: NodeIndex): void;
  /** 'Enter', 'Backspace', 'Escape', 'ContextMenu' and single letters; true when it was used. */
  onKey(key: string): boolean;
}

export function Neighbourhood(props: NeighbourhoodProps): ReactElement {
  const { tree, title, cursor, direction, describe, onFocusChange, onMove, onKey } = props;
  const id = useId();
  const rows = useMemo(() => neighbourhood(tree, cursor), [tree, cursor]);

  const onKeyDown = (event: KeyboardEvent): void => {
    onFocusChange(true);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inward = direction === 'icicle' ? 'ArrowDown' : 'ArrowUp';
    const outward = direction === 'icicle' ? 'ArrowUp' : 'ArrowDown';
    let to: NodeIndex | undefined;
    if (event.key === inward) to = firstCallee(tree, cursor);
    else if (event.key === outward) to = tree.parent[cursor]!;
    else if (event.key === 'ArrowRight') to = nextSibling(tree, cursor);
    else if (event.key === 'ArrowLeft') to = previousSibling(tree, cursor);
    else if (event.key === 'Home') to = 0;
    else {
      const key = event.key === 'F10' && event.shiftKey ? 'ContextMenu' : event.key;
      if (onKey(key)) event.preventDefault();
      return;
    }
    event.preventDefault();
    if (to >= 0 && to !== cursor) onMove(to);
  };

  return (
    <div
      role="tree"
      tabIndex={0}
      className={styles['neighbourhood']}
      aria-label={title}
      aria-activedescendant={`${id}-${cursor}`}
      data-flamegraph=""
      onKeyDown={onKeyDown}
      onFocus={() => onFocusChange(isByKey())}
      onBlur={() => onFocusChange(false)}
    >
      {rows.map(({ node, open }) => (
        <div
          key={node}
          id={`${id}-${node}`}
          role="treeitem"
          aria-level={tree.depth[node] + 1}
          aria-selected={node === cursor}
          aria-expanded={tree.subtreeEnd[node] > node + 1 ? open : undefined}
        >
          {describe(node)}
        </div>
      ))}
    </div>
  );
}

interface Row {
  readonly node: NodeIndex;
  readonly open: boolean;
}

/** Callers from the outside in, the siblings with the cursor among them, and the cursor's callees behind it. */
function neighbourhood(tree: CallTree, cursor: NodeIndex): Row[] {
  if (cursor >= tree.length) return [];
  const rows: Row[] = [];
  const callers: NodeIndex[] = [];
  for (let up = tree.parent[cursor]; up >= 0 && callers.length < MAX_CALLERS; up = tree.parent[up]!) callers.push(up);
  for (const node of callers.reverse()) rows.push({ node, open: true });
  const siblings = cursor === 0 ? [0] : calleesAround(tree, tree.parent[cursor], cursor);
  const callees = calleesAround(tree, cursor, -1);
  siblings.forEach((node) => {
    rows.push({ node, open: node === cursor });
    if (node !== cursor) return;
    callees.forEach((callee) => rows.push({ node: callee, open: false }));
  });
  return rows;
}

/** Callees of a node, at most MAX_SIBLINGS, with `around` among them. */
function calleesAround(tree: CallTree, node: NodeIndex, around: NodeIndex): NodeIndex[] {
  const all: NodeIndex[] = [];
  // A call of a flame chart may have a million siblings: those around it are reached from it.
  let first = node + 1;
  if (around >= 0) {
    first = around;
    for (let before = around, count = 1; before >= 0 && count < MAX_SIBLINGS; count++) {
      first = before;
      before = previousSibling(tree, before);
    }
  }
  for (let kid = first; kid < tree.subtreeEnd[node] && all.length < MAX_SIBLINGS; kid = tree.subtreeEnd[kid]!)
    all.push(kid);
  return all;
}

function firstCallee(tree: CallTree, node: NodeIndex): NodeIndex {
  return tree.subtreeEnd[node] > node + 1 ? node + 1 : -1;
}

function nextSibling(tree: CallTree, node: NodeIndex): NodeIndex {
  const parent = tree.parent[node];
  if (parent < 0) return -1;
  const next = tree.subtreeEnd[node];
  return next < tree.subtreeEnd[parent] ? next : -1;
}

function previousSibling(tree: CallTree, node: NodeIndex): NodeIndex {
  const parent = tree.parent[node];
  let before = node - 1;
  if (parent < 0 || before === parent) return -1;
  // What stands before it is the last node within its sibling.
  while (tree.parent[before] !== parent) before = tree.parent[before]!;
  return before;
}
