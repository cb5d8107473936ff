/** The flamegraph of a profile, with its total and notes about missing parts. */
import { type ReactElement, useMemo } from 'react';
import { isInverted } from '#model/transforms/invert.ts';
import { findPath, pathOf } from '#model/call-path.ts';
import type { NodeIndex } from '#model/call-tree.ts';
import { formatCount } from '#model/units.ts';
import { Button } from '../../components/button.tsx';
import { ViewColumn } from '../../components/layout.tsx';
import { Note } from '../../components/message.tsx';
import { valueText } from '../../screen/shown.ts';
import { navigate, useUrl } from '../../url/url-store.ts';
import { ProfileGraph } from '../flamegraph/profile-graph.tsx';
import { ZoomCrumb } from '../flamegraph/zoom-crumb.tsx';
import { useFrameActions, type ViewProps } from '../view.ts';
import { Strip } from './strip.tsx';
import styles from './flame-view.module.css';

export function FlameView(props: ViewProps): ReactElement {
  const { shown, hit, hitNodes, colours, definitionColours, kinds, fills, selected } = props;
  const { tree, answer } = shown;
  const { names } = shown.opened.profile.functions;
  const direction = useUrl((state) => state.dir);
  const zoomPath = useUrl((state) => state.z);
  const zoom = useMemo(() => findPath(tree, names, zoomPath), [tree, names, zoomPath]);
  const zoomTo = (node: NodeIndex): void => navigate({ z: pathOf(tree, names, node) }, 'push');
  const { select, onMenu, onKey, menu } = useFrameActions(props);
  return (
    <ViewColumn>
      <Strip shown={shown} kinds={kinds} fills={fills} zoom={zoom.node}>
        {zoom.node > 0 && (
          <ZoomCrumb
            tree={tree}
            names={names}
            root="total"
            zoom={zoom.node}
            note="% of view (of whole)"
            onZoom={zoomTo}
          />
        )}
      </Strip>
      {!zoom.whole && (
        <Note
          kind="info"
          // Where a caller is zoomed to, the path above the graph has the same button.
          actions={zoom.node === 0 && <Button onClick={() => navigate({ z: [] }, 'push')}>Whole graph</Button>}
        >
          The frame this link zooms to is not in this profile; its nearest caller is shown.
        </Note>
      )}
      {tree.negative.nodes > 0 && (
        <Note kind="warn" isSilent>
          {tree.negative.nodes === 1 ? '1 frame has' : `${formatCount(tree.negative.nodes)} frames have`} a negative
          self, {valueText(shown, tree.negative.sum)} in all.{' '}
          {tree.total[0] > 0
            ? 'Negative values count in every number; a frame whose total is not above zero is not drawn.'
            : `The total is ${valueText(shown, tree.total[0])}, which no graph can show: Functions and Tree list every frame.`}
        </Note>
      )}
      <div className={styles['canvas']}>
        <ProfileGraph
          shown={shown}
          tree={tree}
          rootTitle="total"
          title="Flamegraph"
          direction={direction}
          whole={tree.total[0]}
          colours={colours}
          ownCostAt={isInverted(shown.request.transforms) ? 'tops' : 'ends'}
          definitionColours={definitionColours}
          kinds={kinds}
          hit={hit}
          hitNodes={hitNodes}
          byFunction={answer.byFunction}
          zoom={zoom}
          selected={selected}
          onZoom={(node, how) =>
            how === 'step' ? zoomTo(node) : navigate({ z: pathOf(tree, names, node) }, 'replace')
          }
          onSelect={select}
          onPick={(node) => navigate({ sel: pathOf(tree, names, node), z: pathOf(tree, names, node) }, 'push')}
          onMenu={onMenu}
          onKey={onKey}
        />
      </div>
      {menu}
    </ViewColumn>
  );
}
