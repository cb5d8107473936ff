/** The compiler does not check class names of CSS modules: a misspelt one would be undefined. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const APP = fileURLToPath(new URL('../../src/app/', import.meta.url));
const files = readdirSync(APP, { recursive: true }) as string[];
const textOf = (path: string): string => readFileSync(join(APP, path), 'utf8');

const defined = new Map(
  files
    .filter((path) => path.endsWith('.module.css'))
    .map((path) => [
      path,
      new Set([...textOf(path).matchAll(/\.([a-zA-Z][\w-]*)(?=[^{};]*\{)/g)].map(([, name]) => name)),
    ]),
);

/** Class names by CSS module, as the components write them. */
const used = files
  .filter((path) => path.endsWith('.tsx'))
  .flatMap((path) => {
    const text = textOf(path);
    return [...text.matchAll(/import (\w+) from '([^']+\.module\.css)'/g)].map(([, variable, css]) => ({
      path,
      css: join(dirname(path), css),
      names: [...text.matchAll(new RegExp(`\\b${variable}\\[([^\\]]+)\\]`, 'g'))].flatMap(([, key]) => key),
    }));
  });

it('a component uses the styles of its own folder', () => {
  expect(used.length).toBeGreaterThan(0);
  expect(
    used.filter(({ path, css }) => dirname(path) !== dirname(css)).map(({ path, css }) => `${path}: ${css}`),
  ).toEqual([]);
});

it('every class that a component names is in its CSS module', () => {
  const missing = used.flatMap(({ path, css, names }) =>
    names
      .flatMap((key) => [...key.matchAll(/'([^']+)'/g)].map(([, name]) => name))
      .filter((name) => defined.get(css)?.has(name) !== true)
      .map((name) => `${path}: ${name}`),
  );
  expect(missing).toEqual([]);
});

it('every class of a CSS module is used', () => {
  const unused = [...defined].flatMap(([css, names]) => {
    const uses = used.filter((one) => one.css === css).flatMap((one) => one.names);
    // A key that is computed may be any of its module's.
    const isComputed = uses.some((key) => !key.includes("'"));
    return isComputed
      ? []
      : [...names].filter((name) => !uses.some((key) => key.includes(`'${name}'`))).map((name) => `${css}: ${name}`);
  });
  expect(unused).toEqual([]);
});
