/** Recognises files that no format accepts, and says how to convert them. Reads only the first bytes. */
import { textPrefix } from '#base/text-bytes.ts';
import { looksLikeJson, looksLikeMarkup } from './collapsed.ts';
import { jsonKind } from './json-kind.ts';
import { MEMRAY, type Recognised, recogniseBinary } from './recognise-binary.ts';
import { CPU_PROF, HEAPTRACK, PY_SPY, PYINSTRUMENT, recogniseJson, SPEEDSCOPE_APP, XHPROF } from './recognise-json.ts';

const PREFIX = 65_536;
/** @returns undefined if nothing is known of it. */
export function recognise(bytes: Uint8Array): Recognised | undefined {
  const binary = recogniseBinary(bytes);
  if (binary) return binary;
  const text = textPrefix(bytes, PREFIX);
  if (text.includes('\u0000')) return undefined;
  if (looksLikeMarkup(text)) {
    const page = PAGES.find(({ sign }) => sign.test(text));
    if (page) return page;
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
  if (looksLikeJson(text))
    return /^\s*[[{]/.test(text) && isCutJson(bytes) ? CUT_JSON : recogniseJson(text, jsonKind(bytes));
  const kind = TEXT_KINDS.find(({ signs }) => signs.every((sign) => sign.test(text)));
  return kind;
}

/** Whether the last byte that is no blank ends no object, list or call around one. */
function isCutJson(bytes: Uint8Array): boolean {
  // A character of UTF-16 may end in a zero.
  const last = bytes.findLast((byte) => byte > 0x20) ?? 0;
  return !'}]);'.includes(String.fromCharCode(last));
}

const RUBY_PROF = 'Write it with RubyProf::CallTreePrinter: its callgrind files can be opened.';

/** Pages that show a profile in another way than as a flame graph. */
const PAGES: readonly (Recognised & { readonly sign: RegExp })[] = [
  {
    sign: /<title>Tree view<\/title>[^]*ul\.tree\b/,
    what: 'a call tree of async-profiler (-o tree)',
    remedy: 'Record again as a flame graph or a recording: asprof -d 30 -f out.html PID, or -f out.jfr.',
  },
  {
    sign: /\bpyinstrumentHTMLRenderer\b|\bwindow\.profileSession = \{"start_time"/,
    what: 'a page of pyinstrument',
    remedy: PYINSTRUMENT,
  },
  {
    sign: /<title>memray - /,
    what: 'a page of memray',
    remedy: MEMRAY,
  },
  {
    sign: /<title>ruby-prof /,
    what: 'a page of ruby-prof',
    remedy: RUBY_PROF,
  },
];

const CUT_JSON: Recognised = {
  what: 'a JSON file that ends in the middle',
  remedy: 'A part of it is missing: copy or download it again.',
};

// Each sign is one pass over the text, whatever it holds: no repetition within a repetition.
const TEXT_KINDS: readonly (Recognised & { readonly signs: readonly RegExp[] })[] = [
  {
    signs: [/^desc: .*\n(?:.*\n){0,3}time_unit:|^Massif arguments: /m],
    what: 'a massif profile of valgrind',
    remedy: `Open it with ms_print, or ${HEAPTRACK}`,
  },
  {
    signs: [/^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[[^\]]+\]:\r?\n/],
    what: 'a dump of goroutines (debug=2)',
    remedy: 'Request the profile without debug=2: then it is pprof.',
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
    signs: [/^heap_v2\/\d+\r?\n/],
    what: 'a heap profile of jemalloc',
    remedy: 'Convert it: jeprof --collapsed program profile.heap > stacks.txt',
  },
  {
    signs: [/^v8-version,\d|^Statistical profiling result from /],
    what: 'a log of V8 (node --prof)',
    remedy: CPU_PROF,
  },
  {
    signs: [/^(Script|Stack)_\S* log opened/],
    what: 'a log of Papyrus',
    remedy: SPEEDSCOPE_APP,
  },
  {
    signs: [/^PeriodType: /m, /^Samples:[ \t]*$/m],
    what: 'the text of pprof -raw',
    remedy: 'Write it as pprof: go tool pprof -proto profile > out.pb.gz',
  },
  {
    signs: [/^Type: \w+$/m, /^Showing nodes accounting for |^-{11}\+-/m],
    what: 'a report of pprof',
    remedy: 'Open the profile that it was made from.',
  },
  {
    signs: [/^ {1,20}\d+ function calls (?:\(\d+ primitive calls\) )?in \d/m],
    what: 'a table of cProfile',
    remedy:
      'Record a file and convert it: python -m cProfile -o out.pstats program.py, then pyprof2calltree -i out.pstats -o callgrind.out',
  },
  {
    signs: [/ Recorded: [\d:]{5,12} +Samples: /],
    what: 'a report of pyinstrument',
    remedy: PYINSTRUMENT,
  },
  {
    signs: [/^Process \d+: .*\nPython v\d/],
    what: 'a dump of py-spy',
    remedy: PY_SPY,
  },
  {
    signs: [/^\s*(?:strict )?(?:di)?graph\b[^{\n]{0,200}\{/],
    what: 'a graph for Graphviz',
    remedy: 'Open the profile that it was made from.',
  },
  {
    signs: [/^Profile data file '.*' \(creator: |^Data file: +\S+\nEvents recorded: /m],
    what: 'a report of callgrind_annotate or cg_annotate',
    remedy: 'Open the file that it was made from (callgrind.out, cachegrind.out).',
  },
  {
    signs: [/^Flat profile:\s*$/m, /^ {1,10}%? {1,10}(?:cumulative|time) /m],
    what: 'the output of gprof',
    remedy: 'It has no call paths. Record with perf: perf record -g program, then perf script > out.perf',
  },
  {
    signs: [/^ Performance counter stats for /m],
    what: 'the output of perf stat',
    remedy: 'It has no stacks. Record some: perf record -g program, then perf script > out.perf',
  },
  {
    signs: [/^0x[\da-f]+(?:@\S{1,1000})? \[0x[\da-f]+\]: event: \d/m],
    what: 'a dump of perf (perf script -D)',
    remedy: 'Write events alone: perf script -i perf.data > out.perf',
  },
  {
    signs: [/^jdk\.\w+ \{\r?\n +startTime = |^ Version: \d+\.\d+\n Chunks: \d+$/m],
    what: 'the output of jfr print or jfr summary',
    remedy: 'Open the recording (.jfr) itself.',
  },
  {
    signs: [/^--- Execution profile ---/m],
    what: 'a report of async-profiler',
    remedy: 'Write collapsed stacks: asprof -o collapsed',
  },
  {
    signs: [/^ {1,4}Mode: \w+\(\d+\)\n {1,4}Samples: /m],
    what: 'a report of stackprof',
    remedy: 'Write it as JSON: stackprof --json dump > out.stackprof.json',
  },
  {
    signs: [/^flamegraph\(\[\s*\{"x":/],
    what: 'data of the viewer of stackprof',
    remedy: 'Write it as JSON: stackprof --json dump > out.stackprof.json',
  },
  {
    signs: [/^Measure Mode: \w+$/m, /^Thread ID: /m],
    what: 'a report of ruby-prof',
    remedy: RUBY_PROF,
  },
  {
    signs: [/^a:\d+:\{s:\d+:"(?:[^"]{1,1000}==>|main\(\))/],
    what: 'a profile of XHProf',
    remedy: XHPROF,
  },
  {
    signs: [/^# austin: /m, /^# mode: full$/m],
    what: 'a recording of Austin with three numbers a stack (-f)',
    remedy: 'Record without -f (time), or with -m instead (memory).',
  },
  {
    signs: [/^allocator,num_allocations,size,/],
    what: 'a table of memray',
    remedy: MEMRAY,
  },
];
