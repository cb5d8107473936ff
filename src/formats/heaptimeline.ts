import type { LazyFormat } from './format.ts';
import { jsonKind } from './json-kind.ts';

export const heapTimelineFormat: LazyFormat = {
  id: 'heaptimeline',
  title: 'V8 allocation timeline',
  noun: 'V8 allocation timelines',
  endings: ['.heaptimeline'],
  reads: 'Chrome, Node inspector: stacks of a heap snapshot',
  sniff: (bytes) => jsonKind(bytes) === 'heaptimeline',
  load: async () => (await import('./decoders/heaptimeline.ts')).decodeHeapTimeline,
};
