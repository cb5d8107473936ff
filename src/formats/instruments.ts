/** The text that Instruments of Xcode copies. */
import { textPrefix } from '#base/text-bytes.ts';
import type { LazyFormat } from './format.ts';

export const instrumentsFormat: LazyFormat = {
  id: 'instruments',
  title: 'Instruments deep copy',
  noun: 'the call tree of Instruments',
  endings: ['.instruments'],
  reads: 'the call tree as Edit, Deep Copy gives it: time, allocations; Xcode 7 and later',
  sniff: (bytes) => /^[^\n\t]{1,40}\t[^\n]{0,400}\bSymbol Names?\r?\n/.test(textPrefix(bytes, 4096)),
  load: async () => (await import('./decoders/instruments.ts')).decodeInstruments,
};
