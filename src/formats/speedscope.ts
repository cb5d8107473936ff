import type { LazyFormat } from './format.ts';
import { jsonKind } from './json-kind.ts';

export const speedscopeFormat: LazyFormat = {
  id: 'speedscope',
  title: 'speedscope',
  noun: 'speedscope files',
  endings: ['.speedscope.json', '.speedscope'],
  reads: 'sampled and evented, all profiles of a file; py-spy, rbspy, dotnet-trace, Flametide',
  sniff: (bytes) => jsonKind(bytes) === 'speedscope',
  load: async () => (await import('./decoders/speedscope.ts')).decodeSpeedscope,
};
