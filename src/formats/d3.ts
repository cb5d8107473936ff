import type { LazyFormat } from './format.ts';
import { jsonKind } from './json-kind.ts';

export const d3Format: LazyFormat = {
  id: 'd3-json',
  title: 'd3-flame-graph',
  noun: 'd3-flame-graph JSON',
  endings: ['.stacks.json'],
  reads: 'name, value, children; FlameScope, stackcollapse tools',
  sniff: (bytes) => jsonKind(bytes) === 'd3',
  load: async () => (await import('./decoders/d3.ts')).decodeD3,
};
