import { expect, it } from 'vitest';
import { findLocal, readLines } from '#app/views/source/local-code.ts';

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
  expect(findLocal(files, path)?.name).toBe(wanted);
});

it('lines end as on any machine', async () => {
  expect(await readLines(new File(['a\r\nb\nc'], 'x.go'))).toEqual(['a', 'b', 'c']);
});

it('what is too large to be code is refused', async () => {
  await expect(readLines(new File([new Uint8Array(2 ** 22 + 1)], 'x.bin'))).rejects.toThrow(
    'x.bin is larger than 4 MiB.',
  );
});
