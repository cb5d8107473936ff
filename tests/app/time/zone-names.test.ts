import { expect, it } from 'vitest';
import { zoneNames, zonesLike } from '#app/time/zone-names.ts';

const names = zoneNames('local');

it('begins with local and UTC, and has the chosen one', () => {
  expect(names.slice(0, 2)).toEqual(['local', 'UTC']);
  expect(zoneNames('Asia/Kolkata')).toContain('Asia/Kolkata');
  expect(new Set(names).size).toBe(names.length);
});

it.each([
  ['', names],
  ['new york', ['America/New_York']],
  ['YORK america', ['America/New_York']],
  ['berlin', ['Europe/Berlin']],
  [
    'kolkata',
    names.filter((name) => name === 'Asia/Kolkata').concat(names.includes('Asia/Kolkata') ? [] : ['Asia/Kolkata']),
  ],
  ['olympus mons', []],
  ['<img>', []],
])('“%s”', (text, found) => {
  expect(zonesLike(names, text)).toEqual(found);
});
