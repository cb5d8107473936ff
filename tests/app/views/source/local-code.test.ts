import { expect, it } from 'vitest';
import { findLocal, listFolder, readLines } from '#app/views/source/local-code.ts';

const paths = ['go.mod', 'cmd/main.go', 'main.go', 'internal/cart/cart.go', 'internal/tax/cart.go'];
const files = new Map(paths.map((path) => [path, new File([path], path)]));

it.each([
  ['main.go', 'main.go'],
  ['/build/shop/cmd/main.go', 'cmd/main.go'],
  ['/build/shop/internal/tax/cart.go', 'internal/tax/cart.go'],
  ['C:\\shop\\internal\\cart\\cart.go', 'internal/cart/cart.go'],
  ['elsewhere/cart.go', 'internal/cart/cart.go'],
  ['/build/shop/Main.go', undefined],
  ['', undefined],
])('%s is %s of the folder', (path, wanted) => {
  expect(findLocal(files, path)).toBe(wanted);
});

it('lines end as on any machine', async () => {
  expect(await readLines(new File(['a\r\nb\nc'], 'x.go'))).toEqual(['a', 'b', 'c']);
});

it('a file that is too large for code is refused', async () => {
  await expect(readLines(new File([new Uint8Array(2 ** 22 + 1)], 'x.bin'))).rejects.toThrow(
    'x.bin is larger than 4 MiB.',
  );
});

it('a file that is not text is refused', async () => {
  await expect(readLines(new File(['a\0b'], 'x.bin'))).rejects.toThrow('x.bin is not a text file.');
});

it('a folder is listed from the top, without what no profile has lines of', async () => {
  interface Folder {
    readonly kind: 'directory';
    readonly name: string;
    values(): AsyncGenerator<Folder | { kind: 'file'; name: string; getFile(): Promise<File> }>;
  }
  const folder = (name: string, ...entries: (Folder | string)[]): Folder => ({
    kind: 'directory',
    name,
    async *values() {
      for (const entry of entries)
        yield typeof entry === 'string'
          ? { kind: 'file', name: entry, getFile: () => Promise.resolve(new File([], entry)) }
          : entry;
    },
  });
  const listed = await listFolder(
    folder('shop', folder('cmd', 'main.go', folder('.git', 'inner')), folder('.git', 'HEAD'), 'go.mod'),
  );
  expect([...listed.keys()]).toEqual(['go.mod', 'cmd/main.go']);
});
