/** Strata of all tested items, updated incrementally: taking out a cause recomputes only the affected ones. */
import type { Entries, PreparedTree } from './prepared-stacks.ts';
import type { Stratum } from './score-test.ts';
import { RUNTIME_UNIT, sumOf, type WorkUnits } from './work-units.ts';

/** A function's own cost, or with what it calls, at some nodes. */
export interface Part {
  readonly scope: 'self' | 'subtree';
  readonly nodes: readonly number[];
  /** Only where it belongs to this unit; −1: anywhere. */
  readonly unit: number;
}

/** The inputs of the strata. */
interface Surroundings {
  readonly tree: PreparedTree;
  readonly units: WorkUnits;
  readonly sides: readonly [{ readonly slices: number }, { readonly slices: number }];
  /** Writes the comparison for a part. */
  rest(side: 0 | 1, unit: number, part: Float64Array, into: Float64Array): void;
}

/** A part of one unit beside the rest of it. */
export interface UnitStratum extends Stratum {
  readonly unit: number;
}

interface TrackedStratum extends UnitStratum {
  readonly sums: Float64Array;
}

export class TrackedStrata {
  /** By part. */
  readonly strata: readonly (readonly UnitStratum[])[];
  readonly #left: Surroundings;
  readonly #entries: readonly [Entries, Entries];
  readonly #all: readonly TrackedStratum[];
  /** By part: the numbers of its strata. */
  readonly #numbers: Int32Array[];
  // [stratum, slice]
  readonly #x: readonly [Float64Array, Float64Array];
  readonly #untouched: readonly [Float64Array, Float64Array];
  /** By node: its stratum as a function alone, and as the top of a subtree; −1 where nothing is tested. */
  readonly #ownOf: Int32Array;
  readonly #subtreeOf: Int32Array;
  /** By node: the nearest at or above it that is the top of a tested subtree, and has its cost; −1 without one. */
  readonly #topOf: Int32Array;
  readonly #isStale: Uint8Array;
  readonly #isUnitStale: Uint8Array;
  /** By stratum: the round in which it was recomputed. */
  readonly #freshSince: Int32Array;
  #round = 0;

  constructor(
    left: Surroundings,
    parts: readonly (Part & { readonly func: number })[],
    entries: readonly [Entries, Entries],
  ) {
    const { length, parent, isRuntime } = left.tree;
    const { unit, count } = left.units;
    this.#left = left;
    this.#entries = entries;
    this.#ownOf = new Int32Array(length).fill(-1);
    this.#subtreeOf = new Int32Array(length).fill(-1);
    this.#topOf = new Int32Array(length).fill(-1);
    const units: number[] = [];
    const known = new Map<number, number>();
    this.#numbers = parts.map(({ func, scope, nodes, unit: only }) => {
      const of = scope === 'self' ? this.#ownOf : this.#subtreeOf;
      const numbers = new Set<number>();
      for (const node of nodes) {
        if (only >= 0 && unit[node] !== only) continue;
        const key = (func * count + unit[node]) * 2 + (scope === 'self' ? 0 : 1);
        let number = known.get(key);
        if (number === undefined) known.set(key, (number = units.push(unit[node]) - 1));
        of[node] = number;
        numbers.add(number);
      }
      return Int32Array.from(numbers);
    });
    for (let node = 0; node < length; node++) {
      if (this.#subtreeOf[node] >= 0) this.#topOf[node] = node;
      else if (node > 0 && isRuntime[node] <= isRuntime[parent[node]]) this.#topOf[node] = this.#topOf[parent[node]];
    }
    const columns = ([0, 1] as const).map((side) => new Float64Array(units.length * left.sides[side].slices));
    this.#x = [columns[0], columns[1]];
    this.#isStale = new Uint8Array(units.length).fill(1);
    this.#isUnitStale = new Uint8Array(count);
    this.#freshSince = new Int32Array(units.length);
    for (const side of [0, 1] as const) for (let node = 0; node < length; node++) this.change(side, node, 1);
    this.#untouched = [columns[0].slice(), columns[1].slice()];
    const [a, b] = left.sides.map(({ slices }) => slices);
    this.#all = units.map((of, number) => ({
      unit: of,
      xA: columns[0].subarray(number * a, (number + 1) * a),
      mA: new Float64Array(a),
      xB: columns[1].subarray(number * b, (number + 1) * b),
      mB: new Float64Array(b),
      sums: new Float64Array(4),
    }));
    this.strata = this.#numbers.map((numbers) => Array.from(numbers, (number) => this.#all[number]));
  }

  change(side: 0 | 1, node: number, sign: 1 | -1): void {
    const { first, slice, value } = this.#entries[side];
    const [start, end] = [first[node], first[node + 1]];
    if (start === end) return;
    const { slices } = this.#left.sides[side];
    const { parent, isRuntime } = this.#left.tree;
    const x = this.#x[side];
    this.#isUnitStale[this.#left.units.unit[node]] = 1;
    const own = this.#ownOf[node];
    if (own >= 0) {
      this.#isStale[own] = 1;
      for (let e = start; e < end; e++) changeBy(x, own * slices + slice[e], value[e], sign);
    }
    for (let top = this.#topOf[node]; top >= 0;) {
      const number = this.#subtreeOf[top];
      this.#isStale[number] = 1;
      for (let e = start; e < end; e++) changeBy(x, number * slices + slice[e], value[e], sign);
      top = isRuntime[top] > isRuntime[parent[top]] ? -1 : this.#topOf[parent[top]];
    }
  }

  giveBackAll(): void {
    for (const side of [0, 1] as const) this.#x[side].set(this.#untouched[side]);
    this.#isStale.fill(1);
  }

  /** Rebuilds changed ones. @returns the round, to be given to `isFresh` */
  refresh(): number {
    this.#round++;
    const isAnyStale = this.#isUnitStale.some((one, unit) => one === 1 && unit !== RUNTIME_UNIT);
    for (let number = 0; number < this.#all.length; number++) {
      const { unit, xA, mA, xB, mB, sums } = this.#all[number];
      const isRestStale = unit === RUNTIME_UNIT ? isAnyStale : this.#isUnitStale[unit] === 1;
      if (this.#isStale[number] === 0 && !isRestStale) continue;
      this.#left.rest(0, unit, xA, mA);
      this.#left.rest(1, unit, xB, mB);
      [sums[0], sums[1], sums[2], sums[3]] = [sumOf(xA), sumOf(mA), sumOf(xB), sumOf(mB)];
      this.#freshSince[number] = this.#round;
    }
    this.#isStale.fill(0);
    this.#isUnitStale.fill(0);
    return this.#round;
  }

  /** Whether a part is not what it was before this round. */
  isNew(part: number, round: number): boolean {
    const numbers = this.#numbers[part];
    for (let i = 0; i < numbers.length; i++) if (this.#freshSince[numbers[i]] === round) return true;
    return false;
  }
}

export function changeBy(sums: Float64Array, at: number, by: number, sign: 1 | -1): void {
  sums[at] = sign > 0 ? sums[at] + by : lessOf(sums[at], by);
}

/** Differences of large sums leave rounding errors. */
export function lessOf(whole: number, part: number): number {
  const left = whole - part;
  return left > whole * 1e-9 ? left : 0;
}
