/** Ports for OpenTelemetry's exporters: what they take, and that a page's guards hold there too. */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { StartError } from '#server/exchange.ts';
import { Links } from '#server/links.ts';
import { Markers } from '#server/markers.ts';
import { OtlpPorts } from '#server/otlp-ports.ts';
import { listen } from '../support/test-server.ts';

const RPC = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export';

let folder: string;
let server: Server;
const otlpPorts = new OtlpPorts();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flametide-otlp-'));
  server = await listen({
    pageFolder: folder,
    markers: new Markers(folder),
    links: new Links(folder),
    basePath: '/below',
    token: 'secret-token',
    otlpPorts,
  });
  await otlpPorts.listen(server, '127.0.0.1', [0, 0]);
});
afterAll(async () => {
  const closed = Promise.all([new Promise((resolve) => server.close(resolve)), otlpPorts.close()]);
  server.closeAllConnections();
  await closed;
  rmSync(folder, { recursive: true });
});

function post(port: number, path: string, authorization = 'Bearer secret-token'): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: { authorization }, body: 'x' });
}

it('take profiles over HTTP, whatever the base path', async () => {
  expect(otlpPorts.ports).toHaveLength(2);
  for (const port of otlpPorts.ports) {
    const answer = await post(port, '/v1development/profiles');
    expect([answer.status, await answer.text()]).toEqual([200, 'ingest POST /v1development/profiles   x']);
  }
});

it('take profiles over gRPC', async () => {
  for (const port of otlpPorts.ports) {
    const client = connect(`http://127.0.0.1:${port}`);
    const stream = client.request({ ':method': 'POST', ':path': RPC, authorization: 'Bearer secret-token' });
    let text = '';
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    stream.end('x');
    await once(stream, 'end');
    expect(text).toBe(`ingest POST ${RPC}   x`);
    client.close();
  }
});

it.each(['/v1/traces', '/v1/metrics', '/ingest', '/api/status', '/below/', '/'])('take nothing at %s', async (path) => {
  const answer = await post(otlpPorts.ports[1], path);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain('send them to /v1development/profiles');
});

it('ask for the token', async () => {
  expect((await post(otlpPorts.ports[0], '/v1development/profiles', 'Bearer wrong')).status).toBe(401);
});

it('that are taken are an error that names the port', async () => {
  const [port] = otlpPorts.ports;
  const second = new OtlpPorts();
  await expect(second.listen(server, '127.0.0.1', [port])).rejects.toThrow(StartError);
  await expect(second.listen(server, '127.0.0.1', [port])).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
  await second.close();
});
