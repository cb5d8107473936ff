/** Names and values of labels with what they cost, as the query bar asks for them. */
import type { DataSource } from '#datasource/datasource.ts';
import { labelValue } from '#model/labels.ts';
import type { TimeRange } from '#model/time-range.ts';
import type { LabelSource } from '../query-bar/suggestions.ts';
import { sparkQuestion } from './questions.ts';

/** Labels that are counted, and values that have a cost: the rest are offered by name. */
const MOST_COUNTED = 40;
const MOST_COSTED = 500;

/** @param profileType whose costs are told; undefined while it is not known */
export function labelSourceOf(
  source: DataSource,
  range: TimeRange | undefined,
  profileType: string | undefined,
): LabelSource {
  return {
    async loadNames(others, signal) {
      if (range === undefined) return [];
      const names = await source.labelNames(others, range, signal);
      const counted = names.filter((name) => !name.startsWith('__')).slice(0, MOST_COUNTED);
      const sets = await source.labelSets(counted, others, range, signal);
      return names.map((name) => ({
        name,
        valueCount: counted.includes(name)
          ? new Set(sets.map((set) => labelValue(set, name)).filter((value) => value !== '')).size
          : undefined,
      }));
    },
    async loadValues(name, others, signal) {
      if (range === undefined) return [];
      const [values, series] = await Promise.all([
        source.labelValues(name, others, range, signal),
        profileType === undefined
          ? []
          : source.series(sparkQuestion({ profileType, matchers: others, range }, [name], MOST_COSTED), signal),
      ]);
      const costs = new Map(
        series.map(({ labels, values: column }) => [
          labelValue(labels, name),
          column.reduce((sum, value) => sum + value, 0),
        ]),
      );
      return values.map((value) => ({ name: value, cost: costs.get(value) }));
    },
  };
}
