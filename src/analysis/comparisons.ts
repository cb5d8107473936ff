/** Two profiles side by side: their union as it is shown, and which of its differences are more than noise. */
import type { Steps } from '#base/steps.ts';
import type { CallTree } from '#model/call-tree.ts';
import { unlikeLanguages } from '#model/comparability.ts';
import { type WhatChanged, whatChanged } from '#model/changes.ts';
import { type DiffTree, diffTree, unionTree } from '#model/diff.ts';
import { compareSides, type Evidence } from '#model/evidence.ts';
import { functionTotals } from '#model/function-table.ts';
import { idleShares } from '#model/idle.ts';
import { normalise, type Normalised, normalisations, whyNotNormalised } from '#model/normalise.ts';
import type { Profile } from '#model/profile.ts';
import { sandwich } from '#model/sandwich.ts';
import { samplesPerUnit } from '#model/samples-per-unit.ts';
import { matchFunctions, parseSearch, searchShare } from '#model/search.ts';
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
import type { NamedTree, SideColumns, SideKey, UnionTree } from '#model/union.ts';
import { rankNames } from '#model/tree-builder.ts';
import { writeDiffFolded } from '#formats/write-diff-folded.ts';
import type {
  DiffAnswer,
  DiffPicture,
  DiffRequest,
  DiffSide,
  EvidenceAnswer,
  Exported,
  SandwichDiffAnswer,
  SearchAnswer,
  SideNoise,
  TreeRequest,
} from './analysis.ts';

/** What a comparison needs of the rest of the analysis. */
interface Sides {
  tree(
    request: TreeRequest,
    signal: AbortSignal,
  ): Promise<{ tree: CallTree; facts: FunctionFacts; matched: readonly number[] }>;
  profile(request: TreeRequest): Profile;
  slices(request: TreeRequest): SlicedColumns | undefined;
  run<T>(steps: Steps<T>, signal: AbortSignal): Promise<T>;
}

/** Unions kept, the latest asked first. */
const UNIONS_KEPT = 2;
/** Evidence kept for each. */
const EVIDENCE_KEPT = 4;
/** Changes that are told, beyond the supported ones: a list that nobody reads to its end. */
const MAX_CHANGES = 500;

interface KeptUnion {
  readonly key: string;
  readonly handles: readonly number[];
  readonly union: UnionTree;
  readonly idle: DiffAnswer['idle'];
  readonly unlike: string | undefined;
  readonly facts: FunctionFacts;
  readonly nameRank: Int32Array;
  readonly matched: readonly number[];
  evidence: readonly KeptEvidence[];
}

interface KeptEvidence {
  readonly id: number;
  /** What it was found from. */
  readonly noise: string;
  readonly found: Evidence;
  readonly slices: EvidenceAnswer['slices'];
}

export class Comparisons {
  readonly #sides: Sides;
  #unions: readonly KeptUnion[] = [];
  #lastEvidence = 0;

  constructor(sides: Sides) {
    this.#sides = sides;
  }

  async diff(request: DiffRequest, signal: AbortSignal): Promise<DiffAnswer> {
    const began = performance.now();
    const kept = await this.#union(request, signal);
    const { union, facts, matched } = kept;
    const { normalised, refused } = this.#normalised(kept, request);
    const shown = diffTree(union, normalised, request.width, request.order, kept.nameRank);
    const { kind, load } = normalised;
    const { a, b } = amountsOf(normalised);
    return {
      ...shown,
      a,
      b,
      byFunction: { a: totalsByFunction(union, a), b: totalsByFunction(union, b) },
      functions: facts.functions,
      packages: facts.packages,
      isSystem: facts.isSystem,
      totals: { a: exactTotal(union.a), b: exactTotal(union.b) },
      idle: kept.idle,
      negative: { a: union.a.negative, b: union.b.negative },
      namesInA: Object.fromEntries(union.namesInA),
      unlike: kept.unlike,
      kind,
      load,
      refused,
      reasons: Object.fromEntries(
        normalisations.map((one) => [one, whyNotNormalised(one, union, request.a.facts, request.b.facts)]),
      ) as DiffAnswer['reasons'],
      matched,
      diffMs: performance.now() - began,
    };
  }

  async evidence(
    request: DiffRequest,
    noise: { readonly a: SideNoise; readonly b: SideNoise },
    signal: AbortSignal,
  ): Promise<EvidenceAnswer> {
    const began = performance.now();
    const kept = await this.#union(request, signal);
    const { union } = kept;
    const { id, found, slices } = await this.#evidence(kept, request, noise, signal);
    const { normalised } = this.#normalised(kept, { ...request, evidence: id });
    return {
      id,
      isSliced: found.isSliced,
      isCounted: found.isCounted,
      slices,
      functions: found.functions,
      nodes: found.nodes,
      nodeRow: found.nodeRow,
      found: limitChanges(whatChanged(union, normalised, found)),
      evidenceMs: performance.now() - began,
    };
  }

  /** Found once: no normalisation changes what is noise. */
  async #evidence(
    kept: KeptUnion,
    request: DiffRequest,
    noise: { readonly a: SideNoise; readonly b: SideNoise },
    signal: AbortSignal,
  ): Promise<KeptEvidence> {
    const key = JSON.stringify(noise);
    const known = kept.evidence.find((one) => one.noise === key);
    if (known) return known;
    const { union } = kept;
    const a = await this.#slices(request.a, noise.a, request.transforms, union, 'a', signal);
    const b = await this.#slices(request.b, noise.b, request.transforms, union, 'b', signal);
    signal.throwIfAborted();
    const found = compareSides(union, a, b);
    const made = { id: ++this.#lastEvidence, noise: key, found, slices: { a: a.sliceCount, b: b.sliceCount } };
    kept.evidence = [made, ...kept.evidence].slice(0, EVIDENCE_KEPT);
    return made;
  }

  async search(request: DiffRequest, text: string, signal: AbortSignal): Promise<SearchAnswer> {
    const kept = await this.#union(request, signal);
    const began = performance.now();
    const parsed = parseSearch(text);
    const count = kept.union.names.length;
    const hit = parsed.ok
      ? await this.#sides.run(matchFunctions(parsed.query, kept.facts), signal)
      : new Uint8Array(count);
    const { tree } = this.#shown(kept, request);
    const { nodes, value } = searchShare(tree, hit);
    return { hit, nodes, value, searchMs: performance.now() - began };
  }

  async sandwich(request: DiffRequest, func: number, signal: AbortSignal): Promise<SandwichDiffAnswer> {
    const kept = await this.#union(request, signal);
    const { union, nameRank } = kept;
    const { normalised } = this.#normalised(kept, request);
    // Of what the normalisation made of the sides, which need not be in proportion to what was recorded.
    const a = sandwich(treeOfSide(union, normalised.a), func, 'size', nameRank);
    const b = sandwich(treeOfSide(union, normalised.b), func, 'size', nameRank);
    signal.throwIfAborted();
    const half = (ofA: CallTree, ofB: CallTree): DiffPicture => {
      const { names } = union;
      const both = unionTree({ tree: ofA, names }, { tree: ofB, names });
      const columns = amountsOf(both);
      const shown = diffTree(both, columns, request.width, request.order, nameRank);
      return { ...shown, ...columns };
    };
    return { callers: half(a.callers, b.callers), callees: half(a.callees, b.callees) };
  }

  async exportFolded(request: DiffRequest, signal: AbortSignal): Promise<Exported> {
    const { union } = await this.#union(request, signal);
    return writeDiffFolded(union);
  }

  /** A side's profile is closed: what was made of it goes too. */
  forget(handle: number): void {
    this.#unions = this.#unions.filter(({ handles }) => !handles.includes(handle));
  }

  #shown(kept: KeptUnion, request: DiffRequest): DiffTree {
    return diffTree(
      kept.union,
      this.#normalised(kept, request).normalised,
      request.width,
      request.order,
      kept.nameRank,
    );
  }

  /** As asked where that can be; else by share, else as recorded. */
  #normalised(
    { union, evidence }: KeptUnion,
    { a, b, normalisation, evidence: wanted }: DiffRequest,
  ): { normalised: Normalised; refused: string | undefined } {
    const refused = whyNotNormalised(normalisation, union, a.facts, b.facts);
    const kind =
      refused === undefined
        ? normalisation
        : whyNotNormalised('share', union, a.facts, b.facts) === undefined
          ? 'share'
          : 'absolute';
    if (kind !== 'equal-work') return { normalised: normalise(kind, union, a.facts, b.facts, undefined), refused };
    const known = evidence.find(({ id }) => id === wanted)?.found ?? evidence[0]?.found;
    const found = known ?? compareSides(union, unsliced(union.a, undefined), unsliced(union.b, undefined));
    const work = { unit: found.units.unit, growth: found.growth };
    return { normalised: normalise(kind, union, a.facts, b.facts, work), refused };
  }

  async #union({ a, b, transforms }: DiffRequest, signal: AbortSignal): Promise<KeptUnion> {
    const key = JSON.stringify([a.handle, b.handle, a.sampleType, b.sampleType, transforms]);
    const kept = this.#kept(key);
    if (kept) return kept;
    const [ofA, ofB] = await Promise.all([a, b].map((side) => this.#sides.tree(treeRequest(side, transforms), signal)));
    // Another question may have made it meanwhile: evidence must meet the union that is drawn.
    const meanwhile = this.#kept(key);
    if (meanwhile) return meanwhile;
    const union = unionTree(named(ofA), named(ofB));
    signal.throwIfAborted();
    const made: KeptUnion = {
      key,
      idle: idleShares(union),
      unlike: unlikeLanguages(named(ofA), named(ofB)),
      handles: [a.handle, b.handle],
      union,
      facts: joinFacts(union, ofA.facts, ofB.facts),
      nameRank: rankNames(union.names),
      matched: ofA.matched.map((count, i) => count + ofB.matched[i]),
      evidence: [],
    };
    this.#unions = [made, ...this.#unions].slice(0, UNIONS_KEPT);
    return made;
  }

  #kept(key: string): KeptUnion | undefined {
    const found = this.#unions.find((one) => one.key === key);
    if (found) this.#unions = [found, ...this.#unions.filter((one) => one !== found)];
    return found;
  }

  async #slices(
    side: DiffSide,
    noise: SideNoise,
    transforms: readonly Transform[],
    union: UnionTree,
    key: SideKey,
    signal: AbortSignal,
  ): Promise<SideSlices> {
    switch (noise.kind) {
      case 'itself': {
        const whole = treeRequest(side, []);
        const sliced = this.#sides.slices(whole);
        if (!sliced) return unsliced(union[key], samplesPerUnit(this.#sides.profile(whole), side.sampleType));
        if (transforms.length === 0) return slicesOfAnswer(sideOfUnion(union, key), sliced);
        const { tree, facts } = await this.#sides.tree(whole, signal);
        return this.#sides.run(transformedSlices(sideOfUnion(union, key), { tree, facts }, sliced, transforms), signal);
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

/** A transform knows trees only: each slice becomes one, and goes again. */
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

/** Siblings in one order, whatever is shown: a tree is made once. */
function treeRequest({ handle, sampleType }: DiffSide, transforms: readonly Transform[]): TreeRequest {
  return { handle, sampleType, order: 'size', transforms };
}

function named({ tree, facts }: { readonly tree: CallTree; readonly facts: FunctionFacts }): NamedTree {
  return { tree, names: facts.functions.names };
}

function exactTotal({ exact, total }: SideColumns): number | bigint {
  return exact ? exact.total[0] : total[0];
}

/** Nothing but the amounts: what is recorded has more columns. */
function amountsOf({ a, b }: Pick<Normalised, 'a' | 'b'>): Pick<Normalised, 'a' | 'b'> {
  return { a: { self: a.self, total: a.total }, b: { self: b.self, total: b.total } };
}

function treeOfSide(union: UnionTree, { self, total }: Normalised['a']): CallTree {
  return { ...union, self, total, exact: undefined, negative: union.a.negative };
}

function totalsByFunction(union: UnionTree, amounts: Normalised['a']): DiffAnswer['byFunction']['a'] {
  const { self, total } = functionTotals(treeOfSide(union, amounts), union.names.length);
  return { self, total };
}

/** All that is supported, and the largest of the rest. */
function limitChanges(found: WhatChanged): WhatChanged & { readonly omittedCount: number } {
  const supported = found.changes.filter((change) => change.supported).length;
  const changes = found.changes.slice(0, supported + MAX_CHANGES);
  return { ...found, changes, omittedCount: found.changes.length - changes.length };
}

/** What is known of the union's functions: of each what the side knows that gave it its name. */
function joinFacts({ names, namesInA, functions }: UnionTree, a: FunctionFacts, b: FunctionFacts): FunctionFacts {
  const ofA = a.functions.names.length;
  // Where a function of the union stands in B; −1 where what A knows holds.
  const from = new Int32Array(names.length).fill(-1);
  for (const [func, place] of functions.b.func.entries())
    if (from[place] < 0 && (place >= ofA || namesInA.has(place))) from[place] = func;
  const texts = (x: readonly string[], y: readonly string[]): string[] =>
    Array.from(from, (f, place) => (f < 0 ? x[place] : y[f]));
  const numbers = (x: ArrayLike<number>, y: ArrayLike<number>): Int32Array =>
    Int32Array.from(from, (f, place) => (f < 0 ? x[place] : y[f]));
  return {
    functions: {
      names,
      files: texts(a.functions.files, b.functions.files),
      line: numbers(a.functions.line, b.functions.line),
      mappings: texts(a.functions.mappings, b.functions.mappings),
    },
    packages: texts(a.packages, b.packages),
    isSystem: Uint8Array.from(numbers(a.isSystem, b.isSystem)),
    frames: {
      length: a.frames.length + b.frames.length,
      func: joined(
        a.frames.func.map((f) => functions.a.func[f]),
        b.frames.func.map((f) => functions.b.func[f]),
      ),
      line: joined(a.frames.line, b.frames.line),
    },
  };
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
