/** What happened to each service of a range: versions detected in the data, and markers posted to the server. */
import { useMemo } from 'react';
import type { SeriesQuestion } from '#datasource/datasource.ts';
import { type LabelMatcher, labelValue, SERVICE_LABEL } from '#model/labels.ts';
import type { Series } from '#model/series.ts';
import { useAllPostedMarkers, useLabelNames, useSeries } from '../queries/source-queries.ts';
import { findMarkers, joinMarkers, type Marker, postedMarker, versionLabelOf } from '../source/detected-markers.ts';

/** Versions of all services whose series are asked for, the busiest first. */
const MAX_VERSIONS = 1000;
const NO_MATCHERS: readonly LabelMatcher[] = [];

/** @param overview the costs of all services in the range */
export function useServiceMarks(overview: SeriesQuestion | undefined): (service: string) => readonly Marker[] {
  const range = overview?.query.range;
  const names = useLabelNames(NO_MATCHERS, range);
  const label = names.data && versionLabelOf(names.data);
  const question = useMemo(
    () =>
      overview && label !== undefined
        ? { ...overview, groupBy: [SERVICE_LABEL, label], limit: MAX_VERSIONS }
        : undefined,
    [overview, label],
  );
  const versions = useSeries(question);
  const posted = useAllPostedMarkers(range);
  return useMemo(() => {
    const byService = new Map<string, Series[]>();
    for (const series of (!versions.isPlaceholderData && versions.data) || []) {
      const service = labelValue(series.labels, SERVICE_LABEL);
      byService.set(service, [...(byService.get(service) ?? []), series]);
    }
    return (service) => {
      const own = byService.get(service);
      const found =
        own && question && label !== undefined ? findMarkers(own, label, question.query.range, question.stepMs) : [];
      const heard = posted.data?.filter((one) => one.service === undefined || one.service === service) ?? [];
      return joinMarkers(found, heard.map(postedMarker), question?.stepMs ?? 0);
    };
  }, [versions.data, versions.isPlaceholderData, posted.data, question, label]);
}
