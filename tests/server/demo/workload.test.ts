/**
 * The demo matches its description: seeded, three functions slower from the deploy on, one busy route, nothing else.
 */

import { expect, it } from 'vitest';
import { labelValue } from '#model/labels.ts';
import { DEMO_SERVICE, demoTruth, DemoWorkload, HOUR_MS, planDemo } from '#server/demo/workload.ts';
import type { IncomingProfile } from '#server/incoming.ts';

const NOW = Date.UTC(2026, 3, 1, 15, 20, 12);
const plan = planDemo(NOW, 'test');
const workload = new DemoWorkload(plan);
const MINUTE_MS = 60_000;

it('the same seed makes the same profiles, in whatever order they are asked for; another seed makes others', () => {
  const from = NOW - 2 * HOUR_MS;
  const once = workload.profiles(from, from + 10 * MINUTE_MS);
  const again = new DemoWorkload(plan);
  const inParts = [
    ...again.profiles(from, from + 3 * MINUTE_MS),
    ...again.profiles(from + 3 * MINUTE_MS, from + 10 * MINUTE_MS),
  ];
  expect(inParts.map(({ repeatKey }) => repeatKey)).toEqual(once.map(({ repeatKey }) => repeatKey));
  expect(inParts.map(values)).toEqual(once.map(values));
  const other = new DemoWorkload(planDemo(NOW, 'other')).profiles(from, from + 10 * MINUTE_MS);
  expect(other.map(values)).not.toEqual(once.map(values));
});

it('series, times, and labels that split at the deploy', () => {
  const hour = workload.profiles(plan.deployMs - HOUR_MS / 2, plan.deployMs + HOUR_MS / 2);
  expect(new Set(hour.map(({ repeatKey }) => repeatKey)).size).toBe(hour.length);
  expect(hour.length).toBe(3 * 60 + 3 * 12);
  const types = new Set(hour.flatMap(({ series }) => series.map(({ profileType }) => profileType)));
  expect([...types].sort()).toEqual([
    'memory:alloc_objects:count:space:bytes',
    'memory:alloc_space:bytes:space:bytes',
    'memory:inuse_objects:count:space:bytes',
    'memory:inuse_space:bytes:space:bytes',
    'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    'process_cpu:samples:count:cpu:nanoseconds',
  ]);
  const pods = new Map<string, { old: number; new: number }>();
  for (const { timeUs, series, profile } of hour) {
    for (const column of profile.values) expect(column.values.every((value) => Number.isInteger(value))).toBe(true);
    for (const { labels, service } of series) {
      expect([service, labelValue(labels, 'service_name'), labelValue(labels, 'demo')]).toEqual([
        DEMO_SERVICE,
        DEMO_SERVICE,
        'true',
      ]);
      const pod = pods.get(labelValue(labels, 'pod')) ?? { old: 0, new: Infinity };
      const ms = timeUs / 1000;
      if (labelValue(labels, 'version') === demoTruth.after) pod.new = Math.min(pod.new, ms);
      else pod.old = Math.max(pod.old, ms);
      pods.set(labelValue(labels, 'pod'), pod);
    }
  }
  expect(pods.size).toBe(3);
  for (const pod of pods.values()) {
    expect(pod.old).toBeLessThan(pod.new);
    expect(pod.new).toBeGreaterThanOrEqual(plan.deployMs);
    expect(pod.new).toBeLessThan(plan.deployMs + 3 * MINUTE_MS);
  }
});

it('a tree of some hundred functions under some handlers', () => {
  const [{ profile }] = workload.profiles(NOW - MINUTE_MS, NOW);
  const { names } = profile.functions;
  expect(names.length).toBeGreaterThan(300);
  expect(names.length).toBeLessThan(600);
  expect(names.filter((name) => name.startsWith('shop/api.(*Server).'))).toHaveLength(7);
});

it('three functions grew by their factors, no other did', () => {
  const gap = 5 * MINUTE_MS;
  const before = selves(plan.deployMs - 2 * HOUR_MS - gap, plan.deployMs - gap);
  const after = selves(plan.deployMs + gap, plan.deployMs + 2 * HOUR_MS + gap);
  // Against what surely did not change, as the deploy itself shifts all shares of the whole.
  const slower = new Map<string, number>(demoTruth.slower.map(({ name, factor }) => [name, factor]));
  const others = (side: Map<string, number>) => total(side) - [...slower.keys()].reduce((t, f) => t + side.get(f)!, 0);
  const load = others(after) / others(before);
  for (const [name, count] of before) {
    const grew = (after.get(name) ?? 0) / count / load;
    const noise = Math.sqrt(1 / count + 1 / Math.max(1, after.get(name) ?? 0));
    // 5 deviations, and what routes stray from minute to minute.
    expect(Math.abs(grew / (slower.get(name) ?? 1) - 1), name).toBeLessThan(5 * noise + 0.02);
  }
  for (const name of slower.keys()) {
    const share = before.get(name)! / total(before);
    expect(share, name).toBeGreaterThan(0.01);
    expect(share, name).toBeLessThan(0.06);
  }
});

it('one route is busier for two hours, by its factor', () => {
  const { handler, factor } = demoTruth.busier;
  const window = (fromMs: number) => {
    const of = (name: string) => under(fromMs, fromMs + HOUR_MS, name);
    return of(handler) / of('shop/api.(*Server).getSearch');
  };
  const grew = window(plan.busierFromMs + 10 * MINUTE_MS) / window(plan.busierFromMs - 70 * MINUTE_MS);
  expect(grew / factor).toBeGreaterThan(0.97);
  expect(grew / factor).toBeLessThan(1.03);
});

function isCpu({ profile }: IncomingProfile): boolean {
  return profile.sampleTypes[0].type === 'samples';
}

function values({ profile }: IncomingProfile): string {
  return profile.values.map((column) => column.values.join(' ')).join('; ');
}

function total(counts: Map<string, number>): number {
  return [...counts.values()].reduce((a, b) => a + b, 0);
}

/** Samples by function that they end in. */
function selves(fromMs: number, untilMs: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { profile } of workload.profiles(fromMs, untilMs).filter(isCpu)) {
    const { names } = profile.functions;
    for (let i = 0; i < profile.sampleCount; i++) {
      const name = names[profile.frames.func[profile.stackFrames[profile.stackStart[i + 1] - 1]]];
      counts.set(name, (counts.get(name) ?? 0) + profile.values[0].values[i]);
    }
  }
  return counts;
}

/** Samples that pass a function. */
function under(fromMs: number, untilMs: number, name: string): number {
  let found = 0;
  for (const { profile } of workload.profiles(fromMs, untilMs).filter(isCpu)) {
    const { names } = profile.functions;
    for (let i = 0; i < profile.sampleCount; i++) {
      const stack = profile.stackFrames.subarray(profile.stackStart[i], profile.stackStart[i + 1]);
      if (stack.some((frame) => names[profile.frames.func[frame]] === name)) found += profile.values[0].values[i];
    }
  }
  return found;
}
