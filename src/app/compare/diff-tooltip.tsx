/** The numbers of a frame on both sides, beside the pointer. */
import type { ReactElement } from 'react';
import type { DiffPicture } from '#analysis/analysis.ts';
import { difference } from '#model/difference.ts';
import { nodeName } from '#model/call-tree.ts';
import { formatAmount, formatChange } from '#model/changes-text.ts';
import { percentText } from '#model/percent-text.ts';
import { formatShare } from '#model/units.ts';
import type { Place } from '../state/ui-store.ts';
import { placeOf } from '../views/place-of.ts';
import { TooltipBox, TooltipLine } from '../views/flamegraph/tooltip-box.tsx';
import type { Certainty } from './certainty.ts';
import { monthlyText } from './cost.ts';
import { unitOf } from './diff-words.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import styles from './side-colours.module.css';

/** In characters: hostile names are megabytes long. */
const MAX_NAME_LENGTH = 600;

interface DiffTooltipProps {
  readonly shown: ShownComparison;
  readonly picture: DiffPicture;
  /** The root by name. */
  readonly root: string;
  readonly certainty: Certainty;
  /** Price per hour; undefined: costs are hidden. */
  readonly rate: number | undefined;
  /** A node of the shown tree. */
  readonly node: number;
  /** The node that fills the width; 0 is the whole. */
  readonly zoom: number;
  readonly at: Place;
  /** Opened by touch, not by the mouse. */
  readonly isTapped: boolean;
}

export function DiffTooltip(props: DiffTooltipProps): ReactElement {
  const { shown, picture, root, certainty, rate, node, zoom, at, isTapped } = props;
  const { functions, byFunction, namesInA } = shown.diff;
  const { tree, a, b } = picture;
  const unit = unitOf(shown);
  const func = tree.func[node];
  const union = picture.node[node];
  const full = node === 0 ? root : nodeName(tree, functions.names, node);
  const name = full.length > MAX_NAME_LENGTH ? `${full.slice(0, MAX_NAME_LENGTH)}…` : full || '(empty name)';
  const money = monthlyText(shown, difference(a.total[union], b.total[union]), rate);
  const row = (title: string, ofA: number, ofB: number): ReactElement => (
    <tr>
      <th scope="row">{title}</th>
      <td>{formatAmount(ofA, unit)}</td>
      <td>{formatAmount(ofB, unit)}</td>
      <td data-sign={Math.sign(difference(ofA, ofB))} className={styles['signed']}>
        {formatChange(difference(ofA, ofB), unit)}
      </td>
      <td>{percentText(ofA, ofB)}</td>
    </tr>
  );
  // A function with one path has the same numbers again.
  const isElsewhere =
    func >= 0 &&
    (['a', 'b'] as const).some(
      (side) =>
        byFunction[side].total[func] !== picture[side].total[union] ||
        byFunction[side].self[func] !== picture[side].self[union],
    );
  const view = picture.node[zoom];
  const ofView = (side: 'a' | 'b'): string | false =>
    picture[side].total[view] > 0 && formatShare(picture[side].total[union], picture[side].total[view]);
  return (
    <TooltipBox at={at} isWide>
      <TooltipLine part="name">
        <bdi>{name}</bdi>
      </TooltipLine>
      {namesInA[func] !== undefined && (
        <TooltipLine part="file">
          In A: <bdi>{namesInA[func].slice(0, MAX_NAME_LENGTH)}</bdi>
        </TooltipLine>
      )}
      {func >= 0 && functions.files[func] !== '' && (
        <TooltipLine part="file">
          {placeOf(functions.files[func], functions.line[func], functions.mappings[func])}
        </TooltipLine>
      )}
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col" className={styles['a']}>
              A
            </th>
            <th scope="col" className={styles['b']}>
              B
            </th>
            <th scope="col">change</th>
            <th scope="col">of A</th>
          </tr>
        </thead>
        <tbody>
          {row('This path, total', a.total[union], b.total[union])}
          {row('This path, self', a.self[union], b.self[union])}
          {zoom > 0 && (
            <tr>
              <th scope="row">Total, of the view</th>
              <td>{ofView('a')}</td>
              <td>{ofView('b')}</td>
            </tr>
          )}
          {isElsewhere && row('Everywhere, total', byFunction.a.total[func], byFunction.b.total[func])}
          {isElsewhere && row('Everywhere, self', byFunction.a.self[func], byFunction.b.self[func])}
        </tbody>
      </table>
      <TooltipLine part="samples">
        {certainty.text(node)}
        {node > 0 && picture.mixed[union] === 1 && ' Below it, some functions grew and some shrank.'}
        {money !== undefined && ` ${money} a month at this load.`}
      </TooltipLine>
      <TooltipLine part="foot">
        <span>{isTapped ? 'Tap again zooms' : 'Click zooms'} both sides</span>{' '}
        <span>{isTapped ? 'Long press' : 'Right click'}: focus, hide, sandwich…</span>
      </TooltipLine>
    </TooltipBox>
  );
}
