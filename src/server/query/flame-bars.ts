/**
 * Pyroscope's flame graph: levels of bars from left to right, each as gap, total and self (of every side) and its name. The
 * self of a bar lies at its left end, before its children.
 */
import type { WireSink } from '#wire/wire-sink.ts';
import { type AnswerTree, type Side, walkTree } from './answer-tree.ts';

export interface FlameBars {
  /** Where each level begins in the columns; the end of the last stands behind. Within a level from left to right. */
  readonly levelStart: readonly number[];
  readonly sides: readonly BarSide[];
  /** By bar: position in `names`. */
  readonly name: Int32Array;
  /** `total` for the root, then by first visit of a walk that takes the last sibling first. */
  readonly names: readonly string[];
  /** By side. */
  readonly totals: readonly number[];
  readonly maxSelf: number;
}

/** By bar; copied into their order, since reading them from all over the tree takes longer than writing them. */
interface BarSide {
  /** From the right end of the bar before it in its level. */
  readonly gap: Float64Array;
  readonly total: Float64Array;
  readonly self: Float64Array;
}

const ROOT_NAME = 'total';

export function layOutBars(tree: AnswerTree): FlameBars {
  const { nodes: walked, depth } = walkTree(tree);
  const { length, sides } = tree;
  const { names, nameOf } = nameBars(tree, walked);
  const levelStart = levelStarts(depth);
  const place = levelPlaces(depth, levelStart);
  const name = new Int32Array(length);
  for (let at = 1; at < length; at++) name[place[at]] = nameOf[tree.func[walked[at]]];
  const barSides = sides.map((side) => layOutSide(walked, depth, place, levelStart, side));
  let maxSelf = 0;
  for (const { self } of sides)
    for (let node = 1; node < length; node++) if (self[node] > maxSelf) maxSelf = self[node];
  return { levelStart, sides: barSides, name, names, totals: sides.map(({ total }) => total[0]), maxSelf };
}

function levelStarts(depth: Int32Array): number[] {
  const starts = [0];
  for (let at = 0; at < depth.length; at++) starts[depth[at] + 1] = (starts[depth[at] + 1] ?? 0) + 1;
  for (let level = 1; level < starts.length; level++) starts[level] += starts[level - 1];
  return starts;
}

/** The walk meets each level from right to left. */
function levelPlaces(depth: Int32Array, levelStart: readonly number[]): Int32Array {
  const next = Int32Array.from(levelStart.slice(1));
  const place = new Int32Array(depth.length);
  for (let at = 0; at < depth.length; at++) place[at] = --next[depth[at]];
  return place;
}

/** Children end where their parent ends, so the walk can count down from there. */
function layOutSide(
  walked: Int32Array,
  depth: Int32Array,
  place: Int32Array,
  levelStart: readonly number[],
  side: Side,
): BarSide {
  const levels = levelStart.length - 1;
  const gap = new Float64Array(walked.length);
  const total = new Float64Array(walked.length);
  const self = new Float64Array(walked.length);
  /** By level: where the next bar ends, and where the last one began. */
  const edge = new Float64Array(levels + 1);
  const right = new Float64Array(levels);
  edge[0] = side.total[0];
  for (let at = 0; at < walked.length; at++) {
    const level = depth[at];
    const end = edge[level];
    const own = place[at];
    total[own] = side.total[walked[at]];
    // The root bar is synthetic: samples without a stack widen it and are no function's self.
    self[own] = at === 0 ? 0 : side.self[walked[at]];
    const left = end - total[own];
    edge[level] = left;
    edge[level + 1] = end;
    // The bar to the right of this one now knows its gap; the first of a level has the way from 0.
    if (own + 1 < levelStart[level + 1]) gap[own + 1] = right[level] - end;
    if (own === levelStart[level]) gap[own] = left;
    right[level] = left;
  }
  return { gap, total, self };
}

/** By first visit of the walk. */
function nameBars({ func, names, sides }: AnswerTree, walked: Int32Array): { names: string[]; nameOf: Int32Array } {
  const nameOf = new Int32Array(names.length).fill(-1);
  const named = [ROOT_NAME];
  // A function of the root's name has its name in a flame graph, and one of its own in a comparison.
  const shared = sides.length === 1 ? names.indexOf(ROOT_NAME) : -1;
  if (shared >= 0) nameOf[shared] = 0;
  for (let at = 1; at < walked.length; at++) {
    const name = func[walked[at]];
    if (nameOf[name] < 0) nameOf[name] = named.push(names[name]) - 1;
  }
  return { names: named, nameOf };
}

/** FlameGraph of one side, FlameGraphDiff of two: the message's fields. */
export function writeBars(sink: WireSink, bars: FlameBars): void {
  for (const name of bars.names) sink.item(1, name);
  for (let level = 0; level + 1 < bars.levelStart.length; level++) {
    const write = (value: number): void => sink.varint(value);
    sink.message(2, () => sink.message(1, () => eachNumber(bars, level, write)));
  }
  sink.field(3, sum(bars.totals));
  sink.field(4, bars.maxSelf);
  if (bars.totals.length === 2) bars.totals.forEach((ticks, side) => sink.field(5 + side, ticks));
}

/** The same as JSON of protobuf: numbers in quotes, zeros left out where they are fields. */
export function writeBarsJson(sink: WireSink, bars: FlameBars): void {
  sink.ascii('{"names":');
  writeNames(sink, bars);
  sink.ascii(',"levels":[');
  for (let level = 0; level + 1 < bars.levelStart.length; level++) {
    sink.ascii(level === 0 ? '{"values":[' : ',{"values":[');
    let isFirst = true;
    eachNumber(bars, level, (value) => {
      if (!isFirst) sink.ascii(',');
      isFirst = false;
      sink.jsonInt64(value);
    });
    sink.ascii(']}');
  }
  sink.ascii(']');
  const fields: [string, number][] = [
    ['total', sum(bars.totals)],
    ['maxSelf', bars.maxSelf],
  ];
  if (bars.totals.length === 2) fields.push(['leftTicks', bars.totals[0]], ['rightTicks', bars.totals[1]]);
  for (const [name, value] of fields) {
    if (value === 0) continue;
    sink.ascii(`,"${name}":`);
    sink.jsonInt64(value);
  }
  sink.ascii('}');
}

/** The older interface's form: `"names":[…],"levels":[[…]],"numTicks":…,"maxSelf":…`, plain numbers. */
export function writeFlamebearer(sink: WireSink, bars: FlameBars): void {
  sink.ascii('{"names":');
  writeNames(sink, bars);
  sink.ascii(',"levels":[');
  for (let level = 0; level + 1 < bars.levelStart.length; level++) {
    sink.ascii(level === 0 ? '[' : ',[');
    let isFirst = true;
    eachNumber(bars, level, (value) => {
      if (!isFirst) sink.ascii(',');
      isFirst = false;
      sink.decimal(value);
    });
    sink.ascii(']');
  }
  sink.ascii('],"numTicks":');
  sink.decimal(sum(bars.totals));
  sink.ascii(',"maxSelf":');
  sink.decimal(bars.maxSelf);
  sink.ascii('}');
}

function writeNames(sink: WireSink, { names }: FlameBars): void {
  names.forEach((name, i) => {
    sink.ascii(i === 0 ? '[' : ',');
    sink.jsonText(name);
  });
  sink.ascii(']');
}

function eachNumber({ sides, name, levelStart }: FlameBars, level: number, write: (value: number) => void): void {
  for (let bar = levelStart[level]; bar < levelStart[level + 1]; bar++) {
    for (let i = 0; i < sides.length; i++) {
      const { gap, total, self } = sides[i];
      write(gap[bar]);
      write(total[bar]);
      write(self[bar]);
    }
    write(name[bar]);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
