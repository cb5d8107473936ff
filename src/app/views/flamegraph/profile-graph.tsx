/** The flamegraph of one profile: values of its sample type, shares of the shown whole. */
import { type ReactElement, useMemo } from 'react';
import { nodeName } from '#model/call-tree.ts';
import { formatOffsetMs } from '#model/interval.ts';
import { ownCost, type OwnCostAt } from '#model/own-cost.ts';
import { lazily } from '../../components/lazily.tsx';
import { keysOfKinds, keysOfNodes } from '../colours.ts';
import { valueText } from '../../screen/shown.ts';
import { useNodeHits } from '../node-hits.ts';
import type { ViewProps } from '../view.ts';
import { sharesText, spokenShares } from './shares.ts';
import { FlameGraph, type FlameGraphProps } from './flame-graph.tsx';

const FrameTooltip = lazily(async () => (await import('./frame-tooltip.tsx')).FrameTooltip);

interface ProfileGraphProps
  extends
    Omit<FlameGraphProps, 'names' | 'words' | 'colours' | 'hit' | 'start' | 'renderTooltip'>,
    Pick<ViewProps, 'shown' | 'hit' | 'hitNodes' | 'colours' | 'definitionColours' | 'kinds'> {
  /** Names the root's box; the function itself in Sandwich. */
  readonly rootTitle: string;
  /** What shares are of: the shown total, also in a half of Sandwich. */
  readonly whole: number;
  /** Where the tree has the own costs of functions, and that of the root where it has all. */
  readonly ownCostAt: OwnCostAt;
  readonly rootSelf?: number;
  /** Where nodes are single calls: when each begins, since a time of the recording, ms. */
  readonly calls?: { readonly start: Float64Array; readonly originMs: number };
  /** Self and total of each function in the whole profile, for the tooltip. */
  readonly byFunction: { readonly self: Float64Array; readonly total: Float64Array };
}

function beganText({ start, originMs }: NonNullable<ProfileGraphProps['calls']>, node: number): string {
  return `began at ${formatOffsetMs(start[node] + originMs)}`;
}

function whenText(calls: ProfileGraphProps['calls'], node: number): string {
  return calls && node > 0 ? `, ${beganText(calls, node)}` : '';
}

export function ProfileGraph(props: ProfileGraphProps): ReactElement {
  const { shown, tree, rootTitle, whole, byFunction, colours, definitionColours, hit, hitNodes } = props;
  const { zoom, ownCostAt, rootSelf, calls, kinds } = props;
  const { names } = shown.opened.profile.functions;
  const words = useMemo(() => {
    const numbers = (node: number, at: number): string => {
      const total = tree.total[node];
      const self = ownCost(tree, tree, node, ownCostAt, rootSelf);
      const shares = spokenShares(tree, node, at, whole);
      return `total ${valueText(shown, total)}, ${shares}, self ${valueText(shown, self)}${whenText(calls, node)}`;
    };
    return {
      root: `${rootTitle} · ${valueText(shown, tree.total[0])}`,
      // How long a call took says more than its share.
      share: (node: number, at: number) =>
        calls ? valueText(shown, tree.total[node]) : sharesText(tree, node, at, whole),
      numbers,
      describe: (node: number, at: number) =>
        `${node === 0 ? rootTitle : nodeName(tree, names, node)}, ${numbers(node, at)}`,
    };
  }, [shown, tree, names, rootTitle, whole, ownCostAt, rootSelf, calls]);
  // A half of Sandwich is made of names.
  const definitions = tree === shown.tree ? shown.answer.definitions : undefined;
  const keys = useMemo(
    () =>
      kinds && tree === shown.tree
        ? keysOfKinds(tree, names, colours, kinds)
        : keysOfNodes(tree, colours, definitions, definitionColours),
    [tree, shown.tree, names, colours, definitions, definitionColours, kinds],
  );
  const hits = useNodeHits(tree, hit, hitNodes);
  return (
    <FlameGraph
      {...props}
      start={calls?.start}
      colours={keys}
      hit={hits}
      names={names}
      words={words}
      renderTooltip={(node, at, isTapped) => (
        <FrameTooltip
          {...{ shown, tree, rootTitle, byFunction, whole, node, at, isTapped }}
          began={calls && beganText(calls, node)}
          self={ownCost(tree, tree, node, ownCostAt, rootSelf)}
          zoom={zoom.node}
        />
      )}
    />
  );
}
