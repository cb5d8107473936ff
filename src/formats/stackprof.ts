import type { LazyFormat } from './format.ts';
import { jsonKind } from './json-kind.ts';

export const stackprofFormat: LazyFormat = {
  id: 'stackprof',
  title: 'stackprof',
  noun: 'stackprof JSON',
  endings: ['.stackprof.json'],
  reads: 'stackprof --json, with raw: true',
  sniff: (bytes) => jsonKind(bytes) === 'stackprof',
  load: async () => (await import('./decoders/stackprof.ts')).decodeStackprof,
};
