import { expect, it } from 'vitest';
import { meanText } from '#app/views/flame/mean-text.ts';

const HOUR = { startMs: 0, endMs: 3_600_000 };
const CORE_S = 1e9;

/** @param mean cores while there are profiles @param total core-seconds of the range */
function textOf(mean: number, total: number, whole = total * CORE_S): string {
  const asked = { profileType: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds', matchers: [], range: HOUR };
  return meanText({ asked, coveredMs: (total / mean) * 1000, profile: { totals: [total * CORE_S] } }, whole).replaceAll(
    '\u00a0',
    ' ',
  );
}

it.each([
  ['the whole range', 2, 7200, ' · 2.00 cores on average'],
  ['all but what no digit shows', 2, 7199, ' · 2.00 cores on average'],
  ['all but a minute', 1.85, 1.85 * 3540, ' · 1.85 cores on average over the 59 min with profiles'],
  ['a quarter', 2, 1800, ' · 2.00 cores on average over the 15 min with profiles'],
])('the mean of %s', (_, mean, total, text) => {
  expect(textOf(mean, total)).toBe(text);
});

it('is of what the transforms leave, over the same time', () => {
  expect(textOf(2, 1800, 900 * CORE_S)).toBe(' · 1.00 cores on average over the 15 min with profiles');
});
