/** Whether two sides measure one thing, and run one language. */
import type { SampleType } from './profile.ts';
import { parseProfileType } from './profile-type.ts';
import { languageOf } from './runtimes/language.ts';

/** Kinds of measurement, in words. */
const kindWords = {
  cpu: 'CPU time',
  wall: 'wall time',
  'off-cpu': 'off-CPU time',
  lock: 'waits for locks',
  block: 'blocking',
  allocation: 'allocations',
  'in-use': 'memory in use',
  goroutines: 'goroutines',
  threads: 'threads created',
  exceptions: 'exceptions',
} as const;

export type MeasureKind = keyof typeof kindWords;

/** Facts about the measurement of a side. */
export interface Measured {
  readonly sampleType: SampleType;
  /** Id of the profile type, where the side is from a source. */
  readonly profileType?: string | undefined;
  readonly period?: { readonly type: SampleType } | undefined;
}

/** Matched against the sample type first, then the profile's name or the period's type. */
const kindsOfTypes: readonly (readonly [RegExp, MeasureKind])[] = [
  [/^(?:cpu|itimer|ctimer|cycles|cpu[-_](?:clock|time|samples?)|task-clock|process_cpu)$/, 'cpu'],
  [/^(?:wall|wall[-_]?(?:time|clock|samples?)|time)$/, 'wall'],
  [/^off[-_]?cpu(?:[-_]\w+)?$/, 'off-cpu'],
  [/^(?:mutex|lock|lock[-_]\w+|mutex[-_]\w+|monitor[-_]\w+|java_monitor\w*)$/, 'lock'],
  [/^(?:block|block[-_]\w+|thread_park\w*)$/, 'block'],
  [/^(?:alloc|allocs|allocations?|alloc[-_]\w+|object_sampler|tlab\w*|allocated\w*)$/, 'allocation'],
  [/^(?:inuse|inuse[-_]\w+|live|heap[-_]live\w*|live[-_]\w+|heap_space)$/, 'in-use'],
  [/^goroutines?$/, 'goroutines'],
  [/^threadcreate$/, 'threads'],
  [/^exceptions?(?:[-_]\w+)?$/, 'exceptions'],
];

/** Undefined if unknown: `samples` in a file of stacks. */
export function measureKind({ sampleType, profileType, period }: Measured): MeasureKind | undefined {
  const type = profileType === undefined ? undefined : parseProfileType(profileType);
  for (const word of [sampleType.type, type?.name, period?.type.type ?? type?.periodType]) {
    const found = word === undefined ? undefined : kindsOfTypes.find(([words]) => words.test(word));
    if (found) return found[1];
  }
  return undefined;
}

/** Units under two names. */
const sameUnits: Readonly<Record<string, string>> = {
  ns: 'nanoseconds',
  nanosecond: 'nanoseconds',
  us: 'microseconds',
  ms: 'milliseconds',
  s: 'seconds',
  byte: 'bytes',
  samples: 'count',
  objects: 'count',
  goroutines: 'count',
  '': 'count',
};

/** Why two sides cannot be compared, as a sentence; undefined if they can. */
export function whyNotComparable(a: Measured, b: Measured): string | undefined {
  const unit = ({ sampleType }: Measured): string =>
    Object.hasOwn(sameUnits, sampleType.unit) ? sameUnits[sampleType.unit] : sampleType.unit;
  if (unit(a) !== unit(b)) {
    const words = ({ sampleType: { type, unit: of } }: Measured): string => `${type || 'values'} in ${of || 'no unit'}`;
    return `A has ${words(a)}, B has ${words(b)}: choose a profile type with the same unit on both sides.`;
  }
  const [kindA, kindB] = [measureKind(a), measureKind(b)];
  if (kindA === undefined || kindB === undefined || kindA === kindB) return undefined;
  return `A measures ${kindWords[kindA]}, B measures ${kindWords[kindB]}: choose one kind of profile on both sides.`;
}

/** A warning about two sides in different languages; undefined if they share one or it is unknown. */
export function unlikeLanguages(a: NamedFunctions, b: NamedFunctions): string | undefined {
  const [ofA, ofB] = [languageOf(a.names, a.files), languageOf(b.names, b.files)];
  if (ofA === undefined || ofB === undefined || ofA === ofB) return undefined;
  return `A runs ${ofA}, B runs ${ofB}: functions of different languages do not match, so those of A show as gone and those of B as new.`;
}

interface NamedFunctions {
  readonly names: readonly string[];
  readonly files?: readonly string[] | undefined;
}
