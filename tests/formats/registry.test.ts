import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { finishWaiting, type Steps } from '#base/steps.ts';
import type { DecodeError } from '#formats/format.ts';
import { decodeProfile, readableFormats, readableNouns } from '#formats/registry.ts';
import { encodeMessage, smallProfile } from '../support/pprof-message.ts';
import { refusalOfWaiting } from '../support/refusal.ts';

const encoder = new TextEncoder();
const pprof = encodeMessage({ fields: smallProfile() });
const collapsed = encoder.encode('main;parse 12\nmain;read 3\n');

async function open(bytes: Uint8Array, name: string): Promise<{ id: string; unpackedBytes: number }> {
  const { format, unpackedBytes } = await finishWaiting(decodeProfile({ bytes, name, form: { kind: 'file' } }));
  return { id: format.id, unpackedBytes };
}

function refusal(bytes: Uint8Array, name: string): Promise<DecodeError> {
  return refusalOfWaiting(() => open(bytes, name));
}

describe('decodeProfile', () => {
  it.each(['cpu.pb.gz', 'profile', 'stacks.txt', 'unknown.bin'])(
    'knows contents whatever the name: %s',
    async (name) => {
      expect(await open(pprof, name)).toEqual({ id: 'pprof', unpackedBytes: pprof.length });
      expect(await open(collapsed, name)).toEqual({ id: 'collapsed', unpackedBytes: collapsed.length });
      expect(await open(new Uint8Array(gzipSync(pprof)), name)).toEqual({ id: 'pprof', unpackedBytes: pprof.length });
      expect(await open(new Uint8Array(gzipSync(collapsed)), name)).toEqual({
        id: 'collapsed',
        unpackedBytes: collapsed.length,
      });
    },
  );

  it('yields shares that never fall', () => {
    const steps = decodeProfile({ bytes: new Uint8Array(gzipSync(pprof)), name: 'a', form: { kind: 'file' } });
    const shares = [...(steps as Steps<unknown>)];
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  });

  it('refuses nothing at all, packed too', async () => {
    expect((await refusal(new Uint8Array(), 'a.pb.gz')).code).toBe('empty');
    expect((await refusal(new Uint8Array(gzipSync('')), 'a.pb.gz')).code).toBe('empty');
  });

  it.each<[string, string | number[], RegExp, RegExp]>([
    [
      'JSON that was cut off',
      '{"nodes": [{"id": 1, ',
      /^This is a JSON file that ends in the middle\.$/,
      /^A part of it is missing/,
    ],
    ['JSON of another kind', '{"nodes": [{"id": 1}]}\n', /a JSON file of an unknown kind/, /reads pprof/],
    ['a web page', '<!DOCTYPE html><title>Sign in</title>', /a web page/, /login page/],
    ['perf.data', 'PERFILE2h\u0000\u0000', /perf\.data/, /perf script/],
    ['perf.data of the other byte order', '2ELIFREP\u0000', /perf\.data/, /perf script/],
    ['.nettrace', 'Nettrace\u0014\u0000\u0000\u0000!FastSerialization.1', /\.NET/, /dotnet-trace convert/],
    ['ETW', [...Array.from({ length: 72 }, () => 1), 2, 0, 2, 0xc0], /ETW/, /PerfView/],
    ['.pstats', [0x7b, 0xa9, 3, 0xfa], /cProfile/, /pyprof2calltree/],
    ['Perfetto', [0x0a, 2, 0x40, 1, 0x0a, 2, 0x50, 1, 0x0a, 0, 0x0a, 2, 0x18, 1], /Perfetto/, /traceconv json/],
    ['Marshal', [4, 8, 0x7b, 0x0b], /Ruby/, /stackprof --stackcollapse/],
    ['an execution trace', 'go 1.22 trace\u0000\u0000\u0000', /execution trace/, /go tool trace -pprof/],
    ['simpleperf', 'SIMPLEPERF\u0001\u0000', /simpleperf report-sample/, /gecko_profile_generator\.py/],
    ['a method trace', '*version\n3\ndata-file-overflow=false\n', /Android/, /simpleperf/],
    ['an eventlog', 'hdrb\u0000', /GHC/, /hs-speedscope/],
    ['GHC', '\tThu Oct 25 10:51 2018 Time and Allocation Profiling Report  (Final)\n', /GHC/, /ghc-prof-flamegraph/],
    ['perf report', '# To display the perf.data header info, please use --header\n#\n', /perf report/, /perf script/],
    ['an Xdebug trace', 'TRACE START [2026-11-22 09:54:01.101950]\n 0.1 3 -> {main}()\n', /Xdebug/, /xdebug\.php/],
    [
      'a page of async-profiler',
      '<!DOCTYPE html><title>CPU profile</title>async-profiler',
      /no flame graph/,
      /collapsed/,
    ],
    [
      'a tree of async-profiler',
      "<!DOCTYPE html>\n<html lang='en'>\n<head>\n<title>Tree view</title>\n<style>\nul.tree li {\n}\n</style>",
      /call tree of async-profiler/,
      /asprof .*out\.jfr/,
    ],
    [
      'a page of pyinstrument 3 and 4',
      '<!DOCTYPE html>\n<div id="app"></div>\n<script>\nwindow.profileSession = {"start_time": 1796125902.3,"duration": 0.1',
      /pyinstrument/,
      /--load-prev SESSION -r speedscope/,
    ],
    [
      'a page of pyinstrument 5',
      '<!DOCTYPE html>\n<div id="app"></div>\n<script>var pyinstrumentHTMLRenderer=function(){"use strict";',
      /pyinstrument/,
      /--load-prev SESSION -r speedscope/,
    ],
    ['massif', 'desc: --massif-out-file=a\ncmd: ./a\ntime_unit: i\n', /massif/, /heaptrack_print --print-flamegraph/],
    ['DHAT', '{"dhatFileVersion":2,"mode":"heap"}', /DHAT/, /heaptrack_print --print-flamegraph/],
    ['a heap of jemalloc', 'heap_v2/524288\n  t*: 7: 5 [0: 0]\n@ 0x1 0x2\n', /jemalloc/, /jeprof --collapsed/],
    ['stacks of bpftrace', 'Attaching 1 probe...\n@[\n    main+12\n]: 3\n', /bpftrace/, /stackcollapse-bpftrace/],
    ['a dump of goroutines', 'goroutine 1 [running]:\nmain.main()\n\t/a.go:12 +0x12\n', /goroutines/, /debug=2/],
    ['other JSON', '{"hello": [1, 2]}', /JSON/, new RegExp(readableNouns('and'))],
  ])('names %s', async (_, content, what, remedy) => {
    const bytes = typeof content === 'string' ? encoder.encode(content) : Uint8Array.from(content);
    const error = await refusal(bytes, 'file.txt');
    expect(error.code).toBe('unsupported');
    expect(error.message).toMatch(what);
    expect(error.remedy).toMatch(remedy);
  });

  it.each(['\n', ' ', '1 ', 'a;', 'part:\n', '[', '{"a":', '0 \t', '#\n', '<', '"meta":', '1.0: '])(
    'makes up its mind about endless %j',
    async (part) => {
      const refused = await refusalOfWaiting(() =>
        open(encoder.encode(part.repeat(200_000 / part.length)), 'file.bin'),
      );
      expect(refused.remedy).toMatch(/\S/);
    },
  );

  it('says what it reads where it knows nothing', async () => {
    const error = await refusal(encoder.encode('Dear diary,\ntoday it rained.\n'), 'diary.md');
    expect(error.code).toBe('unrecognized');
    expect(error.remedy).toContain(readableNouns('and'));
  });

  it.each(readableFormats.flatMap(({ endings }) => endings))('refuses a damaged %s as that format', async (ending) => {
    const damaged = Uint8Array.of(0xff, 0xff, 0xff, 0x01);
    const expected = (await refusal(damaged, `cpu${ending}`)).sentences;
    expect(expected).not.toBe((await refusal(damaged, 'cpu.unknown')).sentences);
    expect((await refusal(damaged, `CPU${ending.toUpperCase()}.GZ`)).sentences).toBe(expected);
  });

  it('refuses in the words of the format that the name promises', async () => {
    expect((await refusal(Uint8Array.of(0xff, 0xff, 0xff, 0x01), 'cpu.pb.gz')).message).toContain('pprof');
    expect((await refusal(encoder.encode('a\nb\n'), 'stacks.folded')).message).toContain('stack');
    const noText = Uint8Array.from({ length: 99 }, (_, i) => i * 7);
    expect((await refusal(noText, 'cpu.txt')).message).toContain('not a text');
  });
});
