/** Slices of a range as the contract's bytes: what protobuf writes is read as it is, what is damaged is refused. */
import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { DecodeError } from '#formats/format.ts';
import { decodeProfile } from '#formats/registry.ts';
import { readSlices } from '#formats/sliced-tree.ts';
import { writeSlices } from '#formats/write-slices.ts';
import type { SlicedColumns } from '#model/slices.ts';
import { SelectSlicesResponseSchema } from '#wire/gen/flametide/v1/query_pb.ts';

class Refused extends Error {}

function read(bytes: Uint8Array): SlicedColumns {
  return readSlices(bytes, (what, offset) => {
    throw new Refused(`${what}, at ${offset}`);
  });
}

interface Written {
  readonly names: string[];
  readonly name: number[];
  readonly parentDistance: number[];
  readonly entries: number[];
  readonly slice: number[];
  readonly value: number[];
  readonly count: number[];
  readonly profiles: number[];
  readonly kinds?: string[];
  readonly kindName?: number[];
  readonly kind?: number[];
}

function encode(columns: Partial<Written>): Uint8Array {
  const { value = [], count = [], ...rest } = columns;
  return toBinary(
    SelectSlicesResponseSchema,
    create(SelectSlicesResponseSchema, {
      ...rest,
      value: value.map(BigInt),
      count: count.map(BigInt),
      warnings: ['not ours to read'],
    }),
  );
}

const amount = fc.oneof(fc.nat(300), fc.maxSafeNat());

/** Any tree with any entries. */
const anySlices: fc.Arbitrary<Written> = fc
  .record({
    names: fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 8 }),
    nodes: fc.array(
      fc.record({
        name: fc.nat(),
        parent: fc.nat(),
        entries: fc.array(fc.record({ slice: fc.nat(), value: amount, count: amount }), { maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 40 },
    ),
    profiles: fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
    isCounted: fc.boolean(),
  })
  .map(({ names, nodes, profiles, isCounted }) => {
    const entries = nodes.flatMap((node) => node.entries);
    return {
      names,
      name: nodes.map((node) => node.name % names.length),
      parentDistance: nodes.map(({ parent }, i) => (i === 0 ? 0 : 1 + (parent % i))),
      entries: nodes.map((node) => node.entries.length),
      slice: entries.map(({ slice }) => slice % profiles.length),
      value: entries.map(({ value }) => value),
      count: isCounted ? entries.map(({ count }) => count) : [],
      profiles,
    };
  });

const small: Written = {
  names: ['main', 'größe'],
  name: [0, 0, 1],
  parentDistance: [0, 1, 1],
  entries: [0, 1, 2],
  slice: [1, 0, 1],
  value: [300, 7, 70_000],
  count: [3, 1, 700],
  profiles: [4, 5],
};

it('reads what protobuf writes, whatever the columns', () => {
  fc.assert(
    fc.property(anySlices, (columns) => {
      const found = read(encode(columns));
      expect(Object.fromEntries(Object.entries(found).map(([key, column]) => [key, [...column]]))).toEqual(columns);
    }),
  );
});

it('has how functions ran, and keeps it when it is written again', () => {
  const ran = { kinds: ['', 'kernel'], kindName: [0, 1, 1], kind: [0, 0, 1] };
  const found = read(encode({ ...small, ...ran }));
  expect(found.kinds).toEqual({
    texts: ran.kinds,
    name: Int32Array.from(ran.kindName),
    kind: Int32Array.from(ran.kind),
  });
  expect(read(writeSlices(found))).toEqual(found);
});

it('no bytes are a range without profiles', () => {
  expect(read(new Uint8Array(0))).toMatchObject({ names: [], value: [] });
  const form = { kind: 'slices', profileType: 'a:cpu:count:cpu:count' } as const;
  const { profile } = finish(decodeProfile({ bytes: new Uint8Array(0), name: 'a', form }));
  expect(profile).toMatchObject({ sampleCount: 0, functions: { names: [] } });
});

/** Selves by path, exact; names apart by a character that none of them has. */
function selvesOf({ names, name, parentDistance, entries, value }: Written): Map<string, bigint> {
  const paths = [''];
  const selves = new Map<string, bigint>();
  let entry = 0;
  for (let node = 0; node < name.length; node++) {
    if (node > 0) paths[node] = `${paths[node - parentDistance[node]]}\u0000${names[name[node]]}`;
    for (const end = entry + entries[node]; entry < end; entry++) {
      const self = (selves.get(paths[node]) ?? 0n) + BigInt(value[entry]);
      if (self > 0n) selves.set(paths[node], self);
    }
  }
  return selves;
}

it('is a profile of its sum, to the last unit', () => {
  fc.assert(
    fc.property(anySlices, (columns) => {
      const form = { kind: 'slices', profileType: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds' } as const;
      const { profile, slices } = finish(decodeProfile({ bytes: encode(columns), name: 'a', form }));
      expect(profile.sampleTypes).toEqual([{ type: 'cpu', unit: 'nanoseconds' }]);
      expect(slices?.profiles.length).toBe(columns.profiles.length);
      const [{ values, exact }] = profile.values;
      const found = new Map<string, bigint>();
      for (let i = 0; i < profile.sampleCount; i++) {
        const frames = profile.stackFrames.subarray(profile.stackStart[i], profile.stackStart[i + 1]);
        const path = Array.from(frames, (f) => `\u0000${profile.functions.names[profile.frames.func[f]]}`).join('');
        found.set(path, (found.get(path) ?? 0n) + (exact?.[i] ?? BigInt(values[i])));
      }
      expect(found).toEqual(selvesOf(columns));
      expect(new Set(profile.functions.names).size).toBe(profile.functions.names.length);
    }),
  );
});

describe('a damaged answer is refused', () => {
  it('are the same when they are written again', () => {
    fc.assert(
      fc.property(anySlices, (written) => {
        const columns = read(encode(written));
        expect(read(writeSlices(columns))).toEqual(columns);
      }),
    );
  });

  it.each<[string, Partial<Written>, RegExp]>([
    ['a column of nodes too short', { entries: [0, 3] }, /the columns of nodes differ in length/],
    ['a column of entries too short', { slice: [1, 0] }, /the columns of entries differ in length/],
    ['counts of some entries', { count: [1] }, /the columns of entries differ in length/],
    ['more entries than values', { entries: [0, 1, 3] }, /the nodes have 4 entries, but there are 3/],
    ['a number of entries beyond 31 bits', { entries: [0, 4, 2 ** 32 - 1] }, /node 2 has a negative number/],
    ['a name that is not there', { name: [0, 0, 2] }, /node 2 has a name that is not in the table/],
    ['a node that is its own parent', { parentDistance: [0, 1, 0] }, /node 2 has a parent that does not exist/],
    ['a parent before the root', { parentDistance: [0, 1, 3] }, /node 2 has a parent that does not exist/],
    ['kinds without names', { kinds: [''], kind: [0] }, /the columns of kinds differ in length/],
    ['a kind that is not there', { kinds: [''], kindName: [1], kind: [1] }, /kind 0 is not in the table/],
    [
      'a kind of a name that is not there',
      { kinds: [''], kindName: [2], kind: [0] },
      /kind 0 is of a name that is not/,
    ],
    ['a slice that is not there', { slice: [1, 0, 2] }, /entry 2 is of a slice that does not exist/],
  ])('%s', (_, patch, message) => {
    expect(() => read(encode({ ...small, ...patch }))).toThrow(message);
  });

  it.each([
    ['a length past the end', [34, 9, 1], /a length of 9 bytes runs past the end/],
    ['a number that runs out of its column', [18, 1, 0x80, 26, 1, 0], /runs out of its list/],
    ['a number that is cut off', [18, 1, 0x80], /a number is cut off/],
    ['a group', [99], /wire type 3/],
  ])('%s', (_, bytes, message) => {
    expect(() => read(new Uint8Array(bytes))).toThrow(message);
  });

  it('in words for the user when a side is opened from it', () => {
    const form = { kind: 'slices', profileType: 'a:cpu:count:cpu:count' } as const;
    expect(() => finish(decodeProfile({ bytes: Uint8Array.of(34, 1, 5), name: 'a', form }))).toThrow(DecodeError);
  });

  it('or read, whatever bytes are wrong: and then all that it points at is there', () => {
    const good = encode(small);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: good.length }),
        (changes, end) => {
          const bytes = good.slice(0, end);
          for (const [at, byte] of changes) if (at < end) bytes[at] = byte;
          const found = readOrRefused(bytes);
          if (!found) return;
          const { names, name, parentDistance, entries, slice, value, profiles } = found;
          expect(Array.from(entries).reduce((sum, one) => sum + one, 0)).toBe(value.length);
          expect(Array.from(slice).every((at) => at >= 0 && at < profiles.length)).toBe(true);
          for (let node = 1; node < name.length; node++) {
            expect(names[name[node]]).toBeTypeOf('string');
            expect(node - parentDistance[node]).toBeGreaterThanOrEqual(0);
            expect(parentDistance[node]).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** Undefined where it was refused; any other error is a defect and goes on up. */
function readOrRefused(bytes: Uint8Array): SlicedColumns | undefined {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}
