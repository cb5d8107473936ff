/** Whether open files are still those that their paths lead to: a folder may be removed or replaced while the server runs. */

import { statSync } from 'node:fs';

export class FilesInPlace {
  readonly #files: readonly { readonly path: string; readonly identity: string | undefined }[];

  /** @param paths of files that are open now */
  constructor(paths: readonly string[]) {
    this.#files = paths.map((path) => ({ path, identity: identityOf(path) }));
  }

  /** Why data written now would be lost, in one sentence; undefined if all files are in place. */
  whyNot(): string | undefined {
    const moved = this.#files.find(({ path, identity }) => identity === undefined || identityOf(path) !== identity);
    if (moved === undefined) return undefined;
    return `The file ${moved.path} was removed or replaced while the server was running, so nothing can be stored: restart the server.`;
  }
}

function identityOf(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.dev} ${stat.ino}`;
}
