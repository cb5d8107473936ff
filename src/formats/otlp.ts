/** Messages of OpenTelemetry profiles, as exporters and the collector write them. */
import { textPrefix } from '#base/text-bytes.ts';
import type { LazyFormat } from './format.ts';

export const otlpFormat: LazyFormat = {
  id: 'otlp',
  title: 'OTLP',
  noun: 'OTLP',
  endings: ['.otlp', '.otlp.json'],
  reads:
    'OpenTelemetry profiles, protobuf or JSON, one message or several behind their lengths; eBPF profiler, collector, async-profiler',
  sniff: (bytes) => looksLikeOtlp(bytes),
  load: async () => (await import('./decoders/otlp.ts')).decodeOtlp,
};

const RESOURCES = 0x0a;
const DICTIONARY = 0x12;
const MAX_FIELDS = 1000;
const BYTES_OF_JSON = 256;

function looksLikeOtlp(bytes: Uint8Array): boolean {
  if (bytes.length < 3) return false;
  if (isMessage(bytes, 0, bytes.length)) return true;
  const length = ((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) >>> 0;
  if (length > 2 && length <= bytes.length - 4 && isMessage(bytes, 4, 4 + length)) return true;
  // A message has these two fields and no others.
  return /^\s*\{\s*"(?:resourceProfiles|resource_profiles|dictionary)"\s*:/.test(textPrefix(bytes, BYTES_OF_JSON));
}

/** Whether all top-level fields are those two, and the first of them holds messages as they do. */
function isMessage(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  let fields = 0;
  while (at < end) {
    const tag = bytes[at];
    if (tag !== RESOURCES && tag !== DICTIONARY) return false;
    const [from, to] = delimited(bytes, at + 1, end);
    if (from < 0) return false;
    // Messages of pprof begin alike; their first field holds numbers.
    if (from < to && (bytes[from] & 7) !== 2) return false;
    at = to;
    if (++fields === MAX_FIELDS) return true;
  }
  return fields > 0;
}

/** Where the content of a field lies whose length is at `at`; -1 where that runs past the end. */
function delimited(bytes: Uint8Array, at: number, end: number): [from: number, to: number] {
  let length = 0;
  for (let shift = 0; shift <= 28 && at < end; shift += 7) {
    const byte = bytes[at++];
    length += (byte & 127) * 2 ** shift;
    if (byte < 128) return length <= end - at ? [at, at + length] : [-1, -1];
  }
  return [-1, -1];
}
