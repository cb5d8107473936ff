import { expect, it } from 'vitest';
import { broughtTo, carriedTo, placeIn, type TreePlace } from '#app/views/tree/tree-place.ts';
import { findPath, pathOf } from '#model/call-path.ts';
import { profileFromText, treeOf } from '../../support/profile-from-text.ts';

const treeFrom = (text: string) => {
  const profile = profileFromText(text);
  const tree = treeOf(profile);
  const { names } = profile.functions;
  const node = (path: string): number => findPath(tree, names, path.split(';')).node;
  return { tree, names, node };
};
const said = ({ tree, names, open, active, reveals }: TreePlace) => ({
  open: Array.from(open, (node) => pathOf(tree, names, node).join(';')).sort(),
  active: pathOf(tree, names, active).join(';'),
  reveals,
});

const before = treeFrom('main;run;work 9\nmain;parse 4\nidle 2');
const later = treeFrom('alone 1\nidle 20\nmain;parse 4\nmain;run;work 9');
const other = treeFrom('serve;read 9\nserve;write 1');
const hotOf =
  ({ node }: typeof before, path: string) =>
  () => [node(path)];
const start = placeIn(before.tree, before.names, [before.node('main')]);

it('a refreshed tree keeps the open rows and the current row', () => {
  const place = { ...start, active: before.node('main;run') };
  expect(said(carriedTo(place, later.tree, later.names, hotOf(later, 'idle')))).toEqual({
    open: ['main'],
    active: 'main;run',
    reveals: 0,
  });
});

it('a row that is gone leaves the reader with its caller', () => {
  const place = { ...start, active: before.node('main;run;work') };
  const short = treeFrom('main;run 9\nidle 2');
  expect(said(carriedTo(place, short.tree, short.names, () => [])).active).toBe('main;run');
});

it('a fully closed tree stays closed; an entirely different tree opens its own hot path', () => {
  const closed = { ...start, open: new Set<number>() };
  expect(said(carriedTo(closed, later.tree, later.names, hotOf(later, 'main'))).open).toEqual([]);
  expect(said(carriedTo(closed, other.tree, other.names, hotOf(other, 'serve'))).open).toEqual(['serve']);
  expect(said(carriedTo(start, other.tree, other.names, hotOf(other, 'serve'))).open).toEqual(['serve']);
});

it('a choice is brought into view once, not again by the next tree', () => {
  const brought = broughtTo(placeIn(before.tree, before.names, []), before.node('main;run;work'));
  expect(said(brought)).toEqual({ open: ['main', 'main;run'], active: 'main;run;work', reveals: 1 });
  const next = carriedTo(brought, later.tree, later.names, () => []);
  expect(next.selected).toBe(later.node('main;run;work'));
  expect(broughtTo(next, 0)).toMatchObject({ active: next.active, selected: 0, reveals: 1 });
});
