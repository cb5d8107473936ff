/** Undecoded bytes of a profile, from a file or a source. */

export interface EncodedProfile {
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly form: EncodedForm;
  /** What the source left out of it, as it is damaged there: sentences. */
  readonly warnings?: readonly string[];
}

/**
 * The form of the bytes. A file identifies itself; for a source it follows from the call: a
 * `SelectMergeStacktracesResponse` with the tree of at most about `maxNodes` nodes, the rest of each node's children as `other`, the pprof of `SelectMergeProfile`,
 * or a `SelectSlicesResponse`, which has every node and when it ran.
 */
type EncodedForm =
  | { readonly kind: 'file' }
  | { readonly kind: 'merged-tree'; readonly profileType: string; readonly maxNodes: number }
  | { readonly kind: 'merged-pprof'; readonly profileType: string }
  | { readonly kind: 'slices'; readonly profileType: string };
