import { expect, it } from 'vitest';
import { largestNode } from '#app/views/largest-node.ts';
import { pathOf } from '#model/call-path.ts';
import { profileFromText, treeOf } from '../../support/profile-from-text.ts';

it('a function is represented by its largest node, the first of equal ones', () => {
  const profile = profileFromText('a;work 2\nb;work 5\nc;work 5\nidle 1');
  const tree = treeOf(profile);
  const { names } = profile.functions;
  const place = (name: string): readonly string[] =>
    pathOf(tree, names, largestNode(tree, name === '' ? -2 : names.indexOf(name)));
  expect(place('work')).toEqual(['b', 'work']);
  expect(place('')).toEqual([]);
});
