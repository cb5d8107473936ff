/** Names what a file is when no format takes it, and says how to get at its contents. Looks at the first bytes only. */
import { textPrefix } from '#base/text-bytes.ts';
import { looksLikeJson, looksLikeMarkup } from './collapsed.ts';

export interface Recognised {
  /** Completes "This is …". */
  readonly what: string;
  /** Whether the refusal lists the formats that are read, before the remedy. */
  readonly listsFormats?: true;
  /** Sentences: what to do. */
  readonly remedy?: string;
}

const PREFIX = 65_536;
const NOT_YET = 'This format is not read yet.';

/** @returns undefined where nothing is known of it. */
export function recognise(bytes: Uint8Array): Recognised | undefined {
  const binary = BINARY.find(({ at, starts }) => starts.every((byte, i) => bytes[at + i] === byte));
  if (binary) return binary;
  if (isOldCpuProfile(bytes)) {
    return {
      what: 'a CPU profile in the old binary format of gperftools',
      remedy: 'Convert it with its binary at hand: go tool pprof -proto program profile > profile.pb.gz',
    };
  }
  if (looksLikeOtlp(bytes))
    return { what: 'an OpenTelemetry profile (OTLP), it seems', listsFormats: true, remedy: NOT_YET };
  const text = textPrefix(bytes, PREFIX);
  if (text.includes('\u0000')) return undefined;
  if (looksLikeMarkup(text)) {
    return /^\s*<\?xml|^\s*<(svg|plist)/i.test(text)
      ? {
          what: 'an XML file',
          listsFormats: true,
          remedy: 'A flamegraph in SVG holds no profile: take the file it was made from.',
        }
      : {
          what: 'a web page',
          remedy: 'Was a login page saved instead of the profile? Fetch the profile again, signed in.',
        };
  }
  if (looksLikeJson(text)) return JSON_KINDS.find(({ signs }) => signs.every((sign) => sign.test(text)));
  const kind = TEXT_KINDS.find(({ signs }) => signs.every((sign) => sign.test(text)));
  return kind;
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

const BINARY: readonly (Recognised & { readonly at: number; readonly starts: readonly number[] })[] = [
  {
    at: 0,
    starts: [...ascii('FLR'), 0],
    what: 'a Java Flight Recording',
    remedy: 'Convert it with the jfrconv tool of async-profiler: jfrconv -o collapsed recording.jfr stacks.collapsed',
  },
  {
    at: 0,
    starts: ascii('SIMPLEPERF'),
    what: 'a recording of simpleperf (Android)',
    remedy: 'Convert it with stackcollapse.py, which comes with simpleperf.',
  },
  {
    at: 0,
    starts: ascii('--- symbol'),
    what: 'a profile in the old format of pprof, with its symbols',
    remedy: 'Convert it: go tool pprof -proto profile > profile.pb.gz',
  },
  {
    at: 0,
    starts: ascii('PERFILE2'),
    what: 'a perf.data recording of Linux',
    remedy: 'Convert it where it was recorded: perf script | stackcollapse-perf.pl > stacks.txt',
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
    remedy: 'Convert it: stackprof --collapse dump > stacks.txt (stackprof --stackcollapse in older ones)',
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
    remedy: 'Record with simpleperf and convert it: report_sample.py, or stackcollapse.py for collapsed stacks.',
  },
  {
    at: 0,
    starts: ascii('SLOW'),
    what: 'a method trace of Android',
    remedy: 'Record with simpleperf and convert it with stackcollapse.py.',
  },
  {
    at: 0,
    starts: ascii('SQLite format 3'),
    what: 'an SQLite database',
    listsFormats: true,
    remedy: 'Export the profile from the tool that wrote the database.',
  },
];

/** Words of 4 or 8 bytes: 0, 3, 0, period, 0 (gperftools, "CPU profile format"). */
function isOldCpuProfile(bytes: Uint8Array): boolean {
  const word = (at: number): number => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  if (bytes.length < 40) return false;
  const wide =
    word(0) === 0 && word(4) === 0 && word(8) >= 3 && word(8) < 64 && word(12) === 0 && word(16) === 0 && word(24) > 0;
  const narrow = word(0) === 0 && word(4) >= 3 && word(4) < 64 && word(8) === 0 && word(12) > 0 && word(16) === 0;
  return wide || narrow;
}

/** ExportProfilesServiceRequest: resource_profiles (1) and dictionary (2), one behind the other to the end. */
function looksLikeOtlp(bytes: Uint8Array): boolean {
  let at = 0;
  let fields = 0;
  while (at < bytes.length) {
    if (bytes[at] !== 0x0a && bytes[at] !== 0x12) return false;
    at++;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      if (shift > 28 || at >= bytes.length) return false;
      const byte = bytes[at++];
      length += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    at += length;
    if (++fields > 1000) return true;
  }
  return at === bytes.length && bytes.length > 2;
}

const JSON_KINDS: readonly (Recognised & { readonly signs: readonly RegExp[] })[] = [
  {
    signs: [/speedscope\.app\/file-format-schema|"exporter"\s*:\s*"speedscope/],
    what: 'a speedscope file',
    listsFormats: true,
    remedy: NOT_YET,
  },
  {
    signs: [/"flamebearer"\s*:/],
    what: 'a flamebearer, as Pyroscope renders it',
    listsFormats: true,
    remedy: 'Fetch the same query as pprof.',
  },
  {
    signs: [/"dhatFileVersion"\s*:/],
    what: 'a DHAT profile of valgrind',
    listsFormats: true,
    remedy: 'Open it in dh_view.html of valgrind.',
  },
  {
    signs: [/"traceEvents"\s*:|^\s*\[\s*\{[^[\]]*"(ph|pid|tid)"\s*:/],
    what: 'a trace of Chrome (trace events)',
    listsFormats: true,
    remedy: `${NOT_YET} Open it in chrome://tracing or ui.perfetto.dev.`,
  },
  {
    signs: [/"nodes"\s*:|"head"\s*:/, /"callFrame"\s*:/, /"selfSize"\s*:/],
    what: 'a heap profile of V8',
    listsFormats: true,
    remedy: NOT_YET,
  },
  {
    signs: [/"nodes"\s*:|"head"\s*:/, /"functionName"\s*:/],
    what: 'a CPU profile of V8 (.cpuprofile)',
    listsFormats: true,
    remedy: NOT_YET,
  },
  {
    signs: [/"snapshot"\s*:/, /"trace_function_infos"|"node_fields"/],
    what: 'a heap snapshot of V8',
    listsFormats: true,
    remedy: NOT_YET,
  },
  {
    signs: [/"resourceProfiles"\s*:|"locationTable"\s*:|"dictionary"\s*:/],
    what: 'an OpenTelemetry profile (OTLP)',
    listsFormats: true,
    remedy: NOT_YET,
  },
  {
    signs: [/"mode"\s*:\s*"(cpu|wall|object|custom)"/, /"frames"\s*:/],
    what: 'a profile of stackprof',
    remedy: 'Convert it: stackprof --stackcollapse dump > stacks.txt',
  },
  {
    signs: [/"meta"\s*:|"profile"\s*:/, /"interval"\s*:|"threads"\s*:|"presymbolicated"\s*:/],
    what: 'a profile of Firefox',
    listsFormats: true,
    remedy: `${NOT_YET} Open it at profiler.firefox.com.`,
  },
  {
    signs: [/^\s*\{\s*"label"\s*:/, /"markers"\s*:/],
    what: 'a recording of the performance panel that Firefox once had',
    listsFormats: true,
    remedy: 'Record it again with profiler.firefox.com.',
  },
  {
    signs: [/"sample_?type"\s*:|"string_?table"\s*:/i],
    what: 'a pprof profile as JSON',
    listsFormats: true,
    remedy: 'Take the binary one.',
  },
  { signs: [/^/], what: 'a JSON file of a kind that is not known here', listsFormats: true },
];

// Each sign is one pass over the text, whatever it holds: no repetition within a repetition.
const TEXT_KINDS: readonly (Recognised & { readonly signs: readonly RegExp[] })[] = [
  {
    signs: [/^(version|creator|events?|positions|part)[ \t]*:/m, /^(fn|fl)=/m],
    what: 'a callgrind profile',
    listsFormats: true,
    remedy: `${NOT_YET} KCachegrind opens it.`,
  },
  {
    signs: [/^desc: .*\n(?:.*\n){0,3}time_unit:/],
    what: 'a massif profile of valgrind',
    remedy: 'Open it with ms_print or massif-visualizer.',
  },
  {
    signs: [
      /^(heap profile:|--- (heap|contention|mutex|thread|growth)z?\b|goroutine profile: total|threadcreate profile:|--- (symbol|profile|mutex):?)/,
    ],
    what: 'a profile in the old text format of pprof',
    remedy: 'Convert it: go tool pprof -proto profile > profile.pb.gz. In Go, ask without debug=1.',
  },
  {
    signs: [/^goroutine \d+ \[[^\]]+\]:\n/],
    what: 'a dump of goroutines (debug=2)',
    remedy: 'Ask for the profile without debug=2: it comes as pprof then.',
  },
  {
    signs: [/^# To display the perf\.data header info|^# Samples: /m],
    what: 'the output of perf report',
    remedy: 'Convert the recording instead: perf script | stackcollapse-perf.pl > stacks.txt',
  },
  {
    // comm pid [cpu] time: [period] event:
    signs: [/^[ \t\ufeff]*\S.*?[ \t]\d+(\/\d+)?[ \t]+(\[\d+\][ \t]+)?\d+\.\d+:[ \t]+(\d+[ \t]+)?[\w:./-]+:/m],
    what: 'the output of perf script',
    remedy: 'Convert it: stackcollapse-perf.pl out.perf > stacks.txt',
  },
  {
    signs: [/^TRACE START \[/m],
    what: 'a function trace of Xdebug',
    remedy: 'Convert it: stackcollapse-xdebug.php trace.xt > stacks.txt',
  },
  {
    signs: [/^(\ufeff)?(Weight|Running Time|Bytes Used)\t/],
    what: 'a call tree of Instruments',
    remedy: 'Convert it: stackcollapse-instruments.pl tree.txt > stacks.txt',
  },
  {
    signs: [/^@ .* \[\d+ samples\]/m],
    what: 'a call graph of pmcstat',
    remedy: 'Convert it: stackcollapse-pmc.pl graph.txt > stacks.txt',
  },
];
