import fc from 'fast-check';
import { labelledPprof } from '../support/labelled-pprof.ts';
import { Profile as PeerProfile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import type { DecodeError } from '#formats/format.ts';
import { decodePprof, pprofFormat } from '#formats/pprof.ts';
import { checkProfile } from '#model/check-profile.ts';
import type { Profile } from '#model/profile.ts';
import { encodeMessage, type Field, message, smallProfile, Strings } from '../support/pprof-message.ts';
import { refusalOf, refusalOrNone } from '../support/refusal.ts';
import { profileRows } from '../support/tree-rows.ts';

function decode(fields: readonly Field[]): Profile {
  return decodeBytes(encodeMessage({ fields }));
}

function decodeBytes(bytes: Uint8Array): Profile {
  const profile = finish(decodePprof(bytes));
  expect(checkProfile(profile)).toEqual([]);
  return profile;
}

function refusal(fields: readonly Field[]): DecodeError {
  return refusalOf(() => decode(fields));
}

/** The small profile with one of its messages changed. */
function changed(field: number, nth: number, by: (old: Field) => readonly Field[]): Field[] {
  let seen = 0;
  return smallProfile().flatMap((one) => (one[0] === field && seen++ === nth ? by(one) : [one]));
}

describe('decodePprof', () => {
  it('turns leaf first into root first, inlined lines too, and names what has no symbol', () => {
    expect(profileRows(decode(smallProfile()))).toEqual([
      'total 7 self 0',
      '  main 7 self 0',
      '    libc.so.6+0xdead 4 self 4',
      '    outer 3 self 0',
      '      inner 3 self 3',
    ]);
  });

  it('keeps files, lines and mappings of functions', () => {
    const { functions } = decode(smallProfile());
    expect(functions.names).toEqual(['main', 'inner', 'outer', 'libc.so.6+0xdead']);
    expect(functions.files).toEqual(['main.go', 'inner.go', 'outer.go', '']);
    expect([...functions.line]).toEqual([10, 33, 24, 0]);
    expect(functions.mappings).toEqual(['', '', '', '/usr/lib/libc.so.6']);
  });

  it('keeps types, time, duration and period', () => {
    const profile = decode(smallProfile());
    expect(profile.sampleTypes).toEqual([
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ]);
    expect(profile.timeMs).toBe(1_700_000_000_000);
    expect(profile.durationMs).toBe(2500);
    expect(profile.period).toEqual({ type: { type: 'cpu', unit: 'nanoseconds' }, value: 10_000_000 });
  });

  it('gives a sample type without a name, or with one that is taken, a name to ask for', () => {
    const s = new Strings();
    const types = ['', '', 'cpu', 'cpu', 'samples'].map((type) => message([1, s.at(type)], [2, s.at('count')]));
    const made: Field[] = [...types.map((type) => [1, type] as const), [2, message([2, [1, 2, 3, 4, 5]])], ...s.fields];
    expect(decode(made).sampleTypes.map(({ type }) => type)).toEqual([
      'samples_2',
      'samples_3',
      'cpu',
      'cpu_2',
      'samples',
    ]);
  });

  it('keeps negative values', () => {
    expect([...decode(smallProfile()).values[1].values]).toEqual([300, -400]);
  });

  it('keeps labels, numbers whole', () => {
    const { labels } = decode(smallProfile());
    const text = (index: number): string | undefined => labels.strings[index];
    expect([...labels.start]).toEqual([0, 1, 2]);
    expect([...labels.key].map(text)).toEqual(['route', 'bytes']);
    expect([...labels.text].map(text)).toEqual(['/cart', undefined]);
    expect([...labels.number]).toEqual([0n, -1n]);
    expect([...labels.unit].map(text)).toEqual([undefined, 'B']);
  });

  it('reads fields in any order', () => {
    const reversed = [...smallProfile()].reverse();
    const strings = reversed.filter(([field]) => field === 6).reverse();
    const types = reversed.filter(([field]) => field === 1).reverse();
    const others = reversed.filter(([field]) => field !== 6 && field !== 1);
    expect(profileRows(decode([...strings, ...others, ...types]))).toEqual(profileRows(decode(smallProfile())));
  });

  it('reads numbers that are not packed, ids beyond 2^53 and ids far apart', () => {
    const far = 2n ** 64n - 1n;
    const s = new Strings();
    const fields: Field[] = [
      [1, message([1, s.at('samples')], [2, s.at('count')])],
      [2, message([1, BigInt.asIntN(64, far)], [1, 9_000_000], [2, 5])],
      [4, message([1, BigInt.asIntN(64, far)], [4, message([1, 2n ** 62n])])],
      [4, message([1, 9_000_000], [4, message([1, 7])])],
      [5, message([1, 2n ** 62n], [2, s.at('leaf')])],
      [5, message([1, 7], [2, s.at('root')])],
    ];
    expect(profileRows(decode([...fields, ...s.fields]))).toEqual([
      'total 5 self 0',
      '  root 5 self 0',
      '    leaf 5 self 5',
    ]);
  });

  it('keeps sums whole beyond 2^53', () => {
    const big = 2n ** 53n + 1n;
    const profile = decode(
      changed(2, 0, () => [[2, message([1, [1]], [2, 0], [2, big])]]).filter(([field]) => field !== 8),
    );
    expect(profile.values[0].exact).toBeUndefined();
    expect([...profile.values[1].exact!]).toEqual([big, -400n]);
    expect(profileRows(profile, 1)[0]).toBe(`total ${big - 400n} self 0`);
  });

  it('keeps several columns whole, and the others plain', () => {
    const [big, bigger] = [2n ** 53n + 1n, 2n ** 62n + 3n];
    const s = new Strings();
    const made: Field[] = [
      ...['a', 'b', 'c'].map((type) => [1, message([1, s.at(type)])] as const),
      [2, message([2, big], [2, 5], [2, bigger])],
      [2, message([2, -1], [2, 6], [2, -2n])],
      ...s.fields,
    ];
    expect(decode(made).values.map(({ exact }) => exact && [...exact])).toEqual([[big, -1n], undefined, [bigger, -2n]]);
  });

  it('merges functions of one name, and knows the file of each frame', () => {
    const s = new Strings();
    const fields: Field[] = [
      [1, message([1, s.at('samples')])],
      [2, message([1, [1]], [2, [1]])],
      [2, message([1, [2]], [2, [2]])],
      [4, message([1, 1], [4, message([1, 1], [2, 9])])],
      [4, message([1, 2], [4, message([1, 2], [2, 4])])],
      [5, message([1, 1], [2, s.at('f')], [4, s.at('a.c')])],
      [5, message([1, 2], [2, s.at('f')], [4, s.at('b.c')])],
    ];
    const profile = decode([...fields, ...s.fields]);
    expect(profileRows(profile)).toEqual(['total 3 self 0', '  f 3 self 3']);
    // No file is that of the function.
    expect(profile.functions.files).toEqual(['']);
    expect([...profile.functions.line]).toEqual([0]);
    const { definitions, frames } = profile;
    expect(definitions.names).toEqual(['f', 'f']);
    expect(definitions.files).toEqual(['a.c', 'b.c']);
    expect([...definitions.line]).toEqual([9, 4]);
    expect([[...frames.func], [...frames.definition], [...frames.line]]).toEqual([
      [0, 0],
      [0, 1],
      [9, 4],
    ]);
  });

  it('takes the default sample type, else the last one', () => {
    expect(decode(smallProfile()).defaultSampleType).toBe(1);
    const named = [...smallProfile(), [14, 1] as const];
    expect(decode(named).defaultSampleType).toBe(0);
  });

  it('reports that the file recommends dropping frames', () => {
    expect(decode([...smallProfile(), [7, 1] as const]).notes).toEqual([expect.stringContaining('match samples')]);
  });

  it('offers what the file asks to drop as a search for whole names', () => {
    const stacks = [{ stack: ['main', 'malloc', 'brk'], value: 3, labels: [] }];
    const asked = (facts: Parameters<typeof labelledPprof>[1]): string | undefined =>
      finish(decodePprof(labelledPprof(stacks, facts))).prune;
    expect(asked({ drop: 'malloc|a/b' })).toBe('/^(?:malloc|a\\/b)$/');
    expect(asked({ drop: 'malloc.*', keep: 'malloc_x' })).toBe('/^(?:malloc.*)$/ -/^(?:malloc_x)$/');
    expect(asked({ drop: '(unclosed' })).toBeUndefined();
    expect(asked({})).toBeUndefined();
  });

  it('shows the comments of the file, the first twenty', () => {
    const stacks = [{ stack: ['main'], value: 3, labels: [] }];
    const notes = (comments: readonly string[]): readonly string[] =>
      finish(decodePprof(labelledPprof(stacks, { comments }))).notes;
    expect(notes(['built by make', ' '])).toEqual(['Comment: built by make']);
    expect(notes(Array.from({ length: 22 }, (_, i) => `c${i}`)).slice(-2)).toEqual([
      'Comment: c19',
      'And 2 more comments.',
    ]);
  });

  it('skips fields that it does not know', () => {
    const unknown: Field[] = [[99, 'text'], [98, 5], ...smallProfile()];
    expect(profileRows(decode(unknown))).toEqual(profileRows(decode(smallProfile())));
  });

  it.each<[string, Field[], RegExp]>([
    ['an unknown location', changed(2, 1, () => [[2, message([1, [99]], [2, [1, 1]])]]), /location 99/],
    ['location 0', changed(2, 1, () => [[2, message([1, [0]], [2, [1, 1]])]]), /location 0/],
    ['too few values', changed(2, 0, () => [[2, message([1, [1]], [2, [1]])]]), /1 values, but there are 2/],
    ['too many values', changed(2, 0, () => [[2, message([1, [1]], [2, [1, 2, 3]])]]), /3 values/],
    ['an unknown function', changed(4, 0, () => [[4, message([1, 1], [4, message([1, 77])])]]), /function 77/],
    ['an unknown mapping', changed(4, 2, () => [[4, message([1, 3], [2, 9])]]), /mapping 9/],
    ['two locations of one id', changed(4, 0, (old) => [old, old]), /two of its locations have the id 1/],
    ['two functions of one id', changed(5, 0, (old) => [old, old]), /two of its functions have the id 1/],
    ['a location without id', [...smallProfile(), [4, message([3, 1])]], /id 0/],
    ['a name outside the table', changed(5, 0, () => [[5, message([1, 1], [2, 1000])]]), /string 1000 of function 0/],
    ['a negative string index', changed(5, 0, () => [[5, message([1, 1], [2, -1])]]), /string -1/],
    [
      'a label outside the table',
      changed(2, 0, () => [[2, message([1, [1]], [2, [1, 1]], [3, message([1, 500])])]]),
      /string 500/,
    ],
    ['a comment outside the table', [...smallProfile(), [13, [500]]], /string 500/],
    ['a first string', [[6, 'x'], ...smallProfile()], /first string/],
    ['no sample types', smallProfile().filter(([field]) => field !== 1), /no sample types/],
    ['a field of another wire type', [...smallProfile(), [2, 7]], /field 2 has wire type 0/],
    ['a cut packed number', changed(2, 0, () => [[2, message([1, Uint8Array.of(0x81)], [2, [1, 1]])]]), /cut off/],
  ])('refuses %s', (_, fields, why) => {
    const error = refusal(fields);
    expect(error.code).toBe('malformed');
    expect(error.message).toMatch(why);
    expect(error.place).toMatch(/byte \d+ of the unpacked file/);
    expect(error.remedy).toBeDefined();
  });

  it('holds inlined lines to a limit before it runs out of memory', () => {
    const s = new Strings();
    const lines: Field[] = Array.from({ length: 4000 }, () => [4, message([1, 1])] as const);
    const stack = Array<number>(40_000).fill(1);
    const fields: Field[] = [
      [1, message([1, s.at('samples')])],
      [2, message([1, stack], [2, [1]])],
      [4, message([1, 1], ...lines)],
      [5, message([1, 1], [2, s.at('f')])],
    ];
    expect(refusal([...fields, ...s.fields]).code).toBe('too-large');
  });

  it('sees every cut', () => {
    const bytes = encodeMessage({ fields: smallProfile() });
    const cuts = Array.from({ length: bytes.length }, (_, length) => bytes.subarray(0, length));
    const refused = cuts.filter((cut) => refusalOrNone(() => decodeBytes(cut)));
    // A cut between two messages may leave a whole profile.
    expect(refused.length).toBeGreaterThan(bytes.length * 0.8);
  });

  it('survives damage, and agrees with pprof-format where that reads all of it', () => {
    const bytes = encodeMessage({ fields: smallProfile() });
    let agreed = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (flips, low) => {
          const damaged = bytes.slice();
          // Low bits alone leave more of the structure standing.
          for (const [at, bits] of flips) damaged[at] ^= low ? bits & 3 : bits;
          let profile: Profile | undefined;
          refusalOrNone(() => (profile = decodeBytes(damaged)));
          const peer = peerSamples(damaged);
          if (!profile || !peer) return;
          const { values } = profile;
          agreed++;
          const ours = Array.from({ length: profile.sampleCount }, (_, i) =>
            values.map((column) => column.exact?.[i] ?? BigInt(column.values[i])),
          );
          expect(ours).toEqual(peer.values);
          expect(stackNames(profile)).toEqual(peer.stacks);
        },
      ),
      { numRuns: 4000, seed: 20 },
    );
    expect(agreed).toBeGreaterThan(50);
  });
});

describe('the sniff', () => {
  it('knows pprof by its first fields, also cut', () => {
    const bytes = encodeMessage({ fields: smallProfile() });
    expect(pprofFormat.sniff(bytes, '')).toBe(true);
    expect(pprofFormat.sniff(bytes.subarray(0, 60), '')).toBe(true);
  });

  it.each([
    'main;parse 12\n',
    '{"nodes":[]}',
    '\n\nmain;x 5\n',
    '<html>',
    '20 monkeys',
    '\u0000\u0000\u0000\u0000',
    'zebra;x 12\n',
  ])('is not taken in by %j', (text) => {
    expect(pprofFormat.sniff(new TextEncoder().encode(text), '')).toBe(false);
  });
});

function stackNames(profile: Profile): string[][] {
  const { stackStart, stackFrames, frames, functions } = profile;
  return Array.from({ length: profile.sampleCount }, (_, i) =>
    [...stackFrames.subarray(stackStart[i], stackStart[i + 1])].map((frame) => functions.names[frames.func[frame]]),
  );
}

/** pprof-format reads on where it should not; what it writes back at another length it did not understand. */
function peerSamples(bytes: Uint8Array): { values: bigint[][]; stacks: string[][] } | undefined {
  try {
    const peer = PeerProfile.decode(bytes);
    if (peer.encode().length !== bytes.length) return undefined;
    const { strings } = peer.stringTable;
    const functions = new Map(peer.function.map((one) => [BigInt(one.id), one]));
    const mappings = new Map(peer.mapping.map((one) => [BigInt(one.id), one]));
    const locations = new Map(peer.location.map((one) => [BigInt(one.id), one]));
    const stacks = peer.sample.map((sample) =>
      sample.locationId
        .flatMap((id) => {
          const location = locations.get(BigInt(id))!;
          const file = strings[Number(mappings.get(BigInt(location.mappingId))?.filename ?? 0)];
          const binary = file.slice(file.lastIndexOf('/') + 1);
          const address = `${binary === '' ? '' : `${binary}+`}0x${BigInt(location.address).toString(16)}`;
          const names = location.line.map((line) => {
            const found = functions.get(BigInt(line.functionId));
            return strings[Number(found?.name ?? 0)] || strings[Number(found?.systemName ?? 0)] || address;
          });
          return names.length === 0 ? [address] : names;
        })
        .reverse(),
    );
    return {
      values: peer.sample.map((sample) => sample.value.map((value) => BigInt.asIntN(64, BigInt(value)))),
      stacks,
    };
  } catch {
    return undefined;
  }
}
