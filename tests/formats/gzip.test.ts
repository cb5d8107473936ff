import { gunzipSync, gzipSync } from 'node:zlib';
import { gzipSync as fflateGzip } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '#base/crc32.ts';
import { finish } from '#base/steps.ts';
import type { DecodeError } from '#formats/format.ts';
import { unwrapGzip } from '#formats/gzip.ts';
import { refusalOf, refusalOrNone } from '../support/refusal.ts';

const text = new TextEncoder().encode('main;parse;read 12\n'.repeat(20_000));

function unwrap(bytes: Uint8Array): Uint8Array {
  return finish(unwrapGzip(bytes));
}

function refusal(bytes: Uint8Array): DecodeError {
  return refusalOf(() => unwrap(bytes));
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Bytes that do not pack. */
function noiseOf(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

describe('unwrapGzip', () => {
  it('leaves other bytes alone', () => {
    expect(unwrap(text)).toBe(text);
  });

  it('gives back what was packed, at every level and size', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 5000 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 1, max: 40 }),
        (part, level, times) => {
          const plain = joined(...Array<Uint8Array>(times).fill(part));
          expect(Buffer.compare(unwrap(new Uint8Array(gzipSync(plain, { level }))), plain)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reads noise, which packs to more than it was', () => {
    const noise = noiseOf(300_000);
    expect(Buffer.compare(unwrap(new Uint8Array(gzipSync(noise))), noise)).toBe(0);
  });

  it('joins members, and takes zeros behind the last one', () => {
    const members = [1, 2, 3].map((k) => new Uint8Array(gzipSync(text.subarray(0, 19 * k))));
    expect(unwrap(joined(...members)).length).toBe(19 * 6);
    expect(unwrap(joined(...members, new Uint8Array(512))).length).toBe(19 * 6);
  });

  it('joins any members, empty ones and zeros behind them too, as gunzip does', () => {
    const member = fc.uint8Array({ maxLength: 60 });
    const repeats = fc.constantFrom(1, 1, 2, 400);
    fc.assert(
      fc.property(fc.array(fc.tuple(member, repeats), { minLength: 1, maxLength: 6 }), fc.nat(20), (members, zeros) => {
        const packed = members.flatMap(([plain, times]) => Array<Buffer>(times).fill(gzipSync(plain)));
        const file = joined(...packed, new Uint8Array(zeros));
        expect(Buffer.compare(unwrap(file), gunzipSync(Buffer.concat(packed)))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('says where a later member is damaged, and what follows the last', () => {
    const first = gzipSync(noiseOf(40_000));
    const second = gzipSync(text.subarray(0, 1900));
    const places = (bytes: Uint8Array): (string | undefined)[] => [refusal(bytes).message, refusal(bytes).place];
    const wrongFirst = joined(first, second);
    wrongFirst[first.length - 8] ^= 1;
    expect(places(wrongFirst)).toEqual([
      'The gzip data is damaged: its checksum does not match.',
      'byte 0 of the packed file',
    ]);
    const wrongSecond = joined(first, second, new Uint8Array(12));
    wrongSecond[wrongFirst.length - 4] ^= 1;
    expect(places(wrongSecond)).toEqual([
      'The gzip data is damaged: its length does not match.',
      `byte ${first.length} of the packed file`,
    ]);
    for (const other of ['x', 'xyz', 'something of 20 bytes', `${'\0'.repeat(9)}x`]) {
      expect(places(joined(first, second, new TextEncoder().encode(other)))).toEqual([
        'Something that is not gzip follows the gzip data.',
        `byte ${wrongFirst.length + other.lastIndexOf('\0') + 1} of the packed file`,
      ]);
    }
    expect(places(joined(first, second.subarray(0, 6)))[0]).toBe('The gzip header ends early.');
    expect(places(joined(first, second.subarray(0, 2), Uint8Array.of(7), second.subarray(3)))).toEqual([
      'The gzip data uses compression method 7, which does not exist.',
      `byte ${first.length + 2} of the packed file`,
    ]);
  });

  it('skips name, comment, extra field and header checksum', () => {
    const packed = fflateGzip(text, { filename: 'stacks.txt', mtime: 0 });
    expect(unwrap(packed).length).toBe(text.length);
    const plain = gzipSync(text);
    const head = Uint8Array.from([
      ...plain.subarray(0, 3),
      0x1e,
      ...plain.subarray(4, 10),
      2,
      0,
      7,
      7,
      0x61,
      0,
      0x62,
      0,
      9,
      9,
    ]);
    expect(unwrap(joined(head, plain.subarray(10))).length).toBe(text.length);
  });

  it('yields its progress through several members', () => {
    const noise = noiseOf(100_000);
    const member = gzipSync(noise);
    const shares = [...unwrapGzip(joined(member, member))];
    expect(shares.length).toBeGreaterThan(3);
    // Equal members: length and checksum of the last one are those of the first.
    expect(unwrap(joined(member, member)).length).toBe(200_000);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });

  it('unwraps two layers and no more', () => {
    const once = gzipSync(text);
    const twice = gzipSync(once);
    expect(unwrap(new Uint8Array(twice)).length).toBe(text.length);
    expect(refusal(new Uint8Array(gzipSync(twice))).code).toBe('unsupported');
  });

  it('refuses truncated data, wherever it ends', () => {
    const packed = new Uint8Array(gzipSync(text));
    for (let length = 2; length < packed.length; length += length < 40 ? 1 : 97) {
      expect(refusal(packed.subarray(0, length)).code).toBe('malformed');
    }
    for (let left = 1; left <= 8; left++) {
      expect(refusal(packed.subarray(0, packed.length - left)).code).toBe('malformed');
    }
  });

  it.each([
    ['a wrong checksum', -8, 'checksum'],
    ['a wrong length', -4, 'length'],
  ])('refuses %s', (_, at, word) => {
    const packed = new Uint8Array(gzipSync(text));
    packed[packed.length + at] ^= 1;
    expect(refusal(packed).message).toContain(word);
  });

  it('refuses something else behind a member', () => {
    const error = refusal(joined(new Uint8Array(gzipSync(text)), text));
    expect(error.code).toBe('malformed');
    expect(error.message).toContain('not gzip');
  });

  it('never lets damage through, and throws nothing else', () => {
    const plain = text.subarray(0, 1900);
    const packed = new Uint8Array(gzipSync(plain));
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const damaged = packed.slice();
        damaged[at] ^= bits;
        let bytes: Uint8Array | undefined;
        const refused = refusalOrNone(() => (bytes = unwrap(damaged)));
        // Some flips change nothing: one in the header's time, or one copy of a repeated text taken for another.
        const isSame = bytes !== undefined && (bytes === damaged || Buffer.compare(bytes, plain) === 0);
        expect(refused !== undefined || isSame).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('crc32', () => {
  it('is the checksum of gzip, also in parts', () => {
    expect(crc32(0, new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    expect(crc32(crc32(0, text.subarray(0, 1001)), text.subarray(1001))).toBe(crc32(0, text));
  });
});
