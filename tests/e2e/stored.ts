/** Profiles for the embedded server of the end-to-end tests, and their expected answers. */
import { gzipSync } from 'node:zlib';
import { expect } from '@playwright/test';
import { Function as Func, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';

export const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const PERIOD = 10_000_000;

/** Samples by stack, `main;serve;parse`. */
export type Stacks = Readonly<Record<string, number>>;

export function pprofOf(
  stacks: Stacks,
  timeMs: number,
  [sampleType, unit]: readonly [string, string] = ['cpu', 'nanoseconds'],
): Buffer {
  const strings = new StringTable();
  const type = (): ValueType => new ValueType({ type: strings.dedup(sampleType), unit: strings.dedup(unit) });
  const names = [...new Set(Object.keys(stacks).flatMap((stack) => stack.split(';')))];
  const profile = new Profile({
    sampleType: [type()],
    sample: Object.entries(stacks).map(
      ([stack, count]) =>
        new Sample({
          locationId: stack
            .split(';')
            .reverse()
            .map((name) => names.indexOf(name) + 1),
          value: [count * PERIOD],
        }),
    ),
    location: names.map((_, i) => new Location({ id: i + 1, line: [new Line({ functionId: i + 1, line: 10 + i })] })),
    function: names.map(
      (name, i) => new Func({ id: i + 1, name: strings.dedup(name), filename: strings.dedup(`src/${name}.go`) }),
    ),
    stringTable: strings,
    timeNanos: BigInt(Math.round(timeMs)) * 1_000_000n,
    durationNanos: 10_000_000_000n,
    periodType: type(),
    period: PERIOD,
  });
  return gzipSync(profile.encode());
}

/** @param name service with labels, `shop{pod=a,env=prod}` */
export async function push(
  baseURL: string,
  name: string,
  stacks: Stacks,
  timeMs: number,
  type?: readonly [sampleType: string, unit: string],
): Promise<void> {
  const response = await fetch(`${baseURL}/ingest?format=pprof&name=${encodeURIComponent(name)}`, {
    method: 'POST',
    body: new Uint8Array(pprofOf(stacks, timeMs, type)),
  });
  expect([response.status, await response.text()]).toEqual([200, expect.anything()]);
}

/** In nanoseconds. */
export function totalOf(stacks: Stacks): number {
  return Object.values(stacks).reduce((sum, count) => sum + count, 0) * PERIOD;
}
