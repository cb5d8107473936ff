/** Formats whose truth in the corpus is not views: sums by function, totals by sample type, the stacks of another file. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { finishWaiting } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import type { Profile } from '#model/profile.ts';
import { viewFacts } from '../support/folded-hash.ts';

const folder = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

interface FactsOfFile {
  readonly path: string;
  readonly format: string;
  readonly truth: {
    readonly self?: readonly {
      readonly event: string;
      readonly self_total: number;
      readonly top_self: readonly (readonly [string, number])[];
    }[];
    readonly rejected?: unknown;
    readonly sample_types?: readonly string[];
    readonly totals?: readonly number[];
    readonly period?: number;
    readonly same_stacks_as?: readonly string[];
  };
}

const { files }: { files: readonly FactsOfFile[] } = existsSync(folder)
  ? (JSON.parse(readFileSync(join(folder, 'MANIFEST.json'), 'utf8')) as { files: FactsOfFile[] })
  : { files: [] };

async function open(path: string): Promise<Profile> {
  const bytes = new Uint8Array(readFileSync(join(folder, path)));
  return (await finishWaiting(decodeProfile({ bytes, name: path, form: { kind: 'file' } }))).profile;
}

function filesOf(...formats: readonly string[]): [string, FactsOfFile['truth']][] {
  return files.filter(({ format }) => formats.includes(format)).map(({ path, truth }) => [path, truth]);
}

describe('callgrind: self costs of functions', () => {
  it.each(filesOf('callgrind'))('%s', async (path, { self = [] }) => {
    const profile = await open(path);
    expect(profile.sampleTypes.map(({ type }) => type)).toEqual(self.map(({ event }) => event));
    for (const [i, { event, self_total, top_self }] of self.entries()) {
      const facts = viewFacts(profile, i);
      expect({ event, self_total: facts.total, top_self: facts.top_self }).toEqual({ event, self_total, top_self });
    }
  });
});

describe('old formats of pprof: totals', () => {
  it.each(filesOf('pprof-legacy').filter(([, { rejected }]) => rejected === undefined))('%s', async (path, truth) => {
    const profile = await open(path);
    expect(profile.sampleTypes.map(({ type, unit }) => `${type}/${unit}`)).toEqual(truth.sample_types);
    expect(profile.sampleTypes.map((_, i) => viewFacts(profile, i).total)).toEqual(truth.totals);
    expect(profile.period?.value).toBe(truth.period);
  });
});

describe('trees of Pyroscope: the stacks that they were made of', () => {
  it.each(filesOf('pyroscope-tree', 'pyroscope-trie'))('%s', async (path, { same_stacks_as = [] }) => {
    const wanted = viewFacts(await open(same_stacks_as[0]), 0);
    const { total, nonzero, top_self, top_total, folded_sha256 } = viewFacts(await open(path), 0);
    expect({ total, nonzero, top_self, top_total, folded_sha256 }).toEqual({
      total: wanted.total,
      nonzero: wanted.nonzero,
      top_self: wanted.top_self,
      top_total: wanted.top_total,
      folded_sha256: wanted.folded_sha256,
    });
  });
});
