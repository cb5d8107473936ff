/** The union of both sides as a treegrid: what each path has on A and on B, the largest change first. */
import { type ReactElement, useMemo } from 'react';
import type { DiffAnswer } from '#analysis/analysis.ts';
import { findPath, pathOf } from '#model/call-path.ts';
import { nodeName } from '#model/call-tree.ts';
import { amountScale } from '#model/amount-scale.ts';
import { difference } from '#model/difference.ts';
import { exactAmount } from '#model/changes-text.ts';
import { percentText } from '#model/percent-text.ts';
import { sumUp } from '#model/union.ts';
import { hotPath, type RowOrder } from '#model/visible-rows.ts';
import { runFrameKey } from '../state/commands.ts';
import type { UrlState } from '../url/url-state.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { TreeDirection, useIsBottomUp } from '../views/tree/tree-direction.tsx';
import { TreeGrid } from '../views/tree/tree-grid.tsx';
import { useNodeHits } from '../views/node-hits.ts';
import { largestOf } from '../views/largest-node.ts';
import { useFrameMenu } from '../views/use-frame-menu.tsx';
import { ViewColumn } from '../components/layout.tsx';
import { evidenceOfNode, unitOf, verdictOfNode } from './diff-words.ts';
import { notInCompare, sideCommands } from './side-commands.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import styles from './diff-tree.module.css';

interface DiffTreeViewProps {
  readonly shown: ShownComparison;
  readonly hit: Uint8Array | undefined;
  readonly hitNodes: Uint8Array | undefined;
  onKey(key: string): boolean;
}

/** The column that each sort key of the link marks; a change of self has none. */
const columnOf: Readonly<Partial<Record<UrlState['sort']['key'], number>>> = { name: 0, a: 1, b: 2 };
const CHANGE_COLUMN = 3;

export function DiffTreeView({ shown, hit, hitNodes, onKey }: DiffTreeViewProps): ReactElement {
  const { diff, evidence } = shown;
  const { tree, node: unionNode, a, b } = diff;
  const { names } = diff.functions;
  const hits = useNodeHits(tree, hit, hitNodes, unionNode);
  const sort = useUrl((state) => state.sort);
  const selectedPath = useUrl((state) => state.sel);
  const isBottomUp = useIsBottomUp();
  const changes = useMemo(() => changesOf(diff), [diff]);
  const order = useMemo(() => orderOf(diff, changes, sort), [diff, changes, sort]);
  const selected = useMemo(() => findPath(tree, names, selectedPath).node, [tree, names, selectedPath]);
  const alone = useMemo(() => sideCommands(shown.open), [shown.open]);
  const { menu, open } = useFrameMenu(notInCompare, alone);
  const unit = unitOf(shown);
  const scale = useMemo(
    () => amountScale(unitOf(shown), Math.max(largestOf(a.self), largestOf(b.self))),
    [shown, a, b],
  );
  const [amounts, changed] = [scale.suffix, scale.changeSuffix].map((word) => (word === '' ? '' : `, ${word}`));
  return (
    <ViewColumn>
      <TreeDirection />
      <TreeGrid
        title="Call tree of both sides"
        className={styles['tree']}
        tree={tree}
        names={names}
        columns={[
          { key: 'name', title: isBottomUp ? 'Function and its callers' : 'Call path' },
          { key: 'a', title: `A${amounts}` },
          { key: 'b', title: `B${amounts}` },
          { key: 'total', title: `${isBottomUp ? 'Change of self' : 'Change of total'}${changed}` },
          { key: undefined, title: 'of A' },
        ]}
        sort={sort}
        sortedColumn={columnOf[sort.key] ?? CHANGE_COLUMN}
        order={order}
        hit={hits}
        selected={selected}
        hot={() => hotPath(tree, movedBelow(diff))}
        renderCells={(node) => {
          const at = unionNode[node];
          const [ofA, ofB] = [a.total[at], b.total[at]];
          const isClear = evidence === undefined || verdictOfNode(evidence, at) === 'supported';
          return (
            <>
              <div role="gridcell" title={exactAmount(ofA, unit)}>
                {scale.amount(ofA)}
              </div>
              <div role="gridcell" title={exactAmount(ofB, unit)}>
                {scale.amount(ofB)}
              </div>
              <div
                role="gridcell"
                data-sign={Math.sign(difference(ofA, ofB))}
                data-pale={!isClear || undefined}
                title={node > 0 ? evidenceOfNode(shown, at) : undefined}
              >
                {scale.change(difference(ofA, ofB))}
              </div>
              <div role="gridcell">{percentText(ofA, ofB)}</div>
            </>
          );
        }}
        onSelect={(node) => navigate({ sel: pathOf(tree, names, node) }, 'replace')}
        onSort={(next) => navigate({ sort: next }, 'replace')}
        onMenu={(node, at) => open({ tree, names, node }, at)}
        onKey={(key, node) => onKey(key) || runFrameKey(key, { tree, names, node }, notInCompare)}
      />
      {menu}
    </ViewColumn>
  );
}

/** By node of the shown tree: how much its total changed, without the sign. */
function changesOf({ tree, node, a, b }: DiffAnswer): Float64Array {
  return Float64Array.from({ length: tree.length }, (_, i) => Math.abs(b.total[node[i]] - a.total[node[i]]));
}

/**
 * By node of the shown tree: what grew and what shrank below it, together. If everything is under one path, this finds
 * it.
 */
function movedBelow({ tree, node, a, b }: DiffAnswer): Float64Array {
  // The value of stacks that end at a node, which may differ from its function's own cost.
  const change = Float64Array.from({ length: tree.length }, (_, i) => b.total[node[i]] - a.total[node[i]]);
  const ends = change.slice();
  for (let i = 1; i < tree.length; i++) ends[tree.parent[i]] -= change[i];
  return sumUp(ends.map(Math.abs), tree.parent);
}

/** Ties stay in the order of the tree. */
function orderOf(
  { tree, node, functions: { names }, a, b }: DiffAnswer,
  changes: Float64Array,
  { key, descending }: UrlState['sort'],
): RowOrder {
  const sign = descending ? -1 : 1;
  if (key === 'name') return (x, y) => sign * (nodeName(tree, names, x) < nodeName(tree, names, y) ? -1 : 1);
  if (key === 'a' || key === 'b') {
    const { total } = key === 'a' ? a : b;
    return (x, y) => sign * (total[node[x]] - total[node[y]]) || x - y;
  }
  return (x, y) => sign * (changes[x] - changes[y]) || x - y;
}
