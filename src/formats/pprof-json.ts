import type { LazyFormat } from './format.ts';
import { jsonKind } from './json-kind.ts';

export const pprofJsonFormat: LazyFormat = {
  id: 'pprof-json',
  title: 'pprof JSON',
  noun: 'pprof as JSON',
  endings: ['.pprof.json', '.pb.json'],
  reads: "protobuf's JSON, Go's profile.Profile, dumps with names beside the indexes",
  sniff: (bytes) => jsonKind(bytes) === 'pprof-json',
  load: async () => (await import('./decoders/pprof-json.ts')).decodePprofJson,
};
