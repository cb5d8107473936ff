/** The diff flamegraph as a picture: scene, colours, and the words that say what they mean. */
import { splitName } from '#model/function-name.ts';
import { layoutTree } from '#render/flamegraph/layout.ts';
import { changeColourKey, goneColourKey, newColourKey, paleColourKey } from '#render/palette.ts';
import type { Picture } from '../views/flamegraph/picture.ts';
import type { UrlState } from '../url/url-state.ts';
import { boxText, certaintyOfUnion } from './certainty.ts';
import { diffColours } from './diff-colours.ts';
import { rootLabelOf } from './diff-words.ts';
import { sideLine } from './side-words.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';

const legend = [
  { key: changeColourKey(-1), text: 'less in B' },
  { key: changeColourKey(1), text: 'more in B' },
  { key: newColourKey, text: 'new in B' },
  { key: goneColourKey, text: 'only in A' },
  { key: paleColourKey(0), text: 'may be noise' },
];

export function diffPicture(shown: ShownComparison, { dcol, noise }: UrlState): Picture {
  const { diff } = shown;
  const { tree, functions } = diff;
  const certainty = certaintyOfUnion(shown, dcol);
  const { keys, strength } = diffColours(diff, certainty, dcol, noise);
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
    legend,
  };
}
