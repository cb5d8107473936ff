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
      /--load SESSION -r pstats .*pyprof2calltree/,
    ],
    [
      'a page of pyinstrument 5',
      '<!DOCTYPE html>\n<div id="app"></div>\n<script>var pyinstrumentHTMLRenderer=function(){"use strict";',
      /pyinstrument/,
      /--load SESSION -r pstats .*pyprof2calltree/,
    ],
    ['massif', 'desc: --massif-out-file=a\ncmd: ./a\ntime_unit: i\n', /massif/, /heaptrack_print --print-flamegraph/],
    ['DHAT', '{"dhatFileVersion":2,"mode":"heap"}', /DHAT/, /heaptrack_print --print-flamegraph/],
    ['a heap of jemalloc', 'heap_v2/524288\n  t*: 7: 5 [0: 0]\n@ 0x1 0x2\n', /jemalloc/, /jeprof --collapsed/],
    ['stacks of bpftrace', 'Attaching 1 probe...\n@[\n    main+12\n]: 3\n', /bpftrace/, /stackcollapse-bpftrace/],
    ['a dump of goroutines', 'goroutine 1 [running]:\nmain.main()\n\t/a.go:12 +0x12\n', /goroutines/, /debug=2/],
    // Beginnings of files that the tools wrote.
    ['a log of V8', 'v8-version,11,3,244,8,-node.33,0\n', /V8/, /--cpu-prof/],
    [
      'a processed log of V8',
      'Statistical profiling result from v8.log, (1151 ticks, 3 unaccounted).\n',
      /V8/,
      /--cpu-prof/,
    ],
    [
      'a log of V8 in JSON',
      '{\n  "code": [\n  {\n    "name": "/usr/bin/node",\n    "type": "SHARED_LIB"\n  }]}',
      /V8/,
      /--cpu-prof/,
    ],
    ['GHC in JSON', '{"program": "a", "initial_capabilities": 0, "tick_interval": 1000}', /GHC in JSON/, /\+RTS -p /],
    ['Safari', '{"version":1,"recording":{"displayName":"Timeline Recording 1"}}', /Safari/, /speedscope\.app/],
    [
      'a session of pyinstrument',
      '{"start_time": 1, "sample_count": 292, "start_call_stack": ["a"]}',
      /a session/,
      /-r pstats/,
    ],
    [
      'JSON of pyinstrument',
      '{"start_time": 1,"sample_count": 242,"root_frame": {"function": "a"}}',
      /pyinstrument/,
      /-r pstats/,
    ],
    ['old JSON of pyinstrument', '{"session": {}, "frame_tree": {"function": "a"}}', /pyinstrument/, /-r pstats/],
    [
      'text of pyinstrument',
      '\n  _     ._   __/__   _ _  _  _ _/_   Recorded: 17:42:33  Samples:  255\n /_//_/// /_\\ / 1\n',
      /pyinstrument/,
      /-r pstats/,
    ],
    [
      'JSON of a dump of py-spy',
      '[{"pid": 1, "os_thread_id": 1, "owns_gil": true, "frames": []}]',
      /py-spy/,
      /record -f raw/,
    ],
    [
      'a dump of py-spy',
      'Process 6481: python w.py 4\nPython v3.11.7 (/usr/bin/python3.11)\n',
      /py-spy/,
      /record -f raw/,
    ],
    [
      'JSON for gprof2dot',
      '{"version": 0, "costs": [], "events": [{"callchain": [0], "cost": [1]}]}',
      /gprof2dot/,
      /memray/,
    ],
    ['a summary of memray', '{"total_num_allocations": 1, "total_bytes_allocated": 2}', /memray/, /memray flamegraph/],
    ['a recording of memray', [0x04, 0x22, 0x4d, 0x18, 0x40], /memray/, /memray flamegraph/],
    ['a page of memray', '<!DOCTYPE html><title>memray - flamegraph report</title>', /memray/, /memray flamegraph/],
    ['a table of memray', 'allocator,num_allocations,size,tid\nMALLOC,1,1340,1\n', /memray/, /memray flamegraph/],
    ['JSON of XHProf', '{"fib@1==>fib@2":{"ct":1,"wt":2},"main()":{"ct":1,"wt":3}}', /XHProf/, /xdebug\.mode=profile/],
    ['XHProf', 'a:30:{s:14:"fib@3==>fib@4";a:2:{s:2:"ct";i:108;', /XHProf/, /xdebug\.mode=profile/],
    ['perf in JSON', '{"linux-perf-json-version": 1, "samples": []}', /perf in JSON/, /perf script/],
    [
      'a dump of perf',
      '\n0x1a8@perf.data [0x90]: event: 69\n.\n. ... raw event: size 144 bytes\n',
      /dump of perf/,
      /perf script/,
    ],
    ['perf stat', " Performance counter stats for './a':\n\n  1.2 msec task-clock\n", /perf stat/, /perf record -g/],
    ['jfr print in JSON', '{\n  "recording": {\n    "events": [{}]}}', /jfr print/, /\.jfr/],
    ['jfr print', 'jdk.ExecutionSample {\n  startTime = 12:00:00.000\n}\n', /jfr print/, /\.jfr/],
    [
      'jfr summary',
      '\n Version: 2.1\n Chunks: 1\n Event Type  Count  Size (bytes) \n jdk.GCPhase  12  34\n',
      /jfr summary/,
      /\.jfr/,
    ],
    ['Parca', '{"flamegraph":{"root":{"cumulative":"1"}}}', /Parca/, /pprof/],
    ['React DevTools', '{"version":5,"dataForRoots":[]}', /React DevTools/, /Chrome/],
    [
      'pprof -raw',
      'PeriodType: cpu nanoseconds\nPeriod: 10000000\nSamples:\nsamples/count cpu/nanoseconds\n 1 10000000: 1 2\n',
      /pprof -raw/,
      /go tool pprof -proto/,
    ],
    [
      'pprof -top',
      'File: w\nType: cpu\nShowing nodes accounting for 130ms, 100% of 130ms total\n',
      /report of pprof/,
      /made from/,
    ],
    [
      'pprof -traces',
      'File: w\nType: cpu\n-----------+----------------\n      20ms   main.fib\n',
      /report of pprof/,
      /made from/,
    ],
    [
      'a table of cProfile',
      '         12 function calls (9 primitive calls) in 1.002 seconds\n',
      /cProfile/,
      /pyprof2calltree/,
    ],
    ['a graph', 'digraph {\n\tgraph [fontname=Arial]\n}\n', /Graphviz/, /made from/],
    [
      'callgrind_annotate',
      "-----\nProfile data file 'a.out' (creator: callgrind-3.19.0)\n",
      /callgrind_annotate/,
      /made from/,
    ],
    [
      'cg_annotate',
      'Command:          ./a\nData file:        cachegrind.out\nEvents recorded:  Ir I1mr\n',
      /cg_annotate/,
      /made from/,
    ],
    ['ms_print', '-----\nCommand:            ./a\nMassif arguments:   --time-unit=B\n', /massif/, /heaptrack/],
    [
      'gprof',
      'Flat profile:\n\nEach sample counts as 0.01 seconds.\n  %   cumulative   self \n',
      /gprof/,
      /perf record -g/,
    ],
    [
      'text of async-profiler',
      '--- Execution profile ---\nTotal samples       : 165\n',
      /async-profiler/,
      /-o collapsed/,
    ],
    [
      'text of stackprof',
      '=====\n  Mode: wall(1000)\n  Samples: 135 (2.17% miss rate)\n',
      /stackprof/,
      /stackprof --json/,
    ],
    ['the viewer of stackprof', 'flamegraph([\n{"x":0,"y":0,"width":1,"frame":"a"}\n', /stackprof/, /stackprof --json/],
    [
      'text of ruby-prof',
      'Measure Mode: wall_time\nThread ID: 200\nFiber ID: 160\nTotal: 0.04\n',
      /ruby-prof/,
      /CallTreePrinter/,
    ],
    ['a page of ruby-prof', '<!DOCTYPE html><title>ruby-prof call tree</title>', /ruby-prof/, /CallTreePrinter/],
    ['rbspy', 'rbspy02\n', /rbspy/, /rbspy report -f speedscope/],
    ['Austin in binary', 'MOJ\u0003\u0001austin\u0000', /Austin/, /mojo2austin/],
    [
      'three numbers of Austin',
      '# austin: 3.7.0\n# mode: full\n\nP1;T0:1;a.py:f:3 29042,0,0\n',
      /three numbers/,
      /-m /,
    ],
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
