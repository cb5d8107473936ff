/**
 * Keeps the page for when its server does not answer, so that files can be opened offline. The server's answer always
 * goes first. The cache is used only for parts whose names carry a hash of their content, and for the page itself when
 * the server does not answer for some seconds. API calls and queries are never touched. A new page is stored beside the
 * old one until no tab shows the old one any more.
 */

/** The worker's global scope, as far as it is used: TypeScript's webworker library conflicts with its DOM library. */
interface Scope {
  /** Written by scripts/build.js: what the page consists of, beside this file, and a name for just that. */
  readonly PAGE: { readonly version: string; readonly files: readonly string[] };
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void;
  addEventListener(type: 'fetch', listener: (event: Asked) => void): void;
}
interface Lasting extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface Asked extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

const scope = self as unknown as Scope;
const { version, files } = scope.PAGE;
const home = scope.registration.scope;
/** A host that nothing leads to any more is silent: browsers wait minutes for one. */
const PATIENCE_MS = 5000;
/** Pages under several paths of one origin share its store. */
const ours = `flametide ${home} `;
const kept = ours + version;
const known = new Set(files.map((file) => new URL(file, home).href));

scope.addEventListener('install', (event) => event.waitUntil(keepAll()));
scope.addEventListener('activate', (event) => event.waitUntil(forgetOthers().then(() => scope.clients.claim())));
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const address = url.origin + url.pathname;
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate' && address === home) event.respondWith(page(request));
  else if (isPart(address)) event.respondWith(part(request, address));
  else if (known.has(address)) event.respondWith(serverFirst(request, address));
});

/** The cache of this page, named by its content. */
function isPart(address: string): boolean {
  return address.startsWith(`${home}assets/`) && known.has(address);
}

async function keepAll(): Promise<void> {
  const store = await caches.open(kept);
  // Past the browser's own store, which may hold what an older server sent under a name without a hash.
  const mode = (address: string): RequestCache => (isPart(address) ? 'default' : 'no-cache');
  await store.addAll([...known].map((address) => new Request(address, { cache: mode(address) })));
}

async function forgetOthers(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(ours) && name !== kept) await caches.delete(name);
}

async function page(request: Request): Promise<Response> {
  const asked = serverFirst(request, home);
  const silence = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS, undefined));
  const answer = (await Promise.race([asked, silence])) ?? (await find(home)) ?? (await asked);
  // A browser asks for a password only where no service worker is in between.
  if (answer.status === 401) await scope.registration.unregister();
  return answer;
}

async function part(request: Request, address: string): Promise<Response> {
  return (await find(address)) ?? fetch(request);
}

async function serverFirst(request: Request, address: string): Promise<Response> {
  try {
    const answer = await fetch(request);
    // A proxy before a server that is not there.
    const isAnswered = answer.status < 502 || answer.status > 504;
    return isAnswered ? answer : ((await find(address)) ?? answer);
  } catch (error) {
    const found = await find(address);
    if (found) return found;
    throw error;
  }
}

async function find(address: string): Promise<Response | undefined> {
  return (await caches.open(kept)).match(address, { ignoreVary: true });
}
