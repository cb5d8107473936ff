/** Collapsed stacks of two sides, `main;parse;read 12 15`: what difffolded.pl writes and differential flamegraphs read. */
import { ByteSink } from '#base/byte-sink.ts';
import type { UnionTree } from '#model/union.ts';
import type { ExportedFile } from './export-input.ts';
import { eachStack, foldedLabels, hasSelf, mostExportBytes, noStack, selfDigits } from './export-stacks.ts';

const SEMICOLON = 59;

/** As recorded: no normalisation. */
export function writeDiffFolded({ names, a, b, ...shape }: UnionTree): ExportedFile {
  const { labels, notes } = foldedLabels(names);
  const sides = [a, b].map((side) => ({ ...shape, ...side }));
  const sink = new ByteSink(mostExportBytes);
  const isThere = (node: number): boolean => sides.some((side) => hasSelf(side, node));
  eachStack(shape, labels, SEMICOLON, isThere, (node, stack) => {
    const amounts = sides.map((side) => selfDigits(side, node)).join(' ');
    if (node === 0) notes.unshift(noStack.note);
    sink.push(node === 0 ? noStack.label : stack);
    sink.text(` ${amounts}\n`);
  });
  return { bytes: sink.take(), notes };
}
