import type { LazyFormat } from './format.ts';
import { jsonKind } from './json-kind.ts';

export const flamebearerFormat: LazyFormat = {
  id: 'flamebearer',
  title: 'Flamebearer',
  noun: 'flamebearer JSON',
  endings: ['.flamebearer.json'],
  reads: 'Pyroscope /render, single and comparison',
  sniff: (bytes) => jsonKind(bytes) === 'flamebearer',
  load: async () => (await import('./decoders/flamebearer.ts')).decodeFlamebearer,
};
