/** A difference as a flamegraph, coloured by what changed: the union of both sides, or half of a sandwich of both. */
import { type ReactElement, useMemo } from 'react';
import type { DiffPicture } from '#analysis/analysis.ts';
import { difference } from '#model/difference.ts';
import { nodeName } from '#model/call-tree.ts';
import { formatChange } from '#model/changes-text.ts';
import type { SideName } from '../sides/sides.ts';
import type { UrlState } from '../url/url-state.ts';
import { useUrl } from '../url/url-store.ts';
import { FlameGraph, type FlameGraphProps } from '../views/flamegraph/flame-graph.tsx';
import { amountText, boxText, type Certainty } from './certainty.ts';
import { changeScale } from './change-scale.ts';
import { diffColours } from './diff-colours.ts';
import { DiffTooltip } from './diff-tooltip.tsx';
import { sidesText, unitOf } from './diff-words.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';

interface DiffFlameProps extends Omit<
  FlameGraphProps,
  'tree' | 'names' | 'words' | 'colours' | 'changes' | 'renderTooltip'
> {
  readonly shown: ShownComparison;
  readonly picture: DiffPicture;
  /** The root by name, and as the label of its box. */
  readonly root: string;
  readonly rootLabel: string;
  /** Which change the colours show. */
  readonly rule: UrlState['dcol'];
  /** The side whose amounts the boxes show; undefined: the difference. */
  readonly side?: SideName | undefined;
  /** A new object redraws all boxes. */
  readonly certainty: Certainty;
}

export function DiffFlame(props: DiffFlameProps): ReactElement {
  const { shown, picture, root, rootLabel, rule, side, certainty, ...graph } = props;
  const { names } = shown.diff.functions;
  const noise = useUrl((state) => state.noise);
  const rate = useUrl((state) => state.rate);
  const { keys, strength } = useMemo(
    () => diffColours(picture, certainty, changeScale(shown, rule, noise), rule, noise),
    [shown, picture, certainty, rule, noise],
  );
  const words = useMemo(() => {
    const unit = unitOf(shown);
    const { tree, node: unionNode, a, b } = picture;
    const numbers = (node: number): string => {
      const at = unionNode[node];
      const self = formatChange(difference(a.self[at], b.self[at]), unit);
      return `total ${sidesText(a.total[at], b.total[at], unit)}, self ${self}${certainty.said(node)}`;
    };
    return {
      root: rootLabel,
      share: side ? amountText(picture, side, unit) : boxText(picture, certainty, rule, noise),
      numbers,
      describe: (node: number) => `${node === 0 ? root : nodeName(tree, names, node)}, ${numbers(node)}`,
    };
  }, [shown, picture, names, root, rootLabel, rule, side, noise, certainty]);
  return (
    <FlameGraph
      {...graph}
      tree={picture.tree}
      names={names}
      words={words}
      colours={keys}
      changes={strength}
      renderTooltip={(node, at, isTapped) => (
        <DiffTooltip {...{ shown, picture, root, certainty, rate, node, zoom: graph.zoom.node, at, isTapped }} />
      )}
    />
  );
}
