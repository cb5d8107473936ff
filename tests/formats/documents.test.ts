/** Documents and command line agree with the registry of formats. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { diffCommand } from '#cli/diff-command.ts';
import { FILE_LIMITS } from '#formats/decode-limits.ts';
import { packings } from '#formats/packing.ts';
import { readableFormats, readableNouns } from '#formats/registry.ts';

/** Without the padding of table cells. */
function readDocument(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8').replace(/ +/g, ' ');
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

it('docs/formats.md has a row for each format, in order, and a section', () => {
  const document = readDocument('docs/formats.md');
  const rows = readableFormats.map(({ title, endings, reads = '' }) =>
    row(title, endings.map((ending) => `\`${ending}\``).join(', '), reads),
  );
  const table = /^\| format \| endings \| what \|\n.*\n((?:\|.*\n)+)/m.exec(document)?.[1];
  expect(table).toBe(`${rows.join('\n')}\n`);
  for (const { title } of readableFormats) expect(document).toContain(`\n### ${title}\n`);
});

it('docs/formats.md has the limits of a file', () => {
  const number = (count: number): string => count.toLocaleString('en').replaceAll(',', ' ');
  const { sampleTypes, samples, values, functions, mappings, frames, nodes, linesOfLocation, labels } = FILE_LIMITS;
  const document = readDocument('docs/formats.md');
  for (const [what, limit] of [
    ['sample types', number(sampleTypes)],
    ['samples', number(samples)],
    ['samples × sample types', number(values)],
    ['functions, locations, strings, lines', `${number(functions)} of each`],
    ['mappings', number(mappings)],
    ['frames in all stacks', number(frames)],
    ['call paths', number(nodes)],
    ['inlined calls of one location', String(linesOfLocation)],
    ['labels', `${FILE_LIMITS.labelsOfSample} of one sample, ${number(labels)} in all`],
  ]) {
    expect(document).toContain(row(what, limit));
  }
});

it('README names the formats', () => {
  expect(readDocument('README.md')).toContain(`It reads ${readableNouns('and')}, ${packings}`);
});

it('the help of flametide diff names the formats', async () => {
  const { stdout } = await diffCommand(['--help'], {}, 0);
  expect(stdout).toContain(`files (${readableNouns('or')}, ${packings})`);
});
