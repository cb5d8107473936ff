/** Fixtures with bytes changed, cut out, doubled or cut off: each opens as a profile that is right, or is refused in words. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { DecodeError, type LazyFormat } from '#formats/format.ts';
import { formats } from '#formats/formats.ts';
import { checkProfile } from '#model/check-profile.ts';
import { TREE_ENDING } from '../support/check-manifest-file.ts';
import { expectSentences } from '../support/refusal.ts';

const folder = fileURLToPath(new URL('../fixtures', import.meta.url));
/** The demo is a recipe of two numbers, without a file. */
const lazy = formats.filter((format): format is LazyFormat => 'load' in format && format.id !== 'demo');

/** Content of these formats that may also occur in others. */
const PARTS = [
  'null',
  '-1',
  '1e999',
  '9999999999999999999',
  '"',
  '{',
  '[',
  ']',
  '}',
  ',',
  ':',
  '0.5',
  '"__proto__":1',
  '\\ud800',
  '\\',
  '',
];

describe.each(lazy.map((format) => [format.id, format] as const))('%s', (id, format) => {
  const files = readdirSync(join(folder, id)).filter((name) => !name.endsWith(TREE_ENDING));
  it.each(files)('%s', async (name) => {
    const decode = await format.load();
    const whole = readFileSync(join(folder, id, name));
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.nat(12),
        fc.oneof(fc.constantFrom(...PARTS), fc.string({ maxLength: 3 })),
        fc.boolean(),
        (at, gone, part, isCut) => {
          const bytes = Buffer.concat([
            whole.subarray(0, at),
            Buffer.from(part),
            isCut ? Buffer.alloc(0) : whole.subarray(at + gone),
          ]);
          try {
            expect(checkProfile(finish(decode(new Uint8Array(bytes))))).toEqual([]);
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error;
            expect(error.remedy).toMatch(/\S/);
            if (error.code === 'malformed') expect(error.place).toMatch(/\S/);
            expectSentences(error.message);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
