/** Profiles that are fetched from `/debug/pprof`: where each lies, and which of its sample types are stored. */

export interface PulledKind {
  readonly id: string;
  readonly path: string;
  /** Whether the target records for as long as it is asked to: differences, not sums since its start. */
  readonly isWindow: boolean;
  readonly name: string;
  /** Sample types that are stored; undefined stores all. */
  readonly types?: RegExp;
}

export const PULLED_KINDS: readonly PulledKind[] = [
  { id: 'cpu', path: '/debug/pprof/profile', isWindow: true, name: 'process_cpu' },
  // As differences these would say what grew, and below 0 what shrank.
  { id: 'heap', path: '/debug/pprof/heap', isWindow: false, name: 'memory', types: /^inuse_/ },
  { id: 'allocs', path: '/debug/pprof/allocs', isWindow: true, name: 'memory', types: /^alloc_/ },
  { id: 'goroutine', path: '/debug/pprof/goroutine', isWindow: false, name: 'goroutines' },
  { id: 'mutex', path: '/debug/pprof/mutex', isWindow: true, name: 'mutex' },
  { id: 'block', path: '/debug/pprof/block', isWindow: true, name: 'block' },
];

/** No path of the wire: requests made by the server itself. */
export const PULLED_PATH = 'pulled';
