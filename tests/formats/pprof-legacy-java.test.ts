/** Profiles of the Java agent that pprof read before profile.proto: sums as pprof scales them, names of a list behind the samples. */
import { expect, it } from 'vitest';
import { finishWaiting } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import type { Profile } from '#model/profile.ts';
import { refusalOfWaiting } from '../support/refusal.ts';
import { profileRows } from '../support/tree-rows.ts';

async function open(content: string | Uint8Array): Promise<Profile> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return (await finishWaiting(decodeProfile({ bytes, name: 'profile', form: { kind: 'file' } }))).profile;
}

const LOCATIONS = [
  ' 0x00000003 shop.Cart.total (Cart.java:12)',
  ' 0x0000004 shop.Shop.main (Shop.java:-1)',
  ' 0x5 memcpy (/lib/libc.so.6)',
  ' 0x6 GC',
  ' 0x7 0x7f generated stub/JIT',
].join('\n');

it('reads heap profiles', async () => {
  const profile = await open(
    `--- heapz 1 ---\nformat = java\nresolution = bytes\n  7048 1 @ 0x00000003 0x00000004\n  524288   2 @ 0x5 0x4\n\n${LOCATIONS}`,
  );
  expect(profile.sampleTypes).toEqual([
    { type: 'inuse_objects', unit: 'count' },
    { type: 'inuse_space', unit: 'bytes' },
  ]);
  // 1 / (1 - exp(-7048 / 524288)) is 74.89; 2 / (1 - exp(-1/2)) is 5.08.
  expect(profileRows(profile, 0)).toEqual([
    'total 79 self 0',
    '  shop.Shop.main 79 self 0',
    '    memcpy 5 self 5',
    '    shop.Cart.total 74 self 74',
  ]);
  expect(profileRows(profile, 1)[3]).toBe('    shop.Cart.total 527819 self 527819');
  expect(profile.functions.files[profile.functions.names.indexOf('memcpy')]).toBe('libc.so.6');
});

it('reads lock profiles: contentions and waits, by the period', async () => {
  const profile = await open(
    `--- contentionz 1 ---\nformat = java\nresolution = microseconds\nsampling period = 100\nms since reset = 6000\n 14 2 @ 0x3 0x4\n${LOCATIONS}`,
  );
  expect(profile.sampleTypes[1]).toEqual({ type: 'delay', unit: 'microseconds' });
  expect(profile.durationMs).toBe(6000);
  expect(profileRows(profile, 0)[0]).toBe('total 200 self 0');
  expect(profileRows(profile, 1)[0]).toBe('total 1400 self 0');
});

it('takes the last brackets of a line as its place, however many it has', async () => {
  const lines = [
    ' 0x3 run (again)\t(Shop.java:7)',
    ...Array.from({ length: 200 }, (_, i) => ` 0x${i + 16} x${' '.repeat(9000)}${' ('.repeat(4000)}x`),
  ];
  const profile = await open(`--- heapz 1 ---\nformat = java\n 524288 1 @ 0x3\n${lines.join('\n')}\n`);
  expect(profile.functions.names).toContain('run (again)');
  expect(profile.functions.files[profile.functions.names.indexOf('run (again)')]).toBe('Shop.java');
});

it('reads CPU profiles in words', async () => {
  const words = [0, 3, 1, 10_000, 0, 2, 2, 3, 4, 1, 1, 6, 3, 1, 7, 0, 1, 0];
  const text = new TextEncoder().encode(`${LOCATIONS}\n`);
  const bytes = new Uint8Array(words.length * 8 + text.length);
  for (const [i, word] of words.entries()) new DataView(bytes.buffer).setBigUint64(i * 8, BigInt(word), true);
  bytes.set(text, words.length * 8);
  const profile = await open(bytes);
  expect(profileRows(profile, 0)).toEqual([
    'total 6 self 0',
    '  GC 1 self 1',
    '  STUB 3 self 3',
    '  shop.Shop.main 2 self 0',
    '    shop.Cart.total 2 self 2',
  ]);
  expect(profileRows(profile, 1)[0]).toBe('total 60000000 self 0');
});

it.each([
  ['a fact of another kind', '--- heapz 1 ---\nformat = python\n', 'line 2'],
  ['no number', '--- contentionz 1 ---\nformat = java\nsampling period = many\n', 'line 3'],
  ['a sample without objects', '--- heapz 1 ---\nformat = java\n 12 0 @ 0x3\n', 'line 3'],
])('refuses %s', async (_, text, place) => {
  expect((await refusalOfWaiting(() => open(text))).place).toBe(place);
});
