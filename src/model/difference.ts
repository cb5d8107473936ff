/** How two amounts differ. */

/** The rounding error of sums and divisions of doubles, relative to the larger of two values. */
const RESIDUE = 64 * Number.EPSILON;

/** b − a; 0 if the difference is only rounding. */
export function difference(a: number, b: number): number {
  const change = b - a;
  if (Number.isInteger(a) && Number.isInteger(b)) return change;
  return Math.abs(change) <= RESIDUE * Math.max(Math.abs(a), Math.abs(b)) ? 0 : change;
}
