/** The flamegraph of one profile: values of its sample type, shares of the shown whole. */
import { type ReactElement, useMemo } from 'react';
import { nodeName } from '#model/call-tree.ts';
import { formatShare } from '#model/units.ts';
import { lazily } from '../../components/lazily.tsx';
import { keysOfNodes } from '../colours.ts';
import { type Shown, valueText } from '../../screen/shown.ts';
import { FlameGraph, type FlameGraphProps } from './flame-graph.tsx';

const FrameTooltip = lazily(async () => (await import('./frame-tooltip.tsx')).FrameTooltip);

interface ProfileGraphProps extends Omit<FlameGraphProps, 'names' | 'words' | 'colours' | 'renderTooltip'> {
  /** Colour key by function. */
  readonly colours: Uint8Array;
  readonly shown: Shown;
  /** Names the root's box; the function itself in Sandwich. */
  readonly rootTitle: string;
  /** What shares are of: the shown total, also in a half of Sandwich. */
  readonly whole: number;
  /** Self and total of each function in the whole profile, for the tooltip. */
  readonly byFunction: { readonly self: Float64Array; readonly total: Float64Array };
}

export function ProfileGraph(props: ProfileGraphProps): ReactElement {
  const { shown, tree, rootTitle, whole, byFunction, colours, zoom } = props;
  const { names } = shown.opened.profile.functions;
  const words = useMemo(
    () => ({
      root: `${rootTitle} · ${valueText(shown, tree.total[0])}`,
      share: (node: number) => formatShare(tree.total[node], whole),
      describe: (node: number) => {
        const name = node === 0 ? rootTitle : nodeName(tree, names, node);
        const [total, self] = [tree.total[node], tree.self[node]];
        return `${name}, total ${valueText(shown, total)}, ${formatShare(total, whole)}, self ${valueText(shown, self)}`;
      },
    }),
    [shown, tree, names, rootTitle, whole],
  );
  const keys = useMemo(() => keysOfNodes(tree, colours), [tree, colours]);
  return (
    <FlameGraph
      {...props}
      colours={keys}
      names={names}
      words={words}
      renderTooltip={(node, at) => (
        <FrameTooltip {...{ shown, tree, rootTitle, byFunction, whole, node, at }} zoom={zoom.node} />
      )}
    />
  );
}
