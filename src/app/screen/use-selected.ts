/** The samples of an open file that a link asks for by their labels and times. */
import { useMemo } from 'react';
import type { Interval } from '#model/interval.ts';
import type { LabelValues } from '#model/label-frames.ts';
import type { LabelMatcher } from '#model/labels.ts';
import { useSelection } from '../queries/analysis-queries.ts';
import type { OpenFile } from './files-store.ts';

export interface Selected {
  /** As a file of its own, or the file itself where all samples are asked for; undefined until it is known. */
  readonly file: OpenFile | undefined;
  /** What is shown is the selection before. */
  readonly isStale: boolean;
  readonly error: Error | null;
}

/** What a link says of the samples of a file. */
export interface SelectedBy {
  readonly matchers: readonly LabelMatcher[];
  /** '' does not group. */
  readonly by: string | LabelValues;
  readonly during: Interval | undefined;
}

/** A file without labels, or times, has nothing to select by: all of it is shown. */
export function useSelected(file: OpenFile | undefined, { matchers, by, during }: SelectedBy): Selected {
  const hasLabels = file !== undefined && file.profile.labelKeys.length > 0 && (matchers.length > 0 || by !== '');
  const hasTimes = file !== undefined && file.profile.isTimed && during !== undefined;
  const isAll = file === undefined || !(hasLabels || hasTimes);
  const { data, isPlaceholderData, error } = useSelection(
    isAll ? undefined : file.profile.handle,
    matchers,
    by === '' ? undefined : by,
    hasTimes ? during : undefined,
  );
  return useMemo(() => {
    if (isAll) return { file, isStale: false, error: null };
    return { file: data && { ...file, profile: data }, isStale: isPlaceholderData, error };
  }, [isAll, file, data, isPlaceholderData, error]);
}
