import { readFileSync } from 'node:fs';
import { converter, formatHex, parse } from 'culori';
import { expect, it } from 'vitest';
import { blend, cssColour, parseOklch, parseRgb } from '#render/colour.ts';
import { flameTheme, packageColourKey, searchOnlyKey, selfShareColourKey } from '#render/palette.ts';

/** Tokens of the light theme, as a browser tells them. */
const css = readFileSync(new URL('../../src/app/theme.css', import.meta.url), 'utf8');
const token = (name: string): string => {
  const raw = new RegExp(`${name}: ([^;]*);`).exec(css)?.[1] ?? '';
  return /^light-dark\((oklch\([^)]*\))/.exec(raw)?.[1] ?? raw;
};

it('agrees with culori on every colour of the theme', () => {
  const colours = [...css.matchAll(/oklch\([\d. ]+\)/g)].map(([text]) => text);
  expect(colours.length).toBeGreaterThan(100);
  for (const text of colours) {
    const ours = parseRgb(text)!;
    const theirs = converter('rgb')(parse(text)!);
    for (const [i, channel] of [theirs.r, theirs.g, theirs.b].entries())
      expect(ours[i]).toBeCloseTo(255 * Math.min(1, Math.max(0, channel)), 0);
  }
});

it.each(['rgb(12, 200, 99)', 'rgb(12 200 99)', '#0cc863', 'color(srgb 0.047059 0.784314 0.388235)'])(
  'reads %s',
  (text) => {
    expect(cssColour(parseRgb(text)!)).toBe('#0cc863');
    const [l, c, h] = parseOklch(text)!;
    expect(formatHex({ mode: 'oklch', l, c, h })).toBe('#0cc863');
  },
);

it('keys are steady and in their ranges', () => {
  expect(packageColourKey('net/http', 'net/http.(*conn).serve', false)).toBe(
    packageColourKey('net/http', 'net/http.(*conn).serve', false),
  );
  const keys = Array.from({ length: 5000 }, (_, i) => packageColourKey(`package${i}`, `f${i}`, false));
  expect(new Set(keys).size).toBe(60);
  expect(Math.max(...keys)).toBe(59);
  const grey = new Set(Array.from({ length: 100 }, (_, i) => packageColourKey('runtime', `f${i}`, true)));
  expect(grey).toEqual(new Set([60, 61, 62]));
  expect(packageColourKey('net/http', '', false) % 3).toBe(0);
});

it('the self share has seven levels', () => {
  expect([0, 0.0009, 0.002, 0.005, 0.02, 0.05, 0.2, 0.9].map(selfShareColourKey)).toEqual([
    63, 63, 64, 65, 66, 67, 68, 69,
  ]);
  expect(searchOnlyKey).toBe(70);
});

it('a theme has a colour and a faded colour for every key', () => {
  const theme = flameTheme(token);
  expect(theme.fills).toHaveLength(320);
  expect(theme.faded).toHaveLength(320);
  for (const colour of [
    ...theme.fills,
    ...theme.faded,
    ...theme.inks,
    ...theme.inksDim,
    ...theme.inksFaded,
    theme.focus,
    theme.searchEdge,
  ])
    expect(colour).toMatch(/^#[0-9a-f]{6}$/);
  expect(theme.fontUi).toContain('Inter');
  expect(theme.faded[0]).toBe(cssColour(blend(parseRgb(token('--bg'))!, parseRgb(token('--frame-0'))!, 0.3)));
});
