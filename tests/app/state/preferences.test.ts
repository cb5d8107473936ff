import { afterEach, beforeEach, expect, it, vi } from 'vitest';

let kept: Map<string, string>;

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

afterEach(() => void vi.unstubAllGlobals());

/** As a page that was just opened. */
async function opened() {
  vi.resetModules();
  return import('#app/state/preferences.ts');
}

it('ranges are kept: the latest first, each once, eight at most', async () => {
  const { rememberRange } = await opened();
  for (const hours of [1, 2, 3, 4, 5, 6, 7, 8, 9, 2]) rememberRange({ from: `now-${hours}h`, until: 'now' });
  const { preferences } = await opened();
  expect(preferences.getState().recentRanges.map(({ from }) => from)).toEqual(
    [2, 9, 8, 7, 6, 5, 4, 3].map((hours) => `now-${hours}h`),
  );
});

it.each([
  ['no list', { recentRanges: 'now-1h' }, []],
  ['no ranges', { recentRanges: [null, 7, {}, { from: 'now-1h' }, { from: '<b>', until: 'now' }] }, []],
  ['a range among others', { recentRanges: [[], { from: 'now-1h', until: 'now', more: 1 }] }, ['now-1h']],
  ['too many', { recentRanges: Array.from({ length: 1000 }, () => ({ from: '1', until: 'now' })) }, Array(8).fill('1')],
])('what the device kept is checked: %s', async (_, stored, from) => {
  kept.set('flametide.preferences', JSON.stringify(stored));
  const { preferences } = await opened();
  expect(preferences.getState().recentRanges.map((range) => range.from)).toEqual(from);
});

it('unreadable preferences are ignored', async () => {
  kept.set('flametide.preferences', '{');
  const { preferences } = await opened();
  expect(preferences.getState()).toMatchObject({ theme: 'system', recentRanges: [] });
});
