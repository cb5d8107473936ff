/** package.json as an installed package needs it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import viteConfig from '../vite.config.ts';

const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  dependencies: Record<string, string>;
};

it('depends on what the build leaves out, and on nothing else', () => {
  const { ssr } = viteConfig({ command: 'build', mode: 'production', isSsrBuild: true });
  expect(ssr?.noExternal).toBe(true);
  expect(Object.keys(dependencies)).toEqual(ssr?.external);
});
