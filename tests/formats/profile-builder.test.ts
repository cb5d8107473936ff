import { describe, expect, it } from 'vitest';
import { type DecodeLimits, FILE_LIMITS } from '#formats/decode-limits.ts';
import { ProfileBuilder } from '#formats/profile-builder.ts';
import { checkProfile } from '#model/check-profile.ts';
import { refusalOf } from '../support/refusal.ts';
import { profileRows } from '../support/tree-rows.ts';
import { withLabels } from '../support/corpus-truth.ts';

const types = [
  { type: 'samples', unit: 'count' },
  { type: 'time', unit: 'microseconds' },
];

function small(limits?: DecodeLimits): ProfileBuilder {
  const builder = new ProfileBuilder(types, limits);
  const main = builder.node(0, builder.frame({ name: 'main', file: 'a.js', line: 3 }));
  const parse = builder.node(main, builder.frame({ name: 'parse', file: 'b.js', line: 9, startLine: 7 }));
  builder.sample(
    parse,
    [1, 20],
    builder.labels([
      ['thread', 'one'],
      ['cpu', 3n],
    ]),
    1000,
  );
  builder.sample(main, [1, 5], builder.labels([['thread', 'two']]), 1001.5);
  builder.sample(
    parse,
    [1, 30],
    builder.labels([
      ['thread', 'one'],
      ['cpu', 3n],
    ]),
    1002,
  );
  return builder;
}

describe('ProfileBuilder', () => {
  it('makes a profile that is right', () => {
    const profile = small().take({ timeMs: 7, durationMs: 8, defaultSampleType: 1 });
    expect(checkProfile(profile)).toEqual([]);
    expect(profileRows(profile, 0)).toEqual(['total 3 self 0', '  main 3 self 1', '    parse 2 self 2']);
    expect(profileRows(profile, 1)).toEqual(['total 55 self 0', '  main 55 self 5', '    parse 50 self 50']);
    expect(profile.functions).toEqual({
      names: ['main', 'parse'],
      files: ['a.js', 'b.js'],
      line: Int32Array.of(3, 7),
      mappings: ['', ''],
    });
    expect([...(profile.times ?? [])]).toEqual([1000, 1001.5, 1002]);
    expect([profile.timeMs, profile.durationMs, profile.defaultSampleType]).toEqual([7, 8, 1]);
    expect(profileRows(withLabels(profile, { thread: 'one', cpu: '3' }), 1)).toEqual([
      'total 50 self 0',
      '  main 50 self 0',
      '    parse 50 self 50',
    ]);
    expect(profileRows(withLabels(profile, { thread: 'two' }), 1)).toEqual(['total 5 self 0', '  main 5 self 5']);
  });

  it('hands out one number for equal frames, stacks and label sets', () => {
    const builder = new ProfileBuilder(types);
    const frame = builder.frame({ name: 'a', line: 1 });
    expect(builder.frame({ name: 'a', line: 1 })).toBe(frame);
    expect(builder.frame({ name: 'a', line: 2 })).not.toBe(frame);
    const node = builder.node(0, frame);
    expect(builder.node(0, frame)).toBe(node);
    expect(builder.node(node, frame)).not.toBe(node);
    expect([builder.depth(0), builder.depth(node), builder.parent(builder.node(node, frame))]).toEqual([0, 1, node]);
    const set = builder.labels([['k', 'v', 'u']]);
    expect(builder.labels([['k', 'v', 'u']])).toBe(set);
    // Alike as texts, not alike.
    expect(
      new Set([set, builder.labels([['k', 'v']]), builder.labels([['k', '1']]), builder.labels([['k', 1n]])]).size,
    ).toBe(4);
    expect(builder.labels([])).toBe(0);
  });

  it('has times only where every sample has one', () => {
    const builder = small();
    builder.sample(0, [1, 1]);
    builder.sample(0, [1, 1], 0, 5);
    expect(builder.take().times).toBeUndefined();
    expect(new ProfileBuilder(types).take().times).toBeUndefined();
  });

  it('keeps names, keys and values that mean something elsewhere as texts', () => {
    const builder = new ProfileBuilder(types);
    const node = builder.node(0, builder.frame({ name: '__proto__', file: 'constructor' }));
    builder.sample(
      node,
      [1, 1],
      builder.labels([
        ['__proto__', 'toString'],
        ['', ''],
      ]),
    );
    const profile = builder.take();
    expect(checkProfile(profile)).toEqual([]);
    expect(profileRows(profile, 0)).toEqual(['total 1 self 0', '  __proto__ 1 self 1']);
    expect(profile.labels.strings).toEqual(['__proto__', 'toString', '']);
  });

  it('keeps whole numbers exact where doubles cannot', () => {
    const builder = new ProfileBuilder([types[0]]);
    builder.sample(0, [2n ** 62n + 1n]);
    builder.sample(0, [3]);
    const [{ values, exact }] = builder.take().values;
    expect([...values]).toEqual([2 ** 62, 3]);
    expect([...exact!]).toEqual([2n ** 62n + 1n, 3n]);
  });

  it('refuses values that are not 64-bit numbers', () => {
    for (const value of [NaN, Infinity, 2n ** 63n]) {
      const refusal = refusalOf(() => small().sample(0, [1, value]));
      expect(refusal).toMatchObject({ code: 'malformed', place: 'sample 3' });
    }
  });

  it('keeps each note once', () => {
    const builder = small();
    builder.note('2 events were left out.');
    builder.note('2 events were left out.');
    expect(builder.take().notes).toEqual(['2 events were left out.']);
  });

  it.each([
    ['sampleTypes', 1],
    ['samples', 2],
    ['values', 5],
    ['functions', 1],
    ['lines', 1],
    ['nodes', 1],
    ['frames', 4],
    ['labelsOfSample', 1],
    ['labels', 4],
  ] as const)('refuses more %s than %i', (what, limit) => {
    expect(refusalOf(() => small({ ...FILE_LIMITS, [what]: limit }))).toMatchObject({ code: 'too-large' });
    expect(small({ ...FILE_LIMITS, [what]: limit + 4 }).take().sampleCount).toBe(3);
  });
});
