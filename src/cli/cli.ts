/** The subcommands of `flametide` that need no server of their own; the server's main.ts hands over to `run`. */
import { convertCommand } from './convert-command.ts';
import { diffCommand } from './diff-command.ts';

/** @param args the subcommand and its arguments */
export async function run([command, ...args]: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await (command === 'convert'
    ? convertCommand(args)
    : diffCommand(args, process.env, Date.now()));
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
}
