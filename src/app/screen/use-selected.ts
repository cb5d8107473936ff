/** The samples of an open file that a link asks for by their labels. */
import { useMemo } from 'react';
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

/** A file without labels has nothing to select by: all of it is shown. @param by '' does not group */
export function useSelected(file: OpenFile | undefined, matchers: readonly LabelMatcher[], by: string): Selected {
  const isAll = file === undefined || file.profile.labelKeys.length === 0 || (matchers.length === 0 && by === '');
  const { data, isPlaceholderData, error } = useSelection(
    isAll ? undefined : file.profile.handle,
    matchers,
    by === '' ? undefined : by,
  );
  return useMemo(() => {
    if (isAll) return { file, isStale: false, error: null };
    return { file: data && { ...file, profile: data }, isStale: isPlaceholderData, error };
  }, [isAll, file, data, isPlaceholderData, error]);
}
