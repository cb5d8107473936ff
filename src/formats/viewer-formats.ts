/** In a page exported as one file `vite.config.ts` puts this in the place of formats.ts: nothing more can be loaded there. */
import { collapsedFormat } from './collapsed.ts';
import type { EagerFormat, Unpackers } from './format.ts';
import { packedFormat } from './packed.ts';
import { pprofFormat } from './pprof.ts';

export const formats: readonly EagerFormat[] = [packedFormat, pprofFormat, collapsedFormat];

export const unpackers: Partial<Unpackers> = {};
