/** The call tree of one profile: what each path costs, from the root on or from the leaves. */
import { type ReactElement, useMemo } from 'react';
import { type CallTree, nodeName } from '#model/call-tree.ts';
import { COLUMN_DIGITS, formatColumnShare, scaleFor } from '#model/units.ts';
import { hotPath, type RowOrder } from '#model/visible-rows.ts';
import type { UrlState } from '../../url/url-state.ts';
import { scaleOf } from '../../screen/shown.ts';
import { navigate, useUrl } from '../../url/url-store.ts';
import { keysOfKinds, keysOfNodes } from '../colours.ts';
import { largestOf } from '../largest-node.ts';
import { useNodeHits } from '../node-hits.ts';
import { useFrameActions, type ViewProps } from '../view.ts';
import { TreeDirection, useIsBottomUp } from './tree-direction.tsx';
import { type TreeColumn, TreeGrid } from './tree-grid.tsx';
import styles from './tree-view.module.css';

export function View(props: ViewProps): ReactElement {
  const { shown, fills, colours, definitionColours, kinds, selected } = props;
  const sort = useUrl((state) => state.sort);
  const { select, onMenu, onKey, menu } = useFrameActions(props);
  const { tree } = shown;
  const { names } = shown.opened.profile.functions;
  const isBottomUp = useIsBottomUp();
  const order = useMemo(() => orderOf(tree, names, sort), [tree, names, sort]);
  const { definitions } = shown.answer;
  const keys = useMemo(
    () =>
      kinds ? keysOfKinds(tree, names, colours, kinds) : keysOfNodes(tree, colours, definitions, definitionColours),
    [tree, names, colours, definitions, definitionColours, kinds],
  );
  const hits = useNodeHits(tree, props.hit, props.hitNodes);
  const scale = scaleOf(shown.opened);
  const type = shown.opened.profile.sampleTypes[shown.sampleType];
  const whole = tree.total[0];
  // The unit of the total above the graph, as in the list of functions.
  const unit = useMemo(
    () => scaleFor(type.unit, type.type, Math.max(Math.abs(whole), largestOf(tree.total)) * scale, COLUMN_DIGITS),
    [type, tree, whole, scale],
  );
  // Seen from the leaves a row holds what its innermost function spends itself when it is called this way.
  const amount = isBottomUp ? 'Self' : 'Total';
  const columns: readonly TreeColumn[] = [
    { key: 'name', title: isBottomUp ? 'Function and its callers' : 'Call path' },
    { key: 'total', title: `${amount}${unit.suffix && `, ${unit.suffix}`}` },
    { key: 'total', title: `${amount}\u00a0%` },
    ...(isBottomUp
      ? []
      : [
          { key: undefined, title: `Self${unit.suffix && `, ${unit.suffix}`}` },
          { key: undefined, title: 'Self\u00a0%' },
        ]),
  ];
  return (
    <div className={styles['view']}>
      <TreeDirection />
      <TreeGrid
        title="Call tree"
        className={styles[isBottomUp ? 'bottomUp' : 'topDown']}
        tree={tree}
        names={names}
        columns={columns}
        sort={sort}
        sortedColumn={sort.key === 'name' ? 0 : 1}
        order={order}
        hit={hits}
        selected={selected}
        hot={() => hotPath(tree)}
        renderMark={(node) =>
          node > 0 && <span className={styles['swatch']} style={{ background: fills[keys[node]] }} />
        }
        renderCells={(node) => (
          <>
            <div role="gridcell" className={styles['number']}>
              <span className={styles['bar']} style={{ width: `${percent(tree.total[node], whole)}%` }} />
              <span>{unit.format(tree.total[node] * scale)}</span>
            </div>
            <div role="gridcell" className={styles['share']}>
              {formatColumnShare(tree.total[node], whole)}
            </div>
            {!isBottomUp && (
              <>
                <div role="gridcell" className={styles['number']}>
                  <span>{unit.format(tree.self[node] * scale)}</span>
                </div>
                <div role="gridcell" className={styles['share']}>
                  {formatColumnShare(tree.self[node], whole)}
                </div>
              </>
            )}
          </>
        )}
        onSelect={select}
        onSort={(next) => navigate({ sort: next }, 'replace')}
        onMenu={onMenu}
        onKey={onKey}
      />
      {menu}
    </div>
  );
}

/** By total or by name: a caller's own cost does not show which callee to open. */
function orderOf(tree: CallTree, names: readonly string[], { key, descending }: UrlState['sort']): RowOrder {
  const sign = descending ? -1 : 1;
  if (key === 'name') return (a, b) => sign * (nodeName(tree, names, a) < nodeName(tree, names, b) ? -1 : 1);
  return (a, b) => sign * (tree.total[a] - tree.total[b]) || a - b;
}

function percent(value: number, whole: number): number {
  return whole > 0 ? Math.max(0, (value / whole) * 100) : 0;
}
