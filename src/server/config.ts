/** The flags of the command line, checked: what the server is to do, or the one line that says what is wrong. */

import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { z } from 'zod';

const serverConfig = z.object({
  port: z.int().min(0).max(65_535),
  host: z.string().min(1),
  auth: z.boolean(),
});

/** Port 0 asks the system for a free one. */
export type ServerConfig = Readonly<z.infer<typeof serverConfig>>;

/** What the command line asked for: to serve, or to print a text and leave with a code. */
export type CommandLine =
  | { kind: 'serve'; config: ServerConfig }
  | { kind: 'print'; text: string }
  | { kind: 'refuse'; reason: string };

/** Never throws and never leaves the process, whatever stands in `args` (without node and the script). */
export function parseCommandLine(args: readonly string[], version: string): CommandLine {
  const printed: string[] = [];
  const command = new Command('flametide')
    .description('Flamegraphs of continuous profiling data, in the browser.')
    .option('--port <number>', 'port to listen on, 0 for any free one', portNumber, 4040)
    .option('--host <address>', 'address to listen on; other than loopback needs --no-auth', '127.0.0.1')
    .option('--no-auth', 'let everybody in who can reach the address')
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'print this text')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => printed.push(text), writeErr: () => undefined });
  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text: printed.join('').trimEnd() };
    return { kind: 'refuse', reason: `${oneLine(error.message.replace(/^error: /, ''))} See flametide --help.` };
  }
  const config = serverConfig.safeParse(command.opts());
  if (!config.success) return { kind: 'refuse', reason: oneLine(z.prettifyError(config.error)) };
  const { host, auth } = config.data;
  if (auth && !isLoopback(host)) {
    const reason = `--host ${host} opens Flametide to others and it has no passwords yet: add --no-auth to allow it, or leave --host out.`;
    return { kind: 'refuse', reason };
  }
  return { kind: 'serve', config: config.data };
}

/** Whether only this machine can reach the address. Brackets of an IPv6 address are allowed. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** By hand, as Number('') is 0 and Number('0x50') is 80. */
function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return Number(text);
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
