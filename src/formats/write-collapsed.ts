/** Collapsed stacks: `main;parse;read 12`, one line a stack (see collapsed.ts). */
import { ByteSink } from '#base/byte-sink.ts';
import type { ExportedFile, ExportInput } from './export-input.ts';
import { eachStack, foldedLabels, hasSelf, mostExportBytes, noStack, selfDigits } from './export-stacks.ts';

const SEMICOLON = 59;

export function writeCollapsed({ tree, functions }: ExportInput): ExportedFile {
  const { labels, notes } = foldedLabels(functions.names);
  const sink = new ByteSink(mostExportBytes);
  const isThere = (node: number): boolean => hasSelf(tree, node);
  eachStack(tree, labels, SEMICOLON, isThere, (node, stack) => {
    if (node === 0) notes.unshift(noStack.note);
    sink.push(node === 0 ? noStack.label : stack);
    sink.text(` ${selfDigits(tree, node)}\n`);
  });
  return { bytes: sink.take(), notes };
}
