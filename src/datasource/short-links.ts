/**
 * Short links and their snapshots: every Flametide has them, whatever backend it uses. `/api/links`, `/api/snapshots`.
 */
import { mostSnapshotBytes, type StoredLink, type StoredLinks } from '#wire/links.ts';

export interface MadeLink {
  readonly id: string;
  /** Absolute. */
  readonly url: string;
}

export type ListedLink = MadeLink & StoredLink;

export interface LinkList extends StoredLinks {
  readonly links: readonly ListedLink[];
}

/** The snapshot of a link, as it was sent. */
export interface PackedSnapshot {
  readonly packed: Uint8Array<ArrayBuffer>;
  readonly savedMs: number;
}

/** @param query of a link, with its `?` @throws Error with the server's words where it refuses */
export async function makeShortLink(baseUrl: string, query: string): Promise<MadeLink> {
  return made(baseUrl, 'api/links', JSON.stringify({ query }));
}

/** @param packed as `packSnapshot` makes it @throws Error with the server's words where it refuses */
export async function keepSnapshot(baseUrl: string, query: string, packed: Uint8Array<ArrayBuffer>): Promise<MadeLink> {
  // Checked here, because a server that stops reading resets the connection and its message is lost.
  const body = new Blob([`${JSON.stringify({ query })}\n`, packed]);
  if (body.size > mostSnapshotBytes)
    throw new Error(
      `The snapshot has ${Math.ceil(body.size / 2 ** 20)} MiB; the server accepts at most ${mostSnapshotBytes / 2 ** 20} MiB: choose a shorter range.`,
    );
  return made(baseUrl, 'api/snapshots', body);
}

/** @throws Error with the server's words where there is none */
export async function fetchSnapshot(baseUrl: string, id: string, signal: AbortSignal): Promise<PackedSnapshot> {
  const response = await answered(new URL(`api/snapshots/${id}`, baseUrl), { signal });
  const packed = new Uint8Array(await response.arrayBuffer());
  return { packed, savedMs: Date.parse(response.headers.get('last-modified') ?? '') };
}

/** @throws Error with the server's words where it refuses */
export async function fetchLinks(baseUrl: string, signal: AbortSignal): Promise<LinkList> {
  const response = await answered(new URL('api/links', baseUrl), { signal });
  const { links, count, snapshotBytes } = (await response.json()) as Partial<Record<keyof StoredLinks, unknown>>;
  const read = (Array.isArray(links) ? links : []).flatMap((one: unknown) => listed(one, baseUrl) ?? []);
  return {
    links: read,
    count: typeof count === 'number' ? count : read.length,
    snapshotBytes: typeof snapshotBytes === 'number' ? snapshotBytes : 0,
  };
}

/** Deletes its snapshot too. @throws Error with the server's words where it refuses */
export async function deleteLink(baseUrl: string, id: string): Promise<void> {
  await answered(new URL(`api/links/${id}`, baseUrl), { method: 'DELETE' });
}

function listed(one: unknown, baseUrl: string): ListedLink | undefined {
  const { id, query, createdMs, snapshotBytes } = (one ?? {}) as Partial<Record<keyof StoredLink, unknown>>;
  if (typeof id !== 'string' || typeof query !== 'string') return undefined;
  if (typeof createdMs !== 'number' || typeof snapshotBytes !== 'number') return undefined;
  return { id, query, createdMs, snapshotBytes, url: new URL(`s/${encodeURIComponent(id)}`, baseUrl).href };
}

async function made(baseUrl: string, call: string, body: BodyInit): Promise<MadeLink> {
  const response = await answered(new URL(call, baseUrl), { method: 'POST', body });
  const { id, path } = (await response.json()) as { id?: unknown; path?: unknown };
  if (typeof id !== 'string' || typeof path !== 'string') throw new Error('The answer of the server has no link.');
  return { id, url: new URL(path, baseUrl).href };
}

async function answered(url: URL, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new Error('The server does not answer.', { cause: error });
  });
  if (!response.ok) throw new Error(await wordsOf(response));
  return response;
}

async function wordsOf(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message.slice(0, 500);
  } catch {
    // A proxy in between sends errors as text, or as a page.
  }
  const isPlain = (response.headers.get('content-type') ?? '').startsWith('text/plain');
  return (isPlain && text.trim().slice(0, 500)) || `The server answered with status ${response.status}.`;
}
