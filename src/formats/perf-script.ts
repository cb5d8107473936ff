/** The text of `perf script`. */
import { textPrefix } from '#base/text-bytes.ts';
import type { LazyFormat } from './format.ts';

const BYTES_TO_SNIFF = 65_536;
/** In characters; a head is shorter. */
const MAX_HEAD = 400;
/** comm pid/tid [cpu] time: period event: */
const TIMED_HEAD = /^\s*\S.*?\s-?\d+(?:\/-?\d+)?\s+(?:\[\d+\]\s+)?(?:\S+\s+)?\d+\.\d+:\s+(?:\d+\s+)?[^\s;]+:(?:\s|$)/;
/** The same without a time: known by the frame below it. */
const HEAD = /^\S.*?\s-?\d+(?:\/-?\d+)?\s+(?:\[\d+\]\s+)?(?:(?:\d+\.\d+:)|(?:\d+\s+)?[^\s;]+:)\s*$/;
const FRAME = /^\s+[0-9a-f]+ \S/;

export const perfScriptFormat: LazyFormat = {
  id: 'perf-script',
  title: 'perf script',
  noun: 'the output of perf script',
  endings: ['.perf'],
  reads: 'text of Linux perf: several events with counts and periods, comm, pid, tid, cpu, times, inlined calls',
  sniff: (bytes) => looksLikePerfScript(bytes),
  load: async () => (await import('./decoders/perf-script.ts')).decodePerfScript,
};

function looksLikePerfScript(bytes: Uint8Array): boolean {
  const lines = textPrefix(bytes, BYTES_TO_SNIFF).split('\n');
  return lines.some((line, i) => {
    if (line.startsWith('#') || line.length === 0) return false;
    const head = line.slice(0, MAX_HEAD);
    return TIMED_HEAD.test(head) || (HEAD.test(head) && FRAME.test((lines[i + 1] ?? '').slice(0, MAX_HEAD)));
  });
}
