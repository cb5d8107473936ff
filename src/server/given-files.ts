/**
 * Files named on the command line, for the page to open: `GET /api/files` lists them, `GET /api/files/ID` is the bytes of
 * one. These files and no others; each is read again whenever it is asked for.
 */

import { accessSync, constants, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { basename, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { jsonAnswer } from './answers.ts';
import { StartError } from './exchange.ts';
import { type WireAnswer } from './request.ts';

const MAX_FILES = 100;
/** Maximum size of a file for the page. */
const MAX_BYTES = 512 << 20;

export class GivenFiles {
  readonly #paths: readonly string[];

  /** @throws StartError when one cannot be read */
  constructor(paths: readonly string[]) {
    if (paths.length > MAX_FILES) throw new StartError(`${paths.length} files are given; the maximum is ${MAX_FILES}.`);
    this.#paths = paths.map((path) => resolve(path));
    for (const path of paths) {
      const problem = whyNotReadable(path);
      if (problem !== undefined) throw new StartError(`${path} cannot be opened: ${problem}.`);
    }
  }

  /** @param path of a GET. @returns undefined once a file is sent, or its reader is gone */
  async answer(path: string, response: ServerResponse): Promise<WireAnswer | undefined> {
    if (path === '/api/files') return jsonAnswer(200, { files: await this.#list(), mostBytes: MAX_BYTES });
    const id = path.slice('/api/files/'.length);
    const file = /^\d{1,3}$/.test(id) ? this.#paths[Number(id)] : undefined;
    if (file === undefined) return jsonAnswer(404, { message: 'None of the given files has this name.' });
    return sendFile(file, response);
  }

  /** Files that went away since the start are left out. */
  async #list(): Promise<object[]> {
    const found = await Promise.all(this.#paths.map((path) => stat(path).catch(() => undefined)));
    return this.#paths.flatMap((path, id) => {
      const file = found[id];
      if (!file?.isFile()) return [];
      return [{ id, name: basename(path), size: file.size, modifiedMs: Math.floor(file.mtimeMs) }];
    });
  }
}

async function sendFile(path: string, response: ServerResponse): Promise<WireAnswer | undefined> {
  const name = basename(path);
  let file;
  try {
    file = await open(path);
  } catch (error) {
    return jsonAnswer(410, { message: `${name} cannot be read any more: ${(error as Error).message}.` });
  }
  try {
    const found = await file.stat();
    if (!found.isFile()) return jsonAnswer(410, { message: `${name} is not a file any more.` });
    const { size } = found;
    if (size > MAX_BYTES) {
      const message = `${name} has ${size} bytes; the maximum is ${MAX_BYTES}.`;
      return jsonAnswer(413, { message });
    }
    response.writeHead(200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': size,
      'Cache-Control': 'no-store',
    });
    if (size === 0) {
      response.end();
      return undefined;
    }
    // Bytes appended meanwhile are left out. If the file shrinks meanwhile, the connection breaks, since fewer bytes
    // follow than announced.
    const bytes = file.createReadStream({ start: 0, end: size - 1, autoClose: false });
    await pipeline(bytes, response).catch(() => response.destroy());
    return undefined;
  } finally {
    await file.close();
  }
}

function whyNotReadable(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return 'it is no file';
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'there is no such file';
    return code === 'EACCES' ? 'this user may not read it' : message;
  }
}
