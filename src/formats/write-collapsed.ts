/** Collapsed stacks: `main;parse;read 12`, one line a stack (see collapsed.ts). */
import { ByteSink } from '#base/byte-sink.ts';
import type { ExportedFile, ExportInput } from './export-input.ts';
import { eachStack, mostExportBytes, selfDigits } from './export-stacks.ts';

const SEMICOLON = 59;
// A separator or a line break within a name would tear its stack apart.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/g;

export function writeCollapsed({ tree, functions }: ExportInput): ExportedFile {
  const notes: string[] = [];
  let changed = 0;
  const encoder = new TextEncoder();
  const labels = functions.names.map((name) => {
    const safe = name.replaceAll(';', ':').replace(CONTROL, ' ');
    if (safe !== name) changed++;
    return encoder.encode(safe);
  });
  const sink = new ByteSink(mostExportBytes);
  eachStack(tree, labels, SEMICOLON, (node, stack) => {
    if (node === 0) {
      notes.push(
        `Samples without a stack (${selfDigits(tree, node)} in all) are left out: the format has no place for them.`,
      );
      return;
    }
    sink.push(stack);
    sink.text(` ${selfDigits(tree, node)}\n`);
  });
  if (changed > 0) {
    notes.push(
      `${changed} ${changed === 1 ? 'name has' : 'names have'} ; written as : or control characters as spaces, which the format keeps for itself.`,
    );
  }
  return { bytes: sink.take(), notes };
}
