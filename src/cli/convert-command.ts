/** `flametide convert IN OUT`: converts a profile of any readable format for other tools. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { finish } from '#base/steps.ts';
import { writeProfile, writtenEndings, type WrittenFormat } from '#formats/write-profile.ts';
import { packings } from '#formats/packing.ts';
import { readableNouns } from '#formats/registry.ts';
import { BadInput } from './bad-input.ts';
import { decodeFile, sampleTypeAt } from './decode-file.ts';
import type { Outcome } from './outcome.ts';
import { runCommand } from './run-command.ts';

const HELP = `
IN is a file (${readableNouns('or')}, ${packings}).

OUT's ending says what is written:
${Object.entries(writtenEndings)
  .map(([format, endings]) => `  ${endings.join(', ')}: ${format}`)
  .join('\n')}
pprof holds all sample types, labels and lines; the others hold one sample type: --type names it.

Exit code: 0 converted, 2 bad input.`;

/** @param args behind `convert` */
export async function convertCommand(args: readonly string[]): Promise<Outcome> {
  return runCommand(
    'flametide convert',
    args,
    (command) =>
      command
        .description('Writes a profile as pprof, collapsed stacks or speedscope.')
        .argument('<IN>', 'the profile')
        .argument('<OUT>', 'the file to write')
        .option('--type <type>', 'sample type to write, when the format of OUT holds only one')
        .addHelpText('after', HELP),
    async (command) => {
      const [from, to] = command.args;
      const notes = await convert(from, to, command.opts<{ type?: string }>().type);
      return { code: 0, stdout: '', stderr: notes.map((note) => `flametide: ${note}\n`).join('') };
    },
  );
}

async function convert(from: string, to: string, type: string | undefined): Promise<readonly string[]> {
  const format = formatOf(to);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(from);
  } catch (error) {
    throw new BadInput(`${from} cannot be read: ${(error as Error).message}.`);
  }
  const profile = await decodeFile(bytes, from);
  const written = finish(writeProfile(format, profile, sampleTypeAt(profile, type, from), basename(from)));
  try {
    await writeFile(to, written.bytes);
  } catch (error) {
    throw new BadInput(`${to} cannot be written: ${(error as Error).message}.`);
  }
  return [...profile.notes, ...written.notes];
}

function formatOf(to: string): WrittenFormat {
  const name = basename(to).toLowerCase();
  for (const [format, endings] of Object.entries(writtenEndings))
    if (endings.some((ending) => name.endsWith(ending))) return format as WrittenFormat;
  throw new BadInput(`The name of ${to} must end in one of ${Object.values(writtenEndings).flat().join(', ')}.`);
}
