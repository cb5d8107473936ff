/**
 * The formats in the order in which their sniffs are tried: one line each, sorted by name; those that only guess come
 * last by themselves. The page, the command line and the documents take what is read from here.
 */
import { callgrindFormat } from './callgrind.ts';
import { collapsedFormat } from './collapsed.ts';
import { demoFormat } from './demo.ts';
import { flamegraphHtmlFormat, flamegraphSvgFormat } from './flamegraph-picture.ts';
import type { ProfileFormat } from './format.ts';
import { instrumentsFormat } from './instruments.ts';
import { packedFormat } from './packed.ts';
import { perfScriptFormat } from './perf-script.ts';
import { pprofFormat } from './pprof.ts';
import { pprofLegacyFormat } from './pprof-legacy.ts';
import { pyroscopeTreeFormat, pyroscopeTrieFormat } from './pyroscope-tree.ts';

export const formats: readonly ProfileFormat[] = [
  demoFormat,
  packedFormat,
  pprofFormat,
  // The others by name.
  callgrindFormat,
  flamegraphHtmlFormat,
  flamegraphSvgFormat,
  instrumentsFormat,
  perfScriptFormat,
  pprofLegacyFormat,
  pyroscopeTreeFormat,
  pyroscopeTrieFormat,
  collapsedFormat,
];
