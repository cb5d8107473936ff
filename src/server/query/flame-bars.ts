/**
 * Pyroscope's flame graph: levels of bars from left to right, each as gap, total and self (of every side) and its name. The
 * self of a bar lies at its left end, before its children.
 */
import type { WireSink } from '#wire/wire-sink.ts';
import { type AnswerTree, orderSiblings } from './answer-tree.ts';

export interface FlameBars {
  /** Level by level, left to right. */
  readonly nodes: Int32Array;
  /** Where each level begins in `nodes`; the end of the last stands behind. */
  readonly levelStart: readonly number[];
  /** By side and place in `nodes`: from the right end of the bar before it in its level. */
  readonly gaps: readonly Float64Array[];
  /** Of the answer: `total`, then by first visit of a walk that takes the last sibling first. */
  readonly names: readonly string[];
  /** Position in `names` by function of the tree. */
  readonly nameOf: Int32Array;
  /** By side. */
  readonly totals: readonly number[];
  readonly maxSelf: number;
}

const ROOT_NAME = 'total';

export function layOutBars(tree: AnswerTree): FlameBars {
  const { start, child } = orderSiblings(tree);
  const { length, sides } = tree;
  const { names, nameOf } = nameBars(tree, start, child);
  const nodes = new Int32Array(length);
  const levelStart = [0];
  const lefts = sides.map(() => new Float64Array(length));
  let placed = 1;
  for (let at = 0, levelEnd = 1; at < length; at++) {
    if (at === levelEnd) {
      levelStart.push(at);
      levelEnd = placed;
    }
    const node = nodes[at];
    const from = placed;
    for (let i = start[node]; i < start[node + 1]; i++) nodes[placed++] = child[i];
    for (let side = 0; side < sides.length; side++) {
      const left = lefts[side];
      const { self, total } = sides[side];
      let x = left[at] + self[node];
      for (let i = from; i < placed; i++) {
        left[i] = x;
        x += total[nodes[i]];
      }
    }
  }
  levelStart.push(length);
  const gaps = lefts.map((left, side) => {
    const { total } = sides[side];
    const gap = new Float64Array(length);
    for (let level = 0; level + 1 < levelStart.length; level++) {
      let end = 0;
      for (let i = levelStart[level]; i < levelStart[level + 1]; i++) {
        gap[i] = left[i] - end;
        end = left[i] + total[nodes[i]];
      }
    }
    return gap;
  });
  let maxSelf = 0;
  for (const { self } of sides)
    for (let node = 1; node < length; node++) if (self[node] > maxSelf) maxSelf = self[node];
  return { nodes, levelStart, gaps, names, nameOf, totals: sides.map(({ total }) => total[0]), maxSelf };
}

function nameBars(
  { func, names, sides }: AnswerTree,
  start: Int32Array,
  child: Int32Array,
): { names: string[]; nameOf: Int32Array } {
  const nameOf = new Int32Array(names.length).fill(-1);
  const named = [ROOT_NAME];
  // A function of the root's name has its name in a flame graph, and one of its own in a comparison.
  const shared = sides.length === 1 ? names.indexOf(ROOT_NAME) : -1;
  if (shared >= 0) nameOf[shared] = 0;
  const stack = [0];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node > 0 && nameOf[func[node]] < 0) nameOf[func[node]] = named.push(names[func[node]]) - 1;
    for (let i = start[node]; i < start[node + 1]; i++) stack.push(child[i]);
  }
  return { names: named, nameOf };
}

/** FlameGraph of one side, FlameGraphDiff of two: the message's fields. */
export function writeBars(sink: WireSink, tree: AnswerTree, bars: FlameBars): void {
  for (const name of bars.names) sink.item(1, name);
  for (let level = 0; level + 1 < bars.levelStart.length; level++) {
    const write = (value: number): void => sink.varint(value);
    sink.message(2, () => sink.message(1, () => eachNumber(tree, bars, level, write)));
  }
  sink.field(3, sum(bars.totals));
  sink.field(4, bars.maxSelf);
  if (bars.totals.length === 2) bars.totals.forEach((ticks, side) => sink.field(5 + side, ticks));
}

/** The same as JSON of protobuf: numbers in quotes, zeros left out where they are fields. */
export function writeBarsJson(sink: WireSink, tree: AnswerTree, bars: FlameBars): void {
  sink.ascii('{"names":');
  writeNames(sink, bars);
  sink.ascii(',"levels":[');
  for (let level = 0; level + 1 < bars.levelStart.length; level++) {
    sink.ascii(level === 0 ? '{"values":[' : ',{"values":[');
    let isFirst = true;
    eachNumber(tree, bars, level, (value) => {
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
export function writeFlamebearer(sink: WireSink, tree: AnswerTree, bars: FlameBars): void {
  sink.ascii('{"names":');
  writeNames(sink, bars);
  sink.ascii(',"levels":[');
  for (let level = 0; level + 1 < bars.levelStart.length; level++) {
    sink.ascii(level === 0 ? '[' : ',[');
    let isFirst = true;
    eachNumber(tree, bars, level, (value) => {
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

function eachNumber(tree: AnswerTree, bars: FlameBars, level: number, write: (value: number) => void): void {
  const { nodes, levelStart, gaps, nameOf } = bars;
  for (let i = levelStart[level]; i < levelStart[level + 1]; i++) {
    const node = nodes[i];
    for (let side = 0; side < gaps.length; side++) {
      const { total, self } = tree.sides[side];
      write(gaps[side][i]);
      write(total[node]);
      // The root is a bar of its own making: samples without a stack widen it and are nobody's self.
      write(node === 0 ? 0 : self[node]);
    }
    write(node === 0 ? 0 : nameOf[tree.func[node]]);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
