/** Callgrind's format, which many profilers write for KCachegrind. */
import { textPrefix } from '#base/text-bytes.ts';
import type { LazyFormat } from './format.ts';

const BYTES_TO_SNIFF = 65_536;

export const callgrindFormat: LazyFormat = {
  id: 'callgrind',
  title: 'Callgrind, cachegrind',
  noun: 'callgrind',
  endings: ['.callgrind', '.cachegrind'],
  reads: 'every event; call paths are reconstructed; valgrind, Xdebug, pprofile, ruby-prof, google-pprof, stackprof',
  sniff: (bytes) => {
    const text = textPrefix(bytes, BYTES_TO_SNIFF);
    return /^events?[ \t]*:/m.test(text) && /^(fn|fl)=/m.test(text);
  },
  load: async () => (await import('./decoders/callgrind.ts')).decodeCallgrind,
};
