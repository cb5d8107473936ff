/** The union of both sides as one flamegraph. */
import { type ReactElement, useMemo } from 'react';
import { findPath, pathOf } from '#model/call-path.ts';
import { type NodeIndex, rootName } from '#model/call-tree.ts';
import { runFrameKey } from '../state/commands.ts';
import type { SideName } from '../sides/sides.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { ZoomCrumb } from '../views/flamegraph/zoom-crumb.tsx';
import { useNodeHits } from '../views/node-hits.ts';
import { useFrameMenu } from '../views/use-frame-menu.tsx';
import { certaintyOfUnion } from './certainty.ts';
import { DiffFlame } from './diff-flame.tsx';
import { rootLabelOf } from './diff-words.ts';
import { notInCompare, sideCommands } from './side-commands.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import styles from './diff-graph.module.css';

interface DiffGraphProps {
  readonly shown: ShownComparison;
  readonly title: string;
  /** The one that is drawn; undefined: both. */
  readonly side?: SideName;
  readonly hit: Uint8Array | undefined;
  readonly hitNodes: Uint8Array | undefined;
  onKey(key: string): boolean;
}

export function DiffGraph({ shown, title, side, hit, hitNodes, onKey }: DiffGraphProps): ReactElement {
  const { diff } = shown;
  const { tree } = diff;
  const { names } = diff.functions;
  const hits = useNodeHits(tree, hit, hitNodes, diff.node);
  const direction = useUrl((state) => state.dir);
  const zoomPath = useUrl((state) => state.z);
  const selectedPath = useUrl((state) => state.sel);
  const rule = useUrl((state) => state.dcol);
  const zoom = useMemo(() => findPath(tree, names, zoomPath), [tree, names, zoomPath]);
  const selected = useMemo(() => findPath(tree, names, selectedPath), [tree, names, selectedPath]);
  const certainty = useMemo(() => certaintyOfUnion(shown, rule), [shown, rule]);
  const alone = useMemo(() => sideCommands(shown.open), [shown.open]);
  const zoomTo = (node: NodeIndex): void => navigate({ z: pathOf(tree, names, node) }, 'push');
  const { menu, open } = useFrameMenu(notInCompare, alone);
  return (
    <>
      {zoom.node > 0 && (
        <div className={styles['zoomed']}>
          <ZoomCrumb tree={tree} names={names} root={rootName} zoom={zoom.node} onZoom={zoomTo} />
        </div>
      )}
      <div className={styles['canvas']}>
        <DiffFlame
          shown={shown}
          picture={diff}
          root={rootName}
          rootLabel={rootLabelOf(shown, side)}
          side={side}
          rule={rule}
          certainty={certainty}
          title={title}
          direction={direction}
          hit={hits}
          zoom={zoom}
          selected={selected.node}
          onZoom={(node, how) =>
            how === 'step' ? zoomTo(node) : navigate({ z: pathOf(tree, names, node) }, 'replace')
          }
          onSelect={(node) => navigate({ sel: pathOf(tree, names, node) }, 'replace')}
          onPick={(node) => navigate({ sel: pathOf(tree, names, node), z: pathOf(tree, names, node) }, 'push')}
          onMenu={(node, at, numbers) => open({ tree, names, node }, at, numbers)}
          onKey={(key, node) => onKey(key) || runFrameKey(key, { tree, names, node }, notInCompare)}
        />
        {menu}
      </div>
    </>
  );
}
