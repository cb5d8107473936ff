/** Between a flame chart and the link: a call by its path, and the part of the recording that is seen. */
import type { CallPath } from '#model/call-path.ts';
import type { NodeIndex } from '#model/call-tree.ts';
import type { FlameChart } from '#model/flame-chart.ts';
import { asWritten, type Interval } from '#model/interval.ts';

/** What is seen, in ms since the chart's origin. */
export interface Seen {
  readonly from: number;
  readonly to: number;
}

/**
 * The first call of a path that is in what is seen, else the first of all; 0 where there is none.
 * @param names by function
 */
export function callOfPath(
  { tree, start }: FlameChart,
  names: readonly string[],
  path: CallPath,
  seen: Seen | undefined,
): NodeIndex {
  let first = 0;
  if (path.length === 0) return first;
  for (let node = 1; node < tree.length;) {
    const depth = tree.depth[node];
    if (names[tree.func[node]] !== path[depth - 1]) {
      node = tree.subtreeEnd[node];
      continue;
    }
    if (depth < path.length) {
      node++;
      continue;
    }
    const isSeen = seen === undefined || (start[node] + tree.total[node] > seen.from && start[node] < seen.to);
    if (isSeen) return node;
    if (first === 0) first = node;
    node = tree.subtreeEnd[node];
  }
  return first;
}

/** The outermost call that takes exactly what is seen; -1 where none does. */
export function callThatFills({ tree, start }: FlameChart, { from, to }: Seen): NodeIndex {
  // What a link keeps of a time.
  const slack = Math.max(2e-6, (to - from) * 1e-9);
  for (let node = 1; node < tree.length;) {
    const begin = start[node];
    const end = begin + tree.total[node];
    if (Math.abs(begin - from) <= slack && Math.abs(end - to) <= slack) return node;
    const holds = begin <= from + slack && end >= to - slack;
    if (!holds && begin > from + slack) return -1;
    node = holds ? node + 1 : tree.subtreeEnd[node];
  }
  return -1;
}

/** @param originMs of the chart, since the first sample of the file */
export function seenOf({ fromMs, untilMs }: Interval, originMs: number): Seen {
  return { from: fromMs - originMs, to: untilMs - originMs };
}

/** As a link writes it; undefined where nothing is left of it at its precision. */
export function intervalSeen({ from, to }: Seen, originMs: number): Interval | undefined {
  const [fromMs, untilMs] = [from, to].map((ms) => Math.max(0, asWritten(ms + originMs)));
  return fromMs < untilMs ? { fromMs, untilMs, isRest: false } : undefined;
}
