/**
 * Splits the change of each node between one cause, move or function, and the work of its unit. A cause's own change
 * follows from its test; elsewhere it is B's amount minus A's amount scaled by the growth k of its unit. The rest is
 * work.
 */
import type { Evidence } from './evidence.ts';
import type { Normalised } from './normalise.ts';
import type { UnionTree } from './union.ts';
import { RUNTIME_UNIT } from './work-units.ts';

export interface Amounts {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly part: Float64Array;
}

export interface Split {
  readonly ofCause: Amounts;
  readonly ofMove: Amounts;
  /** By cause: 1 where it has amounts of other functions. */
  readonly isShared: Uint8Array;
  /** By function, what no cause and no move has; the last one stands for stacks without a frame. */
  readonly ofFunction: Amounts;
  /** The same in the runtime's unit. */
  readonly ofRuntime: Amounts;
  readonly ofUnit: Amounts;
  /** Growth of all that did not change as code. */
  readonly growth: number;
  /** Half of what all functions moved; in each unit, where units are values of a label. */
  readonly moved: number;
  /** Where each changed most: nodes of the union. */
  readonly places: { readonly ofCause: Int32Array; readonly ofMove: Int32Array; readonly ofFunction: Int32Array };
}

export function ofEach({ a, b, part }: Amounts, i: number): readonly [number, number, number] {
  return [a[i], b[i], part[i]];
}

export function splitChange(union: UnionTree, normalised: Normalised, evidence: Evidence): Split {
  const { causeOf, moveOf, causes, moves, units } = evidence;
  const { length, func, names } = union;
  const idle = units.kind.indexOf('idle');
  const [selfA, selfB] = [normalised.a.self, normalised.b.self];
  const none = names.length;
  const ofCause = emptyAmounts(causes.length);
  const ofMove = emptyAmounts(moves.length);
  const ofFunction = emptyAmounts(none + 1);
  const ofRuntime = emptyAmounts(none + 1);
  const ofUnit = emptyAmounts(units.count);
  const rest = emptyAmounts(units.count);
  for (let node = 0; node < length; node++) {
    const unit = units.unit[node];
    ofUnit.a[unit] += selfA[node];
    ofUnit.b[unit] += selfB[node];
    if (causeOf[node] >= 0) continue;
    rest.a[unit] += selfA[node];
    rest.b[unit] += selfB[node];
  }
  // The runtime and waiting are not load.
  const load = (column: Float64Array): number =>
    column.reduce((sum, one, unit) => (unit === RUNTIME_UNIT || unit === idle ? sum : sum + one), 0);
  const ofAll = load(rest.b) / load(rest.a);
  const growth = ofAll > 0 && Number.isFinite(ofAll) ? ofAll : 1;
  const k = Float64Array.from(rest.a, (a, unit) => {
    const isOnBoth = ofUnit.a[unit] > 0 && ofUnit.b[unit] > 0;
    if (unit === RUNTIME_UNIT) return growth;
    if (!isOnBoth) return ofUnit.b[unit] === 0 ? 0 : 1;
    return a > 0 && rest.b[unit] > 0 ? rest.b[unit] / a : growth;
  });
  const isNew = Uint8Array.from(ofUnit.a, (a, unit) =>
    unit !== RUNTIME_UNIT && a === 0 && ofUnit.b[unit] !== 0 ? 1 : 0,
  );
  const places = {
    ofCause: new Int32Array(causes.length),
    ofMove: new Int32Array(moves.length),
    ofFunction: new Int32Array(none + 1),
  };
  const largest = {
    ofCause: new Float64Array(causes.length).fill(-1),
    ofMove: new Float64Array(moves.length).fill(-1),
    ofFunction: new Float64Array(none + 1).fill(-1),
  };
  const place = (of: keyof typeof places, row: number, change: number, node: number): void => {
    if (change > largest[of][row]) [largest[of][row], places[of][row]] = [change, node];
  };
  // By function; where units are values of a label, also by unit, as what one value gains another loses.
  const all = new Map<number, { a: number; b: number }>();
  const isByUnit = units.label !== undefined;
  const isShared = new Uint8Array(causes.length);
  for (let node = 0; node < length; node++) {
    const unit = units.unit[node];
    const f = node === 0 ? none : func[node];
    const [a, b] = [selfA[node], selfB[node]];
    const key = isByUnit ? unit * (none + 1) + f : f;
    const sums = all.get(key);
    if (sums) {
      sums.a += a;
      sums.b += b;
    } else all.set(key, { a, b });
    if (unit === idle) {
      ofUnit.part[unit] += b - a;
      continue;
    }
    const [cause, move] = [causeOf[node], moveOf[node]];
    const to = cause >= 0 ? ofCause : move >= 0 ? ofMove : unit === RUNTIME_UNIT ? ofRuntime : ofFunction;
    const row = cause >= 0 ? cause : move >= 0 ? move : f;
    to.a[row] += a;
    to.b[row] += b;
    const own =
      isNew[unit] === 1 ? 0 : cause >= 0 ? ownChange(evidence.code.change[cause], b, k[unit] * a) : b - k[unit] * a;
    to.part[row] += own;
    ofUnit.part[unit] += b - a - own;
    if (node > 0) place('ofFunction', f, Math.abs(b - a), node);
    const total = Math.abs(normalised.b.total[node] - normalised.a.total[node]);
    if (cause >= 0 && causes[cause].func === f) place('ofCause', cause, total, node);
    else if (cause >= 0 && (a !== 0 || b !== 0)) isShared[cause] = 1;
    if (move >= 0 && moves[move].callee === f) place('ofMove', move, Math.abs(b - a), node);
  }
  const moved = [...all.values()].reduce((sum, { a, b }) => sum + Math.abs(b - a) / 2, 0);
  return { ofCause, ofMove, isShared, ofFunction, ofRuntime, ofUnit, growth, moved, places };
}

/** The part of B's amount beyond the expected one. If the function is gone, the expected amount counts as lost. */
function ownChange(change: number, b: number, expected: number): number {
  if (change === Number.POSITIVE_INFINITY) return b;
  return change > -1 ? (b * change) / (1 + change) : b - expected;
}

function emptyAmounts(length: number): Amounts {
  return { a: new Float64Array(length), b: new Float64Array(length), part: new Float64Array(length) };
}
