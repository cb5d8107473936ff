/** The subcommands of `flametide` that need no server of their own; the server's main.ts hands over to `run`. */
import { diffCommand } from './diff-command.ts';

/** @param args behind `diff` */
export async function run(args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await diffCommand(args, process.env, Date.now());
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
}
