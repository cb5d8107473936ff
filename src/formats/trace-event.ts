import type { LazyFormat } from './format.ts';
import { jsonKind } from './json-kind.ts';

export const traceEventFormat: LazyFormat = {
  id: 'trace-event',
  title: 'Chrome trace',
  noun: 'Chrome traces',
  endings: ['.trace.json'],
  reads: 'CPU profiles and spans of threads; Chrome, VizTracer, clang -ftime-trace, Bazel, tsc, Hermes',
  sniff: (bytes) => jsonKind(bytes) === 'trace-event',
  load: async () => (await import('./decoders/trace-event.ts')).decodeTraceEvents,
};
