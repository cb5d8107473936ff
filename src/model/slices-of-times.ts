/** A file whose samples have times, cut into slices as a range of a server is: what evidence is taken from. */
import { Float64Column, Int32Column } from '#base/column.ts';
import { PairIndex } from '#base/pair-index.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile } from './profile.ts';
import { leastSlices, type SlicedColumns } from './slices.ts';

/** One file is one run, however long: finer slices than these show nothing that these do not. */
const MAX_SLICES = 24;
/** With fewer in each, chance alone fills the slices. */
const MIN_SAMPLES_IN_SLICE = 20;
const SAMPLES_A_STEP = 8192;

/** Undefined where samples have no times, or are too few to be distinguished by these. */
export function* slicesOfTimes(
  { times, sampleCount, values, stackStart, stackFrames, frames, functions }: Profile,
  sampleType: number,
): Steps<SlicedColumns | undefined> {
  if (!times) return undefined;
  const column = values[sampleType].values;
  let [first, last, counted] = [Infinity, -Infinity, 0];
  for (let i = 0; i < sampleCount; i++) {
    first = Math.min(first, times[i]);
    last = Math.max(last, times[i]);
    if (column[i] > 0) counted++;
  }
  const sliceCount = Math.min(MAX_SLICES, Math.floor(counted / MIN_SAMPLES_IN_SLICE));
  if (sliceCount < leastSlices || !(last > first)) return undefined;
  const nodes = new PairIndex(); // caller, function; node i is pair i - 1
  const entries = new PairIndex(); // node, slice
  const sums = new Float64Column();
  const counts = new Int32Column();
  /** Nodes of the sample before. */
  const path: number[] = [];
  let before = 0;
  for (let i = 0; i < sampleCount; i++) {
    if (i % SAMPLES_A_STEP === 0) yield i / sampleCount;
    if (!(column[i] > 0)) continue;
    const [from, until] = [stackStart[i], stackStart[i + 1]];
    // Most frames are those of the sample before, and so are their nodes.
    let depth = 0;
    while (depth < path.length && from + depth < until && stackFrames[before + depth] === stackFrames[from + depth])
      depth++;
    path.length = depth;
    before = from;
    for (let at = from + depth; at < until; at++)
      path.push(nodes.intern(path.at(-1) ?? 0, frames.func[stackFrames[at]]) + 1);
    const slice = Math.min(sliceCount - 1, Math.floor(((times[i] - first) / (last - first)) * sliceCount));
    const entry = entries.intern(path.at(-1) ?? 0, slice);
    if (entry === sums.length) {
      sums.push(0);
      counts.push(0);
    }
    sums.values[entry] += column[i];
    counts.values[entry]++;
  }
  return {
    ...columnsOf(nodes, entries, sums, counts),
    names: functions.names,
    profiles: new Int32Array(sliceCount).fill(1),
  };
}

type Columns = Omit<SlicedColumns, 'names' | 'profiles'>;

/** Entries in the order of their nodes. */
function columnsOf(nodes: PairIndex, entries: PairIndex, sums: Float64Column, counts: Int32Column): Columns {
  const nodeCount = nodes.length + 1;
  const name = new Int32Array(nodeCount).fill(-1);
  const parentDistance = new Int32Array(nodeCount);
  for (let node = 1; node < nodeCount; node++) {
    name[node] = nodes.second(node - 1);
    parentDistance[node] = node - nodes.first(node - 1);
  }
  const ofNode = new Int32Array(nodeCount);
  for (let entry = 0; entry < entries.length; entry++) ofNode[entries.first(entry)]++;
  const next = new Int32Array(nodeCount);
  for (let node = 1; node < nodeCount; node++) next[node] = next[node - 1] + ofNode[node - 1];
  const slice = new Int32Array(entries.length);
  const value = new Float64Array(entries.length);
  const count = new Int32Array(entries.length);
  for (let entry = 0; entry < entries.length; entry++) {
    const at = next[entries.first(entry)]++;
    slice[at] = entries.second(entry);
    value[at] = sums.values[entry];
    count[at] = counts.values[entry];
  }
  return { name, parentDistance, entries: ofNode, slice, value, count };
}
