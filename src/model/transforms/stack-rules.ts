/** Transforms as rules for single stacks: which are kept, and which of their frames are seen. For what a call tree has lost, as lines. */
import type { Steps } from '#base/steps.ts';
import { assertNever } from '#base/assert.ts';
import { type CallPath, isPathOf } from '../call-path.ts';
import { matchFunctions, parseSearch } from '../search.ts';
import type { Transform } from './registry.ts';
import { type FunctionFacts, groupFunctions, renameFunctions } from './rename-functions.ts';

export type StackRule =
  | { readonly kind: 'focus' | 'ignore' | 'hide' | 'show-from'; readonly hit: Uint8Array } // by function of the profile
  | { readonly kind: 'focus-path'; readonly path: CallPath; readonly nameOf: (func: number) => string };

export interface StackRules {
  readonly rules: readonly StackRule[];
  /** Positions of transforms that say nothing of single stacks, or not the same as of a tree. */
  readonly unheeded: readonly number[];
}

/** @param matched of the tree: a path that is not there leaves all as it is. */
export function* stackRules(
  transforms: readonly Transform[],
  facts: FunctionFacts,
  matched: readonly number[],
): Steps<StackRules> {
  const rules: StackRule[] = [];
  const unheeded: number[] = [];
  let known = facts;
  // The profile's functions as they are called by then.
  let current = Int32Array.from(facts.functions.names, (_, func) => func);
  // From here on a stack no longer stands as the tree has it: leaves first, or with frames that became one.
  let isAsRecorded = true;
  for (const [i, transform] of transforms.entries()) {
    switch (transform.kind) {
      case 'focus':
      case 'ignore':
      case 'hide':
      case 'show-from': {
        if (transform.kind === 'show-from' && !isAsRecorded) {
          unheeded.push(i);
          break;
        }
        const parsed = parseSearch(transform.match);
        const hit = parsed.ok
          ? yield* matchFunctions(parsed.query, known)
          : new Uint8Array(known.functions.names.length);
        rules.push({ kind: transform.kind, hit: Uint8Array.from(current, (func) => hit[func]) });
        break;
      }
      case 'focus-path':
        if (!isAsRecorded) unheeded.push(i);
        else if (matched[i] !== 0) {
          const { names } = known.functions;
          const called = current;
          rules.push({ kind: 'focus-path', path: transform.path, nameOf: (func) => names[called[func]] });
        }
        break;
      case 'rename': {
        const renamed = yield* renameFunctions(transform.match, transform.name, known);
        current = current.map((func) => renamed.target[func]);
        known = renamed.facts;
        break;
      }
      case 'group-by': {
        const grouped = groupFunctions(transform.by, known);
        current = current.map((func) => grouped.target[func]);
        known = grouped.facts;
        isAsRecorded = false;
        break;
      }
      case 'merge-recursion':
        unheeded.push(i);
        isAsRecorded = false;
        break;
      case 'invert':
        isAsRecorded = false;
        break;
      default:
        return assertNever(transform);
    }
  }
  return { rules, unheeded };
}

/**
 * Applies the rules to the frames in [0, length), root first, in place.
 * @param funcOf function of each frame @returns how many are seen, now first in `frames`; -1 where the stack is dropped
 */
export function applyRules(
  rules: readonly StackRule[],
  frames: Int32Array,
  length: number,
  funcOf: Int32Array,
): number {
  let seen = length;
  for (const rule of rules) {
    if (rule.kind === 'focus-path') {
      const { nameOf } = rule;
      if (!isPathOf(rule.path, seen, (depth) => nameOf(funcOf[frames[depth]]))) return -1;
      continue;
    }
    const { hit } = rule;
    let first = 0;
    while (first < seen && hit[funcOf[frames[first]]] === 0) first++;
    const isHit = first < seen;
    switch (rule.kind) {
      case 'focus':
        if (!isHit) return -1;
        break;
      case 'ignore':
        if (isHit) return -1;
        break;
      case 'show-from':
        if (!isHit) return -1;
        frames.copyWithin(0, first, seen);
        seen -= first;
        break;
      case 'hide': {
        let kept = first;
        for (let i = first; i < seen; i++) if (hit[funcOf[frames[i]]] === 0) frames[kept++] = frames[i];
        seen = kept;
        break;
      }
      default:
        return assertNever(rule);
    }
  }
  return seen;
}
