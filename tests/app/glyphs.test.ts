/** The page brings the Latin part of two fonts: a character beyond it is an empty box where the system has none. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

/** Of the part that theme.css loads, as the packages of the fonts state it. */
function latinRanges(font: string): readonly (readonly [number, number])[] {
  const css = readFileSync(new URL(`node_modules/@fontsource-variable/${font}/index.css`, root), 'utf8');
  const own = /latin-wght-normal\.woff2[^}]*unicode-range:([^;]+);/.exec(css.slice(css.indexOf(`${font}-latin-wght`)))!;
  return own[1].split(',').map((range) => {
    const [from, to = from] = range
      .trim()
      .slice(2)
      .split('-')
      .map((digits) => Number.parseInt(digits, 16));
    return [from, to];
  });
}

function codeOf(file: string): string {
  return readFileSync(new URL(file, root), 'utf8')
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '');
}

it.each(['inter', 'jetbrains-mono'])('%s has every character that the page writes', (font) => {
  const ranges = latinRanges(font);
  expect(ranges.length).toBeGreaterThan(10);
  const files = ['src/app', 'src/render', 'src/model'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  expect(files.length).toBeGreaterThan(200);
  const missing = files.flatMap((file) =>
    [...new Set(codeOf(file))]
      .filter((letter) => letter > '~')
      .filter((letter) => !ranges.some(([from, to]) => letter.codePointAt(0)! >= from && letter.codePointAt(0)! <= to))
      .map((letter) => `${letter} in ${file}`),
  );
  expect(missing).toEqual([]);
});
