/** What is left of both sides while causes are taken out: the sums that tests are made of. */
import type { PreparedSide, PreparedTree } from './prepared-stacks.ts';
import { score, type Scored, type Stratum } from './score-test.ts';
import { RUNTIME_UNIT, sumOf, type WorkUnits } from './work-units.ts';

/** A function's own cost, or with what it calls, at some nodes. */
export interface Part {
  readonly scope: 'self' | 'subtree';
  readonly nodes: readonly number[];
  /** Only where it belongs to this unit; −1: anywhere. */
  readonly unit: number;
}

export interface UnitStratum extends Stratum {
  readonly unit: number;
}

type Both<T> = readonly [T, T];

export class Remaining {
  readonly tree: PreparedTree;
  readonly units: WorkUnits;
  readonly sides: Both<PreparedSide>;
  /** Of each side, nothing taken out. */
  readonly totals: Both<number>;
  /** By node: the cause that it was taken out for, or −1. */
  readonly owner: Int32Array;
  /** By node: where its own cost counts. */
  readonly movedTo: Int32Array;
  // [node, slice] and [unit, slice]
  #self: Both<Float64Array>;
  #total: Both<Float64Array>;
  #unitSums: Both<Float64Array>;

  constructor(tree: PreparedTree, units: WorkUnits, a: PreparedSide, b: PreparedSide) {
    this.tree = tree;
    this.units = units;
    this.sides = [a, b];
    this.owner = new Int32Array(tree.length).fill(-1);
    this.movedTo = Int32Array.from({ length: tree.length }, (_, node) => node);
    this.totals = [sumOf(a.total.subarray(0, a.slices)), sumOf(b.total.subarray(0, b.slices))];
    this.#self = [a.self, b.self];
    this.#total = [a.total, b.total];
    this.#unitSums = [new Float64Array(0), new Float64Array(0)];
    this.sumUp();
  }

  /** After `owner` or `movedTo` have changed. @param shown a cause that counts as not taken out */
  sumUp(shown = -1): void {
    const { length, parent, isRuntime } = this.tree;
    const { unit, count } = this.units;
    const both = <T>(of: (side: 0 | 1) => T): Both<T> => [of(0), of(1)];
    this.#self = both((side) => {
      const { self, slices } = this.sides[side];
      const left = new Float64Array(self.length);
      for (let node = 0; node < length; node++) {
        const to = this.movedTo[node];
        if (this.owner[to] >= 0 && this.owner[to] !== shown) continue;
        for (let i = 0; i < slices; i++) left[to * slices + i] += self[node * slices + i];
      }
      return left;
    });
    this.#total = both((side) => {
      const { slices } = this.sides[side];
      const total = this.#self[side].slice();
      for (let node = length - 1; node > 0; node--) {
        // What the runtime does is its own, whoever asked for it.
        if (isRuntime[node] > isRuntime[parent[node]]) continue;
        const up = parent[node] * slices;
        for (let i = 0; i < slices; i++) total[up + i] += total[node * slices + i];
      }
      return total;
    });
    this.#unitSums = both((side) => {
      const { slices } = this.sides[side];
      const sums = new Float64Array(count * slices);
      const self = this.#self[side];
      for (let node = 0; node < length; node++)
        for (let i = 0; i < slices; i++) sums[unit[node] * slices + i] += self[node * slices + i];
      return sums;
    });
  }

  take({ nodes, scope, unit }: Part, cause: number): void {
    const { subtreeEnd, isRuntime } = this.tree;
    for (const node of nodes) {
      if (unit >= 0 && this.units.unit[node] !== unit) continue;
      for (let at = node, end = scope === 'self' ? node + 1 : subtreeEnd[node]; at < end; at++)
        if (this.owner[at] < 0 && isRuntime[at] === isRuntime[node]) {
          this.owner[at] = cause;
          this.#leaveOut(at);
        }
    }
  }

  /** As `sumUp` would, but for the crumbs that differences of large sums leave. */
  #leaveOut(node: number): void {
    const { parent, isRuntime } = this.tree;
    for (const side of [0, 1] as const) {
      const { slices } = this.sides[side];
      const own = this.#self[side].slice(node * slices, (node + 1) * slices);
      if (own.every((one) => one === 0)) continue;
      this.#self[side].fill(0, node * slices, (node + 1) * slices);
      lessen(this.#unitSums[side], this.units.unit[node], own);
      for (let at = node; at >= 0; at = parent[at]) {
        lessen(this.#total[side], at, own);
        if (at > 0 && isRuntime[at] > isRuntime[parent[at]]) break;
      }
    }
  }

  giveBack(cause: number): void {
    for (let node = 0; node < this.owner.length; node++) if (this.owner[node] === cause) this.owner[node] = -1;
    this.sumUp();
  }

  owned(cause: number): number[] {
    const nodes: number[] = [];
    for (let node = 0; node < this.owner.length; node++) if (this.owner[node] === cause) nodes.push(node);
    return nodes;
  }

  /** A part in each unit, beside the rest there; what the runtime does beside all that it does not. */
  strata({ nodes, scope, unit: only }: Part): UnitStratum[] {
    const { unit } = this.units;
    const columns = scope === 'self' ? this.#self : this.#total;
    const parts = new Map<number, Both<Float64Array>>();
    for (const node of nodes) {
      const of = unit[node];
      if (only >= 0 && of !== only) continue;
      let part = parts.get(of);
      if (part === undefined)
        parts.set(of, (part = [new Float64Array(this.sides[0].slices), new Float64Array(this.sides[1].slices)]));
      for (const side of [0, 1] as const) addAt(part[side], columns[side], node);
    }
    return [...parts].map(([of, [xA, xB]]) => ({
      unit: of,
      xA,
      mA: this.#rest(0, of, xA),
      xB,
      mB: this.#rest(1, of, xB),
    }));
  }

  /** The same, held against a rest that lacks the own cost of some other nodes. */
  strataWithout(part: Part, others: readonly number[]): UnitStratum[] {
    const strata = this.strata(part);
    for (const node of others) {
      const stratum = strata.find(({ unit }) => unit === this.units.unit[node]);
      if (stratum === undefined) continue;
      for (const side of [0, 1] as const) {
        const rest = side === 0 ? stratum.mA : stratum.mB;
        const at = node * rest.length;
        for (let i = 0; i < rest.length; i++) rest[i] = lessOf(rest[i], this.#self[side][at + i]);
      }
    }
    return strata;
  }

  score(strata: readonly Stratum[]): Scored | undefined {
    return score(strata, this.sides[0].samplesPerUnit, this.sides[1].samplesPerUnit);
  }

  /** Sums over slices. */
  amounts({ nodes, scope, unit }: Part): [number, number] {
    const columns = scope === 'self' ? this.#self : this.#total;
    const sums: [number, number] = [0, 0];
    for (const node of nodes) {
      if (unit >= 0 && this.units.unit[node] !== unit) continue;
      for (const side of [0, 1] as const) {
        const { slices } = this.sides[side];
        for (let i = 0; i < slices; i++) sums[side] += columns[side][node * slices + i];
      }
    }
    return sums;
  }

  /** All that is left of a unit, by slice. */
  unitSums(side: 0 | 1, unit: number): Float64Array {
    const { slices } = this.sides[side];
    return this.#unitSums[side].subarray(unit * slices, (unit + 1) * slices);
  }

  #rest(side: 0 | 1, unit: number, part: Float64Array): Float64Array {
    const sums = this.unitSums(side, unit);
    if (unit !== RUNTIME_UNIT) return part.map((one, i) => lessOf(sums[i], one));
    const rest = new Float64Array(part.length);
    for (let u = 0; u < this.units.count; u++) if (u !== RUNTIME_UNIT) addAt(rest, this.#unitSums[side], u);
    return rest;
  }
}

function addAt(sums: Float64Array, columns: Float64Array, row: number): void {
  const at = row * sums.length;
  for (let i = 0; i < sums.length; i++) sums[i] += columns[at + i];
}

function lessen(columns: Float64Array, row: number, by: Float64Array): void {
  const at = row * by.length;
  for (let i = 0; i < by.length; i++) columns[at + i] = by[i] === 0 ? columns[at + i] : lessOf(columns[at + i], by[i]);
}

/** Differences of large sums leave crumbs. */
function lessOf(whole: number, part: number): number {
  const left = whole - part;
  return left > whole * 1e-9 ? left : 0;
}
