import type { LazyFormat } from './format.ts';
import { jsonKind } from './json-kind.ts';

export const heapProfileFormat: LazyFormat = {
  id: 'heapprofile',
  title: 'V8 heap profile',
  noun: 'V8 heap profiles',
  endings: ['.heapprofile'],
  reads: 'node --heap-prof, Chrome: sampled allocations',
  sniff: (bytes) => jsonKind(bytes) === 'heapprofile',
  load: async () => (await import('./decoders/heapprofile.ts')).decodeHeapProfile,
};
