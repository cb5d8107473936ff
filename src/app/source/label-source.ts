/** Names and values of labels with what they cost, as the query bar asks for them. */
import type { DataSource, SeriesQuestion } from '#datasource/datasource.ts';
import { labelValue } from '#model/labels.ts';
import { isSnapshot } from '#model/series-values.ts';
import type { TimeRange } from '#model/time-range.ts';
import type { CostRow, LabelSource } from './suggestions.ts';
import { sparkQuestion } from './questions.ts';
import { costsOf } from './subject.ts';
import { loadInterval } from './upload-interval.ts';

/** Labels that are counted, and values that have a cost: the rest are offered by name. */
const MAX_COUNTED = 40;
const MAX_COSTED = 500;

/** @param profileType the type of the costs; undefined while it is unknown */
export function labelSourceOf(
  source: DataSource,
  range: TimeRange | undefined,
  profileType: string | undefined,
): LabelSource {
  return {
    place: 'this range',
    async loadNames(others, signal) {
      if (range === undefined) return [];
      const names = await source.labelNames(others, range, signal);
      const counted = names.filter((name) => !name.startsWith('__')).slice(0, MAX_COUNTED);
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
      const [values, costs] = await Promise.all([
        source.labelValues(name, others, range, signal),
        profileType === undefined
          ? []
          : loadCosts(source, sparkQuestion({ profileType, matchers: others, range }, [name], MAX_COSTED), signal),
      ]);
      const byValue = new Map(costs.map((row) => [row.name, row.cost]));
      return values.map((value) => ({ name: value, cost: byValue.get(value) }));
    },
  };
}

async function loadCosts(
  source: DataSource,
  question: SeriesQuestion,
  signal: AbortSignal,
): Promise<readonly CostRow[]> {
  const { query, groupBy } = question;
  const [series, intervalMs] = await Promise.all([
    source.series(question, signal),
    isSnapshot(query.profileType) ? loadInterval(source, query, signal) : undefined,
  ]);
  return costsOf(question, series, groupBy[0], intervalMs);
}
