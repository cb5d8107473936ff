/** `flametide convert` there and back keeps every stack and value of the corpus' files. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertCommand } from '#cli/convert-command.ts';
import { decodeFile } from '#cli/decode-file.ts';
import { isRefused, readManifest } from '../support/check-manifest-file.ts';
import { viewFacts } from '../support/folded-hash.ts';

const corpus = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const files = existsSync(corpus) ? readManifest(corpus).files.filter((file) => !isRefused(file)) : [];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'round-trips-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a flame graph of each sample type shows. */
async function shown(path: string): Promise<unknown> {
  const profile = await decodeFile(new Uint8Array(readFileSync(path)), path);
  return profile.sampleTypes.map((_, type) => {
    const { total, nonzero, top_self, top_total, folded_sha256 } = viewFacts(profile, type);
    return { total, nonzero, top_self, top_total, folded_sha256 };
  });
}

/** @returns what is shown of the file before and after */
async function thereAndBack(path: string, between: string, back: string): Promise<[unknown, unknown]> {
  for (const [from, to] of [
    [path, join(folder, between)],
    [join(folder, between), join(folder, back)],
  ]) {
    const { code, stderr } = await convertCommand([from, to]);
    expect([code, stderr], `${from} to ${to}`).toEqual([0, expect.anything()]);
  }
  return [await shown(path), await shown(join(folder, back))];
}

const pathsOf = (format: string): string[] => files.filter((file) => file.format === format).map(({ path }) => path);

describe('pprof to speedscope and back', () => {
  it.each(pathsOf('pprof'))('%s', async (path) => {
    const [before, after] = await thereAndBack(join(corpus, path), 'between.speedscope.json', 'back.pb.gz');
    expect(after).toEqual(before);
  });
});

/** Excimer writes frames without a name; pprof has none: there they are called `(no name)`. */
const UNNAMED = 'collapsed/made-excimer.collapsed.txt';

describe('collapsed stacks to pprof and back', () => {
  it.each(pathsOf('collapsed'))('%s', async (path) => {
    const [before, after] = await thereAndBack(join(corpus, path), 'between.pb.gz', 'back.collapsed');
    if (path === UNNAMED) expect(JSON.stringify(after)).toContain('(no name)');
    else expect(after).toEqual(before);
  });
});
