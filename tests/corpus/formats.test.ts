/** Every profile of real tools that we read, and every bad one, against the corpus' truth. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeProfile, readableFormats } from '#formats/registry.ts';
import { finish, finishWaiting } from '#base/steps.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import { pathOf } from '#model/call-path.ts';
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

/** Kinds without a signature: refused, but not by name. */
const UNMARKED = ['other', 'pyroscope-tree', 'pyroscope-trie'];

describe('files of other formats are refused by name', () => {
  const others = files.filter((file) => !READ.includes(readerFor(file)) && file.format !== DIFFERENTIAL);
  it.each(others.map((file) => [file.path, file] as const))('%s', async (_, file) => {
    const { code } = await expectRefusal(folder, file);
    expect(UNMARKED.includes(file.format ?? '') ? ['unsupported', 'unrecognized'] : ['unsupported']).toContain(code);
  });
});

/** Two numbers a line: collapsed stacks of two sides. */
const DIFFERENTIAL = 'collapsed-diff';

describe('differentials have what both of their sources have', () => {
  it.each(files.filter(({ format }) => format === DIFFERENTIAL).map((file) => [file.path, file] as const))(
    '%s',
    async (path, file) => {
      const { same_stacks_as: sources } = file.truth as unknown as { readonly same_stacks_as: readonly string[] };
      const stacksOf = async (from: string, column: number): Promise<unknown> => {
        const bytes = new Uint8Array(readFileSync(join(folder, from)));
        const { profile } = await finishWaiting(decodeProfile({ bytes, name: from, form: { kind: 'file' } }));
        const tree = finish(buildCallTree(profile, column, 'name'));
        const { names } = profile.functions;
        return Array.from({ length: tree.length }, (_, node) => [pathOf(tree, names, node).join(';'), tree.self[node]])
          .filter(([, self]) => self !== 0)
          .sort((x, y) => (x < y ? -1 : 1));
      };
      expect(await Promise.all([0, 1].map((column) => stacksOf(path, column)))).toEqual(
        await Promise.all(sources.map((source) => stacksOf(source, 0))),
      );
    },
  );
});

describe('bad files', () => {
  it.each(bad.map((file) => [file.path, file] as const))('%s', async (_, file) => {
    await expectBad(folder, file, READ);
  });
});
