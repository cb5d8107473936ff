/** Files of the command line. */

import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GivenFiles } from '#server/given-files.ts';
import { pageServer } from '../support/page-server.ts';

const site = pageServer();
const { get, post, listening } = site;

describe('files of the command line', () => {
  it('are listed and read as they are at the moment, these and no others', async () => {
    const files = mkdtempSync(join(tmpdir(), 'flametide-files-'));
    const [first, second] = ['cpu.pb.gz', 'heap.txt'].map((name) => join(files, name));
    writeFileSync(first, 'first');
    writeFileSync(second, '');
    writeFileSync(join(files, 'other'), 'other');
    const own = await listening('127.0.0.1', { files: new GivenFiles([first, second]) });
    const read = async (path: string) => {
      const { status, headers, body } = await get(path, {}, 'GET', own);
      return [status, headers['content-type'], body.toString()];
    };
    const list = async (): Promise<unknown> => JSON.parse(String((await read('/api/files'))[2]));
    expect(await list()).toEqual({
      files: [
        { id: 0, name: 'cpu.pb.gz', size: 5, modifiedMs: expect.any(Number) },
        { id: 1, name: 'heap.txt', size: 0, modifiedMs: expect.any(Number) },
      ],
      mostBytes: 512 << 20,
    });
    expect(await read('/api/files/0')).toEqual([200, 'application/octet-stream', 'first']);
    expect(await read('/api/files/1')).toEqual([200, 'application/octet-stream', '']);
    writeFileSync(first, 'written anew');
    expect(await read('/api/files/0')).toEqual([200, 'application/octet-stream', 'written anew']);
    for (const path of ['2', '-1', 'other', '0/..%2fother', '', '00000'])
      expect((await read(`/api/files/${path}`))[0]).toBe(404);
    expect((await post('/api/files/0', '', {}, own)).status).toBe(405);

    truncateSync(second, (512 << 20) + 1);
    expect(await read('/api/files/1')).toEqual([
      413,
      'application/json',
      expect.stringContaining('the maximum is 536870912'),
    ]);
    rmSync(second);
    expect((await read('/api/files/1'))[0]).toBe(410);
    expect(await list()).toMatchObject({ files: [{ id: 0 }] });
    mkdirSync(second);
    expect((await read('/api/files/1'))[0]).toBe(410);
    own.close();
    rmSync(files, { recursive: true });
  });

  it.each([
    ['nowhere.pb.gz', 'there is no such file'],
    ['.', 'it is no file'],
  ])('that cannot be read stop the start: %s', (path, why) => {
    expect(() => new GivenFiles([path])).toThrow(`${path} cannot be opened: ${why}.`);
  });
});
