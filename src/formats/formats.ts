/**
 * The formats in the order in which their sniffs are tried: one line each, sorted by name; those that only guess come
 * last by themselves. The page, the command line and the documents take what is read from here.
 */
import { callgrindFormat } from './callgrind.ts';
import { collapsedFormat } from './collapsed.ts';
import { cpuProfileFormat } from './cpuprofile.ts';
import { d3Format } from './d3.ts';
import { demoFormat } from './demo.ts';
import { flamebearerFormat } from './flamebearer.ts';
import { flamegraphHtmlFormat, flamegraphSvgFormat } from './flamegraph-picture.ts';
import type { ProfileFormat, Unpackers } from './format.ts';
import { geckoFormat } from './gecko.ts';
import { heapProfileFormat } from './heapprofile.ts';
import { heapTimelineFormat } from './heaptimeline.ts';
import { instrumentsFormat } from './instruments.ts';
import { jfrFormat } from './jfr.ts';
import { otlpFormat } from './otlp.ts';
import { packedFormat } from './packed.ts';
import { perfScriptFormat } from './perf-script.ts';
import { pprofFormat } from './pprof.ts';
import { pprofJsonFormat } from './pprof-json.ts';
import { pprofLegacyFormat } from './pprof-legacy.ts';
import { pyroscopeTreeFormat, pyroscopeTrieFormat } from './pyroscope-tree.ts';
import { speedscopeFormat } from './speedscope.ts';
import { stackprofFormat } from './stackprof.ts';
import { traceEventFormat } from './trace-event.ts';

export const formats: readonly ProfileFormat[] = [
  demoFormat,
  packedFormat,
  pprofFormat,
  // The others by name.
  callgrindFormat,
  collapsedFormat,
  cpuProfileFormat,
  d3Format,
  flamebearerFormat,
  flamegraphHtmlFormat,
  flamegraphSvgFormat,
  geckoFormat,
  heapProfileFormat,
  heapTimelineFormat,
  instrumentsFormat,
  jfrFormat,
  otlpFormat,
  perfScriptFormat,
  pprofJsonFormat,
  pprofLegacyFormat,
  pyroscopeTreeFormat,
  pyroscopeTrieFormat,
  speedscopeFormat,
  stackprofFormat,
  traceEventFormat,
];

/** Unpackers of archives and nested layers, loaded on demand. */
export const unpackers: Partial<Unpackers> = {
  archive: async () => (await import('./decoders/archive.ts')).unpackArchive,
  zstd: async () => (await import('./decoders/zstd.ts')).unwrapZstd,
  xz: async () => (await import('./decoders/xz.ts')).unwrapXz,
};
