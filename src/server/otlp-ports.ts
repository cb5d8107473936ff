/** The ports that exporters of OpenTelemetry send to by default. Each takes both gRPC and HTTP. */

import type { Server } from 'node:http';
import { createServer, type AddressInfo, type Server as SocketServer } from 'node:net';
import { StartError } from './exchange.ts';

/** Hands their connections to a server, which knows them by their ports. */
export class OtlpPorts {
  readonly #doors: SocketServer[] = [];
  readonly #ports = new Set<number>();

  /** Ports that are listened on. */
  get ports(): readonly number[] {
    return [...this.#ports];
  }

  has(port: number | undefined): boolean {
    return port !== undefined && this.#ports.has(port);
  }

  /** @throws (rejects) StartError where a port cannot be had */
  async listen(server: Server, host: string, ports: readonly number[]): Promise<void> {
    for (const port of ports) {
      const door = createServer({ noDelay: true }, (socket) => server.emit('connection', socket));
      await new Promise<void>((resolve, reject) => {
        door.once('error', (error: NodeJS.ErrnoException) => reject(new StartError(whyClosed(error, host, port))));
        door.listen({ host: host.replace(/^\[|\]$/g, ''), port }, resolve);
      });
      this.#doors.push(door);
      this.#ports.add((door.address() as AddressInfo).port);
    }
  }

  /** Resolves once all connections have ended: the server ends those. */
  async close(): Promise<void> {
    await Promise.all(this.#doors.map((door) => new Promise((resolve) => door.close(resolve))));
  }
}

function whyClosed({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${host} is taken, perhaps by a collector: stop what listens there, or leave out --otlp and send to the port of the page.`;
  return `Cannot listen on ${host}:${port} for --otlp: ${message}`;
}
