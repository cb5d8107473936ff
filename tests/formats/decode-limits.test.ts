/** Files in which a few bytes stand for much memory: refused where the count is passed, not once it is all read. */
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { decodeCollapsed } from '#formats/collapsed.ts';
import { type DecodeLimits, FILE_LIMITS } from '#formats/decode-limits.ts';
import { decodePprof } from '#formats/pprof.ts';
import { encodeMessage, type Field, message, Strings } from '../support/pprof-message.ts';
import { refusalOf } from '../support/refusal.ts';

const LIMITS: DecodeLimits = {
  sampleTypes: 3,
  samples: 20,
  values: 40,
  functions: 6,
  mappings: 4,
  locations: 5,
  linesOfLocation: 8,
  lines: 12,
  strings: 30,
  comments: 7,
  labelsOfSample: 9,
  labels: 15,
  nodes: 50,
  frames: 50,
};

/** A profile of one type that is right, and what is added to it. */
function fields(...more: Field[]): Field[] {
  const strings = new Strings();
  const type: Field = [1, message([1, strings.at('samples')], [2, strings.at('count')])];
  return [
    type,
    ...strings.fields,
    [4, message([1, 1], [4, message([1, 1])], [4, message([1, 1])])],
    [5, message([1, 1], [2, 1])],
    ...more,
  ];
}

function many(count: number, field: Field): Field[] {
  return Array.from({ length: count }, () => field);
}

const EMPTY = new Uint8Array(0);
const label = message([1, 1], [3, 7]);

describe('a pprof', () => {
  // The place is where the count is passed: what follows is never looked at.
  it.each<[string, readonly Field[], RegExp]>([
    ['3 sample types', many(1000, [1, EMPTY]), /^byte \d\d of/],
    ['20 samples', many(1000, [2, EMPTY]), /^byte \d\d of/],
    ['4 mappings', many(1000, [3, EMPTY]), /^byte \d\d of/],
    ['5 locations', many(1000, [4, EMPTY]), /^byte \d\d of/],
    ['6 functions', many(1000, [5, EMPTY]), /^byte \d\d of/],
    ['30 strings', many(1000, [6, EMPTY]), /^byte \d\d of/],
    ['7 comments', [[13, Array.from({ length: 1000 }, () => 1)]], /^byte \d\d of/],
    ['7 comments', many(1000, [13, 1]), /^byte \d\d of/],
    ['8 lines in one location', [[4, message([1, 2], ...many(1000, [4, EMPTY]))]], /^location number 1$/],
    [
      '12 lines in its locations',
      [2, 3].map((id) => [4, message([1, id], ...many(6, [4, EMPTY]))] as const),
      /^location number 2$/,
    ],
    ['9 labels at one sample', [[2, message([1, 1], [2, 1], ...many(1000, [3, label]))]], /^sample 0$/],
    ['15 labels at its samples', many(20, [2, message([1, 1], [2, 1], ...many(2, [3, label]))]), /^sample 7$/],
    ['50 frames in its stacks', [[2, message([1, Array.from({ length: 26 }, () => 1)], [2, 1])]], /^sample 0 of 1$/],
    [
      '40 values',
      [...many(2, [1, message([1, 1])]), ...many(20, [2, message([1, 1], [2, [1, 1, 1]])])],
      /^20 samples of 3 sample types$/,
    ],
  ])('of more than %s is refused where it passes them', (what, more, place) => {
    const {
      code,
      message: told,
      place: at,
    } = refusalOf(() => finish(decodePprof(encodeMessage({ fields: fields(...more) }), LIMITS)));
    expect([code, told]).toEqual(['too-large', `The profile has more than ${what}.`]);
    expect(at).toMatch(place);
  });

  it('of exactly the allowed size is read', () => {
    const sample: Field = [2, message([1, [1, 1]], [2, [1]], [3, label])];
    const profile = finish(decodePprof(encodeMessage({ fields: fields(...many(12, sample)) }), LIMITS));
    expect([profile.sampleCount, profile.stackFrames.length, profile.labels.key.length]).toEqual([12, 48, 12]);
  });

  it('of eleven million sample types is refused as a file at the 65th', () => {
    const bytes = new Uint8Array(22_000_000);
    for (let i = 0; i < bytes.length; i += 2) bytes[i] = 0x0a;
    expect(refusalOf(() => finish(decodePprof(bytes)))).toMatchObject({
      code: 'too-large',
      place: 'byte 129 of the unpacked file',
    });
  });

  it('names addresses by the end of a binary of any length', () => {
    const path = 'x'.repeat(100_000);
    const strings = new Strings();
    const [mapping, type] = [strings.at(path), strings.at('samples')];
    const made: Field[] = [
      [1, message([1, type])],
      [2, message([1, [1]], [2, [1]])],
      [3, message([1, 1], [5, mapping])],
      [4, message([1, 1], [2, 1], [3, 0xdead])],
      ...strings.fields,
    ];
    expect(finish(decodePprof(encodeMessage({ fields: made }))).functions.names).toEqual([`${'x'.repeat(255)}+0xdead`]);
  });
});

describe('collapsed stacks', () => {
  const lines = (count: number, line: (i: number) => string): Uint8Array =>
    new TextEncoder().encode(Array.from({ length: count }, (_, i) => line(i)).join('\n'));

  it.each([
    ['20 stacks', lines(100, () => 'a 1'), 'line 21'],
    ['6 functions', lines(20, (i) => `f${i} 1`), 'line 7'],
    ['50 frames in its stacks', lines(20, () => ';;;;;;;;; 1'), 'line 6'],
  ])('of more than %s are refused where they pass them', (what, bytes, place) => {
    expect(refusalOf(() => finish(decodeCollapsed(bytes, LIMITS)))).toMatchObject({
      code: 'too-large',
      message: `The profile has more than ${what}.`,
      place,
    });
  });
});

it('a Map takes the names of the largest file', () => {
  expect(Math.max(FILE_LIMITS.functions, FILE_LIMITS.lines, FILE_LIMITS.strings)).toBeLessThan(2 ** 24);
});
