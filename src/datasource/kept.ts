/** A source that knows what was on one page and nothing else: a file holds it, and no server stands behind. */
import type { LabelMatcher, LabelSet } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { Series } from '#model/series.ts';
import type { TimeRange } from '#model/time-range.ts';
import { type DataSource, type SeriesQuestion, SourceError, type StoredRange } from './datasource.ts';
import type { ToldMarker } from './told-markers.ts';

/** What a page shows, with the answers that it is made of. */
export interface Kept {
  /** To what is shown: a query with its `?`, ranges absolute. */
  readonly link: string;
  /** What now was, as all questions took it. */
  readonly nowMs: number;
  /** Files of the tab, packed. */
  readonly files: readonly { readonly name: string; readonly size: number; readonly bytes: Uint8Array }[];
  /** Merged profiles, packed. */
  readonly merges: readonly {
    readonly query: ProfileQuery;
    readonly isWhole: boolean;
    readonly bytes: Uint8Array;
  }[];
  /** Answers of SelectSlices. */
  readonly slices: readonly { readonly query: ProfileQuery; readonly bytes: Uint8Array }[];
  readonly series: readonly { readonly question: SeriesQuestion; readonly answer: readonly Series[] }[];
  readonly labelNames: readonly {
    readonly matchers: readonly LabelMatcher[];
    readonly range: TimeRange;
    readonly answer: readonly string[];
  }[];
  readonly markers: readonly ToldMarker[];
  readonly stored: StoredRange | undefined;
}

export function keptSource(kept: Kept): DataSource {
  const merged = (query: ProfileQuery): Kept['merges'][number] => {
    const found = kept.merges.find((one) => keyOf(one.query) === keyOf(query));
    if (!found) throw notKept();
    return found;
  };
  // Whoever opens the bytes takes them over.
  const encoded = ({ bytes }: Kept['merges'][number]) => ({
    bytes: bytes.slice(),
    name: 'kept',
    form: { kind: 'file' as const },
  });
  /* oxlint-disable require-await -- what is thrown is to be a rejection */
  return {
    id: 'kept',
    title: 'This file',
    async labelSets(names) {
      return kept.merges.map(({ query }) => labelsOf(query).filter(({ name }) => names.includes(name)));
    },
    async labelNames(matchers, range) {
      const found = kept.labelNames.find(
        (one) => selectionKey(one.matchers, one.range) === selectionKey(matchers, range),
      );
      if (!found) throw notKept();
      return found.answer;
    },
    async labelValues(name) {
      const values = kept.merges.flatMap(({ query }) => labelsOf(query).filter((label) => label.name === name));
      return [...new Set(values.map(({ value }) => value))];
    },
    async series(question) {
      const found = kept.series.find((one) => seriesKeyOf(one.question) === seriesKeyOf(question));
      if (!found) throw notKept();
      return found.answer;
    },
    async mergedTree(query) {
      return encoded(merged(query));
    },
    async mergedPprof(query) {
      const found = merged(query);
      if (!found.isWhole) throw notKept();
      return encoded(found);
    },
    async slices(query) {
      return kept.slices.find((one) => keyOf(one.query) === keyOf(query))?.bytes;
    },
    async storedRange() {
      return kept.stored;
    },
    async toldMarkers({ startMs, endMs }) {
      return kept.markers.filter(({ timeMs }) => timeMs >= startMs && timeMs <= endMs);
    },
    async status() {
      return { version: '', source: 'embedded', problem: undefined, refusals: [] };
    },
  };
  /* oxlint-enable require-await */
}

function notKept(): SourceError {
  return new SourceError(
    'refused',
    'This file holds what was on the screen when it was written, and this is more: ask the server that it came from.',
  );
}

function labelsOf({ profileType, matchers }: ProfileQuery): LabelSet {
  const said = matchers.filter(({ operator }) => operator === '=').map(({ name, value }) => ({ name, value }));
  return [...said, { name: '__profile_type__', value: profileType }];
}

function keyOf({ profileType, matchers, range }: ProfileQuery): string {
  return profileType + selectionKey(matchers, range);
}

function selectionKey(matchers: readonly LabelMatcher[], { startMs, endMs }: TimeRange): string {
  return JSON.stringify([matchers.map(({ name, operator, value }) => [name, operator, value]), startMs, endMs]);
}

function seriesKeyOf({ query, stepMs, groupBy, callSite }: SeriesQuestion): string {
  return JSON.stringify([keyOf(query), stepMs, groupBy, callSite]);
}
