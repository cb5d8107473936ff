/** One side of a comparison, from a file or from a range of a server. */
import { readFile } from 'node:fs/promises';
import { finish } from '#base/steps.ts';
import { coveredMsOf, coveredShare } from '#model/covered-time.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import type { NamedTree, SideKey, UnionTree } from '#model/union.ts';
import type { SideFacts } from '#model/normalise.ts';
import { type LabelValues, readLabelFrame } from '#model/label-frames.ts';
import { parseProfileType } from '#model/profile-type.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { costLabelValues, selectSamples } from '#model/sample-labels.ts';
import { samplesPerUnit } from '#model/samples-per-unit.ts';
import { isSnapshotType } from '#model/series-values.ts';
import type { KindedNames } from '#model/foreign-names.ts';
import {
  kindedNames,
  type SlicedColumns,
  sideOfUnion,
  samplesPerUnitOf,
  slicesOfAnswer,
  slicesOfTrees,
  unsliced,
  type SideSlices,
  usualSlices,
} from '#model/slices.ts';
import { slicesOfTimes } from '#model/slices-of-times.ts';
import { subRanges } from '#model/time-range.ts';
import { formatFullInstant } from '#model/time-text.ts';
import type { ValueCosts } from '#model/unit-labels.ts';
import { askMergedPprof, askRequests, askSlices, askValueCosts, type ServerRange } from './ask-server.ts';
import { BadInput } from './bad-input.ts';
import { decodeFile, sampleTypeAt } from './decode-file.ts';
import { isLink, readLink } from './range-link.ts';

export interface DiffSide {
  /** File, or selector and range. */
  readonly title: string;
  /** As typed. */
  readonly source: string;
  readonly sampleType: SampleType;
  /** Id of the profile type, of a range of a server. */
  readonly profileType?: string;
  readonly period?: Profile['period'];
  readonly named: NamedTree;
  readonly kinded: KindedNames;
  readonly facts: SideFacts;
  /** ms since the epoch, where it is known. */
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
  readonly notes: readonly string[];
  slices(union: UnionTree, side: SideKey): Promise<SideSlices>;
  /** A file whose samples have times, cut by these; used where the other side is such a file too. */
  readonly ofOneRun?: SlicedColumns | undefined;
  readonly samplesPerUnit?: number | undefined;
}

/** Slices of both sides. Two files whose samples have times are cut by these. */
export async function slicesOfSides(
  a: DiffSide,
  b: DiffSide,
  union: UnionTree,
): Promise<{ readonly a: SideSlices; readonly b: SideSlices; readonly isOneRun: boolean }> {
  if (!a.ofOneRun || !b.ofOneRun)
    return { a: await a.slices(union, 'a'), b: await b.slices(union, 'b'), isOneRun: false };
  const sliced = ({ ofOneRun, samplesPerUnit: perUnit }: DiffSide, side: SideKey): SideSlices => ({
    ...slicesOfAnswer(sideOfUnion(union, side), ofOneRun!),
    samplesPerUnit: perUnit,
  });
  return { a: sliced(a, 'a'), b: sliced(b, 'b'), isOneRun: true };
}

export interface SideSetting {
  readonly type: string | undefined;
  readonly token: string | undefined;
  readonly nowMs: number;
}

/** A source without slices is asked for merges of this many sub-ranges, this many at once. */
const SUB_RANGES = 18;
const AT_ONCE = 4;

/** A side whose stacks can be grouped by a label, once it is known by which values. */
export interface OpenedSide {
  /** What each value of a label costs. @throws BadInput */
  valueCosts(label: string): Promise<ValueCosts>;
  /** @param by stacks then begin with a frame for their value @throws BadInput */
  read(by: LabelValues | undefined): Promise<DiffSide>;
}

/** @throws BadInput */
export async function openSide(text: string, setting: SideSetting): Promise<OpenedSide> {
  if (!isLink(text)) return openFile(text, setting.type);
  const range = readLink(text, setting.type, setting.token, setting.nowMs);
  return { valueCosts: (label) => askValueCosts(range, label), read: (by) => readServer(text, range, by) };
}

async function openFile(path: string, type: string | undefined): Promise<OpenedSide> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new BadInput(`${path} cannot be read: ${(error as Error).message}.`);
  }
  const profile = await decodeFile(bytes, path);
  const at = sampleTypeAt(profile, type, path);
  return {
    valueCosts: async (label) =>
      new Map(finish(costLabelValues(profile, at, label, [], 'joined')).map(({ name, cost }) => [name, cost])),
    read: async (by) => sideOfFile(path, by ? finish(selectSamples(profile, [], by)) : profile, at),
  };
}

function sideOfFile(path: string, profile: Profile, at: number): DiffSide {
  const { type: name } = profile.sampleTypes[at];
  const perUnit = samplesPerUnit(profile, at);
  const ofOneRun = finish(slicesOfTimes(profile, at));
  return {
    title: path,
    source: path,
    sampleType: profile.sampleTypes[at],
    period: profile.period,
    named: treeOf(profile, at),
    kinded: profile,
    facts: {
      seconds: profile.durationMs === undefined ? undefined : profile.durationMs / 1000,
      isSnapshot: isSnapshotType(name),
    },
    fromMs: profile.timeMs,
    untilMs: profile.timeMs === undefined ? undefined : profile.timeMs + (profile.durationMs ?? 0),
    notes: profile.notes,
    slices: (union, side) => Promise.resolve(unsliced(union[side], perUnit)),
    ofOneRun,
    samplesPerUnit: perUnit ?? (ofOneRun && samplesPerUnitOf(ofOneRun)),
  };
}

async function readServer(text: string, range: ServerRange, by: LabelValues | undefined): Promise<DiffSide> {
  const { sampleType, sampleUnit } = parseProfileType(range.profileType)!;
  const [answer, requests] = await Promise.all([
    // A single slice still has the number of samples.
    askSlices(range, usualSlices(range.endMs - range.startMs), by),
    askRequests(range),
  ]);
  if (by && !answer?.slices.names.some((name) => readLabelFrame(by.label, name)))
    throw new BadInput(
      `--unit ${by.label.slice(0, 120)}: ${range.server} does not group stacks by a label, as only Flametide's own store does. --routes names the function that calls the routes.`,
    );
  const named = by && answer ? treeOf(answer.profile, 0) : await askTree(range);
  const share = answer && answer.slices.profiles.length > 1 ? coveredShare(answer.slices.profiles) : undefined;
  return {
    title: `${range.selector} from ${formatFullInstant(range.startMs, 'UTC')} to ${formatFullInstant(range.endMs, 'UTC')}`,
    source: text,
    sampleType: { type: sampleType, unit: sampleUnit },
    profileType: range.profileType,
    named,
    kinded: kindedNames(answer?.slices ?? named),
    facts: {
      seconds: coveredMsOf(range, share) / 1000,
      isSnapshot: isSnapshotType(sampleType),
      requests,
    },
    fromMs: range.startMs,
    untilMs: range.endMs,
    notes: [],
    slices: (union, side) => sideSlices(range, answer?.slices, union, side),
  };
}

/** @param answer undefined if the source has no slices */
async function sideSlices(
  range: ServerRange,
  answer: SlicedColumns | undefined,
  union: UnionTree,
  side: SideKey,
): Promise<SideSlices> {
  const slices = usualSlices(range.endMs - range.startMs);
  if (answer) return slicesOfAnswer(sideOfUnion(union, side), answer);
  if (slices === 1) return unsliced(union[side], undefined);
  const parts = subRanges(range, Math.min(slices, SUB_RANGES));
  const trees: NamedTree[] = [];
  for (let first = 0; first < parts.length; first += AT_ONCE)
    trees.push(
      ...(await Promise.all(parts.slice(first, first + AT_ONCE).map((part) => askTree({ ...range, ...part })))),
    );
  return slicesOfTrees(sideOfUnion(union, side), trees, undefined);
}

async function askTree(range: ServerRange): Promise<NamedTree> {
  const bytes = await askMergedPprof(range);
  if (bytes.length === 0) return emptyTree;
  const profile = await decodeFile(bytes, 'answer.pb');
  return profile.sampleTypes.length === 0 ? emptyTree : treeOf(profile, profile.defaultSampleType);
}

const emptyTree: NamedTree = {
  names: [],
  tree: {
    length: 1,
    func: Int32Array.of(-1),
    parent: Int32Array.of(-1),
    subtreeEnd: Int32Array.of(1),
    depth: Int32Array.of(0),
    self: Float64Array.of(0),
    total: Float64Array.of(0),
    maxDepth: 0,
    exact: undefined,
    negative: { nodes: 0, sum: 0 },
  },
};

function treeOf(profile: Profile, sampleType: number): NamedTree {
  return { tree: finish(buildCallTree(profile, sampleType, 'size')), names: profile.functions.names };
}
