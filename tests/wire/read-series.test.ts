import fc from 'fast-check';
import { expect, it } from 'vitest';
import { labelSet } from '#model/labels.ts';
import type { Series } from '#model/series.ts';
import { readSeries } from '#wire/read-series.ts';
import { WireSink } from '#wire/wire-sink.ts';

class Damaged extends Error {}

const read = (bytes: Uint8Array): readonly Series[] =>
  readSeries(bytes, (what, offset) => {
    throw new Damaged(`${what} at ${offset}`);
  });

function write(sink: WireSink, { labels, timesMs, values }: Series): void {
  sink.message(1, () => {
    for (const { name, value } of labels) {
      sink.message(1, () => {
        sink.text(1, name);
        sink.text(2, value);
      });
    }
    for (const [i, timeMs] of timesMs.entries()) {
      sink.message(2, () => {
        sink.double(1, values[i]);
        sink.field(2, timeMs);
      });
    }
    // A field that a later version may add.
    sink.text(15, 'unknown');
  });
}

function bytesOf(...all: readonly Series[]): Uint8Array {
  const sink = new WireSink(1);
  for (const one of all) write(sink, one);
  return sink.take();
}

const labels = fc
  .array(fc.record({ name: fc.string({ minLength: 1 }), value: fc.string({ unit: 'grapheme' }) }), { maxLength: 4 })
  .map(labelSet);
const points = fc
  .array(fc.tuple(fc.integer({ min: -1e15, max: 1e15 }), fc.double({ noNaN: true })), { maxLength: 150 })
  .map((list) => list.sort(([a], [b]) => a - b));
const series = fc.tuple(labels, points).map(([set, list]): Series => ({
  labels: set,
  timesMs: Float64Array.from(list, ([time]) => time),
  // Protobuf leaves zeros out, whatever their sign.
  values: Float64Array.from(list, ([, value]) => value + 0),
}));

it('reads what was written', () => {
  fc.assert(
    fc.property(fc.array(series, { maxLength: 5 }), (all) => {
      expect(read(bytesOf(...all))).toEqual(all);
    }),
  );
});

it('an answer of no bytes has no series', () => {
  expect(read(new Uint8Array(0))).toEqual([]);
});

it('bytes that are cut off fail, but between two series', () => {
  const one: Series = {
    labels: [{ name: 'pod', value: 'a' }],
    timesMs: Float64Array.of(1e12),
    values: Float64Array.of(2),
  };
  const whole = bytesOf(one, one);
  for (let length = 1; length < whole.length; length++) {
    if (length !== whole.length / 2) expect(() => read(whole.subarray(0, length))).toThrow(Damaged);
  }
  expect(read(whole.subarray(0, whole.length / 2))).toEqual([one]);
});

it('damaged bytes give series or are refused', () => {
  fc.assert(
    fc.property(
      fc.array(series, { maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      (all, flips) => {
        const bytes = bytesOf(...all);
        for (const [at, value] of flips) if (bytes.length > 0) bytes[at % bytes.length] = value;
        try {
          for (const { timesMs, values } of read(bytes)) expect(values).toHaveLength(timesMs.length);
        } catch (error) {
          if (!(error instanceof Damaged)) throw error;
        }
      },
    ),
  );
});
