/** How many samples stand behind amounts. */
import { describe, expect, it } from 'vitest';
import { finishWaiting } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import { samplesPerQuantum, samplesPerUnit } from '#model/samples-per-unit.ts';

describe('events with times', () => {
  it('are samples: each counts one, and its period stands beside it', async () => {
    const text = [1, 2, 3, 4]
      .map(
        (i) =>
          `app 7 ${i}.000000: ${i === 4 ? '500' : '1000'} ${i === 2 ? 'faults' : 'cycles'}:\n\t1 work (/bin/app)\n\n`,
      )
      .join('');
    const bytes = new TextEncoder().encode(text);
    const { profile } = await finishWaiting(decodeProfile({ bytes, name: 'app.perf.txt', form: { kind: 'file' } }));
    const perUnit = Object.fromEntries(profile.sampleTypes.map(({ type }, at) => [type, samplesPerUnit(profile, at)]));
    expect(perUnit).toEqual({ cycles: 1, 'cycles period': 3 / 2500, faults: 1, 'faults period': 1 / 1000 });
    expect(samplesPerUnit({ ...profile, times: undefined }, 0)).toBeUndefined();
  });
});

describe('amounts that nobody counted', () => {
  it('are samples where all are whole numbers of a period', () => {
    expect(samplesPerQuantum([30_000_000, 0, 10_000_000, 70_000_000])).toBe(1 / 10_000_000);
    expect(samplesPerQuantum(Float64Array.of(10_101_010 * 3, 10_101_010 * 2))).toBe(1 / 10_101_010);
    expect(samplesPerQuantum([-20_000_000, 30_000_000])).toBe(1 / 10_000_000);
  });

  it('are not known where they have no large part in common', () => {
    expect(samplesPerQuantum([30_000_001, 10_000_000])).toBeUndefined();
    expect(samplesPerQuantum([4096, 8192])).toBeUndefined();
    expect(samplesPerQuantum([1.5e7, 1e7 / 3])).toBeUndefined();
    expect(samplesPerQuantum([Number.NaN])).toBeUndefined();
    expect(samplesPerQuantum([])).toBeUndefined();
  });
});
