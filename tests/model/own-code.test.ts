import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import { packageOf } from '#model/function-name.ts';
import type { Profile } from '#model/profile.ts';
import { matchFunctions, parseSearch } from '#model/search.ts';
import { ownCodeOf, ownCodePresets } from '#model/transforms/own-code.ts';
import { transformTitle } from '#model/transforms/registry.ts';

const FIXTURES = 'tests/fixtures';

function opened(file: string): Profile {
  const bytes = new Uint8Array(readFileSync(`${FIXTURES}/${file}`));
  return finish(decodeProfile({ bytes, name: file, form: { kind: 'file' } })).profile;
}

/** What stays of a profile's functions. */
function own(profile: Profile, id: string): string[] {
  const parsed = parseSearch(ownCodePresets.find((one) => one.id === id)!.match);
  if (!parsed.ok) throw new Error(parsed.message);
  const { names, files, mappings } = profile.functions;
  const packages = names.map((name, i) => packageOf(name, files[i], mappings[i]).package);
  const hit = finish(matchFunctions(parsed.query, { functions: profile.functions, packages, frames: profile.frames }));
  return names.filter((_, i) => hit[i] === 0);
}

describe('presets', () => {
  it.each([
    ['pprof/made-go/before/cpu.pb.gz', 'go'],
    ['pprof/made-node/wall-labels.pprof', 'node'],
    ['pprof/agents/python-cpu-threads.pprof', 'python'],
    ['pprof/agents/rust-cpu.pprof', 'rust'],
    ['pprof/made-cpp/cpu-partly-symbolised.pb.gz', 'native'],
  ])('%s holds %s', (file, id) => {
    expect(ownCodeOf(opened(file).functions)).toContain(id);
  });

  it('are offered where they fit only', () => {
    expect(ownCodeOf(opened('pprof/made-go/before/cpu.pb.gz').functions)).not.toContain('node');
    expect(ownCodeOf(opened('collapsed/made-excimer.collapsed.txt').functions)).not.toContain('jvm');
  });

  it('leave the code of the program itself', () => {
    const names = own(opened('pprof/made-go/before/cpu.pb.gz'), 'go');
    expect(names).toContain('main.compress');
    expect(names.filter((name) => /^(runtime|encoding|net\/http)[./]/.test(name))).toEqual([]);
  });

  it.each(ownCodePresets.map(({ id, match, title }) => ({ id, match, title })))(
    '$id is named on its chip',
    (preset) => {
      expect(parseSearch(preset.match).ok).toBe(true);
      expect(transformTitle({ kind: 'hide', match: preset.match })).toBe(`only my code: ${preset.title}`);
    },
  );
});
