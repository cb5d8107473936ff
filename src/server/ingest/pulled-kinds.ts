/** Profiles that are fetched from `/debug/pprof`: where each lies, and which of its sample types are stored. */

export interface PulledKind {
  readonly id: string;
  readonly path: string;
  /** Whether the target records for as long as it is asked to: differences, not sums since its start. */
  readonly isWindow: boolean;
  readonly name: string;
  /** Sample types that are stored; undefined stores all. */
  readonly types?: RegExp;
  /** How many rounds of the others are one of this kind: finding it out costs the target much. */
  readonly rounds?: number;
  /** Whether a target may lack it. */
  readonly isOptional?: boolean;
}

export const PULLED_KINDS: readonly PulledKind[] = [
  { id: 'cpu', path: '/debug/pprof/profile', isWindow: true, name: 'process_cpu' },
  // Not as differences, which would be negative where memory shrank.
  { id: 'heap', path: '/debug/pprof/heap', isWindow: false, name: 'memory', types: /^inuse_/ },
  { id: 'allocs', path: '/debug/pprof/allocs', isWindow: true, name: 'memory', types: /^alloc_/ },
  { id: 'goroutine', path: '/debug/pprof/goroutine', isWindow: false, name: 'goroutines' },
  { id: 'mutex', path: '/debug/pprof/mutex', isWindow: true, name: 'mutex' },
  // Go runs a garbage collection for it.
  {
    id: 'goroutineleak',
    path: '/debug/pprof/goroutineleak',
    isWindow: false,
    name: 'goroutineleak',
    rounds: 20,
    isOptional: true,
  },
  { id: 'block', path: '/debug/pprof/block', isWindow: true, name: 'block' },
];

/** Not a path of the API: used for profiles that the server fetches. */
export const PULLED_PATH = 'pulled';
