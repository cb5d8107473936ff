/** The drawable part of a tree with negative amounts, such as a delta of memory in use. */
import { sumUp } from './union.ts';

interface Amounts {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/**
 * By node: its own contribution to its width. A negative self adds nothing, nor does any node below a total that is not
 * above zero, because its box would contradict the number.
 * @param parent of a tree whose nodes follow their parents
 */
export function drawnSelf({ self, total }: Amounts, parent: Int32Array): Float64Array {
  const drawn = new Float64Array(self.length);
  const isHidden = new Uint8Array(self.length);
  for (let node = 0; node < drawn.length; node++) {
    if (!(total[node] > 0) || (node > 0 && isHidden[parent[node]] === 1)) isHidden[node] = 1;
    else drawn[node] = Math.max(0, self[node]);
  }
  return drawn;
}

/** By node: its width. */
export function drawnTotal(amounts: Amounts, parent: Int32Array): Float64Array {
  return sumUp(drawnSelf(amounts, parent), parent);
}
