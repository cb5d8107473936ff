/** Flight recordings of Java, as the JDK and async-profiler write them. */
import type { LazyFormat } from './format.ts';

const MAGIC = [0x46, 0x4c, 0x52, 0];

export const jfrFormat: LazyFormat = {
  id: 'jfr',
  title: 'JFR',
  noun: 'JFR',
  endings: ['.jfr'],
  reads:
    'flight recordings of JDK 9 and later and of async-profiler: CPU, wall clock, allocations, locks, native memory',
  sniff: (bytes) => MAGIC.every((byte, i) => bytes[i] === byte),
  load: async () => (await import('./decoders/jfr.ts')).decodeJfr,
};
