/** Names what a file is when no format takes it, and says how to get at its contents. Looks at the first bytes only. */
import { textPrefix } from '#base/text-bytes.ts';
import { looksLikeJson, looksLikeMarkup } from './collapsed.ts';
import { jsonKind, type KnownJson } from './json-kind.ts';

export interface Recognised {
  /** Completes "This is …". */
  readonly what: string;
  /** Whether the refusal lists the formats that are read, before the remedy. */
  readonly listsFormats?: true;
  /** Sentences: what to do. */
  readonly remedy?: string;
}

const PREFIX = 65_536;

/** @returns undefined where nothing is known of it. */
export function recognise(bytes: Uint8Array): Recognised | undefined {
  if (isTraceOfInstruments(bytes)) {
    return {
      what: 'a .trace bundle of Instruments in a zip archive',
      remedy: 'Open it in Instruments, select the call tree, then Edit, Deep Copy, and paste it here.',
    };
  }
  const binary = BINARY.find(({ at, starts }) => starts.every((byte, i) => bytes[at + i] === byte));
  if (binary) return binary;
  if (isPerfetto(bytes)) {
    return {
      what: 'a trace of Perfetto, it seems',
      remedy: 'Convert it: traceconv json trace.perfetto-trace trace.json',
    };
  }
  const text = textPrefix(bytes, PREFIX);
  if (text.includes('\u0000')) return undefined;
  if (looksLikeMarkup(text)) {
    if (/async-profiler/.test(text)) {
      return {
        what: 'a page of async-profiler that is no flame graph',
        remedy: 'Write collapsed stacks: asprof -o collapsed, or jfrconv -o collapsed for a recording.',
      };
    }
    return /^\s*<\?xml|^\s*<(svg|plist)/i.test(text)
      ? {
          what: 'an XML file without the frames of a flame graph',
          listsFormats: true,
          remedy: 'Open the profile that the picture was made from.',
        }
      : {
          what: 'a web page',
          remedy: 'Was a login page saved instead of the profile? Fetch the profile again, signed in.',
        };
  }
  if (looksLikeJson(text)) return JSON_KINDS[jsonKind(bytes) ?? 'd3'] ?? OTHER_JSON;
  const lines = text.split('\n', 400);
  const kind = TEXT_KINDS.find(({ signs }) => signs.every((sign) => sign.test(text)));
  if (kind) return kind;
  if (isDifferential(lines)) {
    return {
      what: 'a differential: collapsed stacks with two numbers a line',
      remedy: 'Open the two files that it was made from and compare them.',
    };
  }
  return undefined;
}

/** The name of the first file of a zip archive lies in a folder that is called `.trace`. */
function isTraceOfInstruments(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b || bytes[2] !== 3 || bytes[3] !== 4) return false;
  return /\.trace\//.test(textPrefix(bytes.subarray(30, 30 + (bytes[26] | (bytes[27] << 8))), 512));
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

const BINARY: readonly (Recognised & { readonly at: number; readonly starts: readonly number[] })[] = [
  {
    at: 0,
    starts: ascii('SIMPLEPERF'),
    what: 'what simpleperf report-sample writes (Android)',
    remedy: 'Convert the perf.data that it was made from: gecko_profile_generator.py -i perf.data > profile.json',
  },
  ...['PERFILE2', '2ELIFREP'].map((mark) => ({
    at: 0,
    starts: ascii(mark),
    what: 'a perf.data recording of Linux',
    remedy: 'Convert it where it was recorded: perf script -i perf.data > out.perf',
  })),
  {
    at: 0,
    starts: ascii('Nettrace'),
    what: 'a trace of .NET (.nettrace)',
    remedy: 'Convert it: dotnet-trace convert --format Speedscope trace.nettrace',
  },
  ...[1, 2].map((kind) => ({
    at: 72,
    starts: [2, 0, kind, 0xc0],
    what: 'a trace of Windows (ETW, .etl)',
    remedy: 'Open it in PerfView and save the stacks as a .speedscope.json file.',
  })),
  ...[0x28, 0x29, 0xa8, 0xa9].flatMap((tuple) =>
    [0x7b, 0xfb].map((dict) => ({
      at: 0,
      starts: [dict, tuple],
      what: 'the statistics of cProfile (.pstats)',
      remedy: 'Convert it: pyprof2calltree -i profile.pstats -o callgrind.out',
    })),
  ),
  {
    at: 0,
    starts: ascii('hdrb'),
    what: 'an eventlog of GHC',
    remedy: 'Convert it: hs-speedscope program.eventlog',
  },
  {
    at: 0,
    starts: ascii('gmon'),
    what: 'a profile of gprof (gmon.out)',
    remedy: 'It has no call paths. Record with perf: perf record -g program, then perf script > out.perf',
  },
  {
    at: 0,
    starts: [0x50, 0x4b, 3, 4],
    what: 'a zip archive',
    remedy: 'Unpack it and open the profile in it.',
  },
  {
    at: 0,
    starts: [0x28, 0xb5, 0x2f, 0xfd],
    what: 'a zstd archive',
    remedy: 'Unpack it with zstd -d and open the profile in it.',
  },
  {
    at: 0,
    starts: ascii('BZh'),
    what: 'a bzip2 archive',
    remedy: 'Unpack it with bunzip2 and open the profile in it.',
  },
  {
    at: 0,
    starts: [0xfd, ...ascii('7zXZ')],
    what: 'an xz archive',
    remedy: 'Unpack it with xz -d and open the profile in it.',
  },
  {
    at: 257,
    starts: ascii('ustar'),
    what: 'a tar archive',
    remedy: 'Unpack it with tar -xf and open the profile in it.',
  },
  {
    at: 6,
    starts: ascii(' trace\0\0\0'),
    what: 'an execution trace of Go',
    remedy: 'Convert it: go tool trace -pprof=sched trace.out > sched.pprof (or net, sync, syscall)',
  },
  {
    at: 7,
    starts: ascii(' trace\0\0\0'),
    what: 'an execution trace of Go',
    remedy: 'Convert it: go tool trace -pprof=sched trace.out > sched.pprof (or net, sync, syscall)',
  },
  {
    at: 0,
    starts: [4, 8, 0x7b],
    what: 'a dump of Ruby (Marshal), as stackprof writes it',
    remedy: 'Convert it: stackprof --stackcollapse dump > stacks.txt',
  },
  {
    at: 0,
    starts: [0x89, ...ascii('PNG')],
    what: 'a PNG picture',
    remedy: 'Open the profile that the picture was made from.',
  },
  {
    at: 0,
    starts: [0xff, 0xd8, 0xff],
    what: 'a JPEG picture',
    remedy: 'Open the profile that the picture was made from.',
  },
  { at: 0, starts: ascii('%PDF'), what: 'a PDF document', remedy: 'Open the profile that the document was made from.' },
  {
    at: 0,
    starts: [0x7f, ...ascii('ELF')],
    what: 'a program (ELF)',
    remedy: 'Run it under a profiler and open what that writes.',
  },
  {
    at: 0,
    starts: ascii('*version'),
    what: 'a method trace of Android',
    remedy: 'Record with simpleperf and convert that: gecko_profile_generator.py -i perf.data > profile.json',
  },
  {
    at: 0,
    starts: ascii('SLOW'),
    what: 'a method trace of Android',
    remedy: 'Record with simpleperf and convert that: gecko_profile_generator.py -i perf.data > profile.json',
  },
  {
    at: 0,
    starts: ascii('SQLite format 3'),
    what: 'an SQLite database',
    listsFormats: true,
    remedy: 'Export the profile from the tool that wrote the database.',
  },
];

/** TracePacket (1) again and again; a packet begins with a number or a snapshot of clocks, an OTLP resource does not. */
function isPerfetto(bytes: Uint8Array): boolean {
  const PACKET_STARTS = [0x18, 0x32, 0x40, 0x50, 0x68, 0xd0, 0xca, 0x82, 0xfa];
  let at = 0;
  let packets = 0;
  while (at < bytes.length && packets < 64) {
    if (bytes[at] !== 0x0a) return false;
    at++;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      if (shift > 28 || at >= bytes.length) return false;
      const byte = bytes[at++];
      length += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    if (length > 0 && !PACKET_STARTS.includes(bytes[at])) return false;
    at += length;
    packets++;
  }
  return packets > 3;
}

/** Kinds of JSON that are known and not read. */
const JSON_KINDS: Readonly<Partial<Record<KnownJson, Recognised>>> = {
  dhat: {
    what: 'a DHAT profile of valgrind',
    listsFormats: true,
    remedy: 'Open it in dh_view.html of valgrind, or record again with --tool=massif.',
  },
};
const OTHER_JSON: Recognised = { what: 'a JSON file of a kind that is not known here', listsFormats: true };

// Each sign is one pass over the text, whatever it holds: no repetition within a repetition.
const TEXT_KINDS: readonly (Recognised & { readonly signs: readonly RegExp[] })[] = [
  {
    signs: [/^desc: .*\n(?:.*\n){0,3}time_unit:/],
    what: 'a massif profile of valgrind',
    remedy: 'Open it with ms_print, or record with callgrind: valgrind --tool=callgrind program',
  },
  {
    signs: [/^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[[^\]]+\]:\r?\n/],
    what: 'a dump of goroutines (debug=2)',
    remedy: 'Ask for the profile without debug=2: it comes as pprof then.',
  },
  {
    signs: [/^# To display the perf\.data header info|^# Samples: /m],
    what: 'the output of perf report',
    remedy: 'Convert the recording instead: perf script -i perf.data > out.perf',
  },
  {
    signs: [/^TRACE START \[/m],
    what: 'a function trace of Xdebug',
    remedy: 'Convert it: stackcollapse-xdebug.php trace.xt > stacks.txt',
  },
  {
    signs: [/^@ .* \[\d+ samples\]/m],
    what: 'a call graph of pmcstat',
    remedy: 'Convert it: stackcollapse-pmc.pl graph.txt > stacks.txt',
  },
  {
    signs: [/^\s*.{0,200}Time and Allocation Profiling Report/],
    what: 'a profile of GHC (.prof)',
    remedy: 'Convert it: ghc-prof-flamegraph program.prof. The SVG that it writes can be opened.',
  },
  {
    signs: [/^Analysis of sampling /],
    what: 'the output of sample (macOS)',
    remedy: 'Convert it: stackcollapse-sample.awk sample.txt > stacks.txt',
  },
  {
    signs: [/^Full thread dump /m],
    what: 'a thread dump of Java',
    remedy: 'Convert it: stackcollapse-jstack.pl dump.txt > stacks.txt',
  },
  {
    signs: [/^@\w*\[[ \t]*$/m],
    what: 'stacks of bpftrace',
    remedy: 'Convert them: stackcollapse-bpftrace.pl out.txt > stacks.txt',
  },
  {
    signs: [/^v 1[\da-f]{4,8} \d+\nX /],
    what: 'a recording of heaptrack',
    remedy: 'Convert it: heaptrack_print --print-flamegraph stacks.txt recording',
  },
  {
    signs: [/^v8-version,\d/],
    what: 'a log of V8 (node --prof)',
    remedy: 'Record with node --cpu-prof instead: it writes a .cpuprofile file.',
  },
  {
    signs: [/^(Script|Stack)_\S* log opened/],
    what: 'a log of Papyrus',
    remedy: 'Open it at speedscope.app and export it from there.',
  },
];

/** Every line ends in two whole numbers: difffolded.pl writes these. */
function isDifferential(lines: readonly string[]): boolean {
  const full = lines.slice(0, -1).filter((line) => line.trim() !== '');
  return full.length >= 5 && full.every((line) => /^.*\S\s+\d+\s+\d+\s*$/.test(line));
}
