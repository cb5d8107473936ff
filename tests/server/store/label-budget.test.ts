/** Label sets by service: one service does not affect others. */

import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { labelSet } from '#model/labels.ts';
import type { IncomingProfile } from '#server/incoming.ts';
import { ProfileWriter, type Written } from '#server/store/profile-writer.ts';
import { dropService, sweepRetired } from '#server/store/removal.ts';
import { incoming, madeLabels } from '../../support/made-profiles.ts';
import { testStore } from '../../support/test-store.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const DAY_MS = 86_400_000;
const BASE_MS = 20_000 * DAY_MS;
const BUDGET = 10;

const disk = testStore(BUDGET);

/** One sample without labels, and one for each value of `span`. */
function profile(service: string, pod: string, spans: readonly string[], ms = 0): IncomingProfile {
  const base = madeLabels(service, CPU, { pod });
  const stacks = [
    { frames: ['main:1'], value: 100 },
    ...spans.map((_, i) => ({ frames: ['main:1', `f${i}:1`], value: 1 })),
  ];
  const made = incoming({ labels: base, service, profileType: CPU, timeUs: (BASE_MS + ms) * 1000, period: 0, stacks });
  const series = [
    { labels: base, service, profileType: CPU, column: 0, rows: Int32Array.of(0) },
    ...spans.map((span, i) => ({
      labels: labelSet([...base, { name: 'span', value: span }]),
      base,
      service,
      profileType: CPU,
      column: 0,
      rows: Int32Array.of(i + 1),
    })),
  ];
  return { ...made, series };
}

function put(...profiles: readonly IncomingProfile[]): Written[] {
  const written = profiles.map((one) => disk.writer.add(one, BASE_MS));
  disk.writer.flush();
  return written;
}

function total(service: string, name: string, value: string): number {
  const matchers = [
    { name: 'service_name', operator: '=' as const, value: service },
    { name, operator: '=' as const, value },
  ];
  const range = { startMs: BASE_MS, endMs: BASE_MS + 3 * DAY_MS };
  return disk.store.merge({ profileType: CPU, matchers, callSite: [], ...range }, 'names', () => undefined).total[0];
}

function rows(table: string): number {
  return (disk.db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
}

/** Of the service, in the order that the writer reports them. */
function usage(service: string) {
  return disk.writer.usage().find((one) => one.service === service);
}

describe('a service that sends a label value with every sample', () => {
  it('keeps its totals and the labels of its series, without those of the samples', () => {
    for (let i = 0; i < 50; i++) put(profile('shop', 'a', [`${i} x`, `${i} y`], i));
    expect(total('shop', 'pod', 'a')).toBe(50 * 102);
    expect(rows('series')).toBe(BUDGET);
    expect(total('shop', 'span', '0 x')).toBe(1);
    expect(total('shop', 'span', '49 x')).toBe(0);
    expect(usage('shop')).toEqual({
      service: 'shop',
      labelSets: BUDGET,
      budget: BUDGET,
      foldedSamples: 100 - (BUDGET - 1),
      refused: 0,
    });
  });

  it('reports the number of folded samples, and has each profile once', () => {
    put(
      profile(
        'shop',
        'a',
        Array.from({ length: BUDGET }, (_, i) => `${i}`),
      ),
    );
    const [{ folded, profiles, samples }] = put(profile('shop', 'a', ['new', '3'], 1));
    expect({ folded, profiles, samples }).toEqual({ folded: 1, profiles: 2, samples: 3 });
    const asked = { profileType: CPU, matchers: [], callSite: [], startMs: BASE_MS + 1, endMs: BASE_MS + 1 };
    expect(disk.store.merge(asked, 'names', () => undefined).profiles).toBe(2);
  });

  it('hurts no other service', () => {
    for (let i = 0; i < 50; i++) put(profile('shop', 'a', [`${i} x`, `${i} y`], i));
    const [written] = put(profile('cart', 'a', ['1', '2', '3']));
    expect(written.folded).toBe(0);
    expect(total('cart', 'span', '2')).toBe(1);
    expect(usage('cart')).toMatchObject({ labelSets: 4, foldedSamples: 0, refused: 0 });
  });

  it('has its budget again on the next day', () => {
    for (let i = 0; i < 20; i++) put(profile('shop', 'a', [`${i}`], i));
    const [written] = put(profile('shop', 'a', ['tomorrow'], DAY_MS));
    expect(written.folded).toBe(0);
    expect(total('shop', 'span', 'tomorrow')).toBe(1);
  });

  it('keeps to it over a restart', () => {
    for (let i = 0; i < 20; i++) put(profile('shop', 'a', [`${i}`], i));
    disk.writer = new ProfileWriter(disk.db, BUDGET);
    expect(put(profile('shop', 'a', ['one more'], 30))[0].folded).toBe(1);
    expect(put(profile('shop', 'a', ['3'], 31))[0].folded).toBe(0);
    expect(rows('series')).toBe(BUDGET);
  });
});

describe('a service whose series are new with every upload', () => {
  const fill = (): void => {
    for (let i = 0; i < 2 * BUDGET; i++) put(profile('shop', `pod ${i}`, []));
  };

  it('is refused beyond twice its budget, alone and in words', () => {
    fill();
    expect(() => put(profile('shop', 'one more', []))).toThrow(
      'The service shop has sent 20 label sets on this day, which is the maximum (limits.maxLabelSets)',
    );
    expect(usage('shop')).toMatchObject({ labelSets: 2 * BUDGET, refused: 1 });
    put(profile('shop', 'pod 3', ['span'], 1), profile('cart', 'a', []));
    expect(total('shop', 'pod', 'pod 3')).toBe(201);
  });

  it('stores nothing of a refused upload', () => {
    fill();
    const before = ['service', 'series', 'part', 'dict', 'raw', 'upload'].map(rows);
    const { internerBytes } = disk.writer;
    for (let i = 0; i < 20; i++) {
      const refused = { ...profile('shop', `more ${i}`, [`${i}`], DAY_MS / 2 + i), repeatKey: `${i}` };
      expect(() => disk.writer.add(refused, BASE_MS)).toThrow('label sets');
    }
    expect(disk.writer.pendingProfiles).toBe(0);
    disk.writer.flush();
    expect(['service', 'series', 'part', 'dict', 'raw', 'upload'].map(rows)).toEqual(before);
    expect(disk.writer.internerBytes).toBe(internerBytes);
    expect(usage('shop')?.labelSets).toBe(2 * BUDGET);
  });

  it('begins anew once it was dropped', () => {
    fill();
    finish(dropService(disk.db, 'shop'));
    finish(sweepRetired(disk.db));
    put(profile('shop', 'one more', ['span']));
    expect(total('shop', 'span', 'span')).toBe(1);
    expect(usage('shop')?.labelSets).toBe(2);
  });
});

it('values that cannot be kept leave nothing behind either', () => {
  const made = profile('shop', 'a', []);
  for (const value of [1.5, 2 ** 53, Infinity]) {
    const wrong = { ...made.profile, values: [{ values: Float64Array.of(value), exact: undefined }] };
    expect(() => disk.writer.add({ ...made, profile: wrong }, BASE_MS)).toThrow(RangeError);
  }
  expect(disk.writer.usage()).toEqual([]);
  expect(disk.writer.internerBytes).toBe(0);
});

it('uploads during a removal are stored under the current series', () => {
  put(profile('shop', 'a', ['1']));
  disk.writer.add(profile('shop', 'a', ['1', '2'], 1), BASE_MS);
  finish(dropService(disk.db, 'shop'));
  disk.writer.flush();
  finish(sweepRetired(disk.db));
  expect(total('shop', 'pod', 'a')).toBe(102);
  expect(total('shop', 'span', '1')).toBe(1);
});
