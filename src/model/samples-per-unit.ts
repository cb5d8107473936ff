/** The number of samples behind a value. */
import type { Profile, SampleType } from './profile.ts';

/**
 * By one unit of a sample type: the type itself counts them, or its sibling does, each is an event of its own, or the period
 * says what one stands for.
 */
export function samplesPerUnit(profile: Profile, at: number): number | undefined {
  const { sampleTypes, values, period } = profile;
  if (countsSamples(sampleTypes[at])) return 1;
  const sum = (column: number): number => values[column].values.reduce((all, one) => all + one, 0);
  const sibling = sampleTypes.findIndex(countsSamples);
  if (sibling >= 0) return sum(at) > 0 ? sum(sibling) / sum(at) : undefined;
  const events = eventsBehind(profile, at);
  if (events !== undefined && sum(at) > 0) return events / sum(at);
  const isPeriods = period !== undefined && period.value > 0 && period.type.unit === sampleTypes[at].unit;
  return isPeriods ? 1 / period.value : undefined;
}

/** A sampling period of 0.1 ms in nanoseconds; common divisors below it may be those of sizes, or chance. */
const MIN_QUANTUM = 100_000;

/**
 * The same of amounts that nobody counted: where all are whole numbers of one large part, as times of a sampling profiler
 * are of its period, a sample is that part. Undefined elsewhere.
 */
export function samplesPerQuantum(amounts: ArrayLike<number>): number | undefined {
  let quantum = 0;
  for (let i = 0; i < amounts.length; i++) {
    if (amounts[i] === 0) continue;
    let rest = Math.abs(amounts[i]);
    while (rest > 0) [quantum, rest] = [rest, quantum % rest];
    if (!(quantum >= MIN_QUANTUM)) return undefined;
  }
  return quantum > 0 ? 1 / quantum : undefined;
}

/** The number of samples with an amount, where a type counts one event in each of these and in no other. */
function eventsBehind({ sampleTypes, values, times }: Profile, at: number): number | undefined {
  if (!times) return undefined;
  const { values: amounts } = values[at];
  const isOneEach = sampleTypes.some(
    ({ unit }, i) => unit === 'count' && amounts.every((amount, j) => values[i].values[j] === (amount > 0 ? 1 : 0)),
  );
  return isOneEach ? amounts.reduce((sum, amount) => sum + (amount > 0 ? 1 : 0), 0) : undefined;
}

function countsSamples({ type, unit }: SampleType): boolean {
  return /^(cpu_)?samples?$/.test(type) && (unit === 'count' || unit === '');
}
