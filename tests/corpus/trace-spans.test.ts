/** Spans of traces compared with other tools: self times as speedscope has them, durations of X events by name. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { finish, finishWaiting } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import type { Profile } from '#model/profile.ts';
import { type ManifestFile, readManifest } from '../support/check-manifest-file.ts';

const folder = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

interface TraceFile extends ManifestFile {
  readonly second_opinion?: {
    readonly profiles: readonly { readonly top_self: readonly (readonly [string, number])[] }[];
  };
  readonly truth?: ManifestFile['truth'] & {
    readonly x_top_inclusive_by_name?: readonly (readonly [string, number, number])[];
    readonly by_phase?: Readonly<Record<string, number>>;
  };
}

const files: readonly TraceFile[] = existsSync(folder) ? readManifest(folder).files : [];

async function open(path: string): Promise<Profile> {
  const bytes = new Uint8Array(readFileSync(join(folder, path)));
  return (await finishWaiting(decodeProfile({ bytes, name: path, form: { kind: 'file' } }))).profile;
}

/** speedscope has the arguments in the name. */
function bare(name: string): string {
  return name.replace(/ \{.*\}$/, '');
}

function sums(rows: Iterable<readonly [string, number]>): Map<string, number> {
  const by = new Map<string, number>();
  for (const [name, value] of rows) by.set(bare(name), (by.get(bare(name)) ?? 0) + value);
  return by;
}

describe('self times', () => {
  const compared = files.filter(
    ({ format, second_opinion }) => format === 'trace-event' && second_opinion !== undefined,
  );
  it('are there', () => expect(compared.length).toBeGreaterThan(15));

  it.each(compared.map((file) => [file.path, file] as const))('%s', async (path, { second_opinion }) => {
    const profile = await open(path);
    const tree = finish(buildCallTree(profile, profile.sampleTypes.length - 1, 'name'));
    const names = profile.functions.names;
    const own = sums([...tree.func].map((func, node) => [names[func] ?? '', tree.self[node]] as const));
    const wanted = sums((second_opinion?.profiles ?? []).flatMap(({ top_self }) => top_self));
    wanted.delete('');
    expect(Object.fromEntries([...wanted].map(([name]) => [name, own.get(name)]))).toEqual(Object.fromEntries(wanted));
  });
});

describe('durations by name', () => {
  const compared = files.filter(
    ({ format, truth }) => format === 'chrome-trace' && (truth?.x_top_inclusive_by_name?.length ?? 0) > 0,
  );
  it('are there', () => expect(compared.length).toBeGreaterThan(15));

  it.each(compared.map((file) => [file.path, file] as const))('%s', async (path, { truth }) => {
    const profile = await open(path);
    const type = profile.sampleTypes.findIndex((one) => one.type === 'duration');
    const tree = finish(buildCallTree(profile, type, 'name'));
    const names = profile.functions.names;
    const total = sums([...tree.func].map((func, node) => [names[func] ?? '', tree.total[node]] as const));
    for (const [name, us] of truth?.x_top_inclusive_by_name ?? []) {
      const read = total.get(bare(name)) ?? 0;
      expect(Math.abs(read - us) <= 1e-6 * us ? us : read, name).toBe(us);
    }
  });
});
