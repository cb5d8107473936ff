import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import type { DecodeError } from '#formats/format.ts';
import { decodeProfile, readableFormats, readableNouns } from '#formats/registry.ts';
import { encodeMessage, smallProfile } from '../support/pprof-message.ts';
import { refusalOf } from '../support/refusal.ts';

const encoder = new TextEncoder();
const pprof = encodeMessage({ fields: smallProfile() });
const collapsed = encoder.encode('main;parse 12\nmain;read 3\n');

function open(bytes: Uint8Array, name: string): { id: string; unpackedBytes: number } {
  const { format, unpackedBytes } = finish(decodeProfile({ bytes, name, form: { kind: 'file' } }));
  return { id: format.id, unpackedBytes };
}

function refusal(bytes: Uint8Array, name: string): DecodeError {
  return refusalOf(() => open(bytes, name));
}

describe('decodeProfile', () => {
  it.each(['cpu.pb.gz', 'profile', 'stacks.txt', 'unknown.bin'])('knows contents whatever the name: %s', (name) => {
    expect(open(pprof, name)).toEqual({ id: 'pprof', unpackedBytes: pprof.length });
    expect(open(collapsed, name)).toEqual({ id: 'collapsed', unpackedBytes: collapsed.length });
    expect(open(new Uint8Array(gzipSync(pprof)), name)).toEqual({ id: 'pprof', unpackedBytes: pprof.length });
    expect(open(new Uint8Array(gzipSync(collapsed)), name)).toEqual({
      id: 'collapsed',
      unpackedBytes: collapsed.length,
    });
  });

  it('yields shares that never fall', () => {
    const shares = [...decodeProfile({ bytes: new Uint8Array(gzipSync(pprof)), name: 'a', form: { kind: 'file' } })];
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  });

  it('refuses nothing at all, packed too', () => {
    expect(refusal(new Uint8Array(), 'a.pb.gz').code).toBe('empty');
    expect(refusal(new Uint8Array(gzipSync('')), 'a.pb.gz').code).toBe('empty');
  });

  it.each<[string, string | number[], RegExp, RegExp]>([
    ['a web page', '<!DOCTYPE html><title>Sign in</title>', /a web page/, /login page/],
    ['a recording of Java', [0x46, 0x4c, 0x52, 0, 0, 2], /Java Flight/, /jfrconv/],
    ['perf.data', 'PERFILE2h\u0000\u0000', /perf\.data/, /perf script/],
    ['a zip', [0x50, 0x4b, 3, 4, 0], /zip/, /Unpack/],
    ['callgrind', '# callgrind format\nevents: Ir\nfl=a.c\nfn=main\n16 20\n17 3\n', /callgrind/, /KCachegrind/],
    [
      'a heap profile of old',
      'heap profile: 13: 15 [4: 9] @ heap/1048576\n1: 2 [3: 4] @ 0x1 0x2\n',
      /old text format/,
      /go tool pprof -proto/,
    ],
    ['a dump of goroutines', 'goroutine 1 [running]:\nmain.main()\n\t/a.go:12 +0x12\n', /goroutines/, /debug=2/],
    ['other JSON', '{"hello": [1, 2]}', /JSON/, new RegExp(readableNouns('and'))],
  ])('names %s', (_, content, what, remedy) => {
    const bytes = typeof content === 'string' ? encoder.encode(content) : Uint8Array.from(content);
    const error = refusal(bytes, 'file.txt');
    expect(error.code).toBe('unsupported');
    expect(error.message).toMatch(what);
    expect(error.remedy).toMatch(remedy);
  });

  it.each(['\n', ' ', '1 ', 'a;', 'part:\n', '[', '{"a":', '0 \t', '#\n', '<', '"meta":', '1.0: '])(
    'makes up its mind about endless %j',
    (part) => {
      const refused = refusalOf(() => open(encoder.encode(part.repeat(200_000 / part.length)), 'file.bin'));
      expect(refused.remedy).toMatch(/\S/);
    },
  );

  it('says what it reads where it knows nothing', () => {
    const error = refusal(encoder.encode('Dear diary,\ntoday it rained.\n'), 'diary.md');
    expect(error.code).toBe('unrecognized');
    expect(error.remedy).toContain(readableNouns('and'));
  });

  it.each(readableFormats.flatMap(({ endings }) => endings))('refuses a damaged %s as that format', (ending) => {
    const damaged = Uint8Array.of(0xff, 0xff, 0xff, 0x01);
    const expected = refusal(damaged, `cpu${ending}`).sentences;
    expect(expected).not.toBe(refusal(damaged, 'cpu.unknown').sentences);
    expect(refusal(damaged, `CPU${ending.toUpperCase()}.GZ`).sentences).toBe(expected);
  });

  it('refuses in the words of the format that the name promises', () => {
    expect(refusal(Uint8Array.of(0xff, 0xff, 0xff, 0x01), 'cpu.pb.gz').message).toContain('pprof');
    expect(refusal(encoder.encode('a\nb\n'), 'stacks.folded').message).toContain('stack');
    expect(
      refusal(
        Uint8Array.from({ length: 99 }, (_, i) => i * 7),
        'cpu.txt',
      ).message,
    ).toContain('not a text');
  });
});
