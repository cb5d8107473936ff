/** Every profile of real tools that we read, and every bad one, against the corpus' truth. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readableFormats } from '#formats/registry.ts';
import {
  expectBad,
  expectRefusal,
  expectTruth,
  isRefused,
  type Manifest,
  readerFor,
  readManifest,
} from '../support/check-manifest-file.ts';

const folder = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const isThere = existsSync(folder);
const { files, bad }: Manifest = isThere ? readManifest(folder) : { files: [], bad: [] };

/** Files of other formats must be refused by name. */
const READ = readableFormats.map(({ id }) => id);

it('the corpus lies beside the repository, in ../shared/corpus', () => {
  expect(isThere).toBe(true);
});

/** Files to be refused or read against what the manifest says: a bundle in a zip; symbols and a profile, which pprof does not read. */
const EXCEPTIONS = ['instruments/time-8.3.3.trace.zip', 'pprof-legacy/made-gperftools-symbolised.prof'];

describe.each(READ.filter((format) => files.some((file) => readerFor(file) === format)))('%s', (format) => {
  const own = files.filter((file) => readerFor(file) === format);
  it.each(own.map((file) => [file.path, file] as const))('%s', async (_, file) => {
    if (isRefused(file) !== EXCEPTIONS.includes(file.path)) await expectRefusal(folder, file);
    else await expectTruth(folder, file);
  });
});

/** Kinds without a mark to know them by: refused, but not by name. */
const UNMARKED = ['other', 'pyroscope-tree', 'pyroscope-trie'];

describe('files of other formats are refused by name', () => {
  const others = files.filter((file) => !READ.includes(readerFor(file)));
  it.each(others.map((file) => [file.path, file] as const))('%s', async (_, file) => {
    const { code } = await expectRefusal(folder, file);
    expect(UNMARKED.includes(file.format ?? '') ? ['unsupported', 'unrecognized'] : ['unsupported']).toContain(code);
  });
});

describe('bad files', () => {
  it.each(bad.map((file) => [file.path, file] as const))('%s', async (_, file) => {
    await expectBad(folder, file, READ);
  });
});
