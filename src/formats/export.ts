/** Writes a tree as a file for other tools, and an open profile in our own format. Loaded with the first export. */
import type { ExportedFile, ExportInput } from './export-input.ts';
import { writeCollapsed } from './write-collapsed.ts';
import { writePprof } from './write-pprof.ts';
import { writeSpeedscope } from './write-speedscope.ts';

export { writePacked } from './write-packed.ts';
export { writeSlices } from './write-slices.ts';

/** @throws RangeError where the file would be larger than any tool opens. */
export function formatExport(kind: 'pprof' | 'collapsed' | 'speedscope', input: ExportInput): ExportedFile {
  switch (kind) {
    case 'pprof':
      return writePprof(input);
    case 'collapsed':
      return writeCollapsed(input);
    case 'speedscope':
      return writeSpeedscope(input);
  }
}
