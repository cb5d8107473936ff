import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertCommand } from '#cli/convert-command.ts';
import { decodeFile } from '#cli/decode-file.ts';
import { readableNouns } from '#formats/registry.ts';
import { encodeMessage, message, Strings, type Field } from '../support/pprof-message.ts';
import { viewFacts, type ViewFacts } from '../support/folded-hash.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'convert-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function at(name: string): string {
  return join(folder, name);
}

/** All facts of all sample types, but for how many records they are in. */
async function facts(name: string): Promise<readonly Omit<ViewFacts, 'samples'>[]> {
  const profile = await decodeFile(new Uint8Array(readFileSync(at(name))), name);
  return profile.sampleTypes.map((_, type) => {
    const { samples, ...rest } = viewFacts(profile, type);
    expect(samples).toBeGreaterThan(0);
    return rest;
  });
}

async function convert(...args: readonly string[]): Promise<string> {
  const { code, stderr } = await convertCommand(args);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stderr;
}

/** Two sample types of one unit, one of another, recursion, a hostile name, a sum beyond doubles. */
function profileBytes(): Uint8Array {
  const strings = new Strings();
  const type = (name: string, unit: string): Field => [1, message([1, strings.at(name)], [2, strings.at(unit)])];
  const names = ['main', 'a;b "c" \u2713', '__proto__'];
  const sample = (locations: readonly number[], values: readonly number[]): Field => [
    2,
    message([1, [...locations]], [2, [...values]], [3, message([1, strings.at('pod')], [2, strings.at('one')])]),
  ];
  const types = [type('allocs', 'count'), type('inuse', 'count'), type('space', 'bytes')];
  const samples = [sample([2, 1], [1, 2, 5e15]), sample([3, 2, 2, 1], [4, 5, 5e15 + 1]), sample([1], [10, 0, 64])];
  return encodeMessage({
    fields: [
      ...types,
      ...samples,
      ...names.map((_, i): Field => [4, message([1, i + 1], [4, message([1, i + 1], [2, 10 + i])])]),
      ...names.map((name, i): Field => [5, message([1, i + 1], [2, strings.at(name)])]),
      ...strings.fields,
    ],
  });
}

describe('flametide convert', () => {
  it('keeps every stack and value from pprof to speedscope and back', async () => {
    writeFileSync(at('in.pb'), profileBytes());
    await convert(at('in.pb'), at('there.speedscope.json'));
    await convert(at('there.speedscope.json'), at('back.pb.gz'));
    expect(await facts('there.speedscope.json')).toEqual(await facts('in.pb'));
    expect(await facts('back.pb.gz')).toEqual(await facts('in.pb'));
  });

  it('keeps labels, lines and the default sample type from pprof to pprof', async () => {
    writeFileSync(at('labels.pb'), profileBytes());
    await convert(at('labels.pb'), at('labels-back.pb.gz'));
    const [before, after] = await Promise.all(
      ['labels.pb', 'labels-back.pb.gz'].map((name) => decodeFile(new Uint8Array(readFileSync(at(name))), name)),
    );
    expect(after).toEqual(before);
  });

  it('keeps every stack and value from collapsed stacks to pprof and back', async () => {
    writeFileSync(at('in.txt'), 'main;parse 3\nmain;parse;read\u2713 12\nmain;parse 4\nmain 9007199254740993\ngc -2\n');
    await convert(at('in.txt'), at('there.pb.gz'));
    await convert(at('there.pb.gz'), at('back.collapsed'));
    expect(await facts('back.collapsed')).toEqual(await facts('in.txt'));
    expect(readFileSync(at('back.collapsed'), 'utf8').split('\n').sort()).toEqual(
      ['', 'gc -2', 'main 9007199254740993', 'main;parse 7', 'main;parse;read\u2713 12'].sort(),
    );
  });

  it('writes the sample type that is asked for', async () => {
    writeFileSync(at('types.pb'), profileBytes());
    await convert(at('types.pb'), at('inuse.folded'), '--type', 'inuse');
    expect(readFileSync(at('inuse.folded'), 'utf8')).toContain('main;a:b "c" \u2713 2\n');
    const { code, stderr } = await convertCommand([at('types.pb'), at('x.folded'), '--type', 'cpu']);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('allocs, inuse, space') });
  });

  it('refuses what it cannot read or write in one line', async () => {
    writeFileSync(at('diary.md'), 'Dear diary,\ntoday it rained.\n');
    for (const [args, why] of [
      [[at('none.pb'), at('x.pb.gz')], 'cannot be read'],
      [[at('diary.md'), at('x.pb.gz')], 'The format of the file is unknown'],
      [[at('in.txt'), at('x.svg')], '.speedscope.json'],
      [[at('in.txt'), at('no/such/folder/x.txt')], 'cannot be written'],
      [[at('in.txt')], 'convert --help'],
    ] as const) {
      const { code, stderr } = await convertCommand(args);
      expect(code).toBe(2);
      expect(stderr).toContain(why);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  it('has a help that names the formats', async () => {
    expect((await convertCommand(['--help'])).stdout).toContain(readableNouns('or'));
  });
});
