import { expect, it } from 'vitest';
import { type Filter, filteredBy, linesOf, offeredFilters } from '#app/compare/change-filters.ts';
import type { Change } from '#model/change.ts';

const change = (kind: Change['kind'], trend: Change['trend'], supported = true): Change =>
  ({ kind, trend, supported, delta: trend === 'shrank' || trend === 'gone' ? -1 : 1 }) as Change;
const changes = [change('code', 'grew'), change('code', 'new'), change('work', 'grew'), change('code', 'gone', false)];
const offered = (chosen: Filter, of = changes): string[] =>
  offeredFilters(of, chosen).map(({ title, count }) => `${title} ${count}`);

it('offers what holds for something, with how much', () => {
  expect(offered('all')).toEqual(['All 3', 'Code 2', 'Traffic 1', 'Grew 2', 'New 1', 'May be noise 1']);
  expect(offered('all', [])).toEqual(['All 0']);
});

it('keeps the chosen one where nothing is left of it', () => {
  expect(offered('shrank', [changes[0]])).toEqual(['All 1', 'Code 1', 'Grew 1', 'Shrank 0']);
});

it('what got dearer, and yet takes less than before, shrank as its row shows', () => {
  expect(offered('all', [{ ...changes[0], delta: -1 }])).toEqual(['All 1', 'Code 1', 'Shrank 1']);
});

it('each group of causes has its heading once, in the order of the list', () => {
  const rows = [
    change('code', 'grew'),
    change('code', 'new'),
    change('either', 'grew'),
    change('work', 'grew'),
    change('moved', 'grew'),
    change('runtime', 'shrank'),
    change('code', 'gone', false),
  ];
  expect(linesOf(rows).map(({ heading, row }) => (row === undefined ? heading : `${row} ${heading}`))).toEqual([
    'Code',
    '0 Code',
    '1 Code',
    'Code or traffic',
    '2 Code or traffic',
    'Traffic',
    '3 Traffic',
    'Moved',
    '4 Moved',
    'Runtime',
    '5 Runtime',
    'May be noise',
    '6 May be noise',
  ]);
  expect(linesOf([])).toEqual([]);
});

it('changes that may be noise are listed alone', () => {
  expect(filteredBy('noise', changes)).toEqual([changes[3]]);
  expect(filteredBy('traffic', changes)).toEqual([changes[2]]);
});
