/** The diff flamegraph as a picture: scene, colours, and the words that say what they mean. */
import { splitName } from '#model/function-name.ts';
import { layoutTree } from '#render/flamegraph/layout.ts';
import { changeColourKey, goneColourKey, newColourKey, quietColourKey } from '#render/palette.ts';
import type { Picture } from '../views/flamegraph/picture.ts';
import type { UrlState } from '../url/url-state.ts';
import { boxText, certaintyOfUnion } from './certainty.ts';
import { changeScale } from './change-scale.ts';
import { diffColours } from './diff-colours.ts';
import { quietText, scaleTicks, sideKeys } from './legend-words.ts';
import { rootLabelOf } from './diff-words.ts';
import { sideLine } from './side-words.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';

export function diffPicture(shown: ShownComparison, { dcol, noise }: UrlState): Picture {
  const { diff } = shown;
  const { tree, functions } = diff;
  const certainty = certaintyOfUnion(shown, dcol);
  const scale = changeScale(shown, dcol, noise);
  const { keys, strength } = diffColours(diff, certainty, scale, dcol, noise);
  return {
    scene: {
      tree,
      layout: layoutTree(tree),
      label: (func) => splitName(functions.names[func]),
      rootLabel: rootLabelOf(shown),
      share: boxText(diff, certainty, dcol, noise),
    },
    colours: keys,
    changes: strength,
    title: `A: ${sideLine('a', shown)} · B: ${sideLine('b', shown)}`,
    legend: [
      ...scaleTicks(scale).flatMap(({ part, text }) => (part === 0 ? [] : [{ key: changeColourKey(part), text }])),
      { key: newColourKey, text: sideKeys.new },
      { key: goneColourKey, text: sideKeys.gone },
      { key: quietColourKey, text: quietText(noise) },
    ],
  };
}
