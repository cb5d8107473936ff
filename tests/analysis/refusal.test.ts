import { expect, it } from 'vitest';
import { reasonOf } from '#analysis/refusal.ts';
import { DecodeError } from '#formats/format.ts';

it.each([
  ['The gzip data ends early.', 'The gzip data ends early (byte 13 of the packed file). Fetch it again.'],
  ['The gzip data ends early', 'The gzip data ends early (byte 13 of the packed file). Fetch it again.'],
])('a refusal reads as sentences: %s', (message, reason) => {
  const where = { place: 'byte 13 of the packed file', remedy: 'Fetch it again.' };
  expect(reasonOf(new DecodeError('malformed', message, where))).toBe(reason);
});

it('other failures are their message', () => {
  expect(reasonOf(new Error('The disk is full.'))).toBe('The disk is full.');
  expect(reasonOf('stopped')).toBe('stopped');
});
