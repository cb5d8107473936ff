#!/usr/bin/env node
/** The command `flametide`: from the command line to a running server, and to its end. */

import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseCommandLine, type ServerConfig } from './config.ts';
import { createFlametideServer } from './http.ts';

/** What cannot be helped by trying again: a bad flag, a taken port, a page that is not built. */
const EXIT_REFUSED = 2;
/** How long requests under way may go on after a signal. */
const GRACE_MS = 2000;
/** Right from dist/server and from src/server. */
const PACKAGE = new URL('../../', import.meta.url);

const { version } = JSON.parse(readFileSync(new URL('package.json', PACKAGE), 'utf8')) as { version: string };
const asked = parseCommandLine(process.argv.slice(2), version);
if (asked.kind === 'print') process.stdout.write(`${asked.text}\n`);
else if (asked.kind === 'refuse') refuse(asked.reason);
else serve(asked.config);

function serve({ host, port }: ServerConfig): void {
  const pageFolder = fileURLToPath(new URL('dist/client/', PACKAGE));
  if (!existsSync(pageFolder)) return refuse('The page is not built: run npm run build first.');
  const server = createFlametideServer({ host, pageFolder });
  server.on('error', (error: NodeJS.ErrnoException) => refuse(whyNotListening(error, host, port)));
  server.listen({ host: host.replace(/^\[|\]$/g, ''), port }, () => {
    const { port: taken } = server.address() as AddressInfo;
    process.stdout.write(
      `Flametide listens on http://${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}:${taken}\n`,
    );
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => close(server));
}

/** The process ends by itself once nothing is open; a second signal ends it at once, as `once` took the first. */
function close(server: Server): void {
  server.close();
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
}

function whyNotListening(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE')
    return `Port ${port} on ${host} is taken: stop what listens there, or choose another with --port.`;
  if (error.code === 'EACCES')
    return `Port ${port} needs rights that this user lacks: choose one above 1023 with --port.`;
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return `--host ${host} is no address of this machine.`;
  return `Cannot listen on ${host}:${port}: ${error.message}`;
}

function refuse(reason: string): void {
  process.stderr.write(`flametide: ${reason}\n`);
  process.exitCode = EXIT_REFUSED;
}
