/** Names and values of the labels of a file's samples, as the query bar asks for them. */
import type { Analysis, TreeRequest } from '#analysis/analysis.ts';
import type { LabelSource } from './suggestions.ts';

/** @param request the whole file, and the sample type of the costs */
export function fileLabelSource(analysis: Analysis, request: Pick<TreeRequest, 'handle' | 'sampleType'>): LabelSource {
  return {
    place: 'this file',
    loadNames: (others, signal) => analysis.labelNames(request.handle, others, signal),
    loadValues: (name, others, signal) => analysis.labelValues(request, name, others, 'each', signal),
  };
}
