/** Comparisons of two profiles: the shown union, and the differences that are more than noise. */
import type { CallTree } from '#model/call-tree.ts';
import { unlikeLanguages } from '#model/comparability.ts';
import { type WhatChanged, whatChanged } from '#model/changes.ts';
import { type DiffTree, diffTree, unionTree } from '#model/diff.ts';
import { compareSides, type Evidence } from '#model/evidence.ts';
import { idleShares } from '#model/idle.ts';
import { detailOfSearch } from '#model/located-tree.ts';
import { normalise, type Normalised, normalisations, whyNotNormalised } from '#model/normalise.ts';
import { ownCostInHalf } from '#model/own-cost.ts';
import { sandwich } from '#model/sandwich.ts';
import { matchFunctions, parseSearch, searchShare, type SearchQuery } from '#model/search.ts';
import { kindedNames, type SideSlices, unsliced } from '#model/slices.ts';
import { invertOnce, isInverted } from '#model/transforms/invert.ts';
import { filesInWords } from '#model/definitions.ts';
import type { FunctionFacts } from '#model/transforms/function-tables.ts';
import { type TurnedUnion, turnUnion } from '#model/turned-union.ts';
import type { SideColumns, SideKey, UnionTree } from '#model/union.ts';
import { rankNames } from '#model/tree-builder.ts';
import { writeDiffFolded } from '#formats/write-diff-folded.ts';
import { foreignNames, type KindedNames } from '#model/foreign-names.ts';
import { joinFacts } from './join-facts.ts';
import { hitsOfBoth, hitsOfNames, type SideHits } from './search-sides.ts';
import type {
  DiffAnswer,
  DiffPicture,
  DiffRequest,
  DiffSide,
  EvidenceAnswer,
  Exported,
  SandwichDiffAnswer,
  SearchAnswer,
} from './analysis.ts';
import { type ComparisonSides, named, type Noise, SideSlicer, treeRequest } from './side-slices.ts';
import { amountsOf, shownAmounts, totalsByFunction, treeOfSide, withOwnCosts } from './shown-amounts.ts';

/** Unions kept, the latest asked first. */
const UNIONS_KEPT = 2;
/** Evidence kept for each. */
const EVIDENCE_KEPT = 4;
/** Reported changes beyond the supported ones: longer lists are not read. */
const MAX_CHANGES = 500;

interface KeptUnion {
  readonly key: string;
  readonly handles: readonly number[];
  /** Always from the roots down: findings are about stacks, not about the direction in which they are shown. */
  readonly union: UnionTree;
  /** The turned union, shown instead if the transforms invert the trees. */
  readonly turned: TurnedUnion | undefined;
  readonly idle: DiffAnswer['idle'];
  readonly unlike: string | undefined;
  readonly facts: FunctionFacts;
  readonly nameRank: Int32Array;
  readonly matched: readonly number[];
  evidence: readonly KeptEvidence[];
}

interface KeptEvidence {
  readonly id: number;
  readonly isOneRun: boolean;
  /** Its inputs. */
  readonly noise: string;
  readonly found: Evidence;
  readonly slices: EvidenceAnswer['slices'];
}

export class Comparisons {
  readonly #sides: ComparisonSides;
  #unions: readonly KeptUnion[] = [];
  #lastEvidence = 0;
  readonly #slicer: SideSlicer;

  constructor(sides: ComparisonSides) {
    this.#sides = sides;
    this.#slicer = new SideSlicer(sides);
  }

  async diff(request: DiffRequest, signal: AbortSignal): Promise<DiffAnswer> {
    const began = performance.now();
    const kept = await this.#union(request, signal);
    const { union, facts, matched } = kept;
    const { normalised, refused } = this.#normalised(kept, request);
    const { kind, load } = normalised;
    const { a, b } = normalised;
    return {
      ...this.#picture(kept, normalised, request),
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

  async evidence(request: DiffRequest, noise: Noise, signal: AbortSignal): Promise<EvidenceAnswer> {
    const began = performance.now();
    const kept = await this.#union(request, signal);
    const { union } = kept;
    const { id, found, slices, isOneRun } = await this.#evidence(kept, request, noise, signal);
    const { normalised } = this.#normalised(kept, { ...request, evidence: id });
    const changes = limitChanges(whatChanged(union, normalised, found));
    return {
      id,
      isSliced: found.isSliced,
      isCounted: found.isCounted,
      slices,
      isOneRun,
      likelyRouter: found.likelyRouter,
      functions: found.functions,
      ...(await this.#nodes(kept, request, noise, found, signal)),
      found: kept.turned ? withTurnedPaths(changes) : changes,
      evidenceMs: performance.now() - began,
    };
  }

  /** Computed once: noise does not depend on the normalisation. */
  async #evidence(kept: KeptUnion, request: DiffRequest, noise: Noise, signal: AbortSignal): Promise<KeptEvidence> {
    const key = JSON.stringify([noise, request.units]);
    const known = kept.evidence.find((one) => one.noise === key);
    if (known) return known;
    const { union } = kept;
    const transforms = kept.turned ? invertOnce(request.transforms) : request.transforms;
    const oneRun = await this.#slicer.oneRun(request, noise, signal);
    const sideOf = (side: SideKey): Promise<SideSlices> =>
      this.#slicer.slices(request[side], noise[side], oneRun?.[side], transforms, union, side, signal);
    const [a, b] = [await sideOf('a'), await sideOf('b')];
    signal.throwIfAborted();
    const found = compareSides(union, a, b, request.units);
    const slices = { a: a.sliceCount, b: b.sliceCount };
    const made = { id: ++this.#lastEvidence, noise: key, found, slices, isOneRun: oneRun !== undefined };
    kept.evidence = [made, ...kept.evidence].slice(0, EVIDENCE_KEPT);
    return made;
  }

  /** By node of what is shown. */
  async #nodes(
    { turned }: KeptUnion,
    request: DiffRequest,
    noise: Noise,
    found: Evidence,
    signal: AbortSignal,
  ): Promise<Pick<Evidence, 'nodes' | 'nodeRow'>> {
    if (!turned) return { nodes: found.nodes, nodeRow: found.nodeRow };
    const oneRun = await this.#slicer.oneRun(request, noise, signal);
    const sideOf = (side: SideKey): Promise<SideSlices> =>
      this.#slicer.slices(request[side], noise[side], oneRun?.[side], request.transforms, turned.union, side, signal);
    const [a, b] = [await sideOf('a'), await sideOf('b')];
    signal.throwIfAborted();
    const { nodes, nodeRow } = compareSides(turned.union, a, b);
    return { nodes, nodeRow };
  }

  async search(request: DiffRequest, text: string, signal: AbortSignal): Promise<SearchAnswer> {
    const kept = await this.#union(request, signal);
    const began = performance.now();
    const parsed = parseSearch(text);
    const ofSides = parsed.ok ? await this.#searchSides(kept, request, parsed.query, signal) : undefined;
    if (ofSides) return { ...ofSides, searchMs: performance.now() - began };
    const hit = parsed.ok
      ? await this.#sides.run(matchFunctions(parsed.query, kept.facts), signal)
      : new Uint8Array(kept.union.names.length);
    const { tree } = this.#shown(kept, request);
    const { nodes, value } = searchShare(tree, hit);
    return { hit, hitNodes: undefined, nodes, value, searchMs: performance.now() - began };
  }

  /** Files, packages and lines come from each side's own frames; undefined if names are enough for the search. */
  async #searchSides(
    kept: KeptUnion,
    request: DiffRequest,
    query: SearchQuery,
    signal: AbortSignal,
  ): Promise<Omit<SearchAnswer, 'searchMs'> | undefined> {
    if (detailOfSearch(query) === 'function') return undefined;
    const sideOf = async (key: SideKey): Promise<SideHits> => {
      const asked = treeRequest(request[key], request.transforms);
      const { tree, facts } = await this.#sides.tree(asked, signal);
      const located = await this.#sides.searchLocated(asked, query, signal);
      if (located) return { ...located, tree };
      const hit = await this.#sides.run(matchFunctions(query, facts), signal);
      return { ...hitsOfNames(tree, facts, hit), tree };
    };
    const sides = { a: await sideOf('a'), b: await sideOf('b') };
    const { normalised } = this.#normalised(kept, request);
    return hitsOfBoth(kept.union, sides, normalised, this.#shown(kept, request), request.width);
  }

  async sandwich(request: DiffRequest, func: number, signal: AbortSignal): Promise<SandwichDiffAnswer> {
    const kept = await this.#union(request, signal);
    const { nameRank } = kept;
    const { normalised } = this.#normalised(kept, request);
    const { union, a: amountsA, b: amountsB } = shownAmounts(kept, normalised);
    // From the normalised amounts, which need not be proportional to the recorded ones.
    const a = sandwich(treeOfSide(union, amountsA), func, 'size', nameRank);
    const b = sandwich(treeOfSide(union, amountsB), func, 'size', nameRank);
    signal.throwIfAborted();
    const own = [normalised.a, normalised.b].map((side) => totalsByFunction(kept.union, side).self[func]);
    const half = (which: 'callers' | 'callees'): DiffPicture => {
      const { names } = union;
      const both = unionTree({ tree: a[which], names }, { tree: b[which], names });
      const columns = amountsOf(both);
      const shown = diffTree(both, columns, request.width, request.order, nameRank);
      return withOwnCosts({ ...shown, ...columns }, both, ownCostInHalf(which, kept.turned !== undefined), own);
    };
    return { callers: half('callers'), callees: half('callees') };
  }

  async exportFolded(request: DiffRequest, signal: AbortSignal): Promise<Exported> {
    const { union, turned } = await this.#union(request, signal);
    return writeDiffFolded(turned?.union ?? union);
  }

  /** Drops everything derived from a profile that is closed. */
  forget(handle: number): void {
    this.#unions = this.#unions.filter(({ handles }) => !handles.includes(handle));
  }

  #picture(kept: KeptUnion, normalised: Normalised, { width, order }: DiffRequest): DiffPicture {
    const { union, a, b } = shownAmounts(kept, normalised);
    const shown = diffTree(union, { ...normalised, a, b }, width, order, kept.nameRank);
    return withOwnCosts({ ...shown, a, b }, union, kept.turned ? 'tops' : 'ends');
  }

  #shown(kept: KeptUnion, request: DiffRequest): DiffTree {
    return this.#picture(kept, this.#normalised(kept, request).normalised, request);
  }

  /** The requested normalisation if it applies; otherwise shares; otherwise as recorded. */
  #normalised(
    { union, evidence }: KeptUnion,
    { a, b, normalisation, evidence: wanted, units }: DiffRequest,
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
    const found = known ?? compareSides(union, unsliced(union.a, undefined), unsliced(union.b, undefined), units);
    const work = { unit: found.units.unit, growth: found.growth };
    return { normalised: normalise(kind, union, a.facts, b.facts, work), refused };
  }

  async #union({ a, b, transforms }: DiffRequest, signal: AbortSignal): Promise<KeptUnion> {
    const key = JSON.stringify([a.handle, b.handle, a.sampleType, b.sampleType, transforms]);
    const kept = this.#kept(key);
    if (kept) return kept;
    const isTurned = isInverted(transforms);
    const upright = isTurned ? invertOnce(transforms) : transforms;
    const [ofA, ofB] = await Promise.all([a, b].map((side) => this.#sides.tree(treeRequest(side, upright), signal)));
    // Another call may have built it meanwhile: evidence must use the same union as the drawing.
    const meanwhile = this.#kept(key);
    if (meanwhile) return meanwhile;
    const foreign = foreignNames([a, b].map((side) => this.#kindedNames(side)));
    const union = { ...unionTree(named(ofA), named(ofB)), foreign };
    signal.throwIfAborted();
    const made: KeptUnion = {
      key,
      idle: idleShares(union),
      unlike: unlikeLanguages(named(ofA), named(ofB)),
      handles: [a.handle, b.handle],
      union,
      turned: isTurned ? turnUnion(union) : undefined,
      facts: joinFacts(union, this.#withAllFiles(a, ofA.facts), this.#withAllFiles(b, ofB.facts)),
      nameRank: rankNames(union.names),
      matched: transforms.map((_, i) => matchedBy(ofA, i) + matchedBy(ofB, i)),
      evidence: [],
    };
    this.#unions = [made, ...this.#unions].slice(0, UNIONS_KEPT);
    return made;
  }

  #kindedNames(side: DiffSide): KindedNames {
    const whole = treeRequest(side, []);
    const slices = this.#sides.slices(whole);
    return slices ? kindedNames(slices) : this.#sides.profile(whole);
  }

  /** A name that occurs in several files is reported with all of them. */
  #withAllFiles(side: DiffSide, facts: FunctionFacts): FunctionFacts {
    const files = filesInWords(this.#sides.profile(treeRequest(side, [])));
    const { functions } = facts;
    return { ...facts, functions: { ...functions, files: [...files, ...functions.files.slice(files.length)] } };
  }

  #kept(key: string): KeptUnion | undefined {
    const found = this.#unions.find((one) => one.key === key);
    if (found) this.#unions = [found, ...this.#unions.filter((one) => one !== found)];
    return found;
  }
}

function exactTotal({ exact, total }: SideColumns): number | bigint {
  return exact ? exact.total[0] : total[0];
}

/** @param i a transform; an invert that was left out counts as matching everything */
function matchedBy(
  { tree, matched }: { readonly tree: CallTree; readonly matched: readonly number[] },
  i: number,
): number {
  return matched[i] ?? tree.length - 1;
}

/** The same changes, located in the inverted tree. */
function withTurnedPaths(found: EvidenceAnswer['found']): EvidenceAnswer['found'] {
  return { ...found, changes: found.changes.map((change) => ({ ...change, path: change.path.slice(-1) })) };
}

/** All supported changes, and the largest of the others. */
function limitChanges(found: WhatChanged): WhatChanged & { readonly omittedCount: number } {
  const supported = found.changes.filter((change) => change.supported).length;
  const changes = found.changes.slice(0, supported + MAX_CHANGES);
  return { ...found, changes, omittedCount: found.changes.length - changes.length };
}
