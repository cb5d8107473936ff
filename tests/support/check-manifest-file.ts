/** Holds what we read of a file against a manifest's truth: the corpus beside the repository, or the small part of it in tests/fixtures. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { finishWaiting } from '#base/steps.ts';
import { DecodeError } from '#formats/format.ts';
import { type DecodedProfile, decodeProfile } from '#formats/registry.ts';
import { checkProfile } from '#model/check-profile.ts';
import type { Profile } from '#model/profile.ts';
import { expectSelected } from './corpus-truth.ts';
import { readerOf, selectView } from './corpus-views.ts';
import { expectSentences } from './refusal.ts';
import { profileRows } from './tree-rows.ts';
import { type FactNumber, type ViewFacts, viewFacts } from './folded-hash.ts';

type TopList = readonly (readonly [string, FactNumber])[];

interface ViewTruth extends Partial<ViewFacts> {
  readonly name: string;
}

interface LabelTruth {
  readonly kinds: readonly ('str' | 'num')[];
  readonly units: readonly string[];
  readonly samples: number;
  readonly distinct: number;
  readonly top: readonly (readonly [FactNumber, number, readonly FactNumber[]])[];
}

interface Truth {
  readonly views?: readonly ViewTruth[];
  readonly labels?: Readonly<Record<string, LabelTruth>>;
  readonly skipped_lines?: number;
  /** Whether, or why, a reader has to refuse it. */
  readonly rejected?: unknown;
  readonly jfr_tool_rejects?: string;
  readonly meta?: {
    readonly time_nanos: FactNumber;
    readonly duration_nanos: FactNumber;
    readonly period: number;
    readonly period_type: readonly [string, string] | null;
    readonly default_sample_type: string;
  };
}

/** Whether a reader has to refuse the file. */
export function isRefused({ tags, truth }: ManifestFile): boolean {
  return tags?.includes('invalid') === true || truth?.rejected !== undefined || truth?.jfr_tool_rejects !== undefined;
}

export interface ManifestFile {
  readonly path: string;
  readonly format: string | null;
  readonly tags?: readonly string[];
  readonly source?: unknown;
  readonly licence?: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly unpacked_bytes?: number;
  readonly truth?: Truth;
}

export interface BadFile extends ManifestFile {
  readonly expect: 'error' | 'accept' | 'either';
  readonly why: string;
}

export interface Manifest {
  readonly files: readonly ManifestFile[];
  readonly bad: readonly BadFile[];
}

export function readManifest(folder: string): Manifest {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'MANIFEST.json'), 'utf8'));
  return manifest as Manifest;
}

/** What the registry makes of the file; nothing but a DecodeError may come out beside a profile. */
async function openFile(folder: string, { path }: Pick<ManifestFile, 'path'>): Promise<DecodedProfile | DecodeError> {
  const bytes = new Uint8Array(readFileSync(join(folder, path)));
  try {
    return await finishWaiting(decodeProfile({ bytes, name: path, form: { kind: 'file' } }));
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
}

export async function expectTruth(folder: string, file: ManifestFile): Promise<void> {
  const opened = await openFile(folder, file);
  if (opened instanceof DecodeError) throw opened;
  expect(opened.format.id).toBe(readerFor(file));
  if (file.unpacked_bytes !== undefined) expect(opened.unpackedBytes).toBe(file.unpacked_bytes);
  expectProfile(opened.profile, file);
}

/** Follows the name of a fixture: the file with its truth. */
export const TREE_ENDING = '.tree.txt';

/**
 * Holds a fixture against the tree beside it: for each sample type a line with type and unit, then `profileRows` (name,
 * total and self, indented by depth, siblings by name).
 */
export async function expectTree(folder: string, path: string, format: string): Promise<void> {
  const opened = await openFile(folder, { path });
  if (opened instanceof DecodeError) throw opened;
  const { profile } = opened;
  expect(opened.format.id).toBe(format);
  expect(checkProfile(profile)).toEqual([]);
  const text = profile.sampleTypes.flatMap(({ type, unit }, i) => [`${type} ${unit}`, ...profileRows(profile, i)]);
  expect(`${text.join('\n')}\n`).toBe(readFileSync(join(folder, path + TREE_ENDING), 'utf8'));
}

/** A refusal says what is wrong and what to do. */
export async function expectRefusal(folder: string, file: ManifestFile): Promise<DecodeError> {
  const opened = await openFile(folder, file);
  if (!(opened instanceof DecodeError)) throw new Error(`${file.path} should be refused`);
  const error = opened;
  expect(error.message).toMatch(/\.$/);
  expect(error.remedy).toMatch(/\S/);
  expectSentences(error.sentences);
  if (error.code === 'malformed') expect(error.place).toMatch(/\S/);
  return error;
}

export async function expectBad(folder: string, file: BadFile, readable: readonly string[]): Promise<void> {
  switch (file.expect) {
    case 'error':
      await expectRefusal(folder, file);
      return;
    case 'accept':
      if (readable.includes(readerFor(file))) await expectTruth(folder, file);
      else expect((await expectRefusal(folder, file)).code).toBe('unsupported');
      return;
    case 'either': {
      const opened = await openFile(folder, file);
      if (opened instanceof DecodeError) await expectRefusal(folder, file);
      else expectProfile(opened.profile, file);
      return;
    }
  }
}

/** The id of the format that reads the file. */
export function readerFor({ format }: Pick<ManifestFile, 'format'>): string {
  return format === null ? '' : (readerOf[format] ?? format);
}

function expectProfile(profile: Profile, file: ManifestFile): void {
  const { truth } = file;
  expect(checkProfile(profile)).toEqual([]);
  if (!truth) return;
  const select = selectView[readerFor(file)];
  if (select) {
    for (const [i, view] of (truth.views ?? []).entries()) {
      const selection = select(profile, view, i);
      if (selection) expectSelected(profile, selection, view);
    }
    return;
  }
  expect(profile.sampleTypes.length).toBe(truth.views?.length);
  for (const [i, view] of (truth.views ?? []).entries()) expectView(viewFacts(profile, i), view);
  if (truth.skipped_lines !== undefined) expect(skippedLines(profile)).toBe(truth.skipped_lines);
  if (truth.labels) expectLabels(profile, truth.labels);
  if (truth.meta) expectMeta(profile, truth.meta);
}

function expectView(facts: ViewFacts, { name, top_self = [], top_total = [], ...plain }: ViewTruth): void {
  expect({ name, ...facts }).toMatchObject({ name, ...plain });
  // The lists of bad files have five entries, others ten.
  expect({ name, top_self: cutList(facts.top_self, top_self.length) }).toEqual({ name, top_self });
  expect({ name, top_total: cutList(facts.top_total, top_total.length) }).toEqual({ name, top_total });
}

/** The manifest cuts the longest names. */
function cutList(list: TopList, length: number): TopList {
  return list
    .slice(0, length)
    .map(([name, value]) => [
      name.length > 10_000 ? `${name.slice(0, 60)}... (${name.length} characters)` : name,
      value,
    ]);
}

function skippedLines({ notes }: Profile): number {
  for (const note of notes) {
    const count = /^(\d+) lines? .* skipped\.$/.exec(note);
    if (count) return Number(count[1]);
  }
  return 0;
}

function expectMeta(profile: Profile, meta: NonNullable<Truth['meta']>): void {
  expect(profile.timeMs ?? 0).toBeCloseTo(Number(meta.time_nanos) / 1e6, 3);
  expect(profile.durationMs ?? 0).toBeCloseTo(Number(meta.duration_nanos) / 1e6, 3);
  if (profile.period) {
    expect(profile.period.value).toBe(meta.period);
    expect([profile.period.type.type, profile.period.type.unit]).toEqual(meta.period_type);
  } else expect(meta.period === 0 || meta.period_type === null).toBe(true);
  const wanted = profile.sampleTypes.findIndex(({ type }) => type === meta.default_sample_type);
  expect(profile.defaultSampleType).toBe(wanted < 0 ? profile.sampleTypes.length - 1 : wanted);
}

/** Per key: who carries it, and its five most frequent values with their sums per sample type. */
function expectLabels(profile: Profile, truth: Readonly<Record<string, LabelTruth>>): void {
  const { labels, sampleCount, values } = profile;
  interface Seen {
    kinds: Set<string>;
    units: Set<string>;
    samples: Set<number>;
    values: Map<string | bigint, { samples: Set<number>; sums: bigint[] }>;
  }
  const byKey = new Map<string, Seen>();
  for (let i = 0; i < sampleCount; i++) {
    for (let k = labels.start[i]; k < labels.start[i + 1]; k++) {
      const key = labels.strings[labels.key[k]];
      const seen = byKey.get(key) ?? { kinds: new Set(), units: new Set(), samples: new Set(), values: new Map() };
      byKey.set(key, seen);
      const isText = labels.text[k] >= 0;
      seen.kinds.add(isText ? 'str' : 'num');
      if (labels.unit[k] >= 0) seen.units.add(labels.strings[labels.unit[k]]);
      seen.samples.add(i);
      const value = isText ? labels.strings[labels.text[k]] : labels.number[k];
      const one = seen.values.get(value) ?? { samples: new Set(), sums: values.map(() => 0n) };
      seen.values.set(value, one);
      if (one.samples.has(i)) continue;
      one.samples.add(i);
      one.sums = one.sums.map((sum: bigint, v: number) => sum + BigInt(values[v].values[i]));
    }
  }
  expect([...byKey.keys()].sort()).toEqual(Object.keys(truth).sort());
  for (const [key, wanted] of Object.entries(truth)) {
    const seen = byKey.get(key)!;
    expect({
      key,
      kinds: [...seen.kinds].sort(),
      units: [...seen.units].sort(),
      samples: seen.samples.size,
      distinct: seen.values.size,
    }).toEqual({
      key,
      kinds: [...wanted.kinds].sort(),
      units: [...wanted.units].sort(),
      samples: wanted.samples,
      distinct: wanted.distinct,
    });
    for (const [value, samples, sums] of wanted.top) {
      const found = seen.values.get(typeof value === 'number' ? BigInt(value) : value);
      expect({ key, value, samples: found?.samples.size, sums: found?.sums.map(Number) }).toEqual({
        key,
        value,
        samples,
        sums: sums.map(Number),
      });
    }
  }
}
