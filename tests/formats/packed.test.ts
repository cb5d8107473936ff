import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { DecodeError } from '#formats/format.ts';
import { packedFormat } from '#formats/packed.ts';
import { decodeProfile } from '#formats/registry.ts';
import { writePacked } from '#formats/write-packed.ts';
import { tablesOfOne } from '#model/definitions.ts';
import type { Profile } from '#model/profile.ts';
import { profileFromText } from '../support/profile-from-text.ts';

function reopened(profile: Profile): Profile {
  return finish(decodeProfile({ bytes: writePacked(profile), name: 'x.bin', form: { kind: 'file' } })).profile;
}

/** Every sample with all its facts except labels, sorted. */
function samplesOf({ sampleCount, stackStart, stackFrames, values, times }: Profile): readonly string[] {
  return Array.from({ length: sampleCount }, (_, i) => {
    const stack = stackFrames.subarray(stackStart[i], stackStart[i + 1]);
    return `${times?.[i]} ${stack.join(' ')}: ${values.map(({ values: column, exact }) => `${column[i]} ${exact?.[i]}`).join(', ')}`;
  }).sort();
}

function rest({ sampleTypes, defaultSampleType, functions, frames, timeMs, durationMs, period, cut, notes }: Profile) {
  return { sampleTypes, defaultSampleType, functions, frames, timeMs, durationMs, period, cut, notes };
}

const anyValue = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

describe('packed profiles', () => {
  it('are the same when they are read', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.array(fc.nat(5), { maxLength: 6 }), fc.array(anyValue, { minLength: 2, maxLength: 2 })), {
          maxLength: 20,
        }),
        fc.uniqueArray(fc.string({ unit: 'grapheme' }), { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        fc.boolean(),
        (samples, names, isFull, hasKinds) => {
          const plain = profileFromText('a 1');
          const stackFrames = Int32Array.from(samples.flatMap(([stack]) => stack));
          let end = 0;
          const stackStart = Int32Array.from([0, ...samples.map(([stack]) => (end += stack.length))]);
          const profile: Profile = {
            ...plain,
            sampleTypes: [
              { type: 'cpu', unit: 'nanoseconds' },
              { type: '', unit: '' },
            ],
            defaultSampleType: 1,
            ...tablesOfOne(
              {
                names,
                files: names.map((name) => (name.length > 3 ? name : '')),
                line: Int32Array.from(names, (name) => name.length),
                mappings: names.map(() => 'app'),
              },
              Int32Array.of(5, 4, 3, 2, 1, 0),
              Int32Array.of(0, 1, 128, 70_000, 9, 2 ** 31 - 1),
              hasKinds ? { names: ['', 'kernel', 'native'], of: Uint8Array.of(0, 1, 2, 0, 1, 2) } : undefined,
            ),
            sampleCount: samples.length,
            stackStart,
            stackFrames,
            values: [0, 1].map((type) => ({
              values: Float64Array.from(samples, ([, value]) => value[type]),
              exact: undefined,
            })),
            labels: { ...plain.labels, start: new Int32Array(samples.length + 1) },
            timeMs: isFull ? 1_700_000_000_123.5 : undefined,
            durationMs: isFull ? 0 : undefined,
            period: isFull ? { type: { type: 'cpu', unit: 'nanoseconds' }, value: 1e7 } : undefined,
            cut: isFull ? { func: 5, value: 0.5 } : undefined,
            notes: isFull ? names : [],
            times: isFull ? Float64Array.from(samples, (_, i) => 1.7e12 + i / 3) : undefined,
          };
          const read = reopened(profile);
          expect(samplesOf(read)).toEqual(samplesOf(profile));
          expect(rest(read)).toEqual(rest(profile));
        },
      ),
    );
  });

  it('keep whole numbers that no double holds', () => {
    const plain = profileFromText('a;b 1\na 1\nc 1');
    const exact = BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n);
    const profile = { ...plain, values: [{ values: Float64Array.from(exact, Number), exact }] };
    expect(samplesOf(reopened(profile))).toEqual(samplesOf(profile));
  });

  it('are not written with more frames than are read', () => {
    const profile = { ...profileFromText('a 1'), stackFrames: new Int32Array(2 ** 26 + 1) };
    expect(() => writePacked(profile)).toThrow('too many');
  });

  it('are refused where a list is longer than any profile has', () => {
    const head = new TextEncoder().encode('flametide packed profile 1\n');
    // One empty text, then 65 sample types.
    const bytes = Uint8Array.from([...head, 1, 0, 65, ...new Uint8Array(200)]);
    expect(() => finish(packedFormat.decode(bytes))).toThrow('a list of 65 entries; the maximum is 64');
  });

  it('are refused when they are damaged, wherever that is', () => {
    const whole = writePacked(
      finish(packedFormat.decode(writePacked(profileFromText('main;serve;encode 30\nmain;parse 12.5\ngc 7')))),
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, byte, isCut) => {
        const bytes = isCut ? whole.slice(0, at) : whole.with(at, byte);
        try {
          finish(packedFormat.decode(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 2000 },
    );
    expect(() => finish(packedFormat.decode(whole.slice(0, -1)))).toThrow('damaged');
  });
});
