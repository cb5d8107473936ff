/** Recognises files that no format accepts, and says how to convert them. Reads only the first bytes. */
import { textPrefix } from '#base/text-bytes.ts';
import { looksLikeJson, looksLikeMarkup } from './collapsed.ts';
import { jsonKind, type KnownJson } from './json-kind.ts';
import { type Recognised, recogniseBinary } from './recognise-binary.ts';

const PREFIX = 65_536;
const HEAPTRACK =
  'record with heaptrack: heaptrack -o out program, then heaptrack_print --print-flamegraph stacks.txt out.zst';

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
    return /^\s*[[{]/.test(text) && isCutJson(bytes) ? CUT_JSON : (JSON_KINDS[jsonKind(bytes) ?? 'd3'] ?? OTHER_JSON);
  const kind = TEXT_KINDS.find(({ signs }) => signs.every((sign) => sign.test(text)));
  return kind;
}

/** Whether the last byte that is no blank ends no object, list or call around one. */
function isCutJson(bytes: Uint8Array): boolean {
  // A character of UTF-16 may end in a zero.
  const last = bytes.findLast((byte) => byte > 0x20) ?? 0;
  return !'}]);'.includes(String.fromCharCode(last));
}

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
    remedy:
      'Write the session as speedscope: pyinstrument --load-prev SESSION -r speedscope -o out.speedscope.json. pyinstrument prints SESSION after a recording.',
  },
];

/** Kinds of JSON that are known and not read. */
const JSON_KINDS: Readonly<Partial<Record<KnownJson, Recognised>>> = {
  dhat: {
    what: 'a DHAT profile of valgrind',
    listsFormats: true,
    remedy: `Open it in dh_view.html of valgrind, or ${HEAPTRACK}`,
  },
};
const CUT_JSON: Recognised = {
  what: 'a JSON file that ends in the middle',
  remedy: 'A part of it is missing: copy or download it again.',
};
const OTHER_JSON: Recognised = { what: 'a JSON file of an unknown kind', listsFormats: true };

// Each sign is one pass over the text, whatever it holds: no repetition within a repetition.
const TEXT_KINDS: readonly (Recognised & { readonly signs: readonly RegExp[] })[] = [
  {
    signs: [/^desc: .*\n(?:.*\n){0,3}time_unit:/],
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
