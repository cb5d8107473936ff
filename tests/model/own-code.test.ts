import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { finish, finishWaiting } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import { packageOf } from '#model/function-name.ts';
import type { Profile } from '#model/profile.ts';
import { matchFunctions, parseSearch } from '#model/search.ts';
import { ownCodeOf, ownCodePresets } from '#model/transforms/own-code.ts';
import { transformTitle } from '#model/transforms/registry.ts';

const FIXTURES = 'tests/fixtures';

async function opened(file: string): Promise<Profile> {
  const bytes = new Uint8Array(readFileSync(`${FIXTURES}/${file}`));
  const { profile } = await finishWaiting(decodeProfile({ bytes, name: file, form: { kind: 'file' } }));
  return profile;
}

async function titles(file: string): Promise<string[]> {
  return ownCodeOf((await opened(file)).functions).map(({ title }) => title);
}

/** What stays of a profile's functions. */
function own(profile: Profile, id: string): string[] {
  const parsed = parseSearch(ownCodePresets.find((one) => one.id === id)!.match);
  if (!parsed.ok) throw new Error(parsed.message);
  const { names, files, mappings } = profile.functions;
  const packages = names.map((name, i) => packageOf(name, files[i], mappings[i]).package);
  const hit = finish(matchFunctions(parsed.query, { functions: profile.functions, packages }));
  return names.filter((_, i) => hit[i] === 0);
}

describe('presets', () => {
  it.each([
    ['pprof/made-go/before/cpu.pb.gz', 'Go'],
    ['pprof/made-node/wall-labels.pprof', 'Node.js'],
    ['pprof/agents/python-cpu-threads.pprof', 'Python'],
    ['pprof/agents/rust-cpu.pprof', 'Rust'],
    ['pprof/made-cpp/cpu-partly-symbolised.pb.gz', 'native'],
  ])('%s holds %s', async (file, title) => {
    expect(await titles(file)).toContain(title);
  });

  it('are offered where they fit only', async () => {
    expect(await titles('pprof/made-go/before/cpu.pb.gz')).not.toContain('Node.js');
    expect(await titles('collapsed/made-excimer.collapsed.txt')).not.toContain('JVM');
  });

  it('leave the code of the program itself', async () => {
    const names = own(await opened('pprof/made-go/before/cpu.pb.gz'), 'go');
    expect(names).toContain('main.compress');
    expect(names.filter((name) => /^(runtime|encoding|net\/http)[./]/.test(name))).toEqual([]);
  });

  it.each(ownCodePresets)('$id is named on its chip, and else by its search', ({ match, title }) => {
    expect(parseSearch(match).ok).toBe(true);
    expect(transformTitle({ kind: 'hide', match }, ownCodePresets)).toBe(`only my ${title} code`);
    expect(transformTitle({ kind: 'hide', match })).toBe(`hide ${match}`);
  });
});
