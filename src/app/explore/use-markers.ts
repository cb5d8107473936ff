/** Events in a range, by time: versions detected in the data, and markers posted to the server. */
import { useMemo } from 'react';
import type { ProfileQuery } from '#model/query.ts';
import { useLabelNames, usePostedMarkers, useSeries } from '../queries/source-queries.ts';
import { useFirstPicture } from '../views/flamegraph/first-picture.ts';
import { findMarkers, joinMarkers, type Marker, postedMarker, versionLabelOf } from '../source/detected-markers.ts';
import { versionQuestion } from '../source/questions.ts';

const NO_MARKERS: readonly Marker[] = [];

export function useMarkers(query: ProfileQuery | undefined, service: string | undefined): readonly Marker[] {
  const hasPicture = useFirstPicture();
  const names = useLabelNames(query?.matchers ?? [], query?.range);
  const label = names.data && versionLabelOf(names.data);
  const question = useMemo(
    () => (query && label !== undefined ? versionQuestion(query, label) : undefined),
    [query, label],
  );
  const versions = useSeries(hasPicture ? question : undefined);
  const posted = usePostedMarkers(hasPicture ? query?.range : undefined, service);
  return useMemo(() => {
    if (!query) return NO_MARKERS;
    const found =
      versions.data && label !== undefined && question && !versions.isPlaceholderData
        ? findMarkers(versions.data, label, query.range, question.stepMs)
        : [];
    return joinMarkers(found, (posted.data ?? []).map(postedMarker), question?.stepMs ?? 0);
  }, [query, versions.data, versions.isPlaceholderData, label, question, posted.data]);
}
