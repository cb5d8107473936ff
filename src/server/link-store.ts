/**
 * Short links and snapshots on disk. Their ids derive from their content, and they never change. Links are rows of
 * `links.db` in the
 * data folder, snapshots are files of `snapshots/` beside it; retention removes neither.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isLinkId, type StoredLink, type StoredLinks } from '#wire/links.ts';
import { DamagedBlob } from './store/blob.ts';
import { DamageNotes, warningsOf } from './store/damage.ts';
import { FilesInPlace } from './store/files-in-place.ts';
import { reason, whyNoRoom } from './store/folder.ts';
import { rowCheck } from './store/row-check.ts';
import { Rows } from './store/rows.ts';
import { SideFile } from './store/side-file.ts';
import { writeDurably } from './write-durably.ts';

const MAX_LINKS = 100_000;
const MAX_LISTED = 500;
/** Bytes of all snapshots: retention does not remove them. */
const MAX_SNAPSHOT_BYTES = 1 << 30;
/** Bytes of the queries of all links: about 670 characters each at the maximum number of links. */
const MAX_QUERY_BYTES = 64 << 20;
/** Minimum characters of an id; more if two ids would be equal. */
const MIN_ID_LENGTH = 8;

/** Maximum number of links. */
interface Held {
  readonly count: number;
  readonly queryBytes: number;
  readonly snapshotBytes: number;
}

export type FoundLink = StoredLink & { readonly digest: string };

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

/** There is no room for another link. The message says what to do. */
export class TooManyLinks extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TooManyLinks';
  }
}

export class LinkStore {
  /** For the log: the repairs that opening them needed, or why they cannot be used. */
  readonly notes: readonly string[];
  readonly #file: SideFile;
  readonly #folder: string;
  readonly #files: string;
  readonly #filesInPlace: FilesInPlace | undefined;
  /** The reason if the snapshot folder cannot be used. */
  readonly #noFiles: string | undefined;
  /** Resolves after the last requested change. */
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
      this.#noFiles = `Snapshots cannot be stored in ${this.#files}: ${reason(error)}.`;
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

  /** Removes snapshots that a killed process wrote without answering; keeps those whose links may be lost. */
  #tidy(notes: string[]): void {
    const names = existsSync(this.#files) ? readdirSync(this.#files) : [];
    if (names.length === 0) return;
    if (this.#file.isNew) {
      let number = 1;
      while (existsSync(`${this.#files}.set-aside-${number}`)) number++;
      renameSync(this.#files, `${this.#files}.set-aside-${number}`);
      notes.push(
        `${names.length} snapshots have no link any more: they were set aside as ${this.#files}.set-aside-${number}.`,
      );
      return;
    }
    // Unreadable rows may be links: their snapshots stay.
    if (this.#file.lost !== undefined) return;
    let isDamaged = false;
    const rows = this.#rows('').all([], () => {
      isDamaged = true;
    });
    // A damaged row may belong to any of the files: then all stay.
    if (isDamaged || !rows.every(isWhole)) return;
    const known = new Set(rows.map(({ digest }) => digest));
    for (const name of names) if (!known.has(name)) rmSync(join(this.#files, name), { force: true });
  }

  /** Why nothing can be read or stored, in one sentence. @param snapshot whether a snapshot is asked for */
  whyNot(snapshot: boolean): string | undefined {
    return this.#file.whyNot() ?? (snapshot ? (this.#noFiles ?? this.#filesInPlace!.whyNot()) : undefined);
  }

  close(): void {
    this.#file.close();
  }

  /** @throws DamagedBlob */
  find(id: string): FoundLink | undefined {
    if (!isLinkId(id)) return undefined;
    const [row] = this.#rows('WHERE id = ?').all([id], (why) => {
      throw new DamagedBlob(why);
    });
    if (row !== undefined && !isWhole(row)) throw new DamagedBlob('does not match its checksum');
    return row;
  }

  /** Those with a snapshot first, as they take room, then the newest first. */
  list(): { readonly stored: StoredLinks; readonly warnings: readonly string[] } {
    const damage = new DamageNotes();
    if (this.#file.lost !== undefined) damage.note('lost', this.#file.lost);
    const rows = this.#rows(`ORDER BY snapshot_bytes > 0 DESC, created_ms DESC, id LIMIT ${MAX_LISTED}`).all(
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
    return { stored: { links, count, snapshotBytes }, warnings: warningsOf(damage.list()) };
  }

  #held(): Held {
    return this.#db
      .prepare(
        `SELECT count(*) AS count, total(octet_length(query)) AS queryBytes,
           total(snapshot_bytes) AS snapshotBytes FROM link`,
      )
      .get() as Held;
  }

  /** Runs changes one after the other, so that nothing changes between the check and the write. */
  #inTurn<T>(change: () => T | Promise<T>): Promise<T> {
    const done = this.#lastChange.then(change);
    this.#lastChange = done.catch(() => {});
    return done;
  }

  /** On disk once it resolves; a link of the same query is found again. @throws TooManyLinks, what SQLite throws */
  add(query: string): Promise<StoredLink> {
    return this.#inTurn(() => this.#addNew(query));
  }

  #addNew(query: string): StoredLink {
    const digest = digestOf(query, undefined);
    const known = this.#withDigest(digest);
    if (known !== undefined) return known;
    this.#checkRoom(query, 0);
    return this.#insert(query, digest, 0);
  }

  #withDigest(digest: string): StoredLink | undefined {
    const known = this.#db.prepare('SELECT id FROM link WHERE digest = ?').get(digest) as { id: string } | undefined;
    if (known === undefined) return undefined;
    try {
      return this.find(known.id);
    } catch (error) {
      // Storing a damaged link again repairs it.
      if (!(error instanceof DamagedBlob)) throw error;
      this.#db.prepare('DELETE FROM link WHERE id = ?').run(known.id);
      return undefined;
    }
  }

  /** @throws TooManyLinks */
  #checkRoom(query: string, snapshotBytes: number): void {
    const noRoom = whyNoRoom(this.#folder);
    if (noRoom !== undefined) throw new TooManyLinks(noRoom);
    const held = this.#held();
    if (held.count >= MAX_LINKS)
      throw new TooManyLinks(`There are ${MAX_LINKS} links, which is the maximum: delete some.`);
    if (held.queryBytes + query.length > MAX_QUERY_BYTES)
      throw new TooManyLinks(
        `The links take ${mebibytes(held.queryBytes)} MiB; the maximum is ${mebibytes(MAX_QUERY_BYTES)} MiB: delete some.`,
      );
    if (snapshotBytes > 0 && held.snapshotBytes + snapshotBytes > MAX_SNAPSHOT_BYTES)
      throw new TooManyLinks(
        `Snapshots take ${mebibytes(held.snapshotBytes)} MiB; the maximum is ${mebibytes(MAX_SNAPSHOT_BYTES)} MiB: delete some links.`,
      );
  }

  /** On disk when it returns. */
  #insert(query: string, digest: string, snapshotBytes: number): StoredLink {
    const name = BigInt(`0x${digest}`).toString(36).padStart(50, '0');
    let length = MIN_ID_LENGTH;
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

  /** A link to a snapshot. @param bytes packed with gzip @throws TooManyLinks, what SQLite and files throw */
  keep(query: string, bytes: Uint8Array): Promise<StoredLink> {
    return this.#inTurn(async () => {
      const digest = digestOf(query, bytes);
      const known = this.#withDigest(digest);
      if (known === undefined) this.#checkRoom(query, bytes.length);
      // The file is written first, so that no link leads to a missing snapshot. Storing a damaged one again repairs it.
      await writeDurably(this.#files, digest, bytes);
      return known ?? this.#insert(query, digest, bytes.length);
    });
  }

  /** The bytes of the snapshot of a link. @throws what reading a file throws */
  async snapshotOf({ digest }: FoundLink): Promise<Uint8Array> {
    return new Uint8Array(await readFile(join(this.#files, digest)));
  }

  /** @returns whether it was there */
  remove(id: string): Promise<boolean> {
    return this.#inTurn(() => this.#remove(id));
  }

  async #remove(id: string): Promise<boolean> {
    if (!isLinkId(id)) return false;
    // Damaged links too: their file has no link and is removed at the next start.
    const row = this.#db.prepare('DELETE FROM link WHERE id = ? RETURNING digest').get(id) as
      | { digest: string }
      | undefined;
    if (row === undefined) return false;
    if (/^[0-9a-f]{64}$/.test(row.digest)) await rm(join(this.#files, row.digest), { force: true });
    return true;
  }
}

function checkOf({ id, digest, query, createdMs, snapshotBytes }: FoundLink): number {
  return rowCheck([createdMs, snapshotBytes], [id, digest, query]);
}

function isWhole(row: LinkRow): boolean {
  const check = checkOf(row);
  return row.row_check === null ? !Number.isNaN(check) : check === row.row_check;
}

function digestOf(query: string, snapshot: Uint8Array | undefined): string {
  const hash = createHash('sha256').update(`${query}\n`);
  return (snapshot === undefined ? hash : hash.update(snapshot)).digest('hex');
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
