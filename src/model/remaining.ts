/** The remaining sums of both sides while causes are taken out, as input for tests. */
import { type Entries, entriesOf, type PreparedSide, type PreparedTree } from './prepared-stacks.ts';
import { score, type Scored, type Stratum } from './score-test.ts';
import { changeBy, lessOf, type Part, TrackedStrata, type UnitStratum } from './tracked-strata.ts';
import { RUNTIME_UNIT, type WorkUnits } from './work-units.ts';

/** Collection and the kernel do not follow the program in proportion: what load, heap and machine make of them. */
const RUNTIME_BETWEEN = 0.08;

type Both<T> = readonly [T, T];

/** Amounts by node and by unit and slice. */
interface Sums {
  readonly self: Float64Array;
  readonly total: Float64Array;
  readonly units: Float64Array;
}

export class Remaining {
  readonly tree: PreparedTree;
  readonly units: WorkUnits;
  readonly sides: Both<PreparedSide>;
  /** Total of each side, with nothing taken out. */
  readonly totals: Both<number>;
  /** By node: the cause that it was taken out for, or −1. */
  readonly owner: Int32Array;
  /** By node: where its own cost counts. */
  readonly movedTo: Int32Array;
  #entries: Both<Entries>;
  #sums: Both<Sums>;
  /** The same with nothing taken out, once something is. */
  #untouched: Both<Sums> | undefined;
  #tracked: TrackedStrata | undefined;

  constructor(tree: PreparedTree, units: WorkUnits, a: PreparedSide, b: PreparedSide) {
    this.tree = tree;
    this.units = units;
    this.sides = [a, b];
    this.owner = new Int32Array(tree.length).fill(-1);
    this.movedTo = Int32Array.from({ length: tree.length }, (_, node) => node);
    this.totals = [a.total[0], b.total[0]];
    this.#entries = [a.entries, b.entries];
    this.#sums = both((side) => this.#summedUp(side));
  }

  /** Moves the self cost of some nodes to their callers. Call it before anything is tracked or taken out. */
  move(nodes: readonly number[]): void {
    for (const node of nodes) this.movedTo[node] = this.tree.parent[node];
    // What was moved before, and below, follows: a node comes after its callers.
    for (let node = 0; node < this.tree.length; node++) this.movedTo[node] = this.movedTo[this.movedTo[node]];
    this.#entries = both((side) => {
      const { first, slice, value } = this.sides[side].entries;
      const at = new Int32Array(value.length);
      for (let node = 0; node < this.tree.length; node++) at.fill(this.movedTo[node], first[node], first[node + 1]);
      return entriesOf(this.tree.length, this.sides[side].slices, at, slice, value);
    });
    this.#sums = both((side) => this.#summedUp(side));
  }

  /** The strata of these parts are kept up to date from now on. */
  track(parts: readonly (Part & { readonly func: number })[]): TrackedStrata {
    this.#tracked = new TrackedStrata(this, parts, this.#entries);
    return this.#tracked;
  }

  take({ nodes, scope, unit }: Part, cause: number): void {
    const { subtreeEnd, isRuntime } = this.tree;
    this.#untouched ??= both((side) => copyOf(this.#sums[side]));
    for (const node of nodes) {
      if (unit >= 0 && this.units.unit[node] !== unit) continue;
      for (let at = node, end = scope === 'self' ? node + 1 : subtreeEnd[node]; at < end; at++)
        if (this.owner[at] < 0 && isRuntime[at] === isRuntime[node]) {
          this.owner[at] = cause;
          this.#change(at, -1);
        }
    }
  }

  giveBack(cause: number): void {
    for (let node = 0; node < this.owner.length; node++)
      if (this.owner[node] === cause) {
        this.owner[node] = -1;
        this.#change(node, 1);
      }
  }

  /** Restores the original sums. */
  giveBackAll(): void {
    this.owner.fill(-1);
    for (const side of [0, 1] as const) {
      const before = this.#untouched?.[side];
      if (before === undefined) continue;
      this.#sums[side].self.set(before.self);
      this.#sums[side].total.set(before.total);
      this.#sums[side].units.set(before.units);
    }
    this.#tracked?.giveBackAll();
  }

  owned(cause: number): number[] {
    const nodes: number[] = [];
    for (let node = 0; node < this.owner.length; node++) if (this.owner[node] === cause) nodes.push(node);
    return nodes;
  }

  /** Strata of the self costs of some nodes in each unit, against the rest of the unit without some other nodes. */
  ownStrata(nodes: readonly number[], others: readonly number[] = []): UnitStratum[] {
    const strata = this.#byUnit(nodes);
    for (const stratum of strata)
      for (const side of [0, 1] as const) {
        const [x, m] = side === 0 ? [stratum.xA, stratum.mA] : [stratum.xB, stratum.mB];
        this.rest(side, stratum.unit, x, m);
      }
    for (const node of others) {
      const stratum = strata.find(({ unit }) => unit === this.units.unit[node]);
      if (stratum === undefined) continue;
      for (const side of [0, 1] as const) {
        const rest = side === 0 ? stratum.mA : stratum.mB;
        const { first, slice, value } = this.#entries[side];
        for (let e = first[node]; e < first[node + 1]; e++) rest[slice[e]] = lessOf(rest[slice[e]], value[e]);
      }
    }
    return strata;
  }

  /** Strata of a cause that was taken out, against the remaining cost of its units. */
  causeStrata(cause: number): UnitStratum[] {
    const strata = this.#byUnit(this.owned(cause));
    for (const { unit, mA, mB } of strata) {
      for (const [side, m] of [mA, mB].entries()) {
        if (unit !== RUNTIME_UNIT) m.set(this.unitSums(side as 0 | 1, unit));
        else {
          this.rest(side as 0 | 1, unit, m, m);
          for (const other of strata) if (other.unit !== RUNTIME_UNIT) addTo(m, side === 0 ? other.xA : other.xB);
        }
      }
    }
    return strata;
  }

  score(strata: readonly (Stratum & Partial<UnitStratum>)[]): Scored | undefined {
    const isRuntime = strata.every(({ unit }) => unit === RUNTIME_UNIT);
    const [a, b] = this.sides;
    return score(strata, a.samplesPerUnit, b.samplesPerUnit, isRuntime ? RUNTIME_BETWEEN : 0);
  }

  /** Sums over slices. */
  amounts({ nodes, scope, unit }: Part): [number, number] {
    const sums: [number, number] = [0, 0];
    for (const side of [0, 1] as const) {
      const amounts = this.#sums[side][scope === 'self' ? 'self' : 'total'];
      for (const node of nodes) if (unit < 0 || this.units.unit[node] === unit) sums[side] += amounts[node];
    }
    return sums;
  }

  /** The sum of the shares of a node in the original totals of both sides. */
  shareOf(node: number, scope: Part['scope']): number {
    const of = scope === 'self' ? 'self' : 'total';
    return this.#sums[0][of][node] / this.totals[0] + this.#sums[1][of][node] / this.totals[1];
  }

  /** The remaining cost of a unit, by slice. */
  unitSums(side: 0 | 1, unit: number): Float64Array {
    const { slices } = this.sides[side];
    return this.#sums[side].units.subarray(unit * slices, (unit + 1) * slices);
  }

  /** The self cost of a node by slice, whether taken out or not. */
  ownBySlice(side: 0 | 1, node: number): Float64Array {
    const sums = new Float64Array(this.sides[side].slices);
    const { first, slice, value } = this.#entries[side];
    for (let e = first[node]; e < first[node + 1]; e++) sums[slice[e]] += value[e];
    return sums;
  }

  /** The comparison for a part: the rest of its unit; for the runtime everything else. */
  rest(side: 0 | 1, unit: number, part: Float64Array, into: Float64Array): void {
    const { units } = this.#sums[side];
    const slices = into.length;
    if (unit !== RUNTIME_UNIT) {
      const at = unit * slices;
      for (let i = 0; i < slices; i++) into[i] = lessOf(units[at + i], part[i]);
      return;
    }
    into.fill(0);
    for (let u = 0; u < this.units.count; u++)
      if (u !== RUNTIME_UNIT) for (let i = 0; i < slices; i++) into[i] += units[u * slices + i];
  }

  #byUnit(nodes: readonly number[]): UnitStratum[] {
    const { unit } = this.units;
    const [a, b] = this.sides;
    const strata = new Map<number, UnitStratum>();
    for (const node of nodes) {
      let stratum = strata.get(unit[node]);
      if (stratum === undefined) strata.set(unit[node], (stratum = emptyStratum(unit[node], a.slices, b.slices)));
      for (const side of [0, 1] as const) {
        const x = side === 0 ? stratum.xA : stratum.xB;
        const { first, slice, value } = this.#entries[side];
        for (let e = first[node]; e < first[node + 1]; e++) x[slice[e]] += value[e];
      }
    }
    return [...strata.values()];
  }

  /** Takes the own cost of a node out of all sums, or puts it back. */
  #change(node: number, sign: 1 | -1): void {
    const { parent, isRuntime } = this.tree;
    const unit = this.units.unit[node];
    for (const side of [0, 1] as const) {
      const { first, slice, value } = this.#entries[side];
      const { self, total, units } = this.#sums[side];
      const { slices } = this.sides[side];
      let own = 0;
      for (let e = first[node]; e < first[node + 1]; e++) {
        own += value[e];
        changeBy(units, unit * slices + slice[e], value[e], sign);
      }
      if (own === 0) continue;
      self[node] = sign < 0 ? 0 : own;
      for (let at = node; at >= 0; at = parent[at]) {
        changeBy(total, at, own, sign);
        if (at > 0 && isRuntime[at] > isRuntime[parent[at]]) break;
      }
      this.#tracked?.change(side, node, sign);
    }
  }

  #summedUp(side: 0 | 1): Sums {
    const { length, parent, isRuntime } = this.tree;
    const { unit, count } = this.units;
    const { first, slice, value } = this.#entries[side];
    const { slices } = this.sides[side];
    const self = new Float64Array(length);
    const units = new Float64Array(count * slices);
    for (let node = 0; node < length; node++)
      for (let e = first[node]; e < first[node + 1]; e++) {
        self[node] += value[e];
        units[unit[node] * slices + slice[e]] += value[e];
      }
    const total = self.slice();
    // The runtime's work belongs to the runtime, whoever caused it.
    for (let node = length - 1; node > 0; node--)
      if (isRuntime[node] <= isRuntime[parent[node]]) total[parent[node]] += total[node];
    return { self, total, units };
  }
}

function emptyStratum(unit: number, slicesA: number, slicesB: number): UnitStratum {
  return {
    unit,
    xA: new Float64Array(slicesA),
    mA: new Float64Array(slicesA),
    xB: new Float64Array(slicesB),
    mB: new Float64Array(slicesB),
  };
}

function both<T>(of: (side: 0 | 1) => T): Both<T> {
  return [of(0), of(1)];
}

function copyOf({ self, total, units }: Sums): Sums {
  return { self: self.slice(), total: total.slice(), units: units.slice() };
}

function addTo(sums: Float64Array, column: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] += column[i];
}
