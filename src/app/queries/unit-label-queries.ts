/** Questions about the labels of a side of a comparison, to a source or to an open file. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { TreeRequest } from '#analysis/analysis.ts';
import type { LabelMatcher } from '#model/labels.ts';
import type { ProfileQuery } from '#model/query.ts';
import { costStep, COSTED_VALUES, type ValueCosts, valueCosts } from '#model/unit-labels.ts';
import { useAnalysis } from './analysis-queries.ts';
import { NO_QUERY, sourceQueries, useLabelRows, useSource } from './source-queries.ts';

/** Where labels are: in the profiles of a source, or in the samples of a file that match. */
export type LabelPlace =
  | { readonly kind: 'source'; readonly query: ProfileQuery }
  | ({ readonly kind: 'file'; readonly matchers: readonly LabelMatcher[] } & Pick<
      TreeRequest,
      'handle' | 'sampleType'
    >);

/** What each value of a label costs; undefined while that is not known, or nothing is asked. A failed question has none. */
export function useValueCosts(place: LabelPlace | undefined, label: string | undefined): ValueCosts | undefined {
  const source = useSource();
  const analysis = useAnalysis();
  const query = place?.kind === 'source' ? place.query : NO_QUERY;
  const file = place?.kind === 'file' ? place : undefined;
  const stepMs = costStep(query.range);
  const series = useQuery({
    ...sourceQueries.series(source, { query, stepMs, groupBy: [label ?? ''], callSite: [], limit: COSTED_VALUES }),
    enabled: label !== undefined && place?.kind === 'source',
  });
  const values = useQuery({
    queryKey: ['values of a file', file, label],
    queryFn: ({ signal }) => analysis.labelValues(file!, label!, file!.matchers, 'joined', signal),
    enabled: label !== undefined && file !== undefined,
  });
  return useMemo(() => {
    if (label === undefined) return undefined;
    if (series.error ?? values.error) return new Map();
    if (series.data) return valueCosts(series.data, label, query.range);
    return values.data && new Map(values.data.map(({ name, cost }) => [name, cost]));
  }, [label, query.range, series.data, series.error, values.data, values.error]);
}

/** How many values each label has, of those that were counted; undefined while that is not known. A failed question has none. */
export function useLabelCounts(place: LabelPlace | undefined): ReadonlyMap<string, number> | undefined {
  const analysis = useAnalysis();
  const file = place?.kind === 'file' ? place : undefined;
  const query = place?.kind === 'source' ? place.query : undefined;
  const rows = useLabelRows(query?.matchers ?? [], query?.range);
  const names = useQuery({
    queryKey: ['labels of a file', file?.handle, file?.matchers],
    queryFn: ({ signal }) => analysis.labelNames(file!.handle, file!.matchers, signal),
    enabled: file !== undefined,
  });
  return useMemo(() => {
    if (rows.error ?? names.error) return new Map();
    const found = query ? rows.data : names.data;
    return found && new Map(found.flatMap(({ name, valueCount }) => (valueCount ? [[name, valueCount]] : [])));
  }, [query, rows.data, rows.error, names.data, names.error]);
}
