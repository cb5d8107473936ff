/** What the page says of an open file: how long it was recorded, and how many of its stacks have a value of a type. */
import { expect, it } from 'vitest';
import type { OpenedProfile } from '#analysis/analysis.ts';
import { InProcessAnalysis } from '#analysis/in-process.ts';

const { signal } = new AbortController();
const analysis = new InProcessAnalysis(() => Promise.resolve());

async function open(name: string, text: string): Promise<OpenedProfile> {
  return await analysis.open(
    { bytes: new TextEncoder().encode(text), name, form: { kind: 'file' } },
    signal,
    () => undefined,
  );
}

it('stacks are counted for each sample type, and a recording lasts until its last sample ends', async () => {
  const profile = await open(
    'out.perf',
    [
      'sim 9 100.000000: 2000000 cpu-clock: \n\t  dd0 main (/bin/sim)\n',
      'sim 9 100.500000: 7 cycles: \n\t  dd0 main (/bin/sim)\n',
      'sim 9 101.000000: 2000000 cpu-clock: \n\t  dd0 main (/bin/sim)\n',
    ].join('\n'),
  );
  expect(profile.sampleTypes.map(({ type }, i) => [type, profile.stackCounts[i]])).toEqual([
    ['cpu-clock', 2],
    ['cpu-clock period', 2],
    ['cycles', 1],
    ['cycles period', 1],
  ]);
  expect(profile.sampleCount).toBe(3);
  // The last sample took 2 ms.
  expect(profile.durationMs).toBe(1000);
  expect(profile.recordedMs).toBeCloseTo(1002, 6);
});

it('nothing is said of how long where neither the file nor its samples know', async () => {
  const profile = await open('a.folded', 'main;a 1\nmain;b 0\nmain 2\n');
  expect([profile.durationMs, profile.recordedMs]).toEqual([undefined, undefined]);
  expect(profile.stackCounts).toEqual([2]);
});
