/** The formats that pprof had before profile.proto; many servers still answer them. */
import { textPrefix } from '#base/text-bytes.ts';
import type { LazyFormat } from './format.ts';

export const pprofLegacyFormat: LazyFormat = {
  id: 'pprof-legacy',
  title: 'pprof, old formats',
  noun: 'the old formats of pprof',
  endings: ['.heap'],
  reads: 'text (heap, growth, counts, contention, threads) and CPU in words; gperftools, tcmalloc, debug=1 of Go',
  sniff: (bytes) => looksLikeCpu(bytes) || looksLikeText(bytes),
  load: async () => (await import('./decoders/pprof-legacy.ts')).decodePprofLegacy,
};

/** Words of 4 or 8 bytes in either order: 0, 3, 0 or 1, period, 0. */
function looksLikeCpu(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [4, 8].some((size) =>
    [true, false].some((isLittle) => {
      if (bytes.length < 5 * size) return false;
      const [zero, version, kind, period, padding] = [0, 1, 2, 3, 4].map((i) =>
        size === 4 ? view.getUint32(i * size, isLittle) : Number(view.getBigUint64(i * size, isLittle)),
      );
      return zero === 0 && version === 3 && kind <= 1 && period > 0 && period < 2 ** 40 && padding === 0;
    }),
  );
}

const FIRST_LINE =
  /^(heap profile: +\d|heap profile: *\d|\S{1,200} profile: total \d+\s*$|--- (symbol|profile|heap|growth|contention(z \d+ ---|:)?|heapz \d+ ---|mutex:|threadz \d+ ---)\s*$|--- Thread [0-9a-f]+ \(name: )/;

function looksLikeText(bytes: Uint8Array): boolean {
  for (const line of textPrefix(bytes, 4096).split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    return FIRST_LINE.test(line);
  }
  return false;
}
