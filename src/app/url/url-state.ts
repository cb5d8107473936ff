/** The state that a link carries. */
import type { CallPath } from '#model/call-path.ts';
import type { DiffWidth } from '#model/diff.ts';
import type { Interval } from '#model/interval.ts';
import type { LabelMatcher } from '#model/labels.ts';
import type { Normalisation } from '#model/normalise.ts';
import type { Transform } from '#model/transforms/registry.ts';
import type { Pane } from './panes.ts';

export interface UrlState {
  readonly view: 'explore' | 'compare' | 'files';
  /** Service and profile type id; the busiest and its default without them. */
  readonly svc: string | undefined;
  readonly type: string | undefined;
  /** Label matchers beside the service. */
  readonly q: readonly LabelMatcher[];
  /** Only samples of this span (16 hex digits) or trace (32) are shown. If both are given, the span counts. */
  readonly span: string | undefined;
  readonly trace: string | undefined;
  /** The range as written (`now-1h`, ms); without both the last hour, or as much of it as there are profiles. */
  readonly from: string | undefined;
  readonly until: string | undefined;
  /** Zone: `local`, `UTC` or a name such as `Europe/Berlin`. */
  readonly tz: string;
  /** Label that the time series is grouped by; '' none. */
  readonly by: string;
  /** The part of a file's recording that is shown. */
  readonly during: Interval | undefined;
  /** The part of a file's recording that its flame chart has in view. */
  readonly at: Interval | undefined;
  /** Seconds between refreshes; 0 off. */
  readonly ref: number | undefined;
  /** A grid instead of the graph: all services, types of the service, values of the label `by` as series or flamegraphs. */
  readonly grid: 'none' | 'services' | 'types' | 'values' | 'flames';
  /** The call site whose series is shown instead of the whole one's. */
  readonly cs: CallPath;
  /**
   * The sides of a comparison, in the words of the keys without a side. What a side leaves open is as on the other,
   * else as
   * without a side; without a range, B has the one in view and A the time before it.
   */
  readonly 'a.svc': string | undefined;
  readonly 'a.type': string | undefined;
  readonly 'a.q': readonly LabelMatcher[] | undefined;
  readonly 'a.from': string | undefined;
  readonly 'a.until': string | undefined;
  readonly 'a.file': string | undefined;
  readonly 'a.st': string | undefined;
  readonly 'a.during': Interval | undefined;
  readonly 'b.svc': string | undefined;
  readonly 'b.type': string | undefined;
  readonly 'b.q': readonly LabelMatcher[] | undefined;
  readonly 'b.from': string | undefined;
  readonly 'b.until': string | undefined;
  readonly 'b.file': string | undefined;
  readonly 'b.st': string | undefined;
  readonly 'b.during': Interval | undefined;
  /** The normalisation, and the value that sets the width of boxes. */
  readonly norm: Normalisation;
  readonly w: DiffWidth;
  /** Function whose callees are routes; undefined: routes are found by dispatch frames. */
  readonly routes: string | undefined;
  /** Which change the boxes' colours show. */
  readonly dcol: 'total' | 'self';
  /** Whether changes that may be noise are coloured too. */
  readonly noise: 'pale' | 'shown';
  /** Money a core-hour (of memory a GB-hour); undefined: nothing is said of money. */
  readonly rate: number | undefined;
  /** In a frame of another page: without the bands around the view. */
  readonly embed: boolean;
  /** The open file, by name. */
  readonly file: string | undefined;
  /** A made-up profile instead of a file. */
  readonly src: { readonly kind: 'demo'; readonly nodes: number; readonly seed: number } | undefined;
  /** The id of a link with a snapshot, which is shown instead of the current data of the source. */
  readonly snap: string | undefined;
  /** Sample type by its name; the file's own default without it. */
  readonly st: string | undefined;
  readonly pane: Pane;
  /** Search. */
  readonly s: string;
  /** The frame that fills the width, and the selected one. */
  readonly z: CallPath;
  readonly sel: CallPath;
  /** The function between callers and callees; '' none. */
  readonly sw: string;
  /** The source file; '' the one of the selected frame. */
  readonly sf: string;
  /** In a comparison self and total are their changes, `a` and `b` the amount on a side. */
  readonly sort: { readonly key: 'name' | 'self' | 'total' | 'file' | 'a' | 'b'; readonly descending: boolean };
  readonly col: 'package' | 'function' | 'file' | 'kind' | 'self' | 'search';
  readonly dir: 'icicle' | 'flame';
  readonly order: 'size' | 'name';
  /** Transforms, in order. */
  readonly t: readonly Transform[];
  /** Keys of other versions and tools, kept as they came. */
  readonly unknown: readonly (readonly [key: string, value: string])[];
}
