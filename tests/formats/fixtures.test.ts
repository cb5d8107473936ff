/** Every fixture is read as its truth says: the corpus' part as the manifest says, all others as the tree beside them says. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readableFormats } from '#formats/registry.ts';
import {
  expectBad,
  expectRefusal,
  expectTree,
  expectTruth,
  isRefused,
  readManifest,
  TREE_ENDING,
} from '../support/check-manifest-file.ts';

const folder = fileURLToPath(new URL('../fixtures', import.meta.url));
const { files, bad } = readManifest(folder);
const all = [...files, ...bad];
const ids = readableFormats.map(({ id }) => id);

/** Files in the folder of a format that are not in the manifest. */
const others = ids.flatMap((id) =>
  filesIn(id)
    .filter((path) => !path.endsWith(TREE_ENDING) && !all.some((file) => file.path === path))
    .map((path) => ({ id, path })),
);

function filesIn(id: string): string[] {
  if (!existsSync(join(folder, id))) return [];
  return readdirSync(join(folder, id), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );
}

it('the files are those of the manifest', () => {
  const hashOf = (path: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex');
  expect(all.map(({ path }) => [path, hashOf(path)])).toEqual(all.map(({ path, sha256 }) => [path, sha256]));
});

it.each(ids)('%s has fixtures', (id) => {
  expect(filesIn(id)).not.toEqual([]);
});

describe('profiles', () => {
  it.each(files.map((file) => [file.path, file] as const))('%s', async (_, file) => {
    if (isRefused(file)) await expectRefusal(folder, file);
    else await expectTruth(folder, file);
  });
});

describe('profiles with a tree beside them', () => {
  it.each(others)('$path', async ({ id, path }) => await expectTree(folder, path, id));
});

describe('bad files', () => {
  it.each(bad.map((file) => [file.path, file] as const))('%s', async (_, file) => await expectBad(folder, file, ids));
});
