/** invert: bottom up; every self starts at its own function and goes on to its callers. */
import type { CallTree } from '../call-tree.ts';
import { addCallers } from '../callers-path.ts';
import { TreeBuilder } from '../tree-builder.ts';
import type { TransformKind, TransformWork } from './kind.ts';
import { addSelf } from './rebuild.ts';

/** Work is counted in frames walked, as one deep node costs as much as thousands of flat ones. */
const FRAMES_A_STEP = 200_000;

export const invert: TransformKind<{ readonly kind: 'invert' }> = {
  kind: 'invert',
  title: () => 'invert',
  menu: [{ title: 'Invert: leaves first', transform: { kind: 'invert' } }],
  form: undefined,
  print: () => undefined,
  parse: (text) => (text === undefined ? { kind: 'invert' } : undefined),
  keepsPaths: false,
};

export const invertWork: TransformWork<{ readonly kind: 'invert' }> = {
  // Cost follows the summed depth of all nodes with a self. Not a `rebuild`: one node becomes a whole path.
  *apply(tree, _, __, { order, nameRank }) {
    const builder = new TreeBuilder(tree.exact !== undefined);
    let frames = 0;
    for (let node = 0; node < tree.length; node++) {
      if (tree.exact ? tree.exact.self[node] === 0n : tree.self[node] === 0) continue;
      addSelf(builder, tree, node, addCallers(builder, tree, node, 0));
      frames += tree.depth[node];
      if (frames < FRAMES_A_STEP) continue;
      frames = 0;
      yield node / tree.length;
    }
    return { tree: builder.seal(order, nameRank), matched: tree.length - 1 };
  },
  // oxlint-disable-next-line require-yield -- nothing to compute
  *onStacks() {
    return { reshapes: true };
  },
};

/** Turned once more: an inverted tree with its roots first again, the same stacks. */
export function invertOnce<T extends { readonly kind: string }>(
  transforms: readonly T[],
): readonly (T | { readonly kind: 'invert' })[] {
  // The last invert and one more take each other away.
  return transforms.at(-1)?.kind === 'invert' ? transforms.slice(0, -1) : [...transforms, { kind: 'invert' }];
}

/** Whether the tree has the leaves first: each invert turns it around. */
export function isInverted(transforms: readonly { readonly kind: string }[]): boolean {
  return transforms.filter(({ kind }) => kind === 'invert').length % 2 === 1;
}

/**
 * In an inverted tree a function's own cost is the total of its node below the root.
 * @param self by function, written; whole numbers too, where the tree has them
 */
export function selfOfInverted(tree: CallTree, self: Float64Array, exact: readonly bigint[] | undefined): void {
  const whole = exact as bigint[] | undefined;
  self.fill(0);
  whole?.fill(0n);
  for (let node = 1; node < tree.length; node = tree.subtreeEnd[node]) {
    const func = tree.func[node];
    if (whole && tree.exact) whole[func] += tree.exact.total[node];
    else self[func] += tree.total[node];
  }
  if (whole && tree.exact) for (const [func, sum] of whole.entries()) self[func] = Number(sum);
}

/** The own cost of one function of an inverted tree: the totals of its nodes below the root. */
export function ownCostAtRoots(tree: CallTree, func: number): number {
  let self = 0;
  for (let node = 1; node < tree.length; node = tree.subtreeEnd[node])
    if (tree.func[node] === func) self += tree.total[node];
  return self;
}
