/** Which room may import which. Rules and reasons: src/README.md. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');

const MAY_IMPORT: Record<string, readonly string[]> = {
  base: [],
  model: ['base'],
  formats: ['base', 'model'],
  render: ['base', 'model'],
  wire: ['base', 'model'],
  analysis: ['base', 'model', 'formats'],
  datasource: ['base', 'model', 'wire'],
  app: ['base', 'model', 'render', 'wire', 'analysis', 'datasource'],
  server: ['base', 'model', 'formats', 'wire'],
  cli: ['base', 'model', 'formats', 'wire'],
};
/** Libraries of the page; no other room knows them. */
const APP_ONLY = /^(react|react-dom|react-aria-components|zustand|@tanstack\/.*)(\/|$)/;
/** `from '…'`, `import '…'`, `import('…')`: types count, so a type that two floors need lives on the lower one. */
const IMPORT = /(?:^|[\s};*])(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g;

/** Each source file, relative to src, with what its import lines name; comments do not count. */
const sources = new Map(
  (readdirSync(SRC, { recursive: true }) as string[])
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => path.replaceAll('\\', '/'))
    .map((path) => {
      const code = readFileSync(join(SRC, path), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
      return [path, [...code.matchAll(IMPORT)].map(([, name = '']) => name)];
    }),
);

it('every file lives in a room', () => {
  expect(sources.size).toBeGreaterThan(0);
  expect([...sources.keys()].filter((path) => MAY_IMPORT[roomOf(path)] === undefined)).toEqual([]);
});

/** A table of data, which nobody reads through. */
const TABLES = ['src/server/demo/program-text.ts'];
const MAX_LINES = 400;

it(`no file of source or tests has more than ${MAX_LINES} lines, generated code and tables aside`, () => {
  const code = ['src', 'tests'].flatMap((folder) =>
    (readdirSync(join(ROOT, folder), { recursive: true }) as string[])
      .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
      .filter((path) => /\.(tsx?|js)$/.test(path) && !path.includes('/fixtures/') && !path.startsWith('src/wire/gen/')),
  );
  const long = code.filter(
    (path) => !TABLES.includes(path) && readFileSync(join(ROOT, path), 'utf8').split('\n').length - 1 > MAX_LINES,
  );
  expect(long).toEqual([]);
});

it('no import climbs, and none leaves its room by ../', () => {
  const wrong: string[] = [];
  for (const [path, names] of sources) {
    const room = roomOf(path);
    for (const name of names) {
      if (name.startsWith('#')) {
        const other = name.slice(1).split('/', 1)[0] ?? '';
        if (!MAY_IMPORT[room]?.includes(other)) wrong.push(`${path}: ${room} may not import ${name}`);
      } else if (name.startsWith('.') && roomOf(resolve(path, name) ?? '') !== room) {
        wrong.push(`${path}: ${name} leaves ${room}, name the room instead (#room/file.ts)`);
      } else if (room !== 'app' && APP_ONLY.test(name)) {
        wrong.push(`${path}: only app may import ${name}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

it('every permission is used', () => {
  const used = new Set([...sources].flatMap(([path, names]) => names.map((name) => `${roomOf(path)} ${roomOf(name)}`)));
  const unused = Object.entries(MAY_IMPORT).flatMap(([room, others]) =>
    others.filter((other) => !used.has(`${room} #${other}`)).map((other) => `${room} imports nothing of ${other}`),
  );
  expect(unused).toEqual([]);
});

it('no loop of folders within a room', () => {
  const imports = new Map<string, Set<string>>();
  for (const [path, names] of sources) {
    for (const name of names) {
      const target = resolve(path, name);
      if (target === undefined || roomOf(target) !== roomOf(path) || folderOf(target) === folderOf(path)) continue;
      imports.set(folderOf(path), (imports.get(folderOf(path)) ?? new Set()).add(folderOf(target)));
    }
  }
  const reached = new Map([...imports.keys()].map((folder) => [folder, reachedFrom(folder, imports)]));
  const loops = new Set<string>();
  for (const [folder, others] of reached) {
    if (!others.has(folder)) continue;
    const loop = [...others].filter((other) => reached.get(other)?.has(folder));
    const room = roomOf(folder);
    loops.add(
      `${room}: ${loop
        .map((other) => other.slice(room.length + 1) || '.')
        .sort()
        .join(', ')}`,
    );
  }
  expect([...loops]).toEqual([]);
});

it('no loop of files', () => {
  const done = new Set<string>();
  const loops: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) return void loops.push([...trail.slice(trail.indexOf(path)), path].join(' > '));
    if (done.has(path)) return;
    for (const name of sources.get(path) ?? []) {
      const target = resolve(path, name);
      if (target !== undefined) visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  expect(loops).toEqual([]);
});

/** A file directly in its room counts as a folder of its own; app's are its top floor. */
function folderOf(path: string): string {
  const folder = dirname(path);
  return folder.includes('/') || folder === 'app' ? folder : path;
}

/** Every folder that a folder imports, directly or through others. */
function reachedFrom(start: string, imports: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set(imports.get(start));
  for (const folder of reached) for (const next of imports.get(folder) ?? []) reached.add(next);
  return reached;
}

function roomOf(path: string): string {
  return path.split('/', 1)[0] ?? '';
}

/** A file relative to src that an import names, or undefined for a library. */
function resolve(from: string, name: string): string | undefined {
  if (name.startsWith('#')) return name.slice(1);
  if (name.startsWith('.')) return relative('.', normalize(join(dirname(from), name))).replaceAll('\\', '/');
  return undefined;
}
