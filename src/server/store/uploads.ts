/**
 * Finds the stored profiles of one upload. Samples with labels of their own are stored as one series for each label set.
 * `sample_labels` names these labels; all series of an upload have the same other labels.
 */

import type { LabelSet } from '#model/labels.ts';

interface LabelledSeries {
  readonly id: number;
  readonly labels: LabelSet;
  readonly sampleLabels: readonly string[];
}

/** The column: a JSON list of names, null where there are none. @param base the labels without those of the samples */
export function sampleLabelsText(labels: LabelSet, base: LabelSet = labels): string | null {
  const own = new Set(base.map(({ name }) => name));
  const names = labels.map(({ name }) => name).filter((name) => !own.has(name));
  return names.length === 0 ? null : JSON.stringify(names);
}

/** The names in the column; undefined unless it is a list of texts. */
export function sampleLabelsIn(text: string | null): readonly string[] | undefined {
  if (text === null) return [];
  try {
    const names = JSON.parse(text) as unknown;
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined;
  } catch {
    return undefined;
  }
}

/** The labels of an upload. */
export function uploadLabels({ labels, sampleLabels }: LabelledSeries): LabelSet {
  return sampleLabels.length === 0 ? labels : labels.filter(({ name }) => !sampleLabels.includes(name));
}

/** Equal for two series if their profiles with the same time come from one upload. */
export function uploadKey(row: LabelledSeries): string {
  return JSON.stringify(uploadLabels(row).map(({ name, value }) => [name, value]));
}

/** Series grouped by the labels of their uploads, each group by ascending number. */
export function byUpload<Row extends LabelledSeries>(rows: readonly Row[]): Map<string, Row[]> {
  const uploads = new Map<string, Row[]>();
  for (const row of rows) {
    const key = uploadKey(row);
    const known = uploads.get(key);
    if (known === undefined) uploads.set(key, [row]);
    else known.push(row);
  }
  for (const series of uploads.values()) series.sort((a, b) => a.id - b.id);
  return uploads;
}
