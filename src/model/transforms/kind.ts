/**
 * The interface of a transform: its texts, its form in a link, and its effect on a tree and on a stack.
 */
import type { Steps } from '#base/steps.ts';
import type { CallTree, Siblings } from '../call-tree.ts';
import { matchFunctions, parseSearch, type SearchFacts } from '../search.ts';
import type { FunctionFacts, RenamedFunctions } from './function-tables.ts';
import type { OwnCode } from '../runtimes/frame-kind.ts';

/** One kind of transform. Methods, not function fields: an object of one kind stands for any kind (`registry.ts`). */
export interface TransformKind<T extends { readonly kind: string }> {
  readonly kind: T['kind'];
  /** The words of a chip. @param presets own-code presets that fit the profile */
  title(transform: T, presets: readonly OwnCode[]): string;
  /** Its entries in the menu of the view. */
  readonly menu: readonly TransformEntry<T>[];
  /** The fields of its dialog; undefined if there is nothing to edit. */
  readonly form: TransformForm<T> | undefined;
  /** What follows `kind:` in a link; undefined if the kind says everything. */
  print(transform: T): string | undefined;
  /** @returns undefined if the text cannot be read */
  parse(text: string | undefined): T | undefined;
  /** Whether every path that is left is as the source has it. */
  readonly keepsPaths: boolean;
}

/** The work of a transform, separate from its texts, which the page loads without the code for trees. */
export interface TransformWork<T> {
  /** @throws RangeError when the tree grows too large */
  apply(tree: CallTree, transform: T, facts: FunctionFacts, siblings: Siblings): Steps<Transformed>;
  /** The same for single stacks, where source lines are counted. */
  onStacks(transform: T, before: StackState): Steps<StackEffect>;
}

interface Transformed {
  readonly tree: CallTree;
  /** Nodes that the transform found; 0: it matched nothing. */
  readonly matched: number;
  /** Where it made functions: the tables that hold them too. */
  readonly facts?: FunctionFacts;
}

/** An entry adds its transform, or opens the dialog with a draft. */
type TransformEntry<T> =
  | { readonly title: string; readonly transform: T }
  | {
      readonly title: string;
      /** The button of the dialog. */
      readonly verb: string;
      /** @param selected name of the selected function */
      draft(selected: string | undefined): T;
    };

interface TransformForm<T> {
  readonly title: string;
  readonly fields: readonly TransformField<T>[];
}

export interface TransformField<T> {
  readonly label: string;
  /** The texts to choose from; undefined: it is typed. */
  readonly choices?: readonly string[];
  read(transform: T): string;
  /** @returns undefined if the text is not valid */
  write(transform: T, text: string): T | undefined;
  /** Why the text is not valid; '' while nothing is typed. */
  mistake(text: string): string | undefined;
}

/** Stacks as the transforms before have left them. */
export interface StackState {
  readonly facts: FunctionFacts;
  /** The function of `facts` that each of the profile's functions has become. */
  readonly current: Int32Array;
  /** Whether the frames of a stack are still those of the tree: root first, none merged with another. */
  readonly isAsRecorded: boolean;
  /** What the transform matched in the tree. */
  readonly matched: number;
}

interface StackEffect {
  readonly rule?: StackRule;
  readonly renamed?: RenamedFunctions;
  /** From here on stacks are not as recorded. */
  readonly reshapes?: true;
  /** It cannot be applied to single stacks, or would mean something else there. */
  readonly isIgnored?: true;
}

/**
 * Changes the frames in [0, length), root first, in place.
 * @param funcOf function of each frame
 * @returns how many frames are left, at the front of `frames`; -1 where the stack is dropped
 */
export type StackRule = (frames: Int32Array, length: number, funcOf: Int32Array) => number;

/** A transform of the functions that a search matches. */
export interface MatchTransform<Kind extends string> {
  readonly kind: Kind;
  /** A search text (`search.ts`). */
  readonly match: string;
}

/** No text in a link is longer; as long as a search may be. In characters. */
export const MAX_TEXT_LENGTH = 16_000;

/** Shared by all transforms whose only field is a match. */
export function matchKind<Kind extends string>(
  kind: Kind,
  dialogTitle: string,
): Pick<TransformKind<MatchTransform<Kind>>, 'kind' | 'title' | 'menu' | 'form' | 'print' | 'parse'> {
  return {
    kind,
    title: ({ match }) => `${kind} ${searchTitle(match)}`,
    menu: [],
    form: { title: dialogTitle, fields: [matchField()] },
    print: ({ match }) => match,
    parse: (text = '') => (text !== '' && text.length <= MAX_TEXT_LENGTH ? { kind, match: text } : undefined),
  };
}

export function matchField<T extends { readonly match: string }>(): TransformField<T> {
  return {
    label: 'Functions that match (as in the search: text, /regex/, file:, pkg:)',
    read: ({ match }) => match,
    write: (transform, match) => ({ ...transform, match }),
    mistake: (text) => {
      if (text.trim() === '') return '';
      const parsed = parseSearch(text);
      return parsed.ok ? undefined : parsed.message;
    },
  };
}

/** The name where a search is for one exact name, as menus write it; else the search. */
export function searchTitle(match: string): string {
  const parsed = parseSearch(match);
  const term = parsed.ok && parsed.query.length === 1 && parsed.query[0].length === 1 ? parsed.query[0][0] : undefined;
  return term?.exact === true && term.scope === 'name' && !term.negated ? term.text : match;
}

/** 1 for each function that matches; all 0 if the search cannot be parsed. */
export function* matchedFunctions(match: string, facts: SearchFacts): Steps<Uint8Array> {
  const parsed = parseSearch(match);
  return parsed.ok ? yield* matchFunctions(parsed.query, facts) : new Uint8Array(facts.functions.names.length);
}

/** `matchedFunctions` by function of the profile. */
export function* matchedOnStacks(match: string, { facts, current }: StackState): Steps<Uint8Array> {
  const hit = yield* matchedFunctions(match, facts);
  return Uint8Array.from(current, (func) => hit[func]);
}

/** The first frame whose function is hit; `length` where none is. */
export function firstHit(hit: Uint8Array, frames: Int32Array, length: number, funcOf: Int32Array): number {
  let first = 0;
  while (first < length && hit[funcOf[frames[first]]] === 0) first++;
  return first;
}
