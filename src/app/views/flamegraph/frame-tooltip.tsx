/** What one frame costs, beside the pointer. The accessible tree has the same facts. */
import type { ReactElement } from 'react';
import { type CallTree, type NodeIndex, nodeName } from '#model/call-tree.ts';
import { type TreeKinds, WHOLE_SHARE } from '#model/tree-kinds.ts';
import { formatCount, formatExact, formatShare } from '#model/units.ts';
import { useFrameKinds } from '../../queries/analysis-queries.ts';
import type { Place } from '../../state/ui-store.ts';
import { samplesIn, shownTitle, type ShownTree, valueText } from '../../screen/shown.ts';
import { placeOfNode } from '../definition-rows.ts';
import { TooltipBox, TooltipLine } from './tooltip-box.tsx';

/** In characters: hostile names are megabytes long. */
const MAX_NAME_LENGTH = 600;

/** `JIT-compiled 81 %, interpreted 19 %`; one kind alone has no share. '' where nothing is known. */
function kindText({ names, start, kindAt, shareAt }: TreeKinds, node: number): string {
  const own = Array.from(kindAt.subarray(start[node], start[node + 1]), (one, i) => ({
    name: names[one],
    share: shareAt[start[node] + i],
  })).sort((a, b) => b.share - a.share);
  if (own.length === 1) return own[0].name;
  return own.map(({ name, share }) => `${name || 'unknown'} ${formatShare(share, WHOLE_SHARE)}`).join(', ');
}

interface FrameTooltipProps {
  readonly shown: ShownTree;
  readonly tree: CallTree;
  readonly rootTitle: string;
  readonly byFunction: { readonly self: Float64Array; readonly total: Float64Array };
  readonly whole: number;
  readonly zoom: NodeIndex;
  readonly node: NodeIndex;
  /** The self cost of the frame. */
  readonly self: number;
  readonly at: Place;
  /** When it began, where it is a single call. */
  readonly began: string | undefined;
  /** Opened by touch, not by the mouse. */
  readonly isTapped: boolean;
}

export function FrameTooltip({
  shown,
  tree,
  rootTitle,
  byFunction,
  whole,
  zoom,
  node,
  self,
  began,
  at,
  isTapped,
}: FrameTooltipProps): ReactElement {
  const { functions, sampleTypes, hasKinds } = shown.opened.profile;
  const kinds = useFrameKinds(hasKinds && began === undefined ? shown.request : undefined).data;
  const func = tree.func[node];
  const isCut = func === shown.opened.profile.cut?.func;
  const full = isCut ? 'Below the cut' : node === 0 ? rootTitle : nodeName(tree, functions.names, node);
  const name = full.length > MAX_NAME_LENGTH ? `${full.slice(0, MAX_NAME_LENGTH)}…` : full || '(empty name)';
  const view = tree.total[zoom] ?? whole;
  const zoomed = zoom > 0;
  const total = tree.total[node];
  const everywhere = func >= 0 && !isCut ? { total: byFunction.total[func], self: byFunction.self[func] } : undefined;
  // A function with one path has the same numbers again.
  const isElsewhere = everywhere && (everywhere.total !== total || everywhere.self !== self);
  // A chart of calls is of one thread.
  const where = began === undefined ? 'Everywhere' : 'In this thread';
  const samples = samplesIn(shown, total);
  const unit = sampleTypes[shown.sampleType]?.unit ?? '';
  const row = (title: string, value: number, isHere: boolean): ReactElement => (
    <tr>
      <th scope="row">{title}</th>
      <td>{valueText(shown, value)}</td>
      {zoomed && <td>{isHere && formatShare(value, view)}</td>}
      <td>{formatShare(value, whole)}</td>
    </tr>
  );
  return (
    <TooltipBox at={at}>
      <TooltipLine part="name">
        <bdi>{name}</bdi>
      </TooltipLine>
      {func >= 0 && (
        <TooltipLine part="file">
          {isCut ? 'All callees that are too small for this answer' : placeOfNode(shown, tree, node)}
        </TooltipLine>
      )}
      {kinds && tree === shown.tree && node > 0 && kindText(kinds, node) !== '' && (
        <TooltipLine part="file">{kindText(kinds, node)}</TooltipLine>
      )}
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{shownTitle(shown)}</th>
            {zoomed && <th scope="col">of view</th>}
            <th scope="col">{zoomed ? 'of whole' : 'of total'}</th>
          </tr>
        </thead>
        <tbody>
          {row(began ? 'This call, total' : 'This path, total', total, true)}
          {row(began ? 'This call, self' : 'This path, self', self, true)}
          {isElsewhere && row(`${where}, total`, everywhere.total, false)}
          {isElsewhere && row(`${where}, self`, everywhere.self, false)}
        </tbody>
      </table>
      <TooltipLine part="samples">
        {samples !== undefined && `${formatCount(samples)} ${samples === 1 ? 'sample' : 'samples'} on this path · `}
        {began && `${began} · `}exactly {formatExact(tree.exact?.total[node] ?? total, unit)}
      </TooltipLine>
      <TooltipLine part="foot">
        <span>{isTapped ? 'Tap again zooms' : 'Click zooms'}</span>{' '}
        <span>{isTapped ? 'Long press' : 'Right click'}: focus, hide, sandwich…</span>
      </TooltipLine>
    </TooltipBox>
  );
}
