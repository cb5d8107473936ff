import { expect, it, vi } from 'vitest';
import { finish, finishWaiting } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';

const bytes = new TextEncoder().encode('{"name":"root","children":[{"name":"a","value":1,"children":[]}]}');
const encoded = { bytes, name: 'x.json', form: { kind: 'file' } } as const;

it('says so where a decoder cannot be loaded, and asks again with the next file', async () => {
  vi.doMock('../../src/formats/decoders/d3.ts', () => {
    throw new Error('offline');
  });
  await expect(finishWaiting(decodeProfile(encoded))).rejects.toMatchObject({
    name: 'DecodeError',
    code: 'unsupported',
    message: expect.stringContaining('could not be loaded'),
    remedy: expect.stringContaining('connection'),
  });
  vi.doUnmock('../../src/formats/decoders/d3.ts');
  vi.resetModules();
  expect(() => finish(decodeProfile(encoded))).toThrow('not loaded yet');
  expect((await finishWaiting(decodeProfile(encoded))).format.id).toBe('d3-json');
});
