/** The union of both sides as one flamegraph, coloured by what changed. */
import { type ReactElement, useMemo } from 'react';
import { findPath, pathOf } from '#model/call-path.ts';
import { nodeName, rootName } from '#model/call-tree.ts';
import { formatChange } from '#model/changes-text.ts';
import { formatValue } from '#model/units.ts';
import { runFrameKey } from '../commands.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { notInCompare, sidesAlone } from './sides-alone.ts';
import { FlameGraph } from '../views/flamegraph/flame-graph.tsx';
import { useFrameMenu } from '../views/use-frame-menu.tsx';
import { diffColours } from './diff-colours.ts';
import { DiffTooltip } from './diff-tooltip.tsx';
import { percentText, sidesText, unitOf, verdictOfFunction, verdictOfNode } from './diff-words.ts';
import type { ShownComparison } from './use-comparison.ts';
import styles from './compare.module.css';

interface DiffGraphProps {
  readonly shown: ShownComparison;
  readonly title: string;
  readonly hit: Uint8Array | undefined;
  onKey(key: string): boolean;
}

export function DiffGraph({ shown, title, hit, onKey }: DiffGraphProps): ReactElement {
  const { diff, evidence, type } = shown;
  const { tree, functions, a, b, totals } = diff;
  const { names } = functions;
  const direction = useUrl((state) => state.dir);
  const zoomPath = useUrl((state) => state.z);
  const selectedPath = useUrl((state) => state.sel);
  const rule = useUrl((state) => state.dcol);
  const noise = useUrl((state) => state.noise);
  const rate = useUrl((state) => state.rate);
  const zoom = useMemo(() => findPath(tree, names, zoomPath), [tree, names, zoomPath]);
  const selected = useMemo(() => findPath(tree, names, selectedPath), [tree, names, selectedPath]);
  const { keys, strength } = useMemo(() => diffColours(diff, evidence, rule, noise), [diff, evidence, rule, noise]);
  const alone = useMemo(() => sidesAlone(shown.open), [shown.open]);
  const { menu, open } = useFrameMenu(notInCompare, alone);
  const words = useMemo(() => {
    const unit = unitOf(shown);
    const total = (value: number | bigint): string => formatValue(Number(value), type.unit, type.type);
    const isTold = (node: number): boolean => {
      if (evidence === undefined || noise === 'shown') return true;
      const verdict =
        rule === 'self' ? verdictOfFunction(evidence, tree.func[node]) : verdictOfNode(evidence, diff.node[node]);
      return verdict === 'supported';
    };
    const side = (column: typeof a): Float64Array => (rule === 'self' ? column.self : column.total);
    return {
      root: `${rootName} · A ${total(totals.a)} · B ${total(totals.b)}`,
      share: (node: number) => {
        const at = diff.node[node];
        return isTold(node) ? percentText(side(a)[at], side(b)[at]) : '';
      },
      describe: (node: number) => {
        const at = diff.node[node];
        const name = node === 0 ? rootName : nodeName(tree, names, node);
        const verdict = evidence && node > 0 ? verdictOfNode(evidence, at) : undefined;
        const sure = verdict === undefined ? '' : verdict === 'supported' ? ', more than noise' : ', may be noise';
        const self = b.self[at] - a.self[at];
        return `${name}, total ${sidesText(a.total[at], b.total[at], unit)}, self ${formatChange(self, unit)}${sure}`;
      },
    };
  }, [shown, diff, evidence, type, tree, names, a, b, totals, rule, noise]);
  return (
    <div className={styles['canvas']}>
      <FlameGraph
        tree={tree}
        names={names}
        words={words}
        title={title}
        direction={direction}
        colours={keys}
        changes={strength}
        hit={hit}
        zoom={zoom}
        selected={selected.node}
        onZoom={(node, how) => navigate({ z: pathOf(tree, names, node) }, how === 'step' ? 'push' : 'replace')}
        onSelect={(node) => navigate({ sel: pathOf(tree, names, node) }, 'replace')}
        onPick={(node) => navigate({ sel: pathOf(tree, names, node), z: pathOf(tree, names, node) }, 'push')}
        onMenu={(node, at) => open({ tree, names, node }, at)}
        onKey={(key, node) => onKey(key) || runFrameKey(key, { tree, names, node }, notInCompare)}
        renderTooltip={(node, at) => <DiffTooltip {...{ shown, rate, node, at }} />}
      />
      {menu}
    </div>
  );
}
