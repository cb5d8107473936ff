/**
 * Short links, and what was kept under them: `/api/links`, `/api/snapshots`, `/s/ID`. Both are named by what they hold and
 * never change. Links are rows of `links.db` in the data folder, snapshots are files of `snapshots/` beside it; retention
 * touches neither.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isLinkId, longestLink, type StoredLink, type StoredLinks } from '#wire/links.ts';
import { printWarnings, warningsHeader } from '#wire/warnings.ts';
import { jsonAnswer } from './answers.ts';
import type { WireAnswer } from './request.ts';
import { messagePage } from './message-page.ts';
import { DamagedBlob } from './store/blob.ts';
import { damageIn, DamageNotes, warningsOf } from './store/damage.ts';
import { FilesInPlace } from './store/files-in-place.ts';
import { isFull, reason, whyNoRoom } from './store/folder.ts';
import { rowCheck } from './store/row-check.ts';
import { Rows } from './store/rows.ts';
import { SideFile } from './store/side-file.ts';
import { writeDurably } from './write-durably.ts';

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

type FoundLink = StoredLink & { readonly digest: string };

interface LinkRow extends FoundLink {
  /** Null in rows of older versions. */
  readonly row_check: number | null;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS link(
    id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, query TEXT NOT NULL, created_ms INTEGER NOT NULL,
    snapshot_bytes INTEGER NOT NULL) WITHOUT ROWID
`;
const COLUMNS = 'id, query, created_ms AS createdMs, snapshot_bytes AS snapshotBytes, digest, row_check';

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
    this.#file = new SideFile(join(folder, 'links.db'), SCHEMA, 'link');
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

  /** @param clauses after FROM */
  #rows(clauses: string): Rows<LinkRow> {
    return new Rows(this.#db, `SELECT ${COLUMNS} FROM link ${clauses}`);
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
    let isDamaged = false;
    const rows = this.#rows('').all([], () => {
      isDamaged = true;
    });
    // A damaged row may belong to any of the files: then all stay.
    if (isDamaged || !rows.every(isWhole)) return;
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
      return refusal(503, whyNot() ?? whyUnreadable(error));
    }
  }

  async #answerCall(method: string, path: string, body: Uint8Array): Promise<WireAnswer> {
    const [, , call, id = ''] = path.split('/', 4);
    if (call === 'snapshots') {
      if (id === '' && method === 'POST') return this.#answering(() => this.#keep(body));
      if (id !== '' && method === 'GET') return this.#answerSnapshot(id);
      return refusal(405, 'Snapshots are kept by POST, and read by GET /api/snapshots/ID.');
    }
    if (id === '' && method === 'GET') return this.#answerList();
    if (id === '' && method === 'POST') return this.#answering(() => this.#addLink(queryIn(body)));
    if (id !== '' && method === 'DELETE')
      return (await this.#inTurn(() => this.#remove(id))) ? jsonAnswer(200, {}) : refusal(404, unknownLink(id));
    return refusal(405, 'Links are read by GET, made by POST, and removed by DELETE /api/links/ID.');
  }

  /** Where `/s/ID` leads: to the folder above, whatever a proxy has put before it. */
  follow(path: string): WireAnswer {
    const id = path.slice('/s/'.length);
    let link: FoundLink | undefined;
    try {
      link = this.#find(id);
    } catch (error) {
      return pageOf(503, 'This link cannot be read', this.#whyNot(false) ?? whyUnreadable(error));
    }
    if (link === undefined) {
      const message = `${unknownLink(id)} Ask whoever sent it for the whole link.`;
      return pageOf(404, 'This link leads nowhere', message);
    }
    const snapshot = link.snapshotBytes > 0 ? `&snap=${link.id}` : '';
    const location = `../?${link.query}${snapshot}`;
    return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: new Uint8Array() };
  }

  /** @throws DamagedBlob */
  #find(id: string): FoundLink | undefined {
    if (!isLinkId(id)) return undefined;
    const [row] = this.#rows('WHERE id = ?').all([id], (why) => {
      throw new DamagedBlob(why);
    });
    if (row !== undefined && !isWhole(row)) throw new DamagedBlob('does not match its checksum');
    return row;
  }

  /** What takes room first, of both the newest first. */
  #answerList(): WireAnswer {
    const damage = new DamageNotes();
    if (this.#file.lost !== undefined) damage.note('lost', this.#file.lost);
    const rows = this.#rows(`ORDER BY snapshot_bytes > 0 DESC, created_ms DESC, id LIMIT ${MOST_LISTED}`).all(
      [],
      (why) => damage.note('', `Some short links cannot be listed: the table of links ${why}.`),
    );
    const links = rows.flatMap((row) => {
      const { id, query, createdMs, snapshotBytes } = row;
      if (isWhole(row)) return [{ id, query, createdMs, snapshotBytes }];
      damage.note(id, `The short link ${id.slice(0, 50)} is damaged and is not listed.`);
      return [];
    });
    const { count, snapshotBytes } = this.#held();
    const answer = jsonAnswer(200, { links, count, snapshotBytes } satisfies StoredLinks);
    const warnings = warningsOf(damage.list());
    if (warnings.length === 0) return answer;
    return { ...answer, headers: { ...answer.headers, [warningsHeader]: printWarnings(warnings) } };
  }

  #held(): Held {
    return this.#db
      .prepare(
        `SELECT count(*) AS count, total(octet_length(query)) AS queryBytes,
           total(snapshot_bytes) AS snapshotBytes FROM link`,
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
    if (known === undefined) return undefined;
    try {
      return this.#find(known.id);
    } catch (error) {
      // Made again, a damaged link is whole again.
      if (!(error instanceof DamagedBlob)) throw error;
      this.#db.prepare('DELETE FROM link WHERE id = ?').run(known.id);
      return undefined;
    }
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
    while (this.#isTaken(name.slice(0, length))) length++;
    const link = { id: name.slice(0, length), query, createdMs: Date.now(), snapshotBytes };
    this.#db
      .prepare('INSERT INTO link(id, digest, query, created_ms, snapshot_bytes, row_check) VALUES (?, ?, ?, ?, ?, ?)')
      .run(link.id, digest, query, link.createdMs, snapshotBytes, checkOf({ ...link, digest }));
    return link;
  }

  #isTaken(id: string): boolean {
    return this.#db.prepare('SELECT 1 FROM link WHERE id = ?').get(id) !== undefined;
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
    if (!isLinkId(id)) return false;
    // Damaged ones too: their file goes at the next start, as no link knows it.
    const row = this.#db.prepare('DELETE FROM link WHERE id = ? RETURNING digest').get(id) as
      | { digest: string }
      | undefined;
    if (row === undefined) return false;
    if (/^[0-9a-f]{64}$/.test(row.digest)) await rm(join(this.#files, row.digest), { force: true });
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

function checkOf({ id, digest, query, createdMs, snapshotBytes }: FoundLink): number {
  return rowCheck([createdMs, snapshotBytes], [id, digest, query]);
}

function isWhole(row: LinkRow): boolean {
  const check = checkOf(row);
  return row.row_check === null ? !Number.isNaN(check) : check === row.row_check;
}

/** A sentence for whoever asked, and for whoever looks after the server. */
function whyUnreadable(error: unknown): string {
  if (error instanceof DamagedBlob)
    return `This short link is damaged: its row in links.db ${error.message}. Make it again, or delete it.`;
  const what = damageIn(error);
  if (what === undefined) return `Short links cannot be read: ${reason(error)}.`;
  return `Short links cannot be read: links.db in the data folder ${what}. Stop the server and move the file away to begin with none.`;
}

function digestOf(query: string, snapshot: Uint8Array | undefined): string {
  const hash = createHash('sha256').update(`${query}\n`);
  return (snapshot === undefined ? hash : hash.update(snapshot)).digest('hex');
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
