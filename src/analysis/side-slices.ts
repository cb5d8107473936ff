/** What each side of a comparison did in slices of time, from what is known of it. */
import type { Steps } from '#base/steps.ts';
import type { CallTree } from '#model/call-tree.ts';
import type { LocatedHits } from '#model/located-tree.ts';
import type { Profile } from '#model/profile.ts';
import { samplesPerUnit } from '#model/samples-per-unit.ts';
import type { SearchQuery } from '#model/search.ts';
import { slicesOfTimes } from '#model/slices-of-times.ts';
import {
  type SlicedColumns,
  type SideSlices,
  samplesPerUnitOf,
  SliceCollector,
  sideOfUnion,
  slicesOfAnswer,
  treesOfSlices,
  unsliced,
} from '#model/slices.ts';
import { applyTransforms, type Transform } from '#model/transforms/registry.ts';
import type { FunctionFacts } from '#model/transforms/function-tables.ts';
import type { NamedTree, SideKey, UnionTree } from '#model/union.ts';
import type { DiffRequest, DiffSide, SideNoise, TreeRequest } from './analysis.ts';

/** The parts of the analysis that a comparison needs. */
export interface ComparisonSides {
  tree(
    request: TreeRequest,
    signal: AbortSignal,
  ): Promise<{ tree: CallTree; facts: FunctionFacts; matched: readonly number[] }>;
  searchLocated(request: TreeRequest, query: SearchQuery, signal: AbortSignal): Promise<LocatedHits | undefined>;
  profile(request: TreeRequest): Profile;
  slices(request: TreeRequest): SlicedColumns | undefined;
  run<T>(steps: Steps<T>, signal: AbortSignal): Promise<T>;
}

export type Noise = Readonly<Record<SideKey, SideNoise>>;

/** What both sides are cut into where they are files with times. */
type OneRun = Readonly<Record<SideKey, SlicedColumns>>;

export class SideSlicer {
  readonly #sides: ComparisonSides;
  /** By profile and sample type. */
  readonly #ofTimes = new WeakMap<Profile, Map<number, SlicedColumns | undefined>>();

  constructor(sides: ComparisonSides) {
    this.#sides = sides;
  }

  /** Slices of two files whose samples have times; undefined if a side is not such a file. */
  async oneRun(request: DiffRequest, noise: Noise, signal: AbortSignal): Promise<OneRun | undefined> {
    const sideOf = async (key: SideKey): Promise<SlicedColumns | undefined> => {
      const whole = treeRequest(request[key], []);
      if (noise[key].kind !== 'itself' || this.#sides.slices(whole)) return undefined;
      const profile = this.#sides.profile(whole);
      const { sampleType } = request[key];
      const known = this.#ofTimes.get(profile) ?? new Map<number, SlicedColumns | undefined>();
      this.#ofTimes.set(profile, known);
      if (!known.has(sampleType))
        known.set(sampleType, await this.#sides.run(slicesOfTimes(profile, sampleType), signal));
      return known.get(sampleType);
    };
    const [a, b] = [await sideOf('a'), await sideOf('b')];
    return a && b && { a, b };
  }

  async slices(
    side: DiffSide,
    noise: SideNoise,
    ofTimes: SlicedColumns | undefined,
    transforms: readonly Transform[],
    union: UnionTree,
    key: SideKey,
    signal: AbortSignal,
  ): Promise<SideSlices> {
    switch (noise.kind) {
      case 'itself': {
        const whole = treeRequest(side, []);
        const sliced = this.#sides.slices(whole);
        const perUnit = sliced
          ? samplesPerUnitOf(sliced)
          : (samplesPerUnit(this.#sides.profile(whole), side.sampleType) ?? (ofTimes && samplesPerUnitOf(ofTimes)));
        const known = sliced ?? ofTimes;
        if (!known) return unsliced(union[key], perUnit);
        if (transforms.length === 0)
          return { ...slicesOfAnswer(sideOfUnion(union, key), known), samplesPerUnit: perUnit };
        const { tree, facts } = await this.#sides.tree(whole, signal);
        const turned = transformedSlices(sideOfUnion(union, key), { tree, facts }, known, transforms);
        return { ...(await this.#sides.run(turned, signal)), samplesPerUnit: perUnit };
      }
      case 'merges': {
        const collector = new SliceCollector(sideOfUnion(union, key));
        for (const handle of noise.handles)
          collector.add(named(await this.#sides.tree(treeRequest({ ...side, handle }, transforms), signal)));
        return collector.take(undefined);
      }
    }
  }
}

/** Transforms work on trees only: each slice becomes a tree for a moment. */
function* transformedSlices(
  known: ReturnType<typeof sideOfUnion>,
  { tree, facts }: { readonly tree: CallTree; readonly facts: FunctionFacts },
  sliced: SlicedColumns,
  transforms: readonly Transform[],
): Steps<SideSlices> {
  const collector = new SliceCollector(known);
  for (const slice of treesOfSlices({ tree, names: facts.functions.names }, sliced))
    collector.add(named(yield* applyTransforms(slice, transforms, facts, 'size')));
  return collector.take(samplesPerUnitOf(sliced));
}

/** The order of siblings is fixed here, so that a tree is built only once. */
export function treeRequest({ handle, sampleType }: DiffSide, transforms: readonly Transform[]): TreeRequest {
  return { handle, sampleType, order: 'size', transforms };
}

export function named({ tree, facts }: { readonly tree: CallTree; readonly facts: FunctionFacts }): NamedTree {
  return { tree, names: facts.functions.names };
}
