/**
 * Builds the page and the viewer that exported files hold, compresses both, then builds the server. With `--if-stale` only when a source is younger than the last
 * build. The server's file comes last, so that its age is that of a whole build.
 */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const SOURCES = ['src', 'public', 'index.html', 'viewer.html', 'package.json', 'vite.config.ts', 'scripts/build.js'];
const BUILT = 'dist/server/main.js';
const WORTH_COMPRESSING = /\.(js|css|html|svg|json|md|txt)$/;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
if (!process.argv.includes('--if-stale') || isStale()) {
  rmSync('dist', { recursive: true, force: true });
  await build({ logLevel: 'warn' });
  await build({ logLevel: 'warn', mode: 'viewer' });
  tellServiceWorker('dist/client');
  compress('dist/client');
  await build({ logLevel: 'warn', build: { ssr: true } });
}

/** Whether a source, or a folder (something came or went), is younger than the build. */
function isStale() {
  const builtAt = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return SOURCES.some(
    (source) =>
      statSync(source).mtimeMs > builtAt ||
      (statSync(source).isDirectory() &&
        readdirSync(source, { recursive: true }).some(
          (file) => statSync(join(source, String(file))).mtimeMs > builtAt,
        )),
  );
}

/** Writes into the service worker what the page consists of: all but what is for people to read. @param {string} folder */
function tellServiceWorker(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => relative(folder, join(file.parentPath, file.name)).replaceAll('\\', '/'))
    .filter((file) => !/^(sw\.js|screenshot\.png|\.vite\/.*|licences\/.*)$/.test(file))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(folder, file)));
  // The page itself goes by the address of its folder.
  const page = {
    version: hash.digest('hex').slice(0, 16),
    files: ['./', ...files.filter((file) => file !== 'index.html')],
  };
  const path = join(folder, 'sw.js');
  writeFileSync(path, `self.PAGE = ${JSON.stringify(page)};\n${readFileSync(path, 'utf8')}`);
}

/** Puts a .gz beside each file of text; the server hands it out as it is. @param {string} folder */
function compress(folder) {
  for (const file of readdirSync(folder, { recursive: true })) {
    const path = join(folder, String(file));
    if (WORTH_COMPRESSING.test(path)) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  }
}
