/** The state of an open profile. */
import type { CallTree } from '#model/call-tree.ts';
import { describe, type Detail, detailOfProfile, type Keys, keysOf, type LocatedTree } from '#model/located-tree.ts';
import type { Profile } from '#model/profile.ts';
import type { SlicedColumns } from '#model/slices.ts';
import type { FunctionFacts } from '#model/transforms/function-tables.ts';
import type { OpenedProfile } from './analysis.ts';

export interface KeptTree {
  readonly key: string;
  readonly tree: CallTree;
  readonly matched: readonly number[];
  readonly facts: FunctionFacts;
  /** The finer tree that it was merged from, if names alone are not enough. */
  readonly located: LocatedTree | undefined;
  readonly treeMs: number;
}

/** The facts of an opened profile, apart from its samples. */
export type OpenedFacts = Pick<OpenedProfile, 'format' | 'unpackedBytes' | 'warnings'>;

export interface OpenProfile {
  readonly profile: Profile;
  readonly opened: OpenedFacts;
  readonly facts: FunctionFacts;
  readonly slices: SlicedColumns | undefined;
  /** Type of a slices answer; otherwise ''. */
  readonly profileType: string;
  readonly nameRank: Int32Array;
  readonly keys: Map<Detail, Keys>;
  trees: KeptTree[];
}

/** The keys of the trees of each detail; computed once. */
export function keysFor(open: OpenProfile, detail: Detail): Keys {
  const { profile, facts, keys } = open;
  if (detail === 'function') return { facts, ofFrame: profile.frames.func };
  const known = keys.get(detail);
  if (known) return known;
  const ofDefinitions =
    detailOfProfile(profile, 'definition') === 'function'
      ? facts
      : detail === 'definition'
        ? describe(profile.definitions)
        : keysFor(open, 'definition').facts;
  const made = keysOf(profile, detail, ofDefinitions);
  keys.set(detail, made);
  return made;
}
