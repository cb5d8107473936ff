/** Names binary files by their marks. */

export interface Recognised {
  /** Completes "This is …". */
  readonly what: string;
  /** Whether the refusal lists the formats that are read, before the remedy. */
  readonly listsFormats?: true;
  /** Sentences: what to do. */
  readonly remedy?: string;
}

export const MEMRAY = 'Draw the recording with memray flamegraph RECORDING: it cannot be converted.';
export const XZ_REMEDY = 'Unpack it with xz -d and open the profile in it.';

/** @returns undefined if no mark is known. */
export function recogniseBinary(bytes: Uint8Array): Recognised | undefined {
  const binary = BINARY.find(({ at, starts }) => starts.every((byte, i) => bytes[at + i] === byte));
  if (binary) return binary;
  if (isPerfetto(bytes)) {
    return {
      what: 'probably a trace of Perfetto',
      remedy: 'Convert it: traceconv json trace.perfetto-trace trace.json',
    };
  }
  return undefined;
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

const BINARY: readonly (Recognised & { readonly at: number; readonly starts: readonly number[] })[] = [
  {
    at: 0,
    starts: ascii('SIMPLEPERF'),
    what: 'the output of simpleperf report-sample (Android)',
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
    starts: ascii('MOJ'),
    what: 'a recording of Austin (MOJO)',
    remedy: 'Convert it: mojo2austin recording.mojo stacks.austin',
  },
  {
    at: 0,
    starts: ascii('rbspy'),
    what: 'raw data of rbspy',
    remedy: 'Convert it: rbspy report -f speedscope -i raw.gz -o out.speedscope.json',
  },
  {
    at: 0,
    starts: ascii('memray'),
    what: 'a recording of memray',
    remedy: MEMRAY,
  },
  {
    at: 0,
    starts: [0x04, 0x22, 0x4d, 0x18],
    what: 'an lz4 archive, probably a recording of memray',
    remedy: `Unpack it, or, if it is memray's: ${MEMRAY}`,
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
    remedy: XZ_REMEDY,
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
    remedy: 'Run it under a profiler and open the profile that the profiler writes.',
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
