import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import schema from 'speedscope/dist/release/file-format-schema.json' with { type: 'json' };
import { Profile as PeerProfile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { decodeSpeedscope } from '#formats/decoders/speedscope.ts';
import { decodeCollapsed } from '#formats/collapsed.ts';
import { formatExport } from '#formats/export.ts';
import type { ExportInput } from '#formats/export-input.ts';
import { decodeProfile } from '#formats/registry.ts';
import { checkProfile } from '#model/check-profile.ts';
import type { Profile } from '#model/profile.ts';
import { rankNames, TreeBuilder } from '#model/tree-builder.ts';
import { profileRows, treeRows } from '../support/tree-rows.ts';

interface Line {
  readonly stack: readonly number[];
  readonly value: bigint;
}

/** A tree over functions with these names; files, lines and mappings follow from the position. */
function inputOf(names: readonly string[], lines: readonly Line[], unit = 'nanoseconds'): ExportInput {
  const sum = lines.reduce((all, { value }) => all + (value < 0n ? -value : value), 0n);
  const isExact = sum >= 2n ** 53n;
  const builder = new TreeBuilder(isExact);
  for (const { stack, value } of lines) {
    let node = 0;
    for (const func of stack) node = builder.child(node, func);
    if (isExact) builder.addExact(node, value);
    else builder.add(node, Number(value));
  }
  return {
    tree: builder.seal('name', rankNames(names)),
    functions: {
      names,
      files: names.map((_, i) => (i % 3 === 0 ? '' : `src/${i % 5}.c`)),
      line: Int32Array.from(names, (_, i) => (i % 4) * 11),
      mappings: names.map((_, i) => (i % 2 === 0 ? '' : '/usr/bin/demo')),
    },
    frameLine: undefined,
    sampleType: { type: 'cpu', unit },
    name: 'made',
    timeMs: 1_700_000_000_123,
    durationMs: 2500,
  };
}

function reopened(input: ExportInput, kind: 'pprof' | 'collapsed'): Profile {
  const { profile, format } = finish(
    decodeProfile({ bytes: formatExport(kind, input).bytes, name: 'file', form: { kind: 'file' } }),
  );
  expect(format.id).toBe(kind);
  expect(checkProfile(profile)).toEqual([]);
  return profile;
}

function rowsOf({ tree, functions }: ExportInput): string[] {
  return treeRows(tree, functions.names);
}

const anyName = fc.string({ minLength: 1, unit: 'binary' });
// Characters that the format cannot represent: its own separators, and white space where it would be dropped.
const plainName = fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => !/[;\p{Cc}]|^\s|\s$/u.test(name));

function linesOver(count: number, value: fc.Arbitrary<bigint>, minLength: number): fc.Arbitrary<Line[]> {
  return fc.array(fc.record({ stack: fc.array(fc.nat(count - 1), { minLength, maxLength: 12 }), value }), {
    maxLength: 30,
  });
}

function anyInput(
  name: fc.Arbitrary<string>,
  value: fc.Arbitrary<bigint>,
  minLength: number,
): fc.Arbitrary<ExportInput> {
  return fc
    .uniqueArray(name, { minLength: 1, maxLength: 12 })
    .chain((names) => linesOver(names.length, value, minLength).map((lines) => inputOf(names, lines)));
}

const small = fc.bigInt(-1000n, 100_000n);
// Σ|value| beyond 2^53, each within 64 bits after merging.
const large = fc.bigInt(-(2n ** 57n), 2n ** 57n);

describe('write and read again', () => {
  it('pprof is the identity', () => {
    fc.assert(
      fc.property(anyInput(anyName, fc.oneof(small, large), 0), (input) => {
        const again = reopened(input, 'pprof');
        expect(profileRows(again).map((row) => row.trimStart())).toEqual(rowsOf(input).map((row) => row.trimStart()));
        expect(again.sampleTypes).toEqual([input.sampleType]);
        expect([again.timeMs, again.durationMs]).toEqual([input.timeMs, input.durationMs]);
        for (const [i, name] of again.functions.names.entries()) {
          const was = input.functions.names.indexOf(name);
          expect(again.functions.files[i]).toBe(input.functions.files[was]);
          expect(again.functions.line[i]).toBe(input.functions.line[was]);
          expect(again.functions.mappings[i]).toBe(input.functions.mappings[was]);
        }
      }),
    );
  });

  it('collapsed is the identity, save for what it cannot hold', () => {
    fc.assert(
      fc.property(anyInput(plainName, fc.oneof(small, large), 1), (input) => {
        fc.pre(input.tree.length > 1);
        expect(formatExport('collapsed', input).notes).toEqual([]);
        // The sniff wants a majority of stacks; what we write is nothing else.
        const profile = finish(decodeCollapsed(formatExport('collapsed', input).bytes));
        expect(profileRows(profile)).toEqual(rowsOf(input));
      }),
    );
  });

  it('the self values sum up to the total', () => {
    fc.assert(
      fc.property(anyInput(plainName, large, 0), ({ tree }) => {
        if (!tree.exact) return;
        expect(tree.exact.self.reduce((sum, one) => sum + one, 0n)).toBe(tree.exact.total[0]);
      }),
    );
  });
});

describe('writePprof', () => {
  it('keeps empty stacks and negative values', () => {
    const input = inputOf(
      ['a', 'b'],
      [
        { stack: [], value: 5n },
        { stack: [0, 1], value: -3n },
      ],
    );
    expect(profileRows(reopened(input, 'pprof'))).toEqual(['total 2 self 5', '  a -3 self 0', '    b -3 self -3']);
  });

  it('is read by pprof-format too', () => {
    const input = inputOf(
      ['a', 'b'],
      [
        { stack: [0, 1], value: 3n },
        { stack: [0], value: 4n },
      ],
    );
    const peer = PeerProfile.decode(gunzipSync(formatExport('pprof', input).bytes));
    const { strings } = peer.stringTable;
    expect(peer.sample.map(({ locationId, value }) => [locationId, value])).toEqual([
      [[1], [4]],
      [[2, 1], [3]],
    ]);
    expect(
      peer.function.map(({ name, filename, startLine }) => [
        strings[Number(name)],
        strings[Number(filename)],
        startLine,
      ]),
    ).toEqual([
      ['a', '', 0],
      ['b', 'src/1.c', 11],
    ]);
    expect(peer.sampleType.map(({ type, unit }) => [strings[Number(type)], strings[Number(unit)]])).toEqual([
      ['cpu', 'nanoseconds'],
    ]);
  });

  it('is the same file for the same tree', () => {
    const input = inputOf(['a'], [{ stack: [0], value: 5n }]);
    expect(formatExport('pprof', input).bytes).toEqual(formatExport('pprof', input).bytes);
  });

  it('gives frames without a name a name, and says so', () => {
    const input = inputOf([''], [{ stack: [0], value: 5n }]);
    expect(reopened(input, 'pprof').functions.names).toEqual(['(no name)']);
    expect(formatExport('pprof', input).notes).toEqual([expect.stringContaining('(no name)')]);
  });

  it('writes a stack of 100 000 frames', () => {
    const input = inputOf(['f', 'g'], [{ stack: Array.from({ length: 100_000 }, (_, i) => i % 2), value: 1n }]);
    expect(reopened(input, 'pprof').stackFrames.length).toBe(100_000);
  });
});

describe('writeCollapsed', () => {
  it('replaces what would tear a line apart, and counts it', () => {
    const input = inputOf(['a;b', 'c\nd', 'e'], [{ stack: [0, 1, 2], value: 5n }]);
    const { bytes, notes } = formatExport('collapsed', input);
    expect(new TextDecoder().decode(bytes)).toBe('a:b;c d;e 5\n');
    expect(notes).toEqual([expect.stringMatching(/^2 names/)]);
  });

  it('gives samples without a stack a frame, so that the total stays, and says so', () => {
    const { bytes, notes } = formatExport(
      'collapsed',
      inputOf(
        ['a'],
        [
          { stack: [], value: 7n },
          { stack: [0], value: 1n },
        ],
      ),
    );
    expect(new TextDecoder().decode(bytes)).toBe('(no stack) 7\na 1\n');
    expect(notes).toEqual(['Samples without a stack are written as (no stack).']);
  });

  it('refuses to write a file that nothing opens', () => {
    const chain = Array.from({ length: 60_000 }, (_, i) => ({ stack: [] as number[], value: BigInt(i) }));
    const builder = new TreeBuilder(false);
    let node = 0;
    for (let i = 0; i < chain.length; i++) {
      node = builder.child(node, 0);
      builder.add(node, 1);
    }
    const input = { ...inputOf(['recursion'], []), tree: builder.seal('name', rankNames(['recursion'])) };
    expect(() => formatExport('pprof', input)).toThrow(RangeError);
  });
});

describe('writeSpeedscope', () => {
  it('writes a sampled profile with frames by index', () => {
    const input = inputOf(
      ['main', 'read'],
      [
        { stack: [0, 1], value: 5n },
        { stack: [0], value: 2n },
      ],
      'bytes',
    );
    const file: unknown = JSON.parse(new TextDecoder().decode(formatExport('speedscope', input).bytes));
    expect(file).toEqual({
      $schema: 'https://www.speedscope.app/file-format-schema.json',
      durationMs: 2500,
      exporter: 'flametide',
      name: 'made',
      activeProfileIndex: 0,
      shared: { frames: [{ name: 'main' }, { name: 'read', file: 'src/1.c', line: 11 }] },
      profiles: [
        {
          type: 'sampled',
          name: 'made cpu',
          unit: 'bytes',
          sampleType: { type: 'cpu', unit: 'bytes' },
          startValue: 0,
          endValue: 7,
          samples: [[0], [0, 1]],
          weights: [2, 5],
        },
      ],
    });
  });

  it('holds by the schema that speedscope ships, and adds up, whatever the names and values', () => {
    const validate = new Ajv({ strict: false }).compile(schema);
    fc.assert(
      fc.property(anyInput(anyName, fc.oneof(small, large), 0), fc.constantFrom('bytes', 'count', ''), (made, unit) => {
        const input = { ...made, sampleType: { type: 'cpu', unit } };
        const file = JSON.parse(new TextDecoder().decode(formatExport('speedscope', input).bytes));
        validate(file);
        expect(validate.errors).toBeNull();
        const [{ weights, startValue, endValue }] = file.profiles;
        if (input.tree.exact) return;
        expect(weights.reduce((sum: number, weight: number) => sum + weight, startValue)).toBe(endValue);
      }),
    );
    expect(validate({ $schema: 'https://www.speedscope.app/file-format-schema.json', profiles: [] })).toBe(false);
  });

  it('keeps how long it took, which the weights of merged stacks do not say', () => {
    const input = inputOf(['main'], [{ stack: [0], value: 5_000_000_000n }]);
    for (const durationMs of [2500, undefined]) {
      const { bytes } = formatExport('speedscope', { ...input, durationMs });
      const profile = finish(decodeSpeedscope(bytes));
      expect([profile.durationMs, profile.times]).toEqual([durationMs, undefined]);
    }
  });

  it('calls units none that it does not know, and leaves negative values out', () => {
    const input = inputOf(
      ['a'],
      [
        { stack: [0], value: -1n },
        { stack: [], value: 4n },
      ],
      'count',
    );
    const { bytes, notes } = formatExport('speedscope', input);
    expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({
      profiles: [{ unit: 'none', samples: [[]], weights: [4] }],
    });
    expect(notes).toEqual([expect.stringMatching(/^1 stack with a negative value/)]);
  });
});
