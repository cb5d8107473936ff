/** The stacks of a tree as text, for the writers that write one line or list per stack. */
import type { CallTree, NodeIndex } from '#model/call-tree.ts';

// A separator or a line break within a name would tear its stack apart.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/g;

/** The largest file that is written: full stacks of a deep tree grow with the square of its depth. */
export const mostExportBytes = 512 * 1024 * 1024;

type Shape = Pick<CallTree, 'length' | 'func' | 'depth' | 'maxDepth'>;
type Amounts = Pick<CallTree, 'self' | 'exact'>;

/**
 * Visits every node that is wanted, depth first, with its stack: labels of its functions, root first, joined by one
 * byte. The stack is good until the visit ends. Cost follows what is visited, not the depth of the tree.
 */
export function eachStack(
  tree: Shape,
  labels: readonly Uint8Array[],
  separator: number,
  isWanted: (node: NodeIndex) => boolean,
  visit: (node: NodeIndex, stack: Uint8Array) => void,
): void {
  let path = new Uint8Array(4096);
  const end = new Int32Array(tree.maxDepth + 1); // of the path at each depth
  for (let node = 0; node < tree.length; node++) {
    const depth = tree.depth[node];
    if (depth > 0) {
      const label = labels[tree.func[node]];
      let at = end[depth - 1];
      const needed = at + label.length + 1;
      if (needed > path.length) {
        const larger = new Uint8Array(needed * 2);
        larger.set(path.subarray(0, at));
        path = larger;
      }
      if (depth > 1) path[at++] = separator;
      path.set(label, at);
      end[depth] = at + label.length;
    }
    if (isWanted(node)) visit(node, path.subarray(0, end[depth]));
  }
}

/** The format has no place for samples without a stack: they get a frame, so that the total stays. */
export const noStack = {
  label: new TextEncoder().encode('(no stack)'),
  note: 'Samples without a stack are written as (no stack).',
} as const;

/** Names made valid for a line of collapsed stacks, and notes about the changes. */
export function foldedLabels(names: readonly string[]): { readonly labels: Uint8Array[]; readonly notes: string[] } {
  let changed = 0;
  const encoder = new TextEncoder();
  const labels = names.map((name) => {
    const safe = name.replaceAll(';', ':').replace(CONTROL, ' ');
    if (safe !== name) changed++;
    return encoder.encode(safe);
  });
  if (changed === 0) return { labels, notes: [] };
  const have = changed === 1 ? 'name has' : 'names have';
  return {
    labels,
    notes: [`${changed} ${have} ; written as : or control characters as spaces, which the format reserves.`],
  };
}

export function hasSelf({ self, exact }: Amounts, node: NodeIndex): boolean {
  return exact ? exact.self[node] !== 0n : self[node] !== 0;
}

/** A node's self in digits, whole where the tree has it whole; never with an exponent. */
export function selfDigits({ self, exact }: Amounts, node: NodeIndex): string {
  return exact ? exact.self[node].toString() : digits(self[node]);
}

export function digits(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(20).replace(/\.?0+$/, '');
}
