/** Bytes of a profile that nobody has looked into yet, as a file or a source hands them over. */

export interface EncodedProfile {
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly form: EncodedForm;
  /** What the source left out of it, as it is damaged there: sentences. */
  readonly warnings?: readonly string[];
}

/**
 * How the bytes are to be read. A file says so itself; a source knows what it asked for: a
 * `SelectMergeStacktracesResponse` with the tree of at most about `maxNodes` nodes, the rest of each node's children as `other`, the pprof of `SelectMergeProfile`,
 * or a `SelectSlicesResponse`, which has every node and when it ran.
 */
type EncodedForm =
  | { readonly kind: 'file' }
  | { readonly kind: 'merged-tree'; readonly profileType: string; readonly maxNodes: number }
  | { readonly kind: 'merged-pprof'; readonly profileType: string }
  | { readonly kind: 'slices'; readonly profileType: string };
