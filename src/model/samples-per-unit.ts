/** The number of samples behind a value. */
import type { Profile, SampleType } from './profile.ts';

/** By one unit of a sample type: the type itself counts them, or its sibling does, or the period says what one stands for. */
export function samplesPerUnit({ sampleTypes, values, period }: Profile, at: number): number | undefined {
  if (countsSamples(sampleTypes[at])) return 1;
  const sum = (column: number): number => values[column].values.reduce((all, one) => all + one, 0);
  const sibling = sampleTypes.findIndex(countsSamples);
  if (sibling >= 0) return sum(at) > 0 ? sum(sibling) / sum(at) : undefined;
  const isPeriods = period !== undefined && period.value > 0 && period.type.unit === sampleTypes[at].unit;
  return isPeriods ? 1 / period.value : undefined;
}

function countsSamples({ type, unit }: SampleType): boolean {
  return /^(cpu_)?samples?$/.test(type) && (unit === 'count' || unit === '');
}
