/** The transforms, in the order in which menus offer them. Names follow pprof where pprof has one. */
import type { Steps } from '#base/steps.ts';
import type { CallTree, SiblingOrder } from '../call-tree.ts';
import { rankNames } from '../tree-builder.ts';
import { focus, focusWork } from './focus.ts';
import { focusPath, focusPathWork } from './focus-path.ts';
import type { FunctionFacts } from './function-tables.ts';
import { groupBy, groupByWork } from './group-by.ts';
import { hide, hideWork } from './hide.ts';
import { ignore, ignoreWork } from './ignore.ts';
import { invert, invertWork } from './invert.ts';
import type { TransformKind, TransformWork } from './kind.ts';
import { mergeRecursion, mergeRecursionWork } from './merge-recursion.ts';
import { prune, pruneWork } from './prune.ts';
import type { OwnCode } from '../runtimes/frame-kind.ts';
import { rename, renameWork } from './rename.ts';
import { showFrom, showFromWork } from './show-from.ts';

// The list of the words, and below it that of the work: a page that imports only the words gets only those.
const all = [focus, focusPath, hide, ignore, prune, showFrom, invert, mergeRecursion, groupBy, rename] as const;

type TransformOf<Kind> = Kind extends TransformKind<infer T> ? T : never;
export type Transform = TransformOf<(typeof all)[number]>;

export const transformKinds: readonly TransformKind<Transform>[] = all;

export function kindOf({ kind }: { readonly kind: Transform['kind'] }): TransformKind<Transform> {
  return transformKinds.find((one) => one.kind === kind)!;
}

const work: { readonly [K in Transform['kind']]: TransformWork<Extract<Transform, { kind: K }>> } = {
  focus: focusWork,
  'focus-path': focusPathWork,
  hide: hideWork,
  ignore: ignoreWork,
  prune: pruneWork,
  'show-from': showFromWork,
  invert: invertWork,
  'merge-recursion': mergeRecursionWork,
  'group-by': groupByWork,
  rename: renameWork,
};

export function workOf({ kind }: Transform): TransformWork<Transform> {
  return work[kind];
}

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
    const result = yield* workOf(transform).apply(shown, transform, known, { order, nameRank });
    shown = result.tree;
    if (result.facts && result.facts !== known) {
      known = result.facts;
      nameRank = rankNames(known.functions.names);
    }
    matched.push(result.matched);
  }
  return { tree: shown, matched, facts: known };
}

/** The words of a chip. @param presets own-code presets of the profile: a transform that equals one has its name */
export function transformTitle(transform: Transform, presets: readonly OwnCode[] = []): string {
  return kindOf(transform).title(transform, presets);
}

/** Why a link's transform can match nothing: one of its texts is no valid search. @returns undefined where all are valid */
export function mistakeIn(transform: Transform): string | undefined {
  return kindOf(transform)
    .form?.fields.map((field) => field.mistake(field.read(transform)))
    .find((mistake) => mistake !== undefined && mistake !== '');
}

/** As in a link: `hide:/runtime\\./`, `rename:/^acme\\./ => `, `invert`. */
export function printTransform(transform: Transform): string {
  const text = kindOf(transform).print(transform);
  return text === undefined ? transform.kind : `${transform.kind}:${text}`;
}

export function parseTransform(value: string): Transform | undefined {
  const colon = value.indexOf(':');
  const name = colon < 0 ? value : value.slice(0, colon);
  return transformKinds.find(({ kind }) => kind === name)?.parse(colon < 0 ? undefined : value.slice(colon + 1));
}
