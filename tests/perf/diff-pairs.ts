/**
 * Made-up services of many shapes, recorded twice: load that shifts, drifts and bursts by route, and one function that got
 * slower, or none. Everything follows from a seed.
 */
import { seeded, poisson, type Random } from '#base/seeded.ts';
import type { NamedTree } from '#model/union.ts';
import { TreeBuilder, rankNames } from '#model/tree-builder.ts';

export interface PairPlan {
  readonly seed: string;
  /** How strays follow each other: anew in each slice, or lasting. */
  readonly noise: 'independent' | 'lasting';
  readonly culprit: 'small' | 'large' | 'none';
  readonly slices: number;
  /** Standard deviation of the log of what each function costs on B, for reasons of its inputs; 0 if it is left out. */
  readonly drift?: number;
  /** Both sides have the same load. */
  readonly isLoadSame?: boolean;
}

export interface MadePair {
  /** One tree for each slice. */
  readonly a: readonly NamedTree[];
  readonly b: readonly NamedTree[];
  readonly culprit: { readonly name: string; readonly factor: number; readonly expectedZ: number } | undefined;
}

interface Stack {
  readonly frames: readonly number[];
  readonly weight: number;
  /** Routes stray by themselves, and so do the kinds of requests within a route. */
  readonly route: number;
  readonly kind: number;
}

interface Service {
  readonly names: readonly string[];
  readonly stacks: readonly Stack[];
  readonly routes: number;
  readonly kinds: number;
}

export function makePair({ seed, noise, culprit: kind, slices, drift = 0, isLoadSame = false }: PairPlan): MadePair {
  const random = seeded(seed);
  for (;;) {
    const service = makeService(random);
    const chosen = kind === 'none' ? undefined : chooseCulprit(service, kind, random);
    if (kind !== 'none' && !chosen) continue;
    const stacks = kind === 'large' ? boosted(service, chosen!, random) : service.stacks;
    const factor = 1.1 + 0.4 * random();
    const samples = 10_000 * 12 ** random();
    // Each route's load shifts on its own, and the whole service's too.
    const overall = 0.7 + 0.8 * random();
    const shifts = Array.from({ length: service.routes }, () => overall * (0.7 + 0.8 * random()) ** 0.7);
    const inputs = seeded(`${seed} inputs`);
    const drifts = service.names.map(() => Math.exp(drift * normal(inputs)));
    const record = (isB: boolean): { trees: NamedTree[]; variance: number } => {
      const load = courses(service.routes, slices, noise, random, 0.1 + 0.3 * random(), true);
      const stray = courses(service.kinds, slices, noise, random, 0.04 * random(), false);
      const builders = Array.from({ length: slices }, () => new TreeBuilder(false));
      // Of the culprit and of all else, by route: what a test that knew the routes had to go by.
      const own = new Float64Array(service.routes);
      const rest = new Float64Array(service.routes);
      for (const { frames, weight, route, kind: part } of stacks) {
        const isSlow = frames.at(-1) === chosen;
        for (let i = 0; i < slices; i++) {
          const mean =
            ((samples * weight) / slices) *
            load[route * slices + i] *
            stray[part * slices + i] *
            (isB ? drifts[frames.at(-1)!] * (isLoadSame ? 1 : shifts[route]) : 1);
          const expected = mean * (isB && isSlow ? factor : 1);
          if (isSlow) own[route] += expected;
          else rest[route] += expected;
          const count = poisson(expected, random);
          if (count === 0) continue;
          let node = 0;
          for (const f of frames) node = builders[i].child(node, f);
          builders[i].add(node, count * PERIOD);
        }
      }
      const ranks = rankNames(service.names);
      return {
        trees: builders.map((one) => ({ tree: one.seal('size', ranks), names: service.names })),
        variance: logVariance(own, rest),
      };
    };
    const a = record(false);
    const b = record(true);
    return {
      a: a.trees,
      b: b.trees,
      culprit:
        chosen === undefined
          ? undefined
          : {
              name: service.names[chosen],
              factor,
              expectedZ: Math.log(factor) / Math.sqrt(a.variance + b.variance),
            },
    };
  }
}

/** Of the log of the culprit's ratio to the rest of its routes, were samples independent. */
function logVariance(own: Float64Array, rest: Float64Array): number {
  const all = own.reduce((sum, one) => sum + one, 0);
  let ofRest = 0;
  for (let route = 0; route < own.length; route++) if (own[route] > 0) ofRest += own[route] ** 2 / rest[route];
  return 1 / all + ofRest / all ** 2;
}

/** ns of a sample. */
export const PERIOD = 10_000_000;

/**
 * Routes with code of their own above shared libraries, which call each other (and sometimes themselves); behind a trunk of
 * any length; collectors and other threads beside it. Some services have one route, some a dozen.
 */
function makeService(random: Random): Service {
  const names: string[] = [];
  const add = (name: string): number => names.push(name) - 1;
  const whole = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const libraries = Array.from({ length: whole(10, 90) }, (_, i) => add(`lib${i % 7}.f${i}`));
  const calls = libraries.map((_, i) =>
    Array.from({ length: whole(0, 4) }, () =>
      random() < 0.08 ? i : Math.min(libraries.length - 1, i + whole(1, Math.max(2, libraries.length >> 2))),
    ),
  );
  const trunk = Array.from({ length: whole(1, 14) }, (_, i) => add(`server.frame${i}`));
  const routes = whole(1, 14);
  const stacks: Stack[] = [];
  let kinds = 0;
  for (let route = 0; route < routes; route++) {
    const share = (1 + random()) / (route + 1) ** (random() * 1.2);
    const above = random() < 0.15 ? [add(`pool${route}.run`)] : trunk;
    const handler = add(`handler${route}`);
    const own = Array.from({ length: whole(3, 30) }, (_, i) => add(`route${route}.f${i}`));
    const kindsHere = whole(1, 3);
    const count = whole(30, 160);
    for (let i = 0; i < count; i++) {
      const frames = [...above, handler];
      for (let d = whole(0, 8); d > 0; d--) frames.push(own[Math.floor(random() ** 1.5 * own.length)]);
      if (random() < 0.75) {
        for (let at = Math.floor(random() ** 2 * libraries.length), d = whole(1, 12); d > 0; d--) {
          frames.push(libraries[at]);
          const next = calls[at];
          if (next.length === 0) break;
          at = next[Math.floor(random() * next.length)];
        }
      }
      stacks.push({ frames, weight: (share * random() ** 3) / count, route, kind: kinds + (i % kindsHere) });
    }
    kinds += kindsHere;
  }
  const others = whole(1, 3);
  for (let o = 0; o < others; o++) {
    const root = add(`background${o}`);
    const own = Array.from({ length: whole(2, 12) }, (_, i) => add(`background${o}.f${i}`));
    for (let i = 0; i < 20; i++) {
      const frames = [root, ...Array.from({ length: whole(1, 4) }, () => own[Math.floor(random() * own.length)])];
      stacks.push({ frames, weight: (0.3 * random() ** 2) / 20, route: routes + o, kind: kinds + o });
    }
  }
  const sum = stacks.reduce((all, { weight }) => all + weight, 0);
  return {
    names,
    stacks: stacks.map((stack) => ({ ...stack, weight: stack.weight / sum })),
    routes: routes + others,
    kinds: kinds + others,
  };
}

function chooseCulprit({ stacks, names }: Service, kind: 'small' | 'large', random: Random): number | undefined {
  const share = new Float64Array(names.length);
  for (const { frames, weight } of stacks) share[frames.at(-1)!] += weight;
  const [least, most] = kind === 'small' ? [0.004, 0.08] : [0.01, 0.3];
  const fitting = [...share.keys()].filter((f) => share[f] >= least && share[f] <= most);
  return fitting[Math.floor(random() * fitting.length)];
}

/** The culprit's weight raised to 30 to 60 % of the whole. */
function boosted({ stacks }: Service, culprit: number, random: Random): readonly Stack[] {
  const own = stacks.reduce((sum, { frames, weight }) => sum + (frames.at(-1) === culprit ? weight : 0), 0);
  const wanted = 0.3 + 0.3 * random();
  return stacks.map((stack) => ({
    ...stack,
    weight: stack.weight * (stack.frames.at(-1) === culprit ? wanted / own : (1 - wanted) / (1 - own)),
  }));
}

/** [row, slice]: a course around 1 for each row; with a drift and bursts where it is the load of a route. */
function courses(
  rows: number,
  slices: number,
  noise: PairPlan['noise'],
  random: Random,
  spread: number,
  isLoad: boolean,
): Float64Array {
  const course = new Float64Array(rows * slices);
  const kept = noise === 'lasting' ? 0.7 + 0.25 * random() : 0;
  for (let row = 0; row < rows; row++) {
    const drift = isLoad ? 0.6 * (random() - 0.5) : 0;
    const bursts = isLoad ? 0.12 * random() : 0;
    const height = 1 + 3 * random();
    let state = normal(random);
    let burst = 0;
    for (let i = 0; i < slices; i++) {
      state = kept * state + Math.sqrt(1 - kept * kept) * normal(random);
      burst = random() < bursts ? 1 + (noise === 'lasting' ? Math.floor(random() * 4) : 0) : Math.max(0, burst - 1);
      course[row * slices + i] = Math.exp(spread * state) * (1 + drift * (i / slices - 0.5)) * (burst > 0 ? height : 1);
    }
  }
  return course;
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
