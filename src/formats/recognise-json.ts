/** Names JSON files that no format accepts, by what they begin with, and says how to convert them. */
import type { KnownJson } from './json-kind.ts';
import { MEMRAY, type Recognised } from './recognise-binary.ts';

/** Where the stacks of a program that allocates can be recorded as text. */
export const HEAPTRACK =
  'record with heaptrack: heaptrack -o out program, then heaptrack_print --print-flamegraph stacks.txt out.zst';
export const SPEEDSCOPE_APP = 'Open it at speedscope.app and export it from there.';
export const CPU_PROF = 'Record with node --cpu-prof instead: it writes a .cpuprofile file.';
export const PY_SPY = 'Record stacks instead: py-spy record -f raw -o stacks.txt --pid PID';
/** The writer of speedscope files of pyinstrument 5 leaves most of a recording out. */
export const PYINSTRUMENT =
  'Write the session as pstats and convert that: pyinstrument --load SESSION -r pstats -o out.pstats, then pyprof2calltree -i out.pstats -o callgrind.out. A session is saved by -r session, or printed after a recording for --load-prev.';
export const XHPROF =
  'Record with Xdebug (xdebug.mode=profile) or Excimer (formatCollapsed): their files can be opened.';

const OTHER: Recognised = { what: 'a JSON file of an unknown kind', listsFormats: true };

/** Kinds that `json-kind.ts` knows, as they must not be taken for others, and that are not read. */
const UNREAD: Readonly<Partial<Record<KnownJson, Recognised>>> = {
  dhat: {
    what: 'a DHAT profile of valgrind',
    listsFormats: true,
    remedy: `Open it in dh_view.html of valgrind, or ${HEAPTRACK}`,
  },
};

// Each sign is one pass over the text, whatever it holds: no repetition within a repetition.
const KINDS: readonly (Recognised & { readonly signs: readonly RegExp[] })[] = [
  {
    signs: [/^\s*\{\s*"code"\s*:\s*\[/, /"type"\s*:\s*"(?:SHARED_LIB|CPP|JS|CODE)"/],
    what: 'a log of V8 (node --prof-process --preprocess)',
    remedy: CPU_PROF,
  },
  {
    signs: [/"initial_capabilities"\s*:/, /"tick_interval"\s*:/],
    what: 'a profile of GHC in JSON (+RTS -pj)',
    remedy:
      'Run the program with +RTS -p and convert that profile: ghc-prof-flamegraph program.prof. The SVG that it writes can be opened.',
  },
  {
    signs: [/^\s*\{\s*"version"\s*:\s*\d{1,4}\s*,\s*"recording"\s*:/],
    what: 'a timeline of Safari',
    remedy: SPEEDSCOPE_APP,
  },
  {
    signs: [/"start_call_stack"\s*:/, /"sample_count"\s*:/],
    what: 'a session of pyinstrument',
    remedy: PYINSTRUMENT,
  },
  {
    signs: [/"(?:root_frame|frame_tree)"\s*:/, /"(?:sample_count|session)"\s*:/],
    what: 'a call tree of pyinstrument',
    remedy: PYINSTRUMENT,
  },
  {
    signs: [/"owns_gil"\s*:/, /"os_thread_id"\s*:/],
    what: 'a dump of py-spy',
    remedy: PY_SPY,
  },
  {
    signs: [/"costs"\s*:/, /"callchain"\s*:/],
    what: 'a profile for gprof2dot, as memray transform writes it',
    remedy: MEMRAY,
  },
  {
    signs: [/"total_num_allocations"\s*:/, /"total_bytes_allocated"\s*:/],
    what: 'a summary of memray, without stacks',
    remedy: MEMRAY,
  },
  {
    signs: [/"main\(\)(?:==>[^"]{1,1000})?"\s*:\s*\{\s*"(?:ct|wt)"\s*:/],
    what: 'a profile of XHProf',
    remedy: XHPROF,
  },
  {
    signs: [/"linux-perf-json-version"\s*:/],
    what: 'a recording of Linux perf in JSON',
    remedy: 'Convert the recording itself: perf script -i perf.data > out.perf',
  },
  {
    signs: [/^\s*\{\s*"recording"\s*:\s*\{\s*"events"\s*:/],
    what: 'the output of jfr print',
    remedy: 'Open the recording (.jfr) itself.',
  },
  {
    signs: [/^\s*\{\s*"flamegraph"\s*:/],
    what: 'a flame graph of Parca',
    remedy: 'Download the profile as pprof in Parca, and open that.',
  },
  {
    signs: [/"dataForRoots"\s*:/],
    what: 'a recording of React DevTools',
    remedy: 'Open it there, or record the page in the Performance panel of Chrome and save that.',
  },
];

/** @param text the first characters of a file that is JSON */
export function recogniseJson(text: string, kind: KnownJson | undefined): Recognised {
  const unread = kind && UNREAD[kind];
  return unread ?? KINDS.find(({ signs }) => signs.every((sign) => sign.test(text))) ?? OTHER;
}
