/**
 * Colour keys of a comparison's nodes: changes that are more than noise have a hue, and what may be noise has none. New
 * and gone nodes have keys of their own.
 */
import type { DiffPicture } from '#analysis/analysis.ts';
import { isGone, isNew } from '#model/diff.ts';
import {
  changeColourKey,
  goneColourKey,
  newColourKey,
  quietColourKey,
  quietGoneColourKey,
  quietNewColourKey,
} from '#render/palette.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import type { UrlState } from '../url/url-state.ts';
import type { Certainty } from './certainty.ts';
import type { ChangeScale } from './change-scale.ts';
import { verdictOfFunction } from './diff-words.ts';

export interface DiffColours {
  /** By node of the shown tree. */
  readonly keys: Uint16Array;
  /** By node of the shown tree: its strength, so that a change thinner than a pixel stays visible; 0 for none. */
  readonly strength: Float32Array;
}

/** The colour of a function by the self of all its boxes. */
export function functionColourKey(
  { diff, evidence }: ShownComparison,
  func: number,
  { end }: ChangeScale,
  noise: UrlState['noise'],
): number {
  const { a, b } = diff.byFunction;
  const isColoured = noise === 'shown' || (evidence && verdictOfFunction(evidence, func) === 'supported') === true;
  if (a.total[func] === 0) return isColoured ? newColourKey : quietNewColourKey;
  if (b.total[func] === 0) return isColoured ? goneColourKey : quietGoneColourKey;
  const [ofA, ofB] = [Math.max(0, a.self[func]), Math.max(0, b.self[func])];
  return isColoured ? changeColourKey((ofB - ofA) / Math.max(ofA, ofB) / end) : quietColourKey;
}

export function diffColours(
  picture: DiffPicture,
  certainty: Certainty,
  { end }: ChangeScale,
  rule: UrlState['dcol'],
  noise: UrlState['noise'],
): DiffColours {
  const { tree, node, presence } = picture;
  const change = rule === 'self' ? picture.changeOfSelf : picture.changeOfTotal;
  const keys = new Uint16Array(tree.length);
  const strength = new Float32Array(tree.length);
  for (let i = 0; i < tree.length; i++) {
    const at = node[i];
    const isClear = certainty.isClear(i) === true;
    const isColoured = isClear || noise === 'shown';
    if (presence[at] === isNew) keys[i] = isColoured ? newColourKey : quietNewColourKey;
    else if (presence[at] === isGone) keys[i] = isColoured ? goneColourKey : quietGoneColourKey;
    else keys[i] = isColoured ? changeColourKey(change[at] / end) : quietColourKey;
    if (isClear) strength[i] = Math.abs(change[at]);
  }
  return { keys, strength };
}
