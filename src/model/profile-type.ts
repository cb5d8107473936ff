/** Profile types: the measurement of a series, by its id `name:sample type:sample unit:period type:period unit`. */

export interface ProfileType {
  /** All five parts, joined by `:`. */
  readonly id: string;
  readonly name: string;
  readonly sampleType: string;
  readonly sampleUnit: string;
  /** Empty where profiles of this type have no period. */
  readonly periodType: string;
  readonly periodUnit: string;
}

/** A sixth part (Pyroscope's `delta`) is taken and left out. Undefined where the text is no id. */
export function parseProfileType(text: string): ProfileType | undefined {
  const parts = text.split(':');
  if (parts.length !== 5 && parts.length !== 6) return undefined;
  const [name, sampleType, sampleUnit, periodType, periodUnit] = parts;
  if (name === '' || sampleType === '') return undefined;
  return { id: parts.slice(0, 5).join(':'), name, sampleType, sampleUnit, periodType, periodUnit };
}

export type ProfileTypeGroup = 'CPU and time' | 'Memory' | 'Waiting' | 'Tasks' | 'Other';

interface SampleTypeWords {
  readonly type: string;
  readonly title: string;
  readonly group: ProfileTypeGroup;
}

/** In the order in which they are listed; groups too. */
const known: readonly SampleTypeWords[] = [
  { type: 'cpu', title: 'CPU time', group: 'CPU and time' },
  { type: 'wall', title: 'Wall time', group: 'CPU and time' },
  { type: 'off_cpu', title: 'Off-CPU time', group: 'CPU and time' },
  { type: 'samples', title: 'Samples', group: 'CPU and time' },
  { type: 'sample', title: 'Samples', group: 'CPU and time' },
  { type: 'cpu_samples', title: 'CPU samples', group: 'CPU and time' },
  { type: 'alloc_space', title: 'Allocated space', group: 'Memory' },
  { type: 'alloc_size', title: 'Allocated space', group: 'Memory' },
  { type: 'alloc_objects', title: 'Allocated objects', group: 'Memory' },
  { type: 'alloc_samples', title: 'Allocations', group: 'Memory' },
  { type: 'inuse_space', title: 'In use space', group: 'Memory' },
  { type: 'inuse_objects', title: 'In use objects', group: 'Memory' },
  { type: 'live', title: 'Live objects', group: 'Memory' },
  { type: 'contentions', title: 'Contentions', group: 'Waiting' },
  { type: 'delay', title: 'Delay', group: 'Waiting' },
  { type: 'lock_time', title: 'Lock time', group: 'Waiting' },
  { type: 'lock_count', title: 'Locks taken', group: 'Waiting' },
  { type: 'goroutine', title: 'Goroutines', group: 'Tasks' },
  { type: 'goroutines', title: 'Goroutines', group: 'Tasks' },
  { type: 'threadcreate', title: 'Threads created', group: 'Tasks' },
  { type: 'exception', title: 'Exceptions', group: 'Other' },
];

/** Sample types that several kinds of profile have: the kind's name goes first. */
const sharedTitles: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  process_cpu: { samples: 'CPU samples' },
  wall: { samples: 'Wall samples', sample: 'Wall samples' },
  mutex: { contentions: 'Mutex contentions', delay: 'Mutex delay' },
  block: { contentions: 'Block contentions', delay: 'Block delay' },
};

/** The usual title of a sample type; the profile's own name for it if no title is known. */
export function sampleTypeTitle(type: string): string {
  return known.find((one) => one.type === type)?.title ?? (type || 'Samples');
}

/** A profile type in the field's words. Two types of one service may have one title: their ids tell them apart. */
export function profileTypeTitle({ name, sampleType }: ProfileType): string {
  const shared = Object.hasOwn(sharedTitles, name) ? sharedTitles[name] : {};
  return Object.hasOwn(shared, sampleType) ? shared[sampleType] : sampleTypeTitle(sampleType);
}

/** As much of the id as tells a type from the others: `memory:inuse_space`, with the unit and the period where another has the same. */
export function shortProfileTypeId(type: ProfileType, others: readonly ProfileType[]): string {
  const parts = type.id.split(':');
  const startOf = (length: number): string => parts.slice(0, length).join(':');
  const length = [2, 3].find((kept) =>
    others.every((other) => other.id === type.id || !`${other.id}:`.startsWith(`${startOf(kept)}:`)),
  );
  return length === undefined ? type.id : startOf(length);
}

export function profileTypeGroup({ sampleType }: ProfileType): ProfileTypeGroup {
  return known.find(({ type }) => type === sampleType)?.group ?? 'Other';
}

/** By group, the best known first; types without words come last, by id. */
export function inListOrder(types: readonly ProfileType[]): ProfileType[] {
  const place = ({ sampleType }: ProfileType): number => {
    const found = known.findIndex(({ type }) => type === sampleType);
    return found < 0 ? known.length : found;
  };
  return [...types].sort((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/**
 * The default profile type of a service: CPU time (of a CPU profile, if there is one), else wall time, else its first.
 */
export function defaultProfileType(types: readonly ProfileType[]): ProfileType | undefined {
  return (
    types.find(({ name, sampleType }) => name === 'process_cpu' && sampleType === 'cpu') ??
    types.find(({ sampleType }) => sampleType === 'cpu') ??
    types.find(({ sampleType }) => sampleType === 'wall') ??
    types[0]
  );
}
