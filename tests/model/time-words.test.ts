import { expect, it } from 'vitest';
import { parseTimeWords } from '#model/time-words.ts';

const now = Date.parse('2026-11-24T12:00:00Z');

it.each([
  ['now', now],
  ['', now],
  ['now-1h', now - 3_600_000],
  ['now-3h30m', now - 3 * 3_600_000],
  ['now - 5min', now - 300_000],
  ['now+1d', now + 86_400_000],
  ['now-1mon', now - 30 * 86_400_000],
  ['now-1M', now - 30 * 86_400_000],
  ['now-2s', now - 2000],
  ['20261124', Date.parse('2026-11-24T00:00:00Z')],
  ['1795456800', 1_795_456_800_000],
  ['1795456800000', 1_795_456_800_000],
  ['1795456800000999', 1_795_456_800_000],
  ['1795456800000999999', 1_795_456_800_000],
  ['0', 0],
  ['never', now],
])('%s', (text, wanted) => {
  expect(parseTimeWords(text, now)).toBe(wanted);
});
