import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DamagedBlob } from '#server/store/blob.ts';
import { forEachSample, HourBlockBuilder, type HourPayloads } from '#server/store/hour-block.ts';
import { SampleVector } from '#server/store/sample-vector.ts';
import { WireSink } from '#wire/wire-sink.ts';

const NODES = 50;

/** By profile: values by leaf. */
const hour = fc.array(
  fc.dictionary(
    fc.integer({ min: 0, max: NODES - 1 }).map(String),
    fc.constantFrom(10_000_000, 20_000_000, 7, 2 ** 53 - 1),
    { minKeys: 1, maxKeys: 12 },
  ),
  { minLength: 1, maxLength: 12 },
);

it('gives back every sample, frequent stacks and enormous sums too', () => {
  fc.assert(
    fc.property(hour, (profiles) => {
      expect(read(encode(profiles), profiles.length)).toEqual(listed(profiles));
    }),
  );
});

it('is read as format 1 of the store had it', () => {
  fc.assert(
    fc.property(hour, (profiles) => {
      const { sums } = encode(profiles);
      expect(read({ sums, ...encodeByLeaf(profiles) }, profiles.length)).toEqual(listed(profiles));
    }),
  );
});

it('when damaged is refused or read to an end', () => {
  fc.assert(
    fc.property(hour, fc.nat(), fc.nat({ max: 255 }), (profiles, at, byte) => {
      const payloads = encode(profiles);
      for (const bytes of [payloads.sums, payloads.index, payloads.values]) bytes[at % bytes.length] = byte;
      try {
        for (const [profile, leaf] of read(payloads, profiles.length)) {
          expect(profile).toBeLessThan(profiles.length);
          expect(leaf).toBeLessThan(NODES);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedBlob);
      }
    }),
  );
});

type Hour = readonly Readonly<Record<string, number>>[];

function encode(profiles: Hour): HourPayloads {
  const builder = new HourBlockBuilder(0);
  for (const [time, values] of profiles.entries()) {
    const vector = new SampleVector();
    for (const [leaf, value] of byLeaf(values)) vector.push(leaf, value);
    builder.add(time, 0, vector);
  }
  return builder.encode();
}

function encodeByLeaf(profiles: Hour): Pick<HourPayloads, 'index' | 'values'> {
  const index = new WireSink();
  const values = new WireSink();
  values.varint(1);
  let last = -1;
  for (let leaf = 0; leaf < NODES; leaf++) {
    const having = [...profiles.keys()].filter((profile) => profiles[profile][leaf] !== undefined);
    if (having.length === 0) continue;
    index.varint(leaf - last - 1);
    index.varint(having.length);
    having.forEach((profile, i) => {
      index.varint(profile - (having[i - 1] ?? -1) - 1);
      values.varint(profiles[profile][leaf]);
    });
    last = leaf;
  }
  return { index: index.take(), values: values.take() };
}

type Sample = [profile: number, leaf: number, value: number];

function read(payloads: Omit<HourPayloads, 'points'>, profiles: number): Sample[] {
  const samples: Sample[] = [];
  forEachSample(payloads, NODES, profiles, (leaf, profile, value) => samples.push([profile, leaf, value]));
  return samples.toSorted(([a, b], [c, d]) => a - c || b - d);
}

function listed(profiles: Hour): Sample[] {
  return profiles.flatMap((values, profile) => byLeaf(values).map(([leaf, value]): Sample => [profile, leaf, value]));
}

function byLeaf(values: Readonly<Record<string, number>>): [leaf: number, value: number][] {
  return Object.entries(values)
    .map(([leaf, value]): [number, number] => [Number(leaf), value])
    .toSorted(([a], [b]) => a - b);
}
