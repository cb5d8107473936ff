/** The analysis itself. The worker wraps it; tests use it directly. */
import type { Steps } from '#base/steps.ts';
import { formatExport } from '#formats/export.ts';
import { decodeProfile, readableFormats } from '#formats/registry.ts';
import { writePacked } from '#formats/write-packed.ts';
import { writeSlices } from '#formats/write-slices.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import type { CallTree } from '#model/call-tree.ts';
import { pathOf } from '#model/call-path.ts';
import type { EncodedProfile } from '#model/encoded-profile.ts';
import { packageOf } from '#model/function-name.ts';
import { functionTotals, type FunctionTotals } from '#model/function-table.ts';
import type { LabelMatcher } from '#model/labels.ts';
import type { Profile } from '#model/profile.ts';
import { labelKeys } from '#model/label-keys.ts';
import { sandwich } from '#model/sandwich.ts';
import { matchFunctions, parseSearch, searchShare } from '#model/search.ts';
import { coveredShare, type SlicedColumns } from '#model/slices.ts';
import { isInverted, selfOfInverted } from '#model/transforms/invert.ts';
import { ownCodeOf } from '#model/transforms/own-code.ts';
import { applyTransforms } from '#model/transforms/registry.ts';
import type { FunctionFacts } from '#model/transforms/function-tables.ts';
import { stackRules } from '#model/transforms/stack-rules.ts';
import { sourceLines } from '#model/source-lines.ts';
import { rankNames } from '#model/tree-builder.ts';
import type {
  Analysis,
  Exported,
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

/** How long a piece of work may run before it looks whether it is still wanted. */
const SLICE_MS = 40;
/** Trees kept per profile, the latest asked first: the one on screen, and the one it was transformed from. */
const TREES_KEPT = 3;

interface KeptTree {
  readonly key: string;
  readonly tree: CallTree;
  readonly matched: readonly number[];
  readonly facts: FunctionFacts;
  readonly treeMs: number;
}

/** What is known of an opened profile beside its samples. */
type OpenedFacts = Pick<OpenedProfile, 'format' | 'unpackedBytes' | 'warnings'>;

interface OpenProfile {
  readonly profile: Profile;
  readonly opened: OpenedFacts;
  readonly facts: FunctionFacts;
  readonly slices: SlicedColumns | undefined;
  /** Of slices; else ''. */
  readonly profileType: string;
  readonly nameRank: Int32Array;
  trees: KeptTree[];
}

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
    return this.#keep(profile, facts, { slices, profileType }, began);
  }

  async select({ handle, matchers, by }: Selection, signal: AbortSignal): Promise<OpenedProfile> {
    const began = performance.now();
    const { profile, opened } = this.#profile({ handle });
    const { selectSamples } = await loadSampleLabels();
    const selected = await this.#run(selectSamples(profile, matchers, by), signal);
    return this.#keep(selected, opened, { slices: undefined, profileType: '' }, began);
  }

  async labelNames(
    handle: ProfileHandle,
    matchers: readonly LabelMatcher[],
    signal: AbortSignal,
  ): ReturnType<Analysis['labelNames']> {
    const { countLabelValues } = await loadSampleLabels();
    return this.#run(countLabelValues(this.#profile({ handle }).profile, matchers), signal);
  }

  async labelValues(
    { handle, sampleType }: Pick<TreeRequest, 'handle' | 'sampleType'>,
    name: string,
    matchers: readonly LabelMatcher[],
    signal: AbortSignal,
  ): ReturnType<Analysis['labelValues']> {
    const { costLabelValues } = await loadSampleLabels();
    return this.#run(costLabelValues(this.#profile({ handle }).profile, sampleType, name, matchers), signal);
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

  async tree(request: TreeRequest, signal: AbortSignal): Promise<TreeAnswer> {
    const { tree, matched, facts, treeMs } = await this.#tree(request, signal);
    const began = performance.now();
    const { self, total, exact } = functionTotals(tree, facts.functions.names.length);
    if (isInverted(request.transforms)) selfOfInverted(tree, self, exact?.self);
    const cut = facts.cut === undefined ? 0 : total[facts.cut];
    if (facts.cut !== undefined) leaveOut(facts.cut, self, total, exact);
    return {
      tree,
      byFunction: { self, total, exact },
      cut,
      renamed: facts === this.#profile(request).facts ? undefined : facts,
      matched,
      treeMs: treeMs + performance.now() - began,
    };
  }

  async search(request: TreeRequest, text: string, signal: AbortSignal): Promise<SearchAnswer> {
    const { tree, facts } = await this.#tree(request, signal);
    const began = performance.now();
    const parsed = parseSearch(text);
    const hit = parsed.ok
      ? await this.#run(matchFunctions(parsed.query, facts), signal)
      : new Uint8Array(facts.functions.names.length);
    const { nodes, value } = searchShare(tree, hit);
    return { hit, nodes, value, searchMs: performance.now() - began };
  }

  async sandwich(request: TreeRequest, func: number, signal: AbortSignal): Promise<SandwichAnswer> {
    const { tree, facts } = await this.#tree(request, signal);
    const open = this.#profile(request);
    const nameRank = facts === open.facts ? open.nameRank : rankNames(facts.functions.names);
    const found = sandwich(tree, func, request.order, nameRank);
    if (!isInverted(request.transforms)) return found;
    let self = 0;
    for (let node = 1; node < tree.length; node = tree.subtreeEnd[node])
      if (tree.func[node] === func) self += tree.total[node];
    return { ...found, self };
  }

  async lines(request: TreeRequest, signal: AbortSignal): Promise<LinesAnswer> {
    const { profile, facts } = this.#profile(request);
    const { matched } = await this.#tree(request, signal);
    const { rules, unheeded } = await this.#run(stackRules(request.transforms, facts, matched), signal);
    return { lines: await this.#run(sourceLines(profile, request.sampleType, rules), signal), unheeded };
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

  async exportTree(request: TreeRequest, kind: TreeExport, name: string, signal: AbortSignal): Promise<Exported> {
    const { profile } = this.#profile(request);
    const { tree, facts } = await this.#tree(request, signal);
    return formatExport(kind, {
      tree,
      functions: facts.functions,
      sampleType: profile.sampleTypes[request.sampleType],
      name,
      timeMs: profile.timeMs,
      durationMs: profile.durationMs,
    });
  }

  // oxlint-disable-next-line require-await -- errors must become rejections
  async pack(handle: ProfileHandle): Promise<Pick<EncodedProfile, 'bytes' | 'form'>> {
    const { profile, slices, profileType } = this.#profile({ handle });
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

  #keep(
    profile: Profile,
    opened: OpenedFacts,
    { slices, profileType }: Pick<OpenProfile, 'slices' | 'profileType'>,
    began: number,
  ): OpenedProfile {
    const { names, files, mappings } = profile.functions;
    const packages: string[] = [];
    const isSystem = new Uint8Array(names.length);
    for (let i = 0; i < names.length; i++) {
      const found = packageOf(names[i], files[i], mappings[i]);
      packages.push(found.package);
      isSystem[i] = found.isSystem ? 1 : 0;
    }
    const handle = ++this.#lastHandle as ProfileHandle;
    const facts = { functions: profile.functions, packages, frames: profile.frames, isSystem, cut: profile.cut?.func };
    this.#open.set(handle, { profile, opened, facts, slices, profileType, nameRank: rankNames(names), trees: [] });
    return {
      ...opened,
      handle,
      sampleTypes: profile.sampleTypes,
      totals: profile.values.map((column) => (column.exact ? sumExact(column.exact) : sum(column.values))),
      defaultSampleType: profile.defaultSampleType,
      sampleCount: profile.sampleCount,
      functions: profile.functions,
      packages,
      isSystem,
      ownCode: ownCodeOf(profile.functions),
      timeMs: profile.timeMs,
      durationMs: profile.durationMs,
      period: profile.period,
      cut: profile.cut,
      notes: profile.notes,
      isDifferential: profile.isDifferential === true,
      prune: profile.prune,
      labelKeys: labelKeys(profile),
      coveredShare: slices && slices.profiles.length > 1 ? coveredShare(slices.profiles) : undefined,
      isSliced: slices !== undefined,
      decodeMs: performance.now() - began,
    };
  }

  #compared(): Promise<Comparisons> {
    this.#comparisons ??= import('./comparisons.ts').then(
      (loaded) =>
        new loaded.Comparisons({
          tree: (request, signal) => this.#tree(request, signal),
          profile: (request) => this.#profile(request).profile,
          slices: (request) => this.#profile(request).slices,
          run: (steps, signal) => this.#run(steps, signal),
        }),
    );
    // What could not be loaded is asked for again with the next comparison.
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

  async #tree(request: TreeRequest, signal: AbortSignal): Promise<KeptTree> {
    const open = this.#profile(request);
    const key = JSON.stringify([request.sampleType, request.order, request.transforms]);
    const kept = open.trees.find((one) => one.key === key);
    if (kept) {
      open.trees = [kept, ...open.trees.filter((one) => one !== kept)];
      return kept;
    }
    const began = performance.now();
    let tree: CallTree;
    let matched: readonly number[] = [];
    let { facts } = open;
    if (request.transforms.length === 0) {
      tree = await this.#run(buildCallTree(open.profile, request.sampleType, request.order, open.nameRank), signal);
    } else {
      const plain = await this.#tree({ ...request, transforms: [] }, signal);
      const steps = applyTransforms(plain.tree, request.transforms, open.facts, request.order);
      ({ tree, matched, facts } = await this.#run(steps, signal));
    }
    const made = { key, tree, matched, facts, treeMs: performance.now() - began };
    open.trees = [made, ...open.trees].slice(0, TREES_KEPT);
    return made;
  }

  async #run<T>(steps: Steps<T>, signal: AbortSignal, onProgress?: (share: number) => void): Promise<T> {
    let sliceEnd = performance.now() + SLICE_MS;
    for (;;) {
      signal.throwIfAborted();
      const step = steps.next();
      if (step.done) return step.value;
      if (performance.now() < sliceEnd) continue;
      onProgress?.(step.value);
      await this.#pause();
      sliceEnd = performance.now() + SLICE_MS;
    }
  }
}

/** Loaded when a file's labels are first used. */
const loadSampleLabels = () => import('#model/sample-labels.ts');

function leaveOut(func: number, self: Float64Array, total: Float64Array, exact: FunctionTotals['exact']): void {
  self[func] = 0;
  total[func] = 0;
  if (!exact) return;
  exact.self[func] = 0n;
  exact.total[func] = 0n;
}

function sum(column: Float64Array): number {
  let total = 0;
  for (let i = 0; i < column.length; i++) total += column[i];
  return total;
}

function sumExact(column: BigInt64Array): bigint {
  let total = 0n;
  for (let i = 0; i < column.length; i++) total += column[i];
  return total;
}
