/** Slices of a file are its samples by time: every one in one slice, at its own path. */
import { expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { ProfileBuilder } from '#formats/profile-builder.ts';
import type { Profile } from '#model/profile.ts';
import { slicesOfTimes } from '#model/slices-of-times.ts';

/** One sample a millisecond: `a` in the first half, `a;b` in the second; the second sample type counts 2 for `b`. */
function made(samples: number, isTimed = true): Profile {
  const builder = new ProfileBuilder([
    { type: 'samples', unit: 'count' },
    { type: 'bytes', unit: 'bytes' },
  ]);
  const a = builder.node(0, builder.frame({ name: 'a' }));
  const b = builder.node(a, builder.frame({ name: 'b' }));
  for (let i = 0; i < samples; i++) {
    const isLate = i >= samples / 2;
    builder.sample(isLate ? b : a, [1, isLate ? 2 : 0], 0, isTimed ? i : undefined);
  }
  return builder.take();
}

function rowsOf(profile: Profile, type: number): string[] {
  const sliced = finish(slicesOfTimes(profile, type))!;
  const rows: string[] = [];
  let entry = 0;
  for (let node = 0; node < sliced.name.length; node++) {
    for (let k = 0; k < sliced.entries[node]; k++, entry++) {
      const parent = node - sliced.parentDistance[node];
      const path = [parent, node].filter((one) => one > 0).map((one) => sliced.names[sliced.name[one]]);
      rows.push(`${[...new Set(path)].join(';')} in ${sliced.slice[entry]}: ${sliced.value[entry]}`);
    }
  }
  return rows;
}

it('puts each sample into the slice of its time', () => {
  expect(rowsOf(made(200), 0)).toEqual([
    ...[0, 1, 2, 3, 4].map((slice) => `a in ${slice}: 20`),
    ...[5, 6, 7, 8, 9].map((slice) => `a;b in ${slice}: 20`),
  ]);
});

it('cuts by what has a value of the sample type', () => {
  expect(finish(slicesOfTimes(made(200), 1))).toBeUndefined();
  // 480 of them in 24 slices of 960 ms.
  const rows = rowsOf(made(960), 1);
  expect(rows).toEqual(Array.from({ length: 12 }, (_, i) => `a;b in ${i + 12}: 80`));
});

it('knows nothing where samples have no times, or are few', () => {
  expect(finish(slicesOfTimes(made(1000, false), 0))).toBeUndefined();
  expect(finish(slicesOfTimes(made(159), 0))).toBeUndefined();
  expect(finish(slicesOfTimes(made(160), 0))?.profiles.length).toBe(8);
});
