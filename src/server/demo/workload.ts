/**
 * The schedule of the demo service: a day of load, a deploy that makes three functions slower, a route that gets
 * busier.
 */

import { noLabels, plainColumn } from '#formats/profile-columns.ts';
import type { Profile } from '#model/profile.ts';
import type { IncomingProfile } from '../incoming.ts';
import { ownProfile } from '../own-profile.ts';
import { makeProgram, type Program } from './program.ts';
import { routes } from './program-text.ts';
import { poisson, seeded, type Random } from '#base/seeded.ts';

export const DEMO_SERVICE = 'demo/shop-checkout';
export const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The known truth about the demo, for checking an analysis. */
export const demoTruth = {
  before: 'v1.8.1',
  after: 'v1.8.2',
  /** From the deploy on the self cost of these functions is multiplied by this, everywhere. Nothing else changes. */
  slower: [
    { name: 'shop/pricing.(*Engine).applyDiscounts', factor: 1.4 },
    { name: 'shop/search.(*Ranker).score', factor: 1.25 },
    { name: 'shop/inventory.(*Ledger).reserve', factor: 1.6 },
  ],
  /** For two hours this route gets 50 % more requests. No code changes then. */
  busier: { route: 'GET /products/{id}', handler: 'shop/api.(*Server).getProduct', factor: 1.5 },
} as const;

/** When it happens. Times in ms since the epoch. */
export interface DemoPlan {
  readonly seed: string;
  /** The first pod's; the others follow within two minutes. */
  readonly deployMs: number;
  readonly busierFromMs: number;
  readonly busierUntilMs: number;
}

/** Pods, what their clocks are after the full minute, and how long after the first they get the new version. In ms. */
const PODS = [
  { name: 'shop-checkout-0', offsetMs: 7_000, deployedAfterMs: 0 },
  { name: 'shop-checkout-1', offsetMs: 24_000, deployedAfterMs: 50_000 },
  { name: 'shop-checkout-2', offsetMs: 43_000, deployedAfterMs: 100_000 },
] as const;

const CPU_PERIOD = 10_000_000;
const HEAP_PERIOD = 524_288;
const HEAP_EVERY_MINUTES = 5;
/** Cores that a pod uses at the day's mean. */
const CORES = 0.6;
/** Bytes a second that a pod allocates at the day's mean, and bytes that are alive in it. */
const ALLOCATED = 24e6;
const ALIVE = 350e6;
/** How far the traffic of a route strays from minute to minute, as a standard deviation. */
const STRAY = 0.06;

/** The plan of somebody who starts the demo now: a deploy about 6 h ago, the busy route from 14 to 12 h ago. */
export function planDemo(nowMs: number, seed: string): DemoPlan {
  const minute = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  return {
    seed,
    deployMs: minute - 6 * HOUR_MS,
    busierFromMs: minute - 14 * HOUR_MS,
    busierUntilMs: minute - 12 * HOUR_MS,
  };
}

/** Makes the profiles of a plan. The same plan makes the same profiles, whatever was asked for before. */
export class DemoWorkload {
  readonly #plan: DemoPlan;
  readonly #program: Program = makeProgram();
  /** By function: what the deploy multiplies its cost by. */
  readonly #slower: Float64Array;

  constructor(plan: DemoPlan) {
    this.#plan = plan;
    const { names } = this.#program.functions;
    this.#slower = Float64Array.from(names, (name) => demoTruth.slower.find((one) => one.name === name)?.factor ?? 1);
  }

  /**
   * The profiles that were complete in [fromMs, untilMs), ascending: a CPU profile has the time of the start of its
   * minute.
   */
  profiles(fromMs: number, untilMs: number): IncomingProfile[] {
    const made: IncomingProfile[] = [];
    for (let minute = Math.floor(fromMs / MINUTE_MS); minute * MINUTE_MS < untilMs; minute++) {
      for (const pod of PODS) {
        const readyMs = minute * MINUTE_MS + pod.offsetMs;
        if (readyMs < fromMs || readyMs >= untilMs) continue;
        made.push(this.#cpuProfile(pod, readyMs - MINUTE_MS));
        if (minute % HEAP_EVERY_MINUTES === 0) made.push(this.#heapProfile(pod, readyMs));
      }
    }
    return made;
  }

  #cpuProfile(pod: (typeof PODS)[number], timeMs: number): IncomingProfile {
    const { stackStart, stackFrames, cost, route, leaf } = this.#program;
    const isAfter = this.#isAfter(pod, timeMs);
    const random = seeded(`${this.#plan.seed} cpu ${pod.name} ${timeMs}`);
    const load = this.#load(timeMs, random);
    const mean = (CORES * MINUTE_MS * 1e6) / CPU_PERIOD;
    const counts = new Float64Array(cost.length);
    for (let i = 0; i < counts.length; i++) {
      const factor = isAfter ? this.#slower[leaf[i]] : 1;
      counts[i] = poisson(mean * cost[i] * factor * load[route[i] + 1], random);
    }
    const profile = this.#profile(
      { stackStart, stackFrames },
      [
        ['samples', 'count', counts],
        ['cpu', 'nanoseconds', counts.map((count) => count * CPU_PERIOD)],
      ],
      { type: { type: 'cpu', unit: 'nanoseconds' }, value: CPU_PERIOD },
    );
    return this.#incoming('process_cpu', pod, timeMs, profile);
  }

  /** Allocations since the heap profile before, and what is alive. The deploy changes nothing about them. */
  #heapProfile(pod: (typeof PODS)[number], timeMs: number): IncomingProfile {
    const { stackStart, stackFrames, cost, route, objectBytes, alive } = this.#program.allocations;
    const random = seeded(`${this.#plan.seed} heap ${pod.name} ${timeMs}`);
    const load = this.#load(timeMs - (HEAP_EVERY_MINUTES * MINUTE_MS) / 2, random);
    const all = cost.reduce((sum, one) => sum + one, 0);
    const allocated = (ALLOCATED * HEAP_EVERY_MINUTES * 60) / HEAP_PERIOD / all;
    const allocSpace = new Float64Array(cost.length);
    const inuseSpace = new Float64Array(cost.length);
    for (let i = 0; i < cost.length; i++) {
      const here = load[route[i] + 1];
      allocSpace[i] = poisson(allocated * cost[i] * here, random) * HEAP_PERIOD;
      // Caches and pools do not shrink with the load.
      inuseSpace[i] = poisson((ALIVE / HEAP_PERIOD) * alive[i] * (0.6 + 0.4 * here), random) * HEAP_PERIOD;
    }
    const objects = (space: Float64Array): Float64Array => space.map((bytes, i) => bytes / objectBytes[i]);
    const profile = this.#profile(
      { stackStart, stackFrames },
      [
        ['alloc_objects', 'count', objects(allocSpace)],
        ['alloc_space', 'bytes', allocSpace],
        ['inuse_objects', 'count', objects(inuseSpace)],
        ['inuse_space', 'bytes', inuseSpace],
      ],
      { type: { type: 'space', unit: 'bytes' }, value: HEAP_PERIOD },
    );
    return this.#incoming('memory', pod, timeMs, profile);
  }

  #isAfter({ deployedAfterMs }: (typeof PODS)[number], timeMs: number): boolean {
    return timeMs >= this.#plan.deployMs + deployedAfterMs;
  }

  /** Load relative to the mean: index 0 for all routes together, r + 1 for route r. */
  #load(timeMs: number, random: Random): Float64Array {
    const { busierFromMs, busierUntilMs } = this.#plan;
    const { routeShare } = this.#program;
    // Most at 19 h, least at 7 h UTC, and steeper by day than by night.
    const phase = ((timeMs / HOUR_MS - 19) / 24) * 2 * Math.PI;
    const day = 1 + 0.4 * Math.cos(phase) + 0.1 * Math.cos(2 * phase);
    const isBusier = timeMs >= busierFromMs && timeMs < busierUntilMs;
    const load = new Float64Array(routes.length + 1);
    routes.forEach(({ id }, r) => {
      const stray = 1 + STRAY * (random() + random() + random() + random() - 2) * Math.sqrt(3);
      load[r + 1] = day * stray * (isBusier && id === demoTruth.busier.route ? demoTruth.busier.factor : 1);
      load[0] += load[r + 1] * routeShare[r];
    });
    return load;
  }

  #profile(
    stacks: Pick<Profile, 'stackStart' | 'stackFrames'>,
    columns: readonly (readonly [type: string, unit: string, values: Float64Array])[],
    period: NonNullable<Profile['period']>,
  ): Profile {
    const sampleCount = stacks.stackStart.length - 1;
    const { functions, definitions, frames } = this.#program;
    return {
      sampleTypes: columns.map(([type, unit]) => ({ type, unit })),
      defaultSampleType: columns.length - 1,
      functions,
      definitions,
      frames,
      sampleCount,
      ...stacks,
      values: columns.map(([, , values]) => plainColumn(values)),
      labels: noLabels(sampleCount),
      timeMs: undefined,
      durationMs: undefined,
      period,
      cut: undefined,
      notes: ['Demo data: made up from a seed, not measured.'],
    };
  }

  #incoming(name: string, pod: (typeof PODS)[number], timeMs: number, profile: Profile): IncomingProfile {
    const version = this.#isAfter(pod, timeMs) ? demoTruth.after : demoTruth.before;
    const labels = { __name__: name, service_name: DEMO_SERVICE, demo: 'true', pod: pod.name, version };
    return ownProfile(profile, labels, timeMs, `demo ${this.#plan.seed} ${name} ${pod.name} ${timeMs}`);
  }
}
