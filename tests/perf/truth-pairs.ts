/** Recorded services with known changes (../shared/truth): reads segments slice by slice, and pairs of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish } from '#base/steps.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import { unionTree } from '#model/diff.ts';
import type { SideRequests } from '#model/requests.ts';
import { samplesPerUnit } from '#model/samples-per-unit.ts';
import { slicesOfTimes } from '#model/slices-of-times.ts';
import { sideOfUnion, type SideSlices, slicesOfAnswer, slicesOfTrees } from '#model/slices.ts';
import type { NamedTree, SideKey, UnionTree } from '#model/union.ts';
import type { Profile } from '#model/profile.ts';
import { joined } from '../support/named-trees.ts';
import { ProfileBuilder } from '#formats/profile-builder.ts';
import { decodeProfile } from '#formats/registry.ts';

export interface Segment {
  readonly trees: readonly NamedTree[];
  readonly merged: NamedTree;
  readonly samplesPerUnit: number;
  /** As one file whose samples have times. */
  readonly file: Profile;
  readonly seconds: number;
  /** Requests served, by route, and within how many seconds. A segment into which a change was put has those it was made from. */
  readonly requests: Readonly<Record<string, number>>;
  readonly requestSeconds: number;
}

export interface TruthPair {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  readonly kind: 'none' | 'load' | 'code' | 'work';
  /** Pattern of the right functions; of the right route. */
  readonly code?: string;
  /** Pattern of the functions that changed, where these are not all that are right. */
  readonly changed?: string;
  readonly work?: string;
  readonly flags?: string;
  readonly culprit?: string;
  /** Percent. */
  readonly size?: number;
}

export function readPairs(folder: string): readonly TruthPair[] {
  return JSON.parse(readFileSync(join(folder, 'pairs.json'), 'utf8')) as TruthPair[];
}

/** @param slices into how many the segment is joined, or as many as it has files; a file is about ten seconds */
export function readSegment(folder: string, name: string, slices: number): Segment {
  const at = join(folder, 'data', name);
  const told = readTold(folder, name);
  const truth = told.truth ?? readTold(folder, name.replace(/\+.*$/, '')).truth;
  const files = readdirSync(at)
    .filter((file) => file.endsWith('.pb.gz'))
    .sort();
  let perUnit = 1;
  const file = new ProfileBuilder([{ type: 'cpu', unit: 'nanoseconds' }]);
  const parts = files.map((slice, i): NamedTree => {
    const bytes = new Uint8Array(readFileSync(join(at, slice)));
    const { profile } = finish(decodeProfile({ bytes, name: slice, form: { kind: 'file' } }));
    const type = profile.sampleTypes.findIndex((one) => one.type === 'cpu');
    perUnit = samplesPerUnit(profile, type) ?? perUnit;
    addSamples(file, profile, type, i * 10_000);
    return { tree: finish(buildCallTree(profile, type, 'size')), names: profile.functions.names };
  });
  const count = Math.min(slices, parts.length);
  const trees = Array.from({ length: count }, (_, i) =>
    joined(parts.filter((_part, part) => Math.floor((part * count) / parts.length) === i)),
  );
  return {
    trees,
    merged: joined(parts),
    samplesPerUnit: perUnit,
    file: file.take(),
    seconds: (told.until - told.from) / 1000,
    requests: truth?.requests ?? {},
    requestSeconds: truth?.seconds ?? 0,
  };
}

interface ToldSegment {
  readonly from: number;
  readonly until: number;
  readonly truth?: { readonly requests: Readonly<Record<string, number>>; readonly seconds: number };
}

function readTold(folder: string, name: string): ToldSegment {
  return JSON.parse(readFileSync(join(folder, 'data', name, 'segment.json'), 'utf8')) as ToldSegment;
}

function addSamples(
  builder: ProfileBuilder,
  { sampleCount, stackStart, stackFrames, frames, functions, values }: Profile,
  type: number,
  timeMs: number,
): void {
  for (let i = 0; i < sampleCount; i++) {
    let node = 0;
    for (let at = stackStart[i]; at < stackStart[i + 1]; at++)
      node = builder.node(node, builder.frame({ name: functions.names[frames.func[stackFrames[at]]] }));
    builder.sample(node, [values[type].values[i]], 0, timeMs);
  }
}

/** Both as files with times, as the page and the command line cut them. */
export function filesOf(a: Segment, b: Segment): { union: UnionTree; a: SideSlices; b: SideSlices } {
  const union = unionTree(a.merged, b.merged);
  const sideOf = ({ file, samplesPerUnit: perUnit }: Segment, side: SideKey): SideSlices => {
    const sliced = finish(slicesOfTimes(file, 0));
    if (!sliced) throw new Error('A segment is too short to be cut.');
    return { ...slicesOfAnswer(sideOfUnion(union, side), sliced), samplesPerUnit: perUnit };
  };
  return { union, a: sideOf(a, 'a'), b: sideOf(b, 'b') };
}

export function pairOf(a: Segment, b: Segment): { union: UnionTree; a: SideSlices; b: SideSlices } {
  const union = unionTree(a.merged, b.merged);
  return {
    union,
    a: slicesOfTrees(sideOfUnion(union, 'a'), a.trees, a.samplesPerUnit),
    b: slicesOfTrees(sideOfUnion(union, 'b'), b.trees, b.samplesPerUnit),
  };
}

/** The requests that a segment served, as a side of a comparison has them. */
export function requestsOf({ requests, requestSeconds }: Segment): SideRequests {
  const routes = Object.entries(requests).map(([route, count]) => ({ route, count }));
  const count = routes.reduce((sum, one) => sum + one.count, 0);
  return count > 0
    ? { kind: 'counted', count, rate: count / requestSeconds, routes }
    : { kind: 'unknown', why: 'No requests were counted.' };
}
