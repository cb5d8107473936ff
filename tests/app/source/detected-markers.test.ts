import { expect, it } from 'vitest';
import { findMarkers, joinMarkers, versionLabelOf } from '#app/source/detected-markers.ts';
import { labelSet } from '#model/labels.ts';
import type { Series } from '#model/series.ts';

const STEP = 10;
const range = { startMs: 1000, endMs: 2000 };
const version = (value: string, ...timesMs: number[]): Series => ({
  labels: labelSet([{ name: 'version', value }]),
  timesMs: Float64Array.from(timesMs),
  values: new Float64Array(timesMs.length).fill(1),
});
const found = (...series: Series[]): string[] =>
  findMarkers(series, 'version', range, STEP).map(({ timeMs, title }) => `${timeMs} ${title}`);

it.each([
  [['pod', 'image', 'version'], 'version'],
  [['build', 'release'], 'release'],
  [['pod', 'Version'], undefined],
])('of %j the label of versions is %s', (names, wanted) => {
  expect(versionLabelOf(names)).toBe(wanted);
});

it('a value that comes later is a marker at the start of its first step, in order of time', () => {
  expect(found(version('v1', 1010, 1500), version('v3', 1800), version('v2', 1500, 1510))).toEqual([
    '1490 v2',
    '1790 v3',
  ]);
});

it.each([
  ['what was there from the start', [version('v1', 1010), version('v2', 1020)]],
  ['the version that a service began with', [version('v1', 1500, 1510)]],
  ['a rollout in the first steps of a service', [version('v1', 1500), version('v2', 1510)]],
  ['profiles without the label', [version('v1', 1010), version('', 1500)]],
  ['a value without points', [version('v1', 1010), version('v2')]],
  ['nothing at all', []],
])('%s is no marker', (_, series) => {
  expect(found(...series)).toEqual([]);
});

it('hostile values stay short, and few', () => {
  const many = Array.from({ length: 500 }, (_, i) => version(`${i}${'x'.repeat(5000)}`, 1100 + i));
  const markers = findMarkers([version('v1', 1010), ...many], 'version', range, STEP);
  expect(markers).toHaveLength(20);
  for (const { title, details, url } of markers) {
    expect(title.length).toBeLessThanOrEqual(61);
    expect(details.join('').length).toBeLessThan(300);
    expect(url).toBeUndefined();
  }
});

it('a posted marker replaces the version that was found up to a step away, when steps are long', () => {
  const at = (minutes: number, title: string) => ({ timeMs: minutes * 60_000, title, details: [], url: undefined });
  const posted = at(64, 'shop: v2 deployed');
  // 24 h in 60 steps: the version is found up to 24 min off.
  expect(joinMarkers([at(42, 'v2')], [posted], 24 * 60_000)).toEqual([posted]);
  expect(joinMarkers([at(42, 'v2')], [posted], 60_000)).toEqual([at(42, 'v2'), posted]);
});
