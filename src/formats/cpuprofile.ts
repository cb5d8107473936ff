import type { LazyFormat } from './format.ts';
import { jsonKind } from './json-kind.ts';

export const cpuProfileFormat: LazyFormat = {
  id: 'cpuprofile',
  title: 'V8 CPU profile',
  noun: 'V8 CPU profiles',
  endings: ['.cpuprofile'],
  reads: 'node --cpu-prof, Chrome, Deno, Bun; the old tree too',
  sniff: (bytes) => jsonKind(bytes) === 'cpuprofile',
  load: async () => (await import('./decoders/cpuprofile.ts')).decodeCpuProfile,
};
