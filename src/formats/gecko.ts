import type { LazyFormat } from './format.ts';
import { jsonKind } from './json-kind.ts';

export const geckoFormat: LazyFormat = {
  id: 'gecko',
  title: 'Firefox profile',
  noun: 'Firefox profiles',
  endings: ['.profile.json', '.gecko.json'],
  reads: 'raw and processed, every version; Firefox, samply, Vernier, Python --gecko',
  sniff: (bytes) => ['gecko', 'gecko-recording'].includes(jsonKind(bytes) ?? ''),
  load: async () => (await import('./decoders/gecko.ts')).decodeGecko,
};
