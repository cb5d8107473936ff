/**
 * Short links, and what was kept under them: `/api/links`, `/api/snapshots`, `/s/ID`. Both are named by what they hold and
 * never change. Links are rows of `links.db` in the data folder, snapshots are files of `snapshots/` beside it; retention
 * touches neither.
 */

import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, existsSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isLinkId, longestLink, type StoredLink, type StoredLinks } from '#wire/links.ts';
import { jsonAnswer } from './answers.ts';
import type { WireAnswer } from './exchange.ts';
import { messagePage } from './message-page.ts';
import { FilesInPlace } from './store/files-in-place.ts';
import { isFull, reason, whyNoRoom } from './store/folder.ts';
import { SideFile } from './store/side-file.ts';

const MOST_LINKS = 100_000;
const MOST_LISTED = 500;
/** Of all snapshots: no retention takes them away. */
const MOST_KEPT_BYTES = 1 << 30;
/** Of the queries of all links: some 670 letters each, where there are as many as may be. */
const MOST_QUERY_BYTES = 64 << 20;
/** Letters of an id; more where two links begin alike. */
const SHORTEST_ID = 8;
/** As an address holds it: nothing that ends a line, a query or an attribute. */
const QUERY = /^[!$-;=?-~]+$/;

/** Of all links. */
interface Held {
  readonly count: number;
  readonly queryBytes: number;
  readonly snapshotBytes: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS link(
    id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, query TEXT NOT NULL, created_ms INTEGER NOT NULL,
    snapshot_bytes INTEGER NOT NULL) WITHOUT ROWID
`;

export class Links {
  /** What had to be done to open them, or why they cannot be used, for the log. */
  readonly notes: readonly string[];
  readonly #file: SideFile;
  readonly #folder: string;
  readonly #files: string;
  readonly #filesInPlace: FilesInPlace | undefined;
  /** Why snapshots cannot be kept, of a folder that cannot be used. */
  readonly #noFiles: string | undefined;
  /** Ends after the last change that was asked for. */
  #lastChange: Promise<unknown> = Promise.resolve();

  /** Never throws for what lies in the folder. @param folder must be there, and belong to this process */
  constructor(folder: string) {
    this.#folder = folder;
    this.#files = join(folder, 'snapshots');
    this.#file = new SideFile(join(folder, 'links.db'), SCHEMA);
    const notes = this.#file.note === undefined ? [] : [this.#file.note];
    try {
      if (this.#file.whyNot() === undefined) this.#tidy(notes);
      mkdirSync(this.#files, { recursive: true });
      this.#filesInPlace = new FilesInPlace([this.#files]);
    } catch (error) {
      this.#noFiles = `Snapshots cannot be kept in ${this.#files}: ${reason(error)}.`;
      notes.push(this.#noFiles);
    }
    this.notes = notes;
  }

  get #db(): SideFile['db'] {
    return this.#file.db;
  }

  /** Removes what a killed process had written and not answered yet; keeps what links that are lost have led to. */
  #tidy(notes: string[]): void {
    const names = existsSync(this.#files) ? readdirSync(this.#files) : [];
    if (names.length === 0) return;
    if (this.#file.isNew) {
      let number = 1;
      while (existsSync(`${this.#files}.set-aside-${number}`)) number++;
      renameSync(this.#files, `${this.#files}.set-aside-${number}`);
      notes.push(
        `No links lead to the ${names.length} snapshots any more: they were set aside as ${this.#files}.set-aside-${number}.`,
      );
      return;
    }
    const rows = this.#db.prepare('SELECT digest FROM link').all() as { digest: string }[];
    const known = new Set(rows.map(({ digest }) => digest));
    for (const name of names) if (!known.has(name)) rmSync(join(this.#files, name), { force: true });
  }

  /** Why nothing can be read or kept, in one sentence. @param snapshot whether it is about one */
  #whyNot(snapshot: boolean): string | undefined {
    return this.#file.whyNot() ?? (snapshot ? (this.#noFiles ?? this.#filesInPlace!.whyNot()) : undefined);
  }

  close(): void {
    this.#file.close();
  }

  /** @param body of a call to one of these paths */
  async answer(method: string, path: string, body: Uint8Array): Promise<WireAnswer> {
    const isAboutSnapshot = path.split('/', 3)[2] === 'snapshots';
    const whyNot = (): string | undefined => this.#whyNot(isAboutSnapshot);
    let why = whyNot();
    if (why !== undefined) return refusal(503, why);
    try {
      const made = await this.#answerCall(method, path, body);
      // What lies where the next start does not look is not kept.
      why = method === 'GET' ? undefined : whyNot();
      return why === undefined ? made : refusal(503, why);
    } catch (error) {
      return refusal(503, whyNot() ?? `The links cannot be read: ${reason(error)}.`);
    }
  }

  async #answerCall(method: string, path: string, body: Uint8Array): Promise<WireAnswer> {
    const [, , call, id = ''] = path.split('/', 4);
    if (call === 'snapshots') {
      if (id === '' && method === 'POST') return this.#answering(() => this.#keep(body));
      if (id !== '' && method === 'GET') return this.#answerSnapshot(id);
      return refusal(405, 'Snapshots are kept by POST, and read by GET /api/snapshots/ID.');
    }
    if (id === '' && method === 'GET') return jsonAnswer(200, this.#list());
    if (id === '' && method === 'POST') return this.#answering(() => this.#addLink(queryIn(body)));
    if (id !== '' && method === 'DELETE')
      return (await this.#inTurn(() => this.#remove(id))) ? jsonAnswer(200, {}) : refusal(404, unknownLink(id));
    return refusal(405, 'Links are read by GET, made by POST, and removed by DELETE /api/links/ID.');
  }

  /** Where `/s/ID` leads: to the folder above, whatever a proxy has put before it. */
  follow(path: string): WireAnswer {
    const id = path.slice('/s/'.length);
    let link;
    try {
      link = this.#find(id);
    } catch (error) {
      const why = this.#whyNot(false) ?? `They cannot be read: ${reason(error)}.`;
      return messageAnswer(503, 'Links cannot be opened', why);
    }
    if (link === undefined) return notFoundPage(id);
    const snapshot = link.snapshotBytes > 0 ? `&snap=${link.id}` : '';
    const location = `../?${link.query}${snapshot}`;
    return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: new Uint8Array() };
  }

  #find(id: string): (StoredLink & { readonly digest: string }) | undefined {
    if (!isLinkId(id)) return undefined;
    return this.#db
      .prepare(
        'SELECT id, query, created_ms AS createdMs, snapshot_bytes AS snapshotBytes, digest FROM link WHERE id = ?',
      )
      .get(id) as (StoredLink & { readonly digest: string }) | undefined;
  }

  /** What takes room first, of both the newest first. */
  #list(): StoredLinks {
    const links = this.#db
      .prepare(
        `SELECT id, query, created_ms AS createdMs, snapshot_bytes AS snapshotBytes FROM link
         ORDER BY snapshot_bytes > 0 DESC, created_ms DESC, id LIMIT ${MOST_LISTED}`,
      )
      .all() as unknown as StoredLink[];
    const { count, snapshotBytes } = this.#held();
    return { links, count, snapshotBytes };
  }

  #held(): Held {
    return this.#db
      .prepare(
        `SELECT count(*) AS count, coalesce(sum(octet_length(query)), 0) AS queryBytes,
           coalesce(sum(snapshot_bytes), 0) AS snapshotBytes FROM link`,
      )
      .get() as Held;
  }

  /** One change after the other: what it looked at first still holds when it writes. */
  #inTurn<T>(change: () => T | Promise<T>): Promise<T> {
    const done = this.#lastChange.then(change);
    this.#lastChange = done.catch(() => {});
    return done;
  }

  #addLink(query: string): StoredLink {
    const digest = digestOf(query, undefined);
    const known = this.#withDigest(digest);
    if (known !== undefined) return known;
    this.#checkRoom(query, 0);
    return this.#add(query, digest, 0);
  }

  #withDigest(digest: string): StoredLink | undefined {
    const known = this.#db.prepare('SELECT id FROM link WHERE digest = ?').get(digest) as { id: string } | undefined;
    return known && this.#find(known.id);
  }

  /** @throws Refused */
  #checkRoom(query: string, snapshotBytes: number): void {
    const noRoom = whyNoRoom(this.#folder);
    if (noRoom !== undefined) throw new Refused(507, noRoom);
    const held = this.#held();
    if (held.count >= MOST_LINKS)
      throw new Refused(507, `There are ${MOST_LINKS} links, the most that are kept: delete some.`);
    if (held.queryBytes + query.length > MOST_QUERY_BYTES)
      throw new Refused(
        507,
        `The links have ${mebibytes(held.queryBytes)} MiB, and at most ${mebibytes(MOST_QUERY_BYTES)} are kept: delete some.`,
      );
    if (snapshotBytes > 0 && held.snapshotBytes + snapshotBytes > MOST_KEPT_BYTES)
      throw new Refused(
        507,
        `Snapshots have ${mebibytes(held.snapshotBytes)} MiB, and at most ${mebibytes(MOST_KEPT_BYTES)} are kept: delete some links.`,
      );
  }

  /** On disk when it returns. */
  #add(query: string, digest: string, snapshotBytes: number): StoredLink {
    const name = BigInt(`0x${digest}`).toString(36).padStart(50, '0');
    let length = SHORTEST_ID;
    while (this.#find(name.slice(0, length)) !== undefined) length++;
    const link = { id: name.slice(0, length), query, createdMs: Date.now(), snapshotBytes };
    this.#db
      .prepare('INSERT INTO link(id, digest, query, created_ms, snapshot_bytes) VALUES (?, ?, ?, ?, ?)')
      .run(link.id, digest, query, link.createdMs, snapshotBytes);
    return link;
  }

  /** A line of JSON with the query, then the snapshot, which only the page reads: packed with gzip, so that it has a checksum. */
  async #keep(body: Uint8Array): Promise<StoredLink> {
    const end = body.indexOf(0x0a);
    if (end < 0) throw new Refused(400, 'A snapshot begins with a line of JSON: {"query": "…"}.');
    const query = queryIn(body.subarray(0, end));
    const bytes = body.subarray(end + 1);
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b)
      throw new Refused(400, 'A snapshot is packed with gzip, and this is not.');
    const digest = digestOf(query, bytes);
    const known = this.#withDigest(digest);
    if (known === undefined) this.#checkRoom(query, bytes.length);
    // The file first: a link never leads to a snapshot that is not there. Kept again, one that was damaged is whole again.
    await writeDurably(this.#files, digest, bytes);
    return known ?? this.#add(query, digest, bytes.length);
  }

  async #answerSnapshot(id: string): Promise<WireAnswer> {
    const link = this.#find(id);
    if (link === undefined) return refusal(404, unknownLink(id));
    if (link.snapshotBytes === 0) return refusal(404, 'Nothing is kept under this link.');
    let body: Uint8Array;
    try {
      body = new Uint8Array(await readFile(join(this.#files, link.digest)));
    } catch (error) {
      return refusal(410, `What was kept under this link cannot be read: ${(error as Error).message}.`);
    }
    if (body.length !== link.snapshotBytes)
      return refusal(
        410,
        `What was kept under this link is damaged: it has ${body.length} of ${link.snapshotBytes} bytes.`,
      );
    const headers = {
      'content-type': 'application/octet-stream',
      'cache-control': 'no-store',
      'last-modified': new Date(link.createdMs).toUTCString(),
    };
    return { status: 200, headers, body };
  }

  /** @returns whether it was there */
  async #remove(id: string): Promise<boolean> {
    const link = this.#find(id);
    if (link === undefined) return false;
    this.#db.prepare('DELETE FROM link WHERE id = ?').run(id);
    await rm(join(this.#files, link.digest), { force: true });
    return true;
  }

  async #answering(make: () => StoredLink | Promise<StoredLink>): Promise<WireAnswer> {
    try {
      const { id } = await this.#inTurn(make);
      return jsonAnswer(201, { id, path: `s/${id}` });
    } catch (error) {
      if (error instanceof Refused) return refusal(error.status, error.message);
      return refusal(isFull(error) || hasNoRoom(error) ? 507 : 503, `It cannot be kept: ${reason(error)}.`);
    }
  }
}

function digestOf(query: string, snapshot: Uint8Array | undefined): string {
  const hash = createHash('sha256').update(`${query}\n`);
  return (snapshot === undefined ? hash : hash.update(snapshot)).digest('hex');
}

async function writeDurably(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const draft = join(folder, `${name}.${randomUUID()}`);
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, join(folder, name));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  // The name is on disk once its folder is; Windows opens no folders.
  if (process.platform === 'win32') return;
  const names = await open(folder, 'r');
  try {
    await names.sync();
  } finally {
    await names.close();
  }
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
    throw new Refused(400, `The link is no JSON: ${(error as Error).message}.`);
  }
  const said = typeof given === 'object' && given !== null && 'query' in given ? given.query : undefined;
  if (typeof said !== 'string') throw new Refused(400, 'A link is told as {"query": "v=1&svc=…"}.');
  const query = said.replace(/^\?/, '');
  if (query.length > longestLink)
    throw new Refused(413, `The link has ${query.length} letters, and at most ${longestLink} are kept.`);
  if (!QUERY.test(query))
    throw new Refused(400, 'The query of a link is as an address has it: letters beyond are escaped.');
  return query;
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

function unknownLink(id: string): string {
  return `There is no link ${isLinkId(id) ? id : 'of this name'} here: it was deleted, or made on another server.`;
}

function hasNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** For whoever follows a link that leads nowhere. */
function notFoundPage(id: string): WireAnswer {
  return messageAnswer(404, 'This link leads nowhere', `${unknownLink(id)} Ask whoever sent it for the whole link.`);
}

function messageAnswer(status: number, title: string, text: string): WireAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    body: new TextEncoder().encode(messagePage(title, text, '..')),
  };
}

function refusal(status: number, message: string): WireAnswer {
  return jsonAnswer(status, { message });
}
