/** Uploads of real agents, as they were recorded. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WireRequest } from '#server/request.ts';

const folder = fileURLToPath(new URL('../../../shared/contract/recordings/agents', import.meta.url));

/** `pyroscope-go-1.4.3/01` */
export const agentRecordings: readonly string[] = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.startsWith('pyroscope-'))
      .flatMap((agent) =>
        readdirSync(join(folder, agent))
          .filter((file) => file.endsWith('.http-head'))
          .map((file) => `${agent}/${file.slice(0, 2)}`),
      )
  : [];

/** The request under the paths that the server sees: prefixes are the base path's business. */
export function recordedRequest(name: string): WireRequest {
  const [first = '', ...lines] = readFileSync(join(folder, `${name}.http-head`), 'utf8')
    .trimEnd()
    .split(/\r?\n/);
  const [method = '', target = ''] = first.split(' ');
  const [fullPath = '', query = ''] = target.split('?');
  const path = fullPath.replace(/^.*(\/ingest|\/push\.v1\.|\/v1development)/, '$1');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { method, path, query, headers, body: new Uint8Array(readFileSync(join(folder, `${name}.body`))) };
}
