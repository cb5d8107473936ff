import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Shown } from '#app/screen/shown.ts';

beforeAll(() => {
  vi.stubGlobal('location', { search: '', pathname: '/', href: 'http://host.test/' });
});
afterAll(() => {
  vi.unstubAllGlobals();
});

function shown(sampleType: string, profileType?: string): Shown {
  return {
    opened: {
      profile: { sampleTypes: [{ type: sampleType, unit: 'count' }] },
      asked: profileType === undefined ? undefined : { profileType },
    },
    sampleType: 0,
  } as unknown as Shown;
}

it.each([
  ['delay', 'mutex:delay:nanoseconds:contentions:count', 'Mutex delay'],
  ['samples', 'process_cpu:samples:count:cpu:nanoseconds', 'CPU samples'],
  ['cpu', 'process_cpu:cpu:nanoseconds:cpu:nanoseconds', 'CPU time'],
  ['delay', undefined, 'Delay'],
  ['', undefined, 'Samples'],
])('names %s of %s as the type picker does: %s', async (sampleType, profileType, title) => {
  const { shownTitle } = await import('#app/screen/shown.ts');
  expect(shownTitle(shown(sampleType, profileType))).toBe(title);
});
