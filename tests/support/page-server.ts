/** The HTTP server with a built page. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll } from 'vitest';
import type { ServerParts } from '#server/http.ts';
import { Links } from '#server/links.ts';
import { Markers } from '#server/markers.ts';
import { ask, listen } from './test-server.ts';

export const INDEX = '<!doctype html><title>Flametide</title>';
const SCRIPT = 'console.log(1);';
export const NAVIGATION = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

/** A server of a built page, with markers and links, while the tests of a file run. */
export function pageServer() {
  let folder: string;
  let server: Server;
  let markers: Markers;
  let links: Links;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'flametide-http-'));
    mkdirSync(join(folder, 'assets/worker'), { recursive: true });
    mkdirSync(join(folder, '.vite'));
    for (const [path, text] of [
      ['index.html', INDEX],
      ['assets/index-abc123.js', SCRIPT],
      ['assets/worker/analysis-abc123.js', SCRIPT],
      ['sw.js', SCRIPT],
      ['app.webmanifest', '{}'],
    ] as const) {
      writeFileSync(join(folder, path), text);
      writeFileSync(join(folder, `${path}.gz`), gzipSync(text));
    }
    writeFileSync(join(folder, 'assets/gone-abc123.js'), SCRIPT);
    writeFileSync(join(folder, '.vite/manifest.json'), '{}');
    markers = new Markers(mkdtempSync(join(tmpdir(), 'flametide-markers-')));
    links = new Links(mkdtempSync(join(tmpdir(), 'flametide-links-')));
    server = await listening('127.0.0.1');
  });

  afterAll(() => {
    server.close();
    markers.close();
    links.close();
    rmSync(folder, { recursive: true });
  });

  /** Another server of the same page. */
  function listening(host: string, more: Partial<ServerParts> = {}): Promise<Server> {
    return listen({ host, pageFolder: folder, markers, links, ...more });
  }

  return {
    listening,
    file: (path: string): string => join(folder, path),
    port: (): number => (server.address() as AddressInfo).port,
    get: (path: string, headers: Record<string, string> = {}, method = 'GET', from = server) =>
      ask(from, path, { headers, method }),
    post: (path: string, body: string, headers: Record<string, string> = {}, to = server) =>
      ask(to, path, { headers, method: 'POST', body }),
  };
}
