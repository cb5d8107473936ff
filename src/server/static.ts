/** The built page: files of one folder, compressed beforehand. Other navigations are redirected to the page. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import sirv from 'sirv';

const POLICY = 'Content-Security-Policy';

/**
 * @param folder the page as the build left it; listed once, so a later build needs a new start.
 * @param notFound answers what is neither a file nor a navigation.
 */
export function servePage(folder: string, notFound: (response: ServerResponse) => void) {
  const serveFile = sirv(folder, {
    etag: true,
    gzip: true,
    setHeaders: (response, path) => {
      // Names under assets/ carry a hash of their content; all others must be asked for again.
      const isHashed = path.startsWith('/assets/');
      response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      // The worker unpacks xz in WebAssembly. The page itself may not compile any.
      if (path.startsWith('/assets/worker/'))
        response.setHeader(POLICY, `${String(response.getHeader(POLICY))}; script-src 'self' 'wasm-unsafe-eval'`);
    },
  });

  return (request: IncomingMessage, response: ServerResponse): void => {
    // sirv pipes without listening for errors: a file that went away, by a new build, would end the process.
    response.on('pipe', (source: NodeJS.ReadableStream) => source.on('error', () => response.destroy()));
    // Range requests are not needed, and sirv parses them loosely.
    delete request.headers.range;
    serveFile(request, response, () => {
      if (!isNavigation(request)) return notFound(response);
      // The page finds its parts beside itself, so it is served at one address only. A proxy may have put more before it.
      const [path, query] = (request.url ?? '/').split(/(?=\?)/, 2);
      const up = '../'.repeat(path.split('/').length - 2) || './';
      response.writeHead(302, { Location: `${up}${query ?? ''}`, 'Cache-Control': 'no-store' });
      response.end();
    });
  };
}

/** A person opening an address; scripts, images and API clients do not ask for HTML. */
function isNavigation(request: IncomingMessage): boolean {
  return request.headers.accept?.includes('text/html') ?? false;
}
