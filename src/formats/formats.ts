/**
 * The formats in the order in which their sniffs are tried: one line each, sorted by name; those that only guess come
 * last by themselves. The page, the command line and the documents take what is read from here.
 */
import { collapsedFormat } from './collapsed.ts';
import { demoFormat } from './demo.ts';
import type { ProfileFormat } from './format.ts';
import { jfrFormat } from './jfr.ts';
import { otlpFormat } from './otlp.ts';
import { packedFormat } from './packed.ts';
import { pprofFormat } from './pprof.ts';

export const formats: readonly ProfileFormat[] = [
  demoFormat,
  packedFormat,
  pprofFormat,
  // The others by name.
  jfrFormat,
  otlpFormat,
  collapsedFormat,
];
