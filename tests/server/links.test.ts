import fs, {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Links } from '#server/links.ts';
import type { StoredLinks } from '#wire/links.ts';
import { readWarnings } from '#wire/warnings.ts';

let folder: string;
let links: Links;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flametide-links-'));
  links = new Links(folder);
});

afterEach(() => {
  links.close();
  rmSync(folder, { recursive: true });
});

it('are named by what they hold: the same query, the same link', async () => {
  const [one, again, other] = [await make('v=1&svc=a'), await make('?v=1&svc=a'), await make('v=1&svc=b')];
  expect(one.id).toMatch(/^[0-9a-z]{8}$/);
  expect(again.id).toBe(one.id);
  expect(other.id).not.toBe(one.id);
  expect((await list()).links).toHaveLength(2);
});

it('are there after a restart', async () => {
  const link = await make('v=1&svc=a');
  const snapshot = await keep('v=1&svc=a', gzipSync('profiles'));
  reopen();
  expect(location(link.id)).toBe('../?v=1&svc=a');
  expect(location(snapshot.id)).toBe(`../?v=1&svc=a&snap=${snapshot.id}`);
  expect(await read(snapshot.id)).toEqual({ status: 200, text: gzipSync('profiles').toString('latin1') });
});

it.each(['', 'v=1 x', 'v=1\r\nset-cookie: a=b', 'v=1#x', 'v=é', 'v="><script>', 'v=\0'])(
  'hold nothing that an address does not: %j',
  async (query) => {
    expect((await post('links', JSON.stringify({ query }))).status).toBe(400);
  },
);

it.each(['', '{', '[]', 'null', '{"query":1}', '{"query":["v=1"]}'])('refuse the body %j', async (body) => {
  expect((await post('links', body)).status).toBe(400);
});

it.each(['', '..', '../links.db', '%2e%2e', 'ABCDEFGH', 'a'.repeat(10_000), "' OR 1=1", '<script>'])(
  'of the id %j there are none',
  async (id) => {
    await keep('v=1', gzipSync('profiles'));
    const page = links.follow(`/s/${id}`);
    expect(page.status).toBe(404);
    expect(new TextDecoder().decode(page.body)).not.toContain('<script');
    expect([404, 405]).toContain((await links.answer('GET', `/api/snapshots/${id}`, new Uint8Array())).status);
    expect([404, 405]).toContain((await links.answer('DELETE', `/api/links/${id}`, new Uint8Array())).status);
    expect((await list()).links).toHaveLength(1);
  },
);

it('snapshots are one link each, and go with it', async () => {
  const one = await keep('v=1', gzipSync('one'));
  expect((await keep('v=1', gzipSync('one'))).id).toBe(one.id);
  const two = await keep('v=1', gzipSync('two'));
  expect(new Set([one.id, two.id, (await make('v=1')).id]).size).toBe(3);
  expect(await links.answer('DELETE', `/api/links/${one.id}`, new Uint8Array())).toMatchObject({ status: 200 });
  expect(await read(one.id)).toMatchObject({ status: 404 });
  expect(await read(two.id)).toMatchObject({ status: 200 });
  expect(readdirSync(join(folder, 'snapshots'))).toHaveLength(1);
});

it.each([
  ['no line of JSON', 'v=1'],
  ['no query', '{}\n\u001f\u008b'],
  ['nothing packed', '{"query":"v=1"}\nplain'],
  ['nothing at all', '{"query":"v=1"}\n'],
])('a snapshot with %s is refused, and nothing is left of it', async (_, body) => {
  expect((await post('snapshots', Buffer.from(body, 'latin1'))).status).toBe(400);
  expect(readdirSync(join(folder, 'snapshots'))).toEqual([]);
});

it('a snapshot that was cut or taken away says so', async () => {
  const [cut, gone] = [await keep('v=1', gzipSync('cut')), await keep('v=1', gzipSync('gone'))];
  const [first, second] = readdirSync(join(folder, 'snapshots')).map((name) => join(folder, 'snapshots', name));
  truncateSync(first, 5);
  rmSync(second);
  const answers = [await read(cut.id), await read(gone.id)];
  expect(answers.map(({ status }) => status)).toEqual([410, 410]);
  expect(answers.map(({ text }) => text).sort()).toEqual([
    expect.stringContaining('cannot be read'),
    expect.stringContaining('is damaged: it has 5 of'),
  ]);
});

it.each([
  "query = 'v=1&svc=b'",
  'created_ms = created_ms + 1024',
  'snapshot_bytes = 1 << 60',
  "digest = 'f' || substr(digest, 2)",
  'row_check = row_check + 1',
])('a damaged row says so, is not listed and can be deleted: %s', async (damage) => {
  const [damaged, other] = [await make('v=1&svc=a'), await make('v=1&svc=other')];
  change(`UPDATE link SET ${damage} WHERE id = '${damaged.id}'`);
  const followed = links.follow(`/s/${damaged.id}`);
  expect(followed.status).toBe(503);
  expect(new TextDecoder().decode(followed.body)).toContain('This short link is damaged');
  expect(location(other.id)).toBe('../?v=1&svc=other');
  const listed = await links.answer('GET', '/api/links', new Uint8Array());
  expect(listed.status).toBe(200);
  expect(readWarnings(listed.headers['flametide-warnings'])).toEqual([
    `The short link ${damaged.id} is damaged and is not listed.`,
  ]);
  expect((await list()).links.map(({ id }) => id)).toEqual([other.id]);
  expect((await links.answer('DELETE', `/api/links/${damaged.id}`, new Uint8Array())).status).toBe(200);
  expect((await list()).count).toBe(1);
});

it('a damaged link that is made again is whole again', async () => {
  const { id } = await make('v=1&svc=a');
  change('UPDATE link SET created_ms = created_ms + 4');
  expect((await make('v=1&svc=a')).id).toBe(id);
  expect(location(id)).toBe('../?v=1&svc=a');
});

it('are listed with what takes room first, the newest 500 of all; what they take is of all', async () => {
  const snapshot = await keep('v=1&svc=kept', gzipSync('kept'));
  for (let i = 0; i < 500; i++) await make(`v=1&svc=${i}`);
  const listed = await list();
  expect(listed.count).toBe(501);
  expect(listed.links).toHaveLength(500);
  expect(listed.links[0]?.id).toBe(snapshot.id);
  change('UPDATE link SET snapshot_bytes = 7');
  expect((await list()).snapshotBytes).toBe(501 * 7);
});

it('the most links there are: none is added, and no refused snapshot is left on the disk', async () => {
  const one = await keep('v=1', gzipSync('one'));
  change(`WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
    INSERT INTO link(id, digest, query, created_ms, snapshot_bytes) SELECT 'filler' || i, i, 'v=1', 0, 0 FROM n`);
  expect(await refused(post('links', '{"query":"v=1"}'))).toContain('There are 100000 links');
  expect(await refused(keeping('v=1', gzipSync('two')))).toContain('There are 100000 links');
  expect(readdirSync(join(folder, 'snapshots'))).toHaveLength(1);
  // What is there already needs no room.
  expect((await keep('v=1', gzipSync('one'))).id).toBe(one.id);
});

it('all snapshots together stay under 1 GiB, however many are sent at once', async () => {
  const [two, three] = [gzipSync('two'), gzipSync('its')];
  const one = await keep('v=1', gzipSync('one'));
  change(`UPDATE link SET snapshot_bytes = ${2 ** 30 - two.length}`);
  const answers = await Promise.all([keeping('v=1', two), keeping('v=1', three)]);
  expect(answers.map(({ status }) => status)).toEqual([201, 507]);
  expect(readdirSync(join(folder, 'snapshots'))).toHaveLength(2);
  expect(await make('v=1')).toBeDefined();
  await links.answer('DELETE', `/api/links/${one.id}`, new Uint8Array());
  await keep('v=1', three);
});

it('the queries of all links together stay under 64 MiB', async () => {
  await make('v=1');
  change(`UPDATE link SET query = '${'a'.repeat(2 ** 26 - 5)}'`);
  expect(await refused(post('links', '{"query":"v=1&s=a"}'))).toContain('the maximum is 64 MiB');
  expect(await make('v=1&s')).toBeDefined();
});

it('on a full disk nothing is kept', async () => {
  const disk = Object.assign(statfsSync(folder), { bavail: 3_000_000 / 4096, bsize: 4096, blocks: 1e6 });
  const full = vi.spyOn(fs, 'statfsSync').mockReturnValue(disk);
  syncBuiltinESMExports();
  try {
    expect(await refused(post('links', '{"query":"v=1"}'))).toContain('Only 3 MB');
    expect(await refused(keeping('v=1', gzipSync('one')))).toContain('Only 3 MB');
  } finally {
    full.mockRestore();
    syncBuiltinESMExports();
  }
  expect((await list()).links).toEqual([]);
});

it('half-written files of a killed process are removed at the next start', async () => {
  const { id } = await keep('v=1', gzipSync('kept'));
  writeFileSync(join(folder, 'snapshots', 'half.draft'), 'x');
  reopen();
  expect(readdirSync(join(folder, 'snapshots'))).toHaveLength(1);
  expect(await read(id)).toMatchObject({ status: 200 });
});

it('that are damaged are set aside, with the snapshots that they led to, and new ones are begun', async () => {
  const { id } = await keep('v=1', gzipSync('kept'));
  const [name] = readdirSync(join(folder, 'snapshots'));
  links.close();
  for (const end of ['-wal', '-shm']) rmSync(join(folder, `links.db${end}`), { force: true });
  writeFileSync(join(folder, 'links.db'), 'no database, but long enough to be taken for one'.repeat(100));
  links = new Links(folder);
  expect(links.notes).toEqual([
    expect.stringContaining('links.db is damaged'),
    expect.stringContaining('1 snapshots have no link any more: they were set aside'),
  ]);
  expect(readFileSync(join(folder, 'links.db.damaged-1'), 'utf8')).toContain('no database');
  expect(readdirSync(join(folder, 'snapshots.set-aside-1'))).toEqual([name]);
  expect(await read(id)).toMatchObject({ status: 404 });
  expect((await make('v=1')).id).toMatch(/^[0-9a-z]{8}$/);
  reopen();
  expect(links.notes).toEqual([]);
});

it('whose table is gone keep the snapshots beside', async () => {
  await keep('v=1', gzipSync('kept'));
  links.close();
  for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `links.db${end}`), { force: true });
  links = new Links(folder);
  expect(readdirSync(join(folder, 'snapshots.set-aside-1'))).toHaveLength(1);
});

it('that cannot be opened answer with a sentence', async () => {
  links.close();
  rmSync(folder, { recursive: true });
  mkdirSync(join(folder, 'links.db'), { recursive: true });
  links = new Links(folder);
  expect(links.notes).toEqual([expect.stringContaining('links.db in the data folder cannot be used')]);
  expect(await post('links', '{"query":"v=1"}')).toMatchObject({ status: 503 });
  expect(await links.answer('GET', '/api/links', new Uint8Array())).toMatchObject({ status: 503 });
  expect(links.follow('/s/abcdefgh').status).toBe(503);
});

it('go on where snapshots cannot be kept', async () => {
  links.close();
  rmSync(join(folder, 'snapshots'), { recursive: true });
  writeFileSync(join(folder, 'snapshots'), 'mine');
  links = new Links(folder);
  expect((await keeping('v=1', gzipSync('profiles'))).status).toBe(503);
  expect((await make('v=1')).id).toMatch(/^[0-9a-z]{8}$/);
  expect(readFileSync(join(folder, 'snapshots'), 'utf8')).toBe('mine');
});

it('of a folder that was removed or replaced meanwhile are not made', async () => {
  await make('v=1');
  const elsewhere = `${folder}-elsewhere`;
  renameSync(folder, elsewhere);
  expect((await post('links', '{"query":"v=2"}')).status).toBe(503);
  expect((await keeping('v=2', gzipSync('profiles'))).status).toBe(503);
  mkdirSync(folder);
  const other = new Links(folder);
  expect((await post('links', '{"query":"v=2"}')).status).toBe(503);
  other.close();
  rmSync(folder, { recursive: true });
  renameSync(elsewhere, folder);
  expect((await post('links', '{"query":"v=2"}')).status).toBe(201);
});

function reopen(): void {
  links.close();
  links = new Links(folder);
}

function post(call: string, body: string | Uint8Array) {
  return links.answer('POST', `/api/${call}`, typeof body === 'string' ? new TextEncoder().encode(body) : body);
}

async function made(answer: ReturnType<typeof post>): Promise<{ id: string; path: string }> {
  const { status, body } = await answer;
  expect(status).toBe(201);
  return JSON.parse(new TextDecoder().decode(body)) as { id: string; path: string };
}

function make(query: string) {
  return made(post('links', JSON.stringify({ query })));
}

function keep(query: string, packed: Uint8Array) {
  return made(keeping(query, packed));
}

function keeping(query: string, packed: Uint8Array) {
  return post('snapshots', Buffer.concat([Buffer.from(`${JSON.stringify({ query })}\n`), packed]));
}

/** @returns the words */
async function refused(answer: ReturnType<typeof post>): Promise<string> {
  const { status, body } = await answer;
  expect(status).toBe(507);
  return (JSON.parse(new TextDecoder().decode(body)) as { message: string }).message;
}

function change(sql: string): void {
  const db = new DatabaseSync(join(folder, 'links.db'));
  db.exec(sql);
  db.close();
}

async function list(): Promise<StoredLinks> {
  const { body } = await links.answer('GET', '/api/links', new Uint8Array());
  return JSON.parse(new TextDecoder().decode(body)) as StoredLinks;
}

async function read(id: string): Promise<{ status: number; text: string }> {
  const { status, body } = await links.answer('GET', `/api/snapshots/${id}`, new Uint8Array());
  return { status, text: Buffer.from(body).toString('latin1') };
}

function location(id: string): string | undefined {
  return links.follow(`/s/${id}`).headers['location'];
}
