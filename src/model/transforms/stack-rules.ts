/** Transforms as rules for single stacks: for source lines, which a call tree does not have. Functions are those of the facts. */
import type { Steps } from '#base/steps.ts';
import type { FunctionFacts } from './function-tables.ts';
import type { StackRule, StackState } from './kind.ts';
import { workOf, type Transform } from './registry.ts';

export interface StackRules {
  readonly rules: readonly StackRule[];
  /** Transforms that mean nothing for single stacks, or something else than for a tree. */
  readonly unheeded: readonly Transform[];
}

/** @param matched of the tree: a path that is not in it changes nothing */
export function* stackRules(
  transforms: readonly Transform[],
  facts: FunctionFacts,
  matched: readonly number[],
): Steps<StackRules> {
  const rules: StackRule[] = [];
  const unheeded: Transform[] = [];
  let state: Omit<StackState, 'matched'> = {
    facts,
    current: Int32Array.from(facts.functions.names, (_, func) => func),
    isAsRecorded: true,
  };
  for (const [i, transform] of transforms.entries()) {
    const effect = yield* workOf(transform).onStacks(transform, { ...state, matched: matched[i] });
    const { rule, renamed, reshapes = false, isIgnored = false } = effect;
    if (rule) rules.push(rule);
    if (isIgnored) unheeded.push(transform);
    state = {
      facts: renamed?.facts ?? state.facts,
      current: renamed ? state.current.map((func) => renamed.target[func]) : state.current,
      isAsRecorded: state.isAsRecorded && !reshapes,
    };
  }
  return { rules, unheeded };
}

/** @returns how many frames are left, at the front of `frames`; -1 where a rule drops the stack */
export function applyRules(
  rules: readonly StackRule[],
  frames: Int32Array,
  length: number,
  funcOf: Int32Array,
): number {
  let seen = length;
  for (const rule of rules) {
    seen = rule(frames, seen, funcOf);
    if (seen < 0) return -1;
  }
  return seen;
}
