/** What a link says: the whole of what is looked at. */
import type { CallPath } from '#model/call-path.ts';
import type { Transform } from '#model/transforms/registry.ts';

export interface UrlState {
  readonly view: 'files';
  /** The open file, by name. */
  readonly file: string | undefined;
  /** A made-up profile instead of a file. */
  readonly src: { readonly kind: 'demo'; readonly nodes: number; readonly seed: number } | undefined;
  /** Sample type by its name; the file's own default without it. */
  readonly st: string | undefined;
  readonly pane: 'flame' | 'functions' | 'both' | 'sandwich';
  /** Search. */
  readonly s: string;
  /** The frame that fills the width, and the selected one. */
  readonly z: CallPath;
  readonly sel: CallPath;
  /** The function between callers and callees; '' none. */
  readonly sw: string;
  readonly sort: { readonly key: 'name' | 'self' | 'total' | 'file'; readonly descending: boolean };
  readonly col: 'package' | 'function' | 'file' | 'self' | 'search';
  readonly dir: 'icicle' | 'flame';
  readonly order: 'size' | 'name';
  /** Transforms, in order. */
  readonly t: readonly Transform[];
  /** Keys of other versions and tools, kept as they came. */
  readonly unknown: readonly (readonly [key: string, value: string])[];
}
