/** Samples of an OTLP message in columns. */
import { expect, it } from 'vitest';
import { FILE_LIMITS } from '#formats/decode-limits.ts';
import { readOtlpJson } from '#formats/decoders/otlp-json.ts';
import { OtlpFrames } from '#formats/decoders/otlp-stacks.ts';
import { OtlpRows, OtlpSums } from '#server/ingest/otlp-group.ts';
import { OtlpLabels } from '#server/ingest/otlp-labels.ts';
import { otlpJson } from '../../support/otlp-message.ts';

it('timestamps of one stack with equal labels are one row, with the first of their times', () => {
  const rows = new OtlpRows();
  for (let time = 1_000_000; time > 0; time--) {
    rows.add(3, 1, 1);
    rows.sawTime(time);
  }
  rows.add(2, 1, 5);
  const seen: number[][] = [];
  rows.each((...row) => seen.push(row));
  expect([rows.length, rows.startMs, seen]).toEqual([
    2,
    1,
    [
      [2, 1, 5],
      [3, 1, 1_000_000],
    ],
  ]);
});

it('is several profiles where one would have too many frames, functions or call paths', () => {
  const stacks = ['a', 'b', 'c', 'd', 'e'].map((leaf) => ['main', `${leaf}1`, leaf]);
  const samples = stacks.map((stack) => ({ stack, values: [1] }));
  const message = readOtlpJson(otlpJson([{ profiles: [{ samples }] }]), FILE_LIMITS);
  const namesWithin = (limits: Partial<typeof FILE_LIMITS>): string[] => {
    const all = { ...FILE_LIMITS, ...limits };
    const labels = new OtlpLabels(message.dictionary, all);
    const rows = new OtlpRows();
    const set = labels.set(new Map());
    for (const sample of message.scopes[0].profiles[0].samples) rows.add(sample.stack, labels.linked(set, sample), 1);
    const kind = { name: 'cpu', types: [{ type: 'cpu', unit: 'ns' }], period: undefined };
    const group = new OtlpSums(kind, [], rows, undefined, 0).take(new OtlpFrames(message.dictionary), labels, all);
    return group.profiles().map(({ profile }) => profile.functions.names.join(' '));
  };
  const inTwos = ['main a1 a b1 b', 'main c1 c d1 d', 'main e1 e'];
  expect(namesWithin({})).toEqual(['main a1 a b1 b c1 c d1 d e1 e']);
  expect(namesWithin({ frames: 7 })).toEqual(inTwos);
  // A stack that shares frames may still bring as many new ones as it has.
  expect(namesWithin({ functions: 7 })).toEqual(inTwos);
  expect(namesWithin({ nodes: 7 })).toEqual(inTwos);
});
