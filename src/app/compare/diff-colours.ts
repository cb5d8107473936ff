/** Colour keys of a comparison's nodes: what changed and is more than noise, what may be noise, what is new or gone. */
import type { DiffAnswer, EvidenceAnswer } from '#analysis/analysis.ts';
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
import { verdictOfFunction, verdictOfNode } from './diff-words.ts';

export interface DiffColours {
  /** By node of the shown tree. */
  readonly keys: Uint16Array;
  /** By node of the shown tree: how much of it must not be lost where it is thinner than a pixel; 0 nothing. */
  readonly strength: Float32Array;
}

/** @param evidence undefined: nothing is known yet, and nothing is pale */
export function diffColours(
  diff: DiffAnswer,
  evidence: EvidenceAnswer | undefined,
  rule: UrlState['dcol'],
  noise: UrlState['noise'],
): DiffColours {
  const { tree, node, presence } = diff;
  const change = rule === 'self' ? diff.changeOfSelf : diff.changeOfTotal;
  const keys = new Uint16Array(tree.length);
  const strength = new Float32Array(tree.length);
  for (let i = 0; i < tree.length; i++) {
    const at = node[i];
    const isClear =
      evidence === undefined ||
      (rule === 'self' ? verdictOfFunction(evidence, tree.func[i]) : verdictOfNode(evidence, at)) === 'supported';
    const isColoured = isClear || noise === 'shown' || change[at] === 0;
    if (presence[at] === isNew) keys[i] = isColoured ? newColourKey : paleNewColourKey;
    else if (presence[at] === isGone) keys[i] = isColoured ? goneColourKey : paleGoneColourKey;
    else keys[i] = isColoured ? changeColourKey(change[at]) : paleColourKey(change[at]);
    if (isClear && evidence !== undefined) strength[i] = Math.abs(change[at]);
  }
  return { keys, strength };
}
