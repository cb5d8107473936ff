/** The corpus' checks over the small part of it that lies in tests/fixtures. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { expectBad, expectTruth, readManifest } from '../support/check-manifest-file.ts';

const folder = fileURLToPath(new URL('../fixtures', import.meta.url));
const { files, bad } = readManifest(folder);
const all = [...files, ...bad];

it('the files are those of the manifest', () => {
  const hashOf = (path: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex');
  expect(all.map(({ path }) => [path, hashOf(path)])).toEqual(all.map(({ path, sha256 }) => [path, sha256]));
});

describe('profiles', () => {
  it.each(files.map((file) => [file.path, file] as const))('%s', (_, file) => expectTruth(folder, file));
});

describe('bad files', () => {
  it.each(bad.map((file) => [file.path, file] as const))('%s', (_, file) =>
    expectBad(folder, file, ['pprof', 'collapsed']),
  );
});
