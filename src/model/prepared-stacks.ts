/** Where the cost of each node counts once runtimes are left out: idle time nowhere, scheduling at its caller, collection in one row. */
import type { CallTree } from './call-tree.ts';
import type { FrameKind } from './runtimes/frame-kind.ts';
import { kindCode } from './runtimes/frames.ts';

export interface PreparedStacks {
  /** By node: the node at which its own cost counts, itself or one above it; −1 for idle time. */
  readonly at: Int32Array;
  /**
   * By node: the code of `collection`, `compilation` or `runtime` where it is such a frame or below one, else 0. Its cost
   * counts at the topmost of them, whose caller asked for it.
   */
  readonly row: Uint8Array;
}

const rows: readonly FrameKind[] = ['collection', 'compilation', 'runtime'];
const folded: readonly FrameKind[] = ['scheduling', 'interpreter'];

/**
 * One pass. @param kinds by function, as `frameKindsOf` has them
 * @param dropsIdle of time: memory and locks have no idle time
 */
export function prepareStacks(
  { length, func, parent }: Pick<CallTree, 'length' | 'func' | 'parent'>,
  kinds: Uint8Array,
  dropsIdle: boolean,
): PreparedStacks {
  const rowCodes = new Set(rows.map(kindCode));
  const foldedCodes = new Set(folded.map(kindCode));
  const idle = dropsIdle ? kindCode('idle') : -1;
  const at = new Int32Array(length);
  const row = new Uint8Array(length);
  for (let node = 1; node < length; node++) {
    const up = parent[node];
    const kind = kinds[func[node]];
    row[node] = row[up];
    if (at[up] === -1 || kind === idle) at[node] = -1;
    else if (row[up] !== 0 || foldedCodes.has(kind)) at[node] = at[up];
    else {
      at[node] = node;
      if (rowCodes.has(kind)) row[node] = kind;
    }
  }
  return { at, row };
}
