/** Short links and snapshots over HTTP: `/api/links`, `/api/snapshots`, `/s/ID`. */

import { isLinkId, longestLink, type StoredLink } from '#wire/links.ts';
import { jsonAnswer } from './answers.ts';
import { LinkStore, TooManyLinks, type FoundLink } from './link-store.ts';
import { messagePage } from './message-page.ts';
import type { WireAnswer } from './request.ts';
import { notStored, unavailable, whyUnreadable, withWarnings } from './side-answers.ts';
import { DamagedBlob } from './store/blob.ts';

/** The characters of a query in an address: none that ends a line, a query or an attribute. */
const QUERY = /^[!$-;=?-~]+$/;

export class Links {
  readonly #store: LinkStore;

  /** Never throws for what lies in the folder. @param folder must be there, and belong to this process */
  constructor(folder: string) {
    this.#store = new LinkStore(folder);
  }

  /** For the log: the repairs that opening them needed, or why they cannot be used. */
  get notes(): readonly string[] {
    return this.#store.notes;
  }

  close(): void {
    this.#store.close();
  }

  /** @param body of a call to one of these paths */
  async answer(method: string, path: string, body: Uint8Array): Promise<WireAnswer> {
    const isAboutSnapshot = path.split('/', 3)[2] === 'snapshots';
    const refuse = (): WireAnswer | undefined => unavailable(this.#store.whyNot(isAboutSnapshot));
    const before = refuse();
    if (before !== undefined) return before;
    try {
      const made = await this.#answerCall(method, path, body);
      // A moved or replaced file would not be found after a restart, so the call fails.
      return (method === 'GET' ? undefined : refuse()) ?? made;
    } catch (error) {
      return refuse() ?? refusal(503, whyLinkUnreadable(error));
    }
  }

  async #answerCall(method: string, path: string, body: Uint8Array): Promise<WireAnswer> {
    const [, , call, id = ''] = path.split('/', 4);
    if (call === 'snapshots') {
      if (id === '' && method === 'POST') return this.#answering('The snapshot', () => this.#keep(body));
      if (id !== '' && method === 'GET') return this.#answerSnapshot(id);
      return refusal(405, 'Save snapshots with POST; read them with GET /api/snapshots/ID.');
    }
    if (id === '' && method === 'GET') return this.#answerList();
    if (id === '' && method === 'POST') return this.#answering('The link', async () => this.#store.add(queryIn(body)));
    if (id !== '' && method === 'DELETE')
      return (await this.#store.remove(id)) ? jsonAnswer(200, {}) : refusal(404, unknownLink(id));
    return refusal(405, 'Read links with GET, make them with POST, delete them with DELETE /api/links/ID.');
  }

  /** The target of `/s/ID`: the parent folder, whatever prefix a proxy has. */
  follow(path: string): WireAnswer {
    const id = path.slice('/s/'.length);
    let link: FoundLink | undefined;
    try {
      link = this.#store.find(id);
    } catch (error) {
      return pageOf(503, 'This link cannot be read', this.#store.whyNot(false) ?? whyLinkUnreadable(error));
    }
    if (link === undefined) {
      const message = `${unknownLink(id)} Ask the sender for the complete link.`;
      return pageOf(404, 'This link leads nowhere', message);
    }
    const snapshot = link.snapshotBytes > 0 ? `&snap=${link.id}` : '';
    const location = `../?${link.query}${snapshot}`;
    return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: new Uint8Array() };
  }

  #answerList(): WireAnswer {
    const { stored, warnings } = this.#store.list();
    return withWarnings(jsonAnswer(200, stored), warnings);
  }

  /** A line of JSON with the query, then the snapshot, which only the page reads: packed with gzip, so that it has a checksum. */
  async #keep(body: Uint8Array): Promise<StoredLink> {
    const end = body.indexOf(0x0a);
    if (end < 0) throw new Refused(400, 'A snapshot begins with a line of JSON: {"query": "…"}.');
    const query = queryIn(body.subarray(0, end));
    const bytes = body.subarray(end + 1);
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw new Refused(400, 'The snapshot is not packed with gzip.');
    return this.#store.keep(query, bytes);
  }

  async #answerSnapshot(id: string): Promise<WireAnswer> {
    const link = this.#store.find(id);
    if (link === undefined) return refusal(404, unknownLink(id));
    if (link.snapshotBytes === 0) return refusal(404, 'Nothing is stored under this link.');
    let body: Uint8Array;
    try {
      body = await this.#store.snapshotOf(link);
    } catch (error) {
      return refusal(410, `The snapshot of this link cannot be read: ${(error as Error).message}.`);
    }
    if (body.length !== link.snapshotBytes)
      return refusal(
        410,
        `The snapshot of this link is damaged: it has ${body.length} of ${link.snapshotBytes} bytes.`,
      );
    const headers = {
      'content-type': 'application/octet-stream',
      'cache-control': 'no-store',
      'last-modified': new Date(link.createdMs).toUTCString(),
    };
    return { status: 200, headers, body };
  }

  async #answering(what: string, make: () => Promise<StoredLink>): Promise<WireAnswer> {
    try {
      const { id } = await make();
      return jsonAnswer(201, { id, path: `s/${id}` });
    } catch (error) {
      if (error instanceof Refused) return refusal(error.status, error.message);
      if (error instanceof TooManyLinks) return refusal(507, error.message);
      return notStored(what, error);
    }
  }
}

/** One sentence for the client and the operator. */
function whyLinkUnreadable(error: unknown): string {
  if (error instanceof DamagedBlob)
    return `This short link is damaged: its row in links.db ${error.message}. Make it again, or delete it.`;
  return whyUnreadable('Short links', 'links.db', error);
}

class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @throws Refused */
function queryIn(body: Uint8Array): string {
  let given: unknown;
  try {
    given = JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    throw new Refused(400, `The link is not JSON: ${(error as Error).message}.`);
  }
  const said = typeof given === 'object' && given !== null && 'query' in given ? given.query : undefined;
  if (typeof said !== 'string') throw new Refused(400, 'Send a link as {"query": "v=1&svc=…"}.');
  const query = said.replace(/^\?/, '');
  if (query.length > longestLink)
    throw new Refused(413, `The link has ${query.length} characters; the maximum is ${longestLink}.`);
  if (!QUERY.test(query))
    throw new Refused(400, 'Write the query of a link as in an address: percent-encode other characters.');
  return query;
}

function unknownLink(id: string): string {
  return `There is no link ${isLinkId(id) ? id : 'of this name'} here: it was deleted, or made on another server.`;
}

/** The page for a link that leads nowhere. */
function pageOf(status: number, title: string, message: string): WireAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    body: new TextEncoder().encode(messagePage(title, message, '..')),
  };
}

function refusal(status: number, message: string): WireAnswer {
  return jsonAnswer(status, { message });
}
