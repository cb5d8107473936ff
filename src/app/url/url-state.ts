/** What a link says: the whole of what is looked at. */
import type { CallPath } from '#model/call-path.ts';
import type { LabelMatcher } from '#model/labels.ts';
import type { Transform } from '#model/transforms/registry.ts';

export interface UrlState {
  readonly view: 'explore' | 'files';
  /** Service and profile type id; the busiest and its default without them. */
  readonly svc: string | undefined;
  readonly type: string | undefined;
  /** Label matchers beside the service. */
  readonly q: readonly LabelMatcher[];
  /** The range as written (`now-1h`, ms); without both the last hour, or as much of it as there are profiles. */
  readonly from: string | undefined;
  readonly until: string | undefined;
  /** Zone: `local`, `UTC` or a name such as `Europe/Berlin`. */
  readonly tz: string;
  /** Label that the time series is grouped by; '' none. */
  readonly by: string;
  /** Seconds between refreshes; 0 off. */
  readonly ref: number | undefined;
  /** A grid in the place of the graph: all services, types of the service, values of the label `by`. */
  readonly grid: 'none' | 'services' | 'types' | 'values';
  /** The call site whose series is shown instead of the whole one's. */
  readonly cs: CallPath;
  /** The open file, by name. */
  readonly file: string | undefined;
  /** A made-up profile instead of a file. */
  readonly src: { readonly kind: 'demo'; readonly nodes: number; readonly seed: number } | undefined;
  /** Sample type by its name; the file's own default without it. */
  readonly st: string | undefined;
  readonly pane: 'flame' | 'functions' | 'both' | 'sandwich' | 'tree' | 'source';
  /** Search. */
  readonly s: string;
  /** The frame that fills the width, and the selected one. */
  readonly z: CallPath;
  readonly sel: CallPath;
  /** The function between callers and callees; '' none. */
  readonly sw: string;
  /** The source file; '' the one of the selected frame. */
  readonly sf: string;
  readonly sort: { readonly key: 'name' | 'self' | 'total' | 'file'; readonly descending: boolean };
  readonly col: 'package' | 'function' | 'file' | 'self' | 'search';
  readonly dir: 'icicle' | 'flame';
  readonly order: 'size' | 'name';
  /** Transforms, in order. */
  readonly t: readonly Transform[];
  /** Keys of other versions and tools, kept as they came. */
  readonly unknown: readonly (readonly [key: string, value: string])[];
}
