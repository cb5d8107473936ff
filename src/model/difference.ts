/** How two amounts differ. */

/** What sums and divisions of doubles leave behind, as a part of the larger of two values. */
const RESIDUE = 64 * Number.EPSILON;

/** b − a; 0 where all that differs is how doubles were rounded. */
export function difference(a: number, b: number): number {
  const change = b - a;
  if (Number.isInteger(a) && Number.isInteger(b)) return change;
  return Math.abs(change) <= RESIDUE * Math.max(Math.abs(a), Math.abs(b)) ? 0 : change;
}
