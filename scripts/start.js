/** `npm start`: builds when a source is younger than the last build, then is the server, flags and signals included. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// A child, so that the build's memory goes with it. Its words go to stderr: the server's line is the first on stdout.
const build = spawnSync(process.execPath, [fileURLToPath(new URL('build.js', import.meta.url)), '--if-stale'], {
  stdio: ['ignore', 2, 2],
});
if (build.status === 0) await import(new URL('../dist/server/main.js', import.meta.url).href);
else process.exitCode = 1;
