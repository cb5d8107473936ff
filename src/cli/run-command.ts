/** Runs one of the commands: help and refusals come as outcomes, nothing is printed. */
import { Command, CommanderError } from 'commander';
import { BadInput } from './bad-input.ts';
import type { Outcome } from './outcome.ts';

/** @param define adds arguments and options @param work with the command that has read `args` */
export async function runCommand(
  name: string,
  args: readonly string[],
  define: (command: Command) => Command,
  work: (command: Command) => Promise<Outcome>,
): Promise<Outcome> {
  const printed: string[] = [];
  const command = define(new Command(name))
    .helpOption('--help', 'print this text')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => printed.push(text), writeErr: () => undefined });
  try {
    command.parse([...args], { from: 'user' });
    return await work(command);
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return { code: 0, stdout: printed.join(''), stderr: '' };
      return refusal(`${error.message.replace(/^error: /, '').replace(/\.?$/, '.')} See ${name} --help.`);
    }
    if (error instanceof BadInput) return refusal(error.message);
    throw error;
  }
}

function refusal(message: string): Outcome {
  return { code: 2, stdout: '', stderr: `flametide: ${message.replace(/\s*\n\s*/g, ' ').trim()}\n` };
}
