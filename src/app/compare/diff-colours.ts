/**
 * Colour keys of a comparison's nodes: changes that are more than noise, changes that may be noise, new and gone nodes.
 */
import type { DiffPicture } from '#analysis/analysis.ts';
import { isGone, isNew } from '#model/diff.ts';
import {
  changeColourKey,
  goneColourKey,
  newColourKey,
  paleColourKey,
  paleGoneColourKey,
  paleNewColourKey,
} from '#render/palette.ts';
import type { UrlState } from '../url/url-state.ts';
import type { Certainty } from './certainty.ts';

export interface DiffColours {
  /** By node of the shown tree. */
  readonly keys: Uint16Array;
  /** By node of the shown tree: how much of it must not be lost where it is thinner than a pixel; 0 nothing. */
  readonly strength: Float32Array;
}

export function diffColours(
  picture: DiffPicture,
  certainty: Certainty,
  rule: UrlState['dcol'],
  noise: UrlState['noise'],
): DiffColours {
  const { tree, node, presence } = picture;
  const change = rule === 'self' ? picture.changeOfSelf : picture.changeOfTotal;
  const keys = new Uint16Array(tree.length);
  const strength = new Float32Array(tree.length);
  for (let i = 0; i < tree.length; i++) {
    const at = node[i];
    const isClear = certainty.isClear(i);
    const isColoured = isClear !== false || noise === 'shown' || change[at] === 0;
    if (presence[at] === isNew) keys[i] = isColoured ? newColourKey : paleNewColourKey;
    else if (presence[at] === isGone) keys[i] = isColoured ? goneColourKey : paleGoneColourKey;
    else keys[i] = isColoured ? changeColourKey(change[at]) : paleColourKey(change[at]);
    if (isClear === true) strength[i] = Math.abs(change[at]);
  }
  return { keys, strength };
}
