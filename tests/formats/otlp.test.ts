/** OTLP as files: both numberings of samples, decided by what they hold; packed or not; JSON; several messages. */
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { FILE_LIMITS } from '#formats/decode-limits.ts';
import { decodeOtlp } from '#formats/decoders/otlp.ts';
import { readOtlpProto } from '#formats/decoders/otlp-proto.ts';
import { otlpFormat } from '#formats/otlp.ts';
import { checkProfile } from '#model/check-profile.ts';
import type { Profile } from '#model/profile.ts';
import { withLabels } from '../support/corpus-truth.ts';
import { type MadeResource, type MadeSample, otlpJson, otlpMessage, type OtlpShape } from '../support/otlp-message.ts';
import { encodeMessage, type Field, message } from '../support/pprof-message.ts';
import { refusalOf } from '../support/refusal.ts';
import { kindsOfStacks } from '../support/frame-kinds.ts';
import { profileRows } from '../support/tree-rows.ts';

const CPU = { periodType: ['cpu', 'nanoseconds'], period: 50_000_000 } as const;
const RESOURCES: readonly MadeResource[] = [
  {
    attributes: { 'service.name': 'shop', 'process.pid': 7 },
    profiles: [
      {
        ...CPU,
        samples: [
          { stack: ['main', 'price'], values: [3], attributes: { 'thread.name': 'one' } },
          { stack: ['main'], values: [4], attributes: { 'thread.name': 'two', 'thread.id': 12 } },
        ],
      },
    ],
  },
  { profiles: [{ sampleType: ['off_cpu', 'nanoseconds'], samples: [{ stack: ['main', 'wait'], values: [500] }] }] },
];
const ROWS = ['total 7 self 0', '  main 7 self 4', '    price 3 self 3'];

const OLDEST_STRINGS = ['', 'cpu', 'count', 'nanoseconds', 'main', 'price'];
const OLDEST_TIME_NS = 1_795_000_000_000_000_000n;

/** Samples are parts of the profile's list of locations (3), of its beginning and length. */
function oldestMessage(length = 2): Uint8Array {
  const sample = (start: number, frames: number, values: number[], attributes: number[], ms: bigint): Field => [
    2,
    message(
      [1, start],
      [2, frames],
      [3, values],
      [4, attributes],
      [5, start === 0 ? 1 : 0],
      [6, OLDEST_TIME_NS + ms * 1_000_000n],
    ),
  ];
  const profile = message(
    [1, message([1, 1], [2, 2])],
    [1, message([1, 1], [2, 3])],
    sample(0, length, [2, 20], [1], 1n),
    sample(2, 1, [3, 30], [], 2n),
    [3, [2, 1, 1]],
    [4, OLDEST_TIME_NS],
    [5, 10_000_000_000],
  );
  const dictionary = message(
    [1, message()],
    [2, message()],
    ...[1, 2].map((func): Field => [2, message([3, message([1, func])])]),
    [3, message()],
    ...[4, 5].map((name): Field => [3, message([1, name])]),
    [4, message()],
    [4, message([1, new Uint8Array(16).fill(0xab)], [2, new Uint8Array(8).fill(0xcd)])],
    ...OLDEST_STRINGS.map((text): Field => [5, text]),
    [6, message()],
    [6, message([1, 'thread.name'], [2, message([1, 'one'])])],
  );
  return encodeMessage(message([1, message([2, message([2, profile])])], [2, dictionary]));
}

const OLDEST_JSON = JSON.stringify({
  resourceProfiles: [
    {
      scopeProfiles: [
        {
          profiles: [
            {
              sampleType: [
                { typeStrindex: 1, unitStrindex: 2 },
                { typeStrindex: 1, unitStrindex: 3 },
              ],
              sample: [
                {
                  locationsLength: 2,
                  value: ['2', '20'],
                  attributeIndices: [1],
                  timestampsUnixNano: [`${OLDEST_TIME_NS + 1_000_000n}`],
                },
                {
                  locationsStartIndex: 2,
                  locationsLength: 1,
                  value: ['3', '30'],
                  timestampsUnixNano: [`${OLDEST_TIME_NS + 2_000_000n}`],
                },
              ],
              locationIndices: [2, 1, 1],
              timeNanos: `${OLDEST_TIME_NS}`,
              durationNanos: '10000000000',
            },
          ],
        },
      ],
    },
  ],
  dictionary: {
    locationTable: [{}, { line: [{ functionIndex: 1 }] }, { line: [{ functionIndex: 2 }] }],
    functionTable: [{}, { nameStrindex: 4 }, { nameStrindex: 5 }],
    attributeTable: [{ key: '' }, { key: 'thread.name', value: { stringValue: 'one' } }],
    stringTable: OLDEST_STRINGS,
  },
});

/** Two locations, one with two lines. @param field of a location's attributes */
function messageWithKinds(field: number): Uint8Array {
  const lines = [2, 1].map((func): Field => [3, message([1, func])]);
  const dictionary = message(
    [2, message()],
    [2, message(...lines, [field, [2, 1]])],
    [2, message([3, message([1, 3])], [field, [3]])],
    [2, message(...lines.toReversed())],
    [3, message()],
    ...[1, 2, 3].map((name): Field => [3, message([1, name])]),
    ...['', 'main', 'price', 'do_syscall_64', 'profile.frame.type', 'other'].map((text): Field => [5, text]),
    [6, message()],
    ...(
      [
        [4, 'jvm'],
        [5, 'kernel'],
        [4, 'kernel'],
      ] as const
    ).map(([key, value]): Field => [6, message([1, key], [2, message([1, value])])]),
    [7, message()],
    [7, message([1, [2, 1]])],
    [7, message([1, [3]])],
  );
  const samples = [1, 2].map((stack): Field => [2, message([1, stack], [4, [5]])]);
  const profile = message([1, message()], ...samples, [3, { fixed64: 1_795_000_000_000_000_000n }]);
  return encodeMessage(message([1, message([2, message([2, profile])])], [2, dictionary]));
}

function decoded(bytes: Uint8Array | string): Profile {
  const content = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  expect(otlpFormat.sniff(content, 'a')).toBe(true);
  const profile = finish(decodeOtlp(content));
  expect(checkProfile(profile)).toEqual([]);
  return profile;
}

function numberingOf(samples: readonly MadeSample[], shape: OtlpShape): string {
  const bytes = otlpMessage([{ profiles: [{ samples }] }], shape);
  return readOtlpProto(bytes, FILE_LIMITS).numbering;
}

describe('a message', () => {
  it.each<[string, Uint8Array | string]>([
    ['of the new numbering', otlpMessage(RESOURCES)],
    ['of the new numbering, unpacked', otlpMessage(RESOURCES, { isUnpacked: true })],
    ['of the old numbering', otlpMessage(RESOURCES, { numbering: 'old' })],
    ['with its dictionary first', otlpMessage(RESOURCES, { isDictionaryFirst: true })],
    ['in JSON', otlpJson(RESOURCES)],
    ['in JSON of snakes', otlpJson(RESOURCES, true)],
  ])('%s', (_, bytes) => {
    const profile = decoded(bytes);
    expect(profile.sampleTypes).toEqual([
      { type: 'samples', unit: 'count' },
      { type: 'off_cpu', unit: 'nanoseconds' },
    ]);
    expect(profileRows(profile, 0)).toEqual(ROWS);
    expect(profileRows(profile, 1)[0]).toBe('total 500 self 0');
    expect(
      profileRows(withLabels(profile, { 'thread.name': 'two', 'thread.id': '12', 'service.name': 'shop' }), 0)[0],
    ).toBe('total 4 self 0');
    expect(profile.period).toEqual({ type: { type: 'cpu', unit: 'nanoseconds' }, value: 50_000_000 });
    expect(profile.timeMs).toBe(1_795_000_000_000);
  });

  it.each([
    ['in protobuf', oldestMessage()],
    ['in JSON', OLDEST_JSON],
  ])('of before proto 1.8, %s: stacks are parts of a list, a value for each sample type', (_, bytes) => {
    const profile = decoded(bytes);
    expect(profile.sampleTypes).toEqual([
      { type: 'cpu', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ]);
    expect(profileRows(profile, 0)).toEqual(['total 5 self 0', '  main 5 self 3', '    price 2 self 2']);
    expect(profileRows(profile, 1)[0]).toBe('total 50 self 0');
    expect(profileRows(withLabels(profile, { 'thread.name': 'one' }), 0)[0]).toBe('total 2 self 0');
    expect(profile.timeMs).toBe(1_795_000_000_000);
    expect([...(profile.times ?? [])].map(Math.round)).toEqual([
      1_795_000_000_001, 1_795_000_000_002, 1_795_000_000_001, 1_795_000_000_002,
    ]);
  });

  it('of before proto 1.8 has links to spans', () => {
    const ids = { span_id: 'cd'.repeat(8), trace_id: 'ab'.repeat(16) };
    expect(profileRows(withLabels(decoded(oldestMessage()), ids), 0)[0]).toBe('total 2 self 0');
  });

  it('of before proto 1.8 is refused where a stack leaves the list', () => {
    expect(refusalOf(() => decoded(oldestMessage(4))).message).toBe(
      'The OTLP message is damaged: a stack leaves the list of 3 locations.',
    );
  });

  it('that lies behind its length, and another', () => {
    const one = otlpMessage(RESOURCES);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(one.length);
    const profile = decoded(new Uint8Array(Buffer.concat([head, one, head, one])));
    expect(profileRows(profile, 0)[0]).toBe('total 14 self 0');
    const cut = new Uint8Array(Buffer.concat([head, one, head, one.subarray(9)]));
    expect(refusalOf(() => finish(decodeOtlp(cut))).message).toContain('runs past the end');
  });

  it('counts the timestamps of samples without values', () => {
    const times = [1n, 2n, 3n].map((i) => 1_795_000_000_000_000_000n + i * 1_000_000n);
    const profile = decoded(otlpMessage([{ profiles: [{ samples: [{ stack: ['a'], times }] }] }]));
    expect(profileRows(profile, 0)[0]).toBe('total 3 self 0');
    expect([...(profile.times ?? [])].map(Math.round)).toEqual([1_795_000_000_001]);
  });

  it.each([
    ['4, as of proto 1.8', 4],
    ['5, as before', 5],
  ])('has the kinds of frames in the attributes of locations, field %s', (_, field) => {
    expect(kindsOfStacks(decoded(messageWithKinds(field)))).toEqual([
      'main JVM; price JVM, inlined; do_syscall_64 kernel',
      'price ; main inlined',
    ]);
    expect(decoded(otlpMessage(RESOURCES)).frames.kinds).toBeUndefined();
  });

  it('has the kinds of frames in JSON too', () => {
    const json = {
      resourceProfiles: [
        { scopeProfiles: [{ profiles: [{ sampleType: {}, samples: [{ stackIndex: 1, values: ['5'] }] }] }] },
      ],
      dictionary: {
        locationTable: [{}, { lines: [{ functionIndex: 1 }], attributeIndices: [1] }],
        functionTable: [{}, { nameStrindex: 1 }],
        stackTable: [{}, { locationIndices: [1] }],
        attributeTable: [{}, { keyStrindex: 2, value: { stringValue: 'cpython' } }],
        stringTable: ['', 'main', 'profile.frame.type'],
      },
    };
    expect(kindsOfStacks(decoded(JSON.stringify(json)))).toEqual(['main Python']);
  });

  it('names frames without a function by binary and address', () => {
    const profile = decoded(
      otlpMessage([{ profiles: [{ samples: [{ stack: ['a'], values: [1] }] }] }], { isUnnamed: true }),
    );
    expect(profileRows(profile, 0)).toEqual(['total 1 self 0', '  shop+0xab01 1 self 1']);
  });

  it('may write numbers longer than they need be', () => {
    const bytes = otlpMessage([{ profiles: [{ samples: [{ stack: ['a'], values: [5] }] }] }]);
    // The length of the first field, in five bytes.
    expect(bytes[1]).toBeLessThan(128);
    const padded = Uint8Array.from([bytes[0], bytes[1] | 128, 128, 128, 128, 0, ...bytes.subarray(2)]);
    expect(profileRows(decoded(padded), 0)[0]).toBe('total 5 self 0');
  });
});

describe('the numbering of samples', () => {
  const time = [1_795_000_000_000_000_000n];
  const attributes = { 'thread.name': 'a', 'thread.id': 3 };
  it.each<[string, readonly MadeSample[], OtlpShape, string]>([
    ['values in 4, packed', [{ stack: ['a'], values: [1] }], {}, 'new'],
    ['values in 4, one by one', [{ stack: ['a'], values: [1] }], { isUnpacked: true }, 'new'],
    ['attributes in 3', [{ stack: ['a'], values: [1], attributes }], { numbering: 'old' }, 'old'],
    ['a value that is no attribute', [{ stack: ['a'], values: [900] }], { numbering: 'old' }, 'old'],
    ['a value beside each time', [{ stack: ['a'], values: [0], times: time }], { numbering: 'old' }, 'old'],
    ['attributes beside a time', [{ stack: ['a'], times: time, attributes }], {}, 'new'],
    ['times alone', [{ stack: ['a'], times: time }], {}, 'new'],
    [
      'one sample for all of a request',
      [
        { stack: ['a'], values: [1], times: time },
        { stack: ['b'], values: [1], times: time, attributes },
      ],
      { numbering: 'old' },
      'old',
    ],
  ])('is told by %s', (_, samples, shape, numbering) => {
    expect(numberingOf(samples, shape)).toBe(numbering);
  });
});

it('is distinguished from other JSON with tables of stacks', () => {
  const sniff = (text: string): boolean => otlpFormat.sniff(new TextEncoder().encode(text), 'a.json');
  expect(sniff('{"threads": [{"stackTable": {}, "stringTable": []}], "dictionary": {}}')).toBe(false);
  expect(sniff('\n { "dictionary" : {}}')).toBe(true);
});

describe('refusals', () => {
  const noDictionary = encodeMessage(message([1, message([2, message([2, message([1, message([1, 1], [2, 2])])])])]));
  it.each<[string, Uint8Array | string, RegExp]>([
    ['a message without a dictionary', noDictionary, /string 1 is not in the table of 0/],
    ['a message without profiles', encodeMessage(message([1, message()])), /no profiles/],
    ['JSON that is cut off', otlpJson(RESOURCES).slice(0, -9), /not JSON/],
    ['JSON of another shape', '{"resourceProfiles": 3}', /resourceProfiles is not a list/],
  ])('%s', (_, bytes, words) => {
    const content = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    const error = refusalOf(() => finish(decodeOtlp(content)));
    expect(error.sentences).toMatch(words);
    expect(error.remedy).toMatch(/\S/);
  });

  it('changed bytes are refused by name, or read', () => {
    for (const shape of [{}, { numbering: 'old' }] as const) {
      const whole = otlpMessage(RESOURCES, shape);
      for (let at = 0; at < whole.length; at++) {
        for (const byte of [0, 255]) {
          const changed = whole.slice();
          changed[at] = byte;
          try {
            expect(checkProfile(finish(decodeOtlp(changed)))).toEqual([]);
          } catch (error) {
            expect(error).toMatchObject({ name: 'DecodeError' });
          }
        }
      }
    }
  });

  it('more samples than the limit', () => {
    const limits = { ...FILE_LIMITS, samples: 1 };
    expect(refusalOf(() => finish(decodeOtlp(otlpMessage(RESOURCES), limits))).code).toBe('too-large');
  });
});
