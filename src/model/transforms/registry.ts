/** The transforms: what each does to a tree, in the order in which they are offered. Names follow pprof where pprof has one. */
import { assertNever } from '#base/assert.ts';
import type { Steps } from '#base/steps.ts';
import type { CallPath } from '../call-path.ts';
import type { CallTree, SiblingOrder } from '../call-tree.ts';
import { matchFunctions, parseSearch, type SearchFacts } from '../search.ts';
import { rankNames } from '../tree-builder.ts';
import { focus, focusPath, ignore } from './keep-stacks.ts';
import { invert } from './invert.ts';
import { hide, mergeRecursion, showFrom } from './move-frames.ts';
import type { OwnCode } from '../runtimes/frame-kind.ts';
import type { Transformed } from './rebuild.ts';
import { type FrameGroup, type FunctionFacts, groupBy, rename } from './rename-functions.ts';

/** `match` is a search text (`search.ts`). */
export type Transform =
  | { readonly kind: 'focus'; readonly match: string } // keeps stacks through a match, callers and all
  | { readonly kind: 'focus-path'; readonly path: CallPath } // keeps stacks through this one node
  | { readonly kind: 'hide'; readonly match: string } // drops frames, their cost goes to the caller
  | { readonly kind: 'ignore'; readonly match: string } // drops stacks through a match
  | { readonly kind: 'show-from'; readonly match: string } // drops what is above the first match, and stacks without one
  | { readonly kind: 'merge-recursion' } // a function called again below itself goes on at its first call
  | { readonly kind: 'group-by'; readonly by: FrameGroup } // a frame becomes its package, file or binary
  | { readonly kind: 'rename'; readonly match: string; readonly name: string } // see rename-functions.ts
  | { readonly kind: 'invert' }; // leaves first

export function* applyTransforms(
  tree: CallTree,
  transforms: readonly Transform[],
  facts: FunctionFacts,
  order: SiblingOrder,
): Steps<{ tree: CallTree; matched: readonly number[]; facts: FunctionFacts }> {
  let nameRank = rankNames(facts.functions.names);
  const matched: number[] = [];
  let shown = tree;
  let known = facts;
  for (const [i, transform] of transforms.entries()) {
    yield i / transforms.length;
    const result = yield* applyOne(shown, transform, known, order, nameRank);
    shown = result.tree;
    if (result.facts && result.facts !== known) {
      known = result.facts;
      nameRank = rankNames(known.functions.names);
    }
    matched.push(result.matched);
  }
  return { tree: shown, matched, facts: known };
}

/** Whether there is something to be said about it beside what it is. */
export function isEditable({ kind }: Transform): boolean {
  return kind !== 'merge-recursion' && kind !== 'invert';
}

/** The words of a chip. @param presets of what is shown: a transform that is one is called so */
export function transformTitle(transform: Transform, presets: readonly OwnCode[] = []): string {
  const preset = transform.kind === 'hide' && presets.find(({ match }) => match === transform.match);
  if (preset) return `only my ${preset.title} code`;
  switch (transform.kind) {
    case 'focus':
    case 'hide':
    case 'ignore':
    case 'show-from':
      return `${transform.kind} ${exactName(transform.match) ?? transform.match}`;
    case 'focus-path':
      return `focus … ${transform.path.at(-1) ?? ''}`;
    case 'group-by':
      return `group by ${transform.by}`;
    case 'rename':
      return `rename ${exactName(transform.match) ?? transform.match} to ${transform.name || 'nothing'}`;
    case 'merge-recursion':
      return 'merge recursion';
    case 'invert':
      return 'invert';
    default:
      return assertNever(transform);
  }
}

/** The name that a match stands for when it is one exact term, as menus write it. */
function exactName(match: string): string | undefined {
  const parsed = parseSearch(match);
  const term = parsed.ok && parsed.query.length === 1 && parsed.query[0].length === 1 ? parsed.query[0][0] : undefined;
  return term?.exact === true && term.scope === 'name' && !term.negated ? term.text : undefined;
}

function* applyOne(
  tree: CallTree,
  transform: Transform,
  facts: FunctionFacts,
  order: SiblingOrder,
  nameRank: Int32Array,
): Steps<Transformed & { readonly facts?: FunctionFacts }> {
  switch (transform.kind) {
    case 'focus':
      return focus(tree, yield* hits(transform.match, facts), order, nameRank);
    case 'focus-path':
      return focusPath(tree, transform.path, facts.functions.names, order, nameRank);
    case 'hide':
      return hide(tree, yield* hits(transform.match, facts), order, nameRank);
    case 'ignore':
      return ignore(tree, yield* hits(transform.match, facts), order, nameRank);
    case 'show-from':
      return showFrom(tree, yield* hits(transform.match, facts), order, nameRank);
    case 'group-by':
      return groupBy(tree, transform.by, facts, order);
    case 'rename':
      return yield* rename(tree, transform.match, transform.name, facts, order);
    case 'merge-recursion':
      return mergeRecursion(tree, order, nameRank);
    case 'invert':
      return yield* invert(tree, order, nameRank);
    default:
      return assertNever(transform);
  }
}

function* hits(match: string, facts: SearchFacts): Steps<Uint8Array> {
  const parsed = parseSearch(match);
  return parsed.ok ? yield* matchFunctions(parsed.query, facts) : new Uint8Array(facts.functions.names.length);
}
