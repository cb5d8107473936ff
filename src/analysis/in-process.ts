/** The analysis itself. The worker wraps it; tests use it directly. */
import type { WaitingSteps } from '#base/steps.ts';
import type { ArchiveFile } from '#formats/format.ts';
import { decodeProfile, readableFormats, unpackFiles } from '#formats/registry.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import { pathOf } from '#model/call-path.ts';
import type { EncodedProfile } from '#model/encoded-profile.ts';
import { functionTotals, leaveOut } from '#model/function-table.ts';
import {
  describe,
  type Detail,
  detailOfProfile,
  detailOfSearch,
  detailOfTransforms,
  functionsOfKeys,
  type Keys,
  type LocatedHits,
  locatedHits,
  type LocatedTree,
  treeDefinitions,
} from '#model/located-tree.ts';
import { type Profile, sumOfColumn } from '#model/profile.ts';
import { labelKeys } from '#model/label-keys.ts';
import { sandwich } from '#model/sandwich.ts';
import { matchFunctions, parseSearch, searchShare, type SearchQuery } from '#model/search.ts';
import { coveredShare } from '#model/covered-time.ts';
import { isInverted, ownCostAtRoots, selfOfInverted } from '#model/transforms/invert.ts';
import { ownCodeOf } from '#model/transforms/own-code.ts';
import { applyTransforms } from '#model/transforms/registry.ts';
import { mergeTree, nodesIn } from '#model/transforms/rebuild.ts';
import { stackRules } from '#model/transforms/stack-rules.ts';
import { sourceLines } from '#model/source-lines.ts';
import { rankNames } from '#model/tree-builder.ts';
import type {
  Analysis,
  Exported,
  ExportFacts,
  LinesAnswer,
  OpenedProfile,
  ProfileHandle,
  SandwichAnswer,
  SearchAnswer,
  Selection,
  StackValue,
  TreeAnswer,
  TreeExport,
  TreeRequest,
  TreeView,
} from './analysis.ts';
import type { Comparisons } from './comparisons.ts';
import { keysFor, type KeptTree, type OpenedFacts, type OpenProfile } from './open-profile.ts';
import { runSteps } from './run-steps.ts';

/** Trees kept per profile, the latest asked first: the one on screen, and the one it was transformed from. */
const TREES_KEPT = 3;

export class InProcessAnalysis implements Analysis {
  readonly #open = new Map<ProfileHandle, OpenProfile>();
  readonly #pause: () => Promise<void>;
  /** Loaded with the first comparison: a third of the worker's code. */
  #comparisons: Promise<Comparisons> | undefined;
  #lastHandle = 0;
  readonly diff: Analysis['diff'] = async (...asked) => (await this.#compared()).diff(...asked);
  readonly evidence: Analysis['evidence'] = async (...asked) => (await this.#compared()).evidence(...asked);
  readonly searchDiff: Analysis['searchDiff'] = async (...asked) => (await this.#compared()).search(...asked);
  readonly sandwichDiff: Analysis['sandwichDiff'] = async (...asked) => (await this.#compared()).sandwich(...asked);
  readonly exportDiff: Analysis['exportDiff'] = async (...asked) => (await this.#compared()).exportFolded(...asked);

  readonly labelNames: Analysis['labelNames'] = async (handle, matchers, signal) =>
    this.#run((await loadSampleLabels()).countLabelValues(this.#profile({ handle }).profile, matchers), signal);
  readonly labelValues: Analysis['labelValues'] = async ({ handle, sampleType }, name, matchers, how, signal) => {
    const { costLabelValues } = await loadSampleLabels();
    return this.#run(costLabelValues(this.#profile({ handle }).profile, sampleType, name, matchers, how), signal);
  };
  readonly flameChart: Analysis['flameChart'] = async ({ handle, sampleType, matchers, during }, signal) => {
    const { flameChart } = await import('#model/flame-chart.ts');
    const { profile } = this.#profile({ handle });
    const chart = await this.#run(flameChart(profile, sampleType, matchers, during), signal);
    return chart && { ...chart, byFunction: functionTotals(chart.tree, profile.functions.names.length) };
  };
  readonly when: Analysis['when'] = async ({ handle, sampleType, matchers, by }, signal) => {
    const { whenOf } = await import('#model/when.ts');
    return this.#run(whenOf(this.#profile({ handle }).profile, sampleType, matchers, by), signal);
  };

  readonly frameKinds: Analysis['frameKinds'] = async (request, signal) => {
    const { kinds } = this.#profile(request).profile.frames;
    if (!kinds) return undefined;
    const { keysWithKinds, treeKinds } = await import('#model/tree-kinds.ts');
    const { tree: shown, facts } = await this.#tree(request, signal);
    const open = this.#profile(request);
    const detail = detailOfProfile(open.profile, detailOfTransforms(request.transforms));
    const keyed = await this.#keyedTree(request, keysWithKinds(keysFor(open, detail), kinds), signal);
    const { target } = functionsOfKeys(keyed.facts, facts);
    const located = { ...keyed, target, nodeOf: nodesIn(shown, keyed.tree, target) };
    return treeKinds(located, shown, facts.functions.names.length, kinds.names);
  };

  /** @param pause lets messages in: it resolves in a later task. */
  constructor(pause: () => Promise<void>) {
    this.#pause = pause;
  }

  async open(
    encoded: EncodedProfile,
    signal: AbortSignal,
    onProgress?: (share: number) => void,
  ): Promise<OpenedProfile> {
    const began = performance.now();
    const { profile, format, unpackedBytes, slices } = await this.#run(decodeProfile(encoded), signal, onProgress);
    const facts = { format, unpackedBytes, warnings: encoded.warnings ?? [] };
    const profileType = encoded.form.kind === 'slices' ? encoded.form.profileType : '';
    return await this.#keep(profile, facts, { slices, profileType }, began);
  }

  async select({ handle, matchers, by, during }: Selection, signal: AbortSignal): Promise<OpenedProfile> {
    const began = performance.now();
    const { profile, opened } = this.#profile({ handle });
    const { selectSamples } = await loadSampleLabels();
    const selected = await this.#run(selectSamples(profile, matchers, by, during), signal);
    return await this.#keep(selected, opened, { slices: undefined, profileType: '' }, began);
  }

  async openWithTree(
    encoded: EncodedProfile,
    view: TreeView,
    signal: AbortSignal,
  ): Promise<{ profile: OpenedProfile; tree: TreeAnswer }> {
    const profile = await this.open(encoded, signal);
    const request = { handle: profile.handle, sampleType: profile.defaultSampleType, ...view };
    try {
      return { profile, tree: await this.tree(request, signal) };
    } catch (error) {
      this.close(profile.handle);
      throw error;
    }
  }

  unpack(bytes: Uint8Array, signal: AbortSignal): Promise<readonly ArchiveFile[]> {
    return this.#run(unpackFiles(bytes), signal);
  }

  async tree(request: TreeRequest, signal: AbortSignal): Promise<TreeAnswer> {
    const { tree, matched, facts, located, treeMs } = await this.#tree(request, signal);
    const began = performance.now();
    const { self, total, exact } = functionTotals(tree, facts.functions.names.length);
    if (isInverted(request.transforms)) selfOfInverted(tree, self, exact?.self);
    const cut = facts.cut === undefined ? 0 : total[facts.cut];
    if (facts.cut !== undefined) leaveOut(facts.cut, self, total, exact);
    return {
      tree,
      byFunction: { self, total, exact },
      cut,
      definitions:
        located && detailOfProfile(this.#profile(request).profile, 'definition') === 'definition'
          ? treeDefinitions(located, tree.length, request.transforms)
          : undefined,
      renamed: facts === this.#profile(request).facts ? undefined : facts,
      matched,
      treeMs: treeMs + performance.now() - began,
    };
  }

  async search(request: TreeRequest, text: string, signal: AbortSignal): Promise<SearchAnswer> {
    const { tree, facts } = await this.#tree(request, signal);
    const parsed = parseSearch(text);
    const began = performance.now();
    const located = parsed.ok ? await this.#searchLocated(request, parsed.query, signal) : undefined;
    if (located) {
      const { hit, hitNodes, value } = located;
      const nodes = hitNodes.reduce((found, isHit) => found + isHit, 0);
      return { hit, hitNodes, nodes, value, searchMs: performance.now() - began };
    }
    const count = facts.functions.names.length;
    const hit = parsed.ok ? await this.#run(matchFunctions(parsed.query, facts), signal) : new Uint8Array(count);
    const { nodes, value } = searchShare(tree, hit);
    return { hit, hitNodes: undefined, nodes, value, searchMs: performance.now() - began };
  }

  async sandwich(request: TreeRequest, func: number, signal: AbortSignal): Promise<SandwichAnswer> {
    const { tree, facts } = await this.#tree(request, signal);
    const open = this.#profile(request);
    const nameRank = facts === open.facts ? open.nameRank : rankNames(facts.functions.names);
    const found = sandwich(tree, func, request.order, nameRank);
    return isInverted(request.transforms) ? { ...found, self: ownCostAtRoots(tree, func) } : found;
  }

  async lines(request: TreeRequest, signal: AbortSignal): Promise<LinesAnswer> {
    const open = this.#profile(request);
    const { profile } = open;
    const { matched } = await this.#tree(request, signal);
    const detail = detailOfProfile(profile, detailOfTransforms(request.transforms));
    const { facts, ofFrame } = keysFor(open, detail);
    const { rules, unheeded } = await this.#run(stackRules(request.transforms, facts, matched), signal);
    return { lines: await this.#run(sourceLines(profile, request.sampleType, rules, ofFrame), signal), unheeded };
  }

  async stacks(request: TreeRequest, signal: AbortSignal): Promise<readonly StackValue[]> {
    const { tree, facts } = await this.#tree(request, signal);
    const stacks: StackValue[] = [];
    for (let node = 0; node < tree.length; node++) {
      const value = tree.exact ? tree.exact.self[node] : tree.self[node];
      if (value !== 0 && value !== 0n) stacks.push({ stack: pathOf(tree, facts.functions.names, node), value });
    }
    return stacks;
  }

  async exportTree(request: TreeRequest, kind: TreeExport, of: ExportFacts, signal: AbortSignal): Promise<Exported> {
    const { profile } = this.#profile(request);
    const kept = await this.#tree(request, signal);
    const detail = { pprof: 'line', speedscope: 'definition', collapsed: 'function' } as const;
    const { tree, facts } = (await this.#located(request, detail[kind], kept, signal)) ?? kept;
    return (await import('#formats/export.ts')).formatExport(kind, {
      tree,
      functions: facts.functions,
      frameLine: facts.frameLine,
      sampleType: profile.sampleTypes[request.sampleType],
      name: of.name,
      timeMs: profile.timeMs ?? of.timeMs,
      durationMs: profile.durationMs ?? of.durationMs,
    });
  }

  async pack(handle: ProfileHandle): Promise<Pick<EncodedProfile, 'bytes' | 'form'>> {
    const { profile, slices, profileType } = this.#profile({ handle });
    const { writePacked, writeSlices } = await import('#formats/export.ts');
    return slices
      ? { bytes: writeSlices(slices), form: { kind: 'slices', profileType } }
      : { bytes: writePacked(profile), form: { kind: 'file' } };
  }

  formats(): Promise<typeof readableFormats> {
    return Promise.resolve(readableFormats);
  }

  close(handle: ProfileHandle): void {
    this.#open.delete(handle);
    void this.#comparisons?.then(
      (comparisons) => comparisons.forget(handle),
      () => undefined,
    );
  }

  #compared(): Promise<Comparisons> {
    this.#comparisons ??= import('./comparisons.ts').then(
      (loaded) =>
        new loaded.Comparisons({
          tree: (request, signal) => this.#tree(request, signal),
          searchLocated: (request, query, signal) => this.#searchLocated(request, query, signal),
          profile: (request) => this.#profile(request).profile,
          slices: (request) => this.#profile(request).slices,
          run: (steps, signal) => this.#run(steps, signal),
        }),
    );
    // After a failure the next comparison loads it again.
    this.#comparisons.catch(() => {
      this.#comparisons = undefined;
    });
    return this.#comparisons;
  }

  #profile({ handle }: Pick<TreeRequest, 'handle'>): OpenProfile {
    const found = this.#open.get(handle);
    if (!found) throw new Error('This profile is closed. Open the file again.');
    return found;
  }

  async #keep(
    profile: Profile,
    opened: OpenedFacts,
    { slices, profileType }: Pick<OpenProfile, 'slices' | 'profileType'>,
    began: number,
  ): Promise<OpenedProfile> {
    const { timeMs, durationMs } = profile;
    const recordedMs = profile.times ? (await import('#model/sample-times.ts')).recordedMsOf(profile) : durationMs;
    const { packages, isSystem } = describe(profile.functions);
    const handle = ++this.#lastHandle as ProfileHandle;
    const facts = { functions: profile.functions, packages, isSystem, cut: profile.cut?.func };
    const nameRank = rankNames(profile.functions.names);
    this.#open.set(handle, { profile, opened, facts, slices, profileType, nameRank, keys: new Map(), trees: [] });
    return {
      ...opened,
      handle,
      sampleTypes: profile.sampleTypes,
      totals: profile.values.map(sumOfColumn),
      defaultSampleType: profile.defaultSampleType,
      sampleCount: profile.sampleCount,
      stackCounts: profile.values.map(({ values }) =>
        values.reduce((count, value) => count + (value === 0 ? 0 : 1), 0),
      ),
      functions: profile.functions,
      packages,
      isSystem,
      ownCode: ownCodeOf(profile.definitions),
      timeMs,
      durationMs,
      recordedMs,
      period: profile.period,
      cut: profile.cut,
      notes: profile.notes,
      isDifferential: profile.isDifferential === true,
      prune: profile.prune,
      labelKeys: labelKeys(profile),
      hasKinds: profile.frames.kinds !== undefined,
      isTimed: profile.times !== undefined,
      coveredShare: slices && slices.profiles.length > 1 ? coveredShare(slices.profiles) : undefined,
      isSliced: slices !== undefined,
      decodeMs: performance.now() - began,
    };
  }

  async #tree(request: TreeRequest, signal: AbortSignal): Promise<KeptTree> {
    const open = this.#profile(request);
    const key = JSON.stringify([request.sampleType, request.order, request.transforms]);
    const kept = open.trees.find((one) => one.key === key);
    if (kept) {
      open.trees = [kept, ...open.trees.filter((one) => one !== kept)];
      return kept;
    }
    const began = performance.now();
    const detail = detailOfProfile(open.profile, detailOfTransforms(request.transforms));
    const { tree, matched, facts, located } =
      detail === 'function' ? await this.#namedTree(request, signal) : await this.#merged(request, detail, signal);
    const made = { key, tree, matched, facts, located, treeMs: performance.now() - began };
    open.trees = [made, ...open.trees].slice(0, TREES_KEPT);
    return made;
  }

  async #namedTree(request: TreeRequest, signal: AbortSignal): Promise<Omit<KeptTree, 'key' | 'treeMs'>> {
    const { profile, facts, nameRank } = this.#profile(request);
    if (request.transforms.length === 0) {
      const tree = await this.#run(buildCallTree(profile, request.sampleType, request.order, nameRank), signal);
      return { tree, matched: [], facts, located: undefined };
    }
    const plain = await this.#tree({ ...request, transforms: [] }, signal);
    const steps = applyTransforms(plain.tree, request.transforms, facts, request.order);
    return { ...(await this.#run(steps, signal)), located: undefined };
  }

  async #merged(
    request: TreeRequest,
    detail: Exclude<Detail, 'function'>,
    signal: AbortSignal,
  ): Promise<Omit<KeptTree, 'key' | 'treeMs'>> {
    const open = this.#profile(request);
    const keyed = await this.#keyedTree(request, keysFor(open, detail), signal);
    const { target, facts } = functionsOfKeys(keyed.facts, open.facts);
    const nameRank = facts === open.facts ? open.nameRank : rankNames(facts.functions.names);
    const { merged, nodeOf } = mergeTree(keyed.tree, target, { order: request.order, nameRank });
    return { tree: merged, matched: keyed.matched, facts, located: { ...keyed, target, nodeOf } };
  }

  /** The tree of keys with this detail; undefined if the shown tree has the same detail. */
  async #located(
    request: TreeRequest,
    wanted: Detail,
    { tree, facts, located }: KeptTree,
    signal: AbortSignal,
  ): Promise<LocatedTree | undefined> {
    const open = this.#profile(request);
    const detail = detailOfProfile(open.profile, wanted);
    if (detail === 'function') return undefined;
    if (located && (detail === 'definition' || located.facts.frameLine !== undefined)) return located;
    const keyed = await this.#keyedTree(request, keysFor(open, detail), signal);
    const { target } = functionsOfKeys(keyed.facts, facts);
    return { ...keyed, target, nodeOf: nodesIn(tree, keyed.tree, target) };
  }

  /** The matches in a tree of finer detail; undefined if the shown tree is enough. */
  async #searchLocated(
    request: TreeRequest,
    query: SearchQuery,
    signal: AbortSignal,
  ): Promise<LocatedHits | undefined> {
    const kept = await this.#tree(request, signal);
    const located = await this.#located(request, detailOfSearch(query), kept, signal);
    if (!located) return undefined;
    const hitKeys = await this.#run(matchFunctions(query, located.facts), signal);
    return locatedHits(located, hitKeys, kept.tree.length, kept.facts.functions.names.length);
  }

  async #keyedTree(
    request: TreeRequest,
    { facts, ofFrame }: Keys,
    signal: AbortSignal,
  ): Promise<Pick<KeptTree, 'tree' | 'matched' | 'facts'>> {
    const open = this.#profile(request);
    const { sampleType, order, transforms } = request;
    const nameRank = rankNames(facts.functions.names);
    const plain = await this.#run(buildCallTree(open.profile, sampleType, order, nameRank, ofFrame), signal);
    return this.#run(applyTransforms(plain, transforms, facts, order), signal);
  }

  #run<T>(steps: WaitingSteps<T>, signal: AbortSignal, onProgress?: (share: number) => void): Promise<T> {
    return runSteps(steps, this.#pause, signal, onProgress);
  }
}

/** Loaded when a file's labels are first used. */
const loadSampleLabels = () => import('#model/sample-labels.ts');
