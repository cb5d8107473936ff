import { readFileSync } from 'node:fs';
import { converter, differenceEuclidean, formatHex, interpolate, parse, wcagContrast } from 'culori';
import { describe, expect, it } from 'vitest';
import { blend, cssColour, parseOklch, parseRgb } from '#render/colour.ts';
import {
  changeColourKey,
  flameTheme,
  goneColourKey,
  newColourKey,
  packageColourKey,
  paleColourKey,
  paleGoneColourKey,
  paleNewColourKey,
  searchOnlyKey,
  selfShareColourKey,
} from '#render/palette.ts';

/** Tokens of a theme, as a browser tells them. */
const css = readFileSync(new URL('../../src/app/theme.css', import.meta.url), 'utf8');
const token = (name: string, theme: 'light' | 'dark' = 'light'): string => {
  const values = [...css.matchAll(new RegExp(`${name}: ([^;]*);`, 'g'))].map(([, value = '']) => value);
  const [first = ''] = values;
  const [, light = first, dark = values.at(-1) ?? ''] =
    /^light-dark\((oklch\([^)]*\)), (oklch\([^)]*\))\)/.exec(first) ?? [];
  return theme === 'light' ? light : dark;
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

const changes = Array.from({ length: 241 }, (_, step) => (step - 120) / 120);
const sides = [newColourKey, goneColourKey, paleNewColourKey, paleGoneColourKey];
const pales = [-0.5, 0, 0.5].map(paleColourKey);
const apart = differenceEuclidean('oklab');

it('each change has a key of its own, clamped, and what is no number changed nothing', () => {
  const keys = [...changes.map(changeColourKey), ...pales, ...sides];
  expect(new Set(keys).size).toBe(241 + 3 + 4);
  expect(changes.map(changeColourKey)).toEqual(changes.map((_, step) => changeColourKey(-1) + step));
  expect([-7, 7, Number.NaN].map(changeColourKey)).toEqual([-1, 1, 0].map(changeColourKey));
  expect(Math.min(...keys)).toBe(72);
});

describe.each(['light', 'dark'] as const)('colours of a difference, %s', (name) => {
  const theme = flameTheme((one) => token(one, name));
  const fill = (key: number) => parse(theme.fills[key])!;
  const ramp = changes.map((change) => fill(changeColourKey(change)));

  it('the ramp is that of the tokens, in steps of one size, less as far from nothing as more', () => {
    const stops = Array.from({ length: 13 }, (_, i) => token(`--diff-${i < 6 ? `n${6 - i}` : i - 6}`, name));
    const between = interpolate(stops, 'oklab');
    for (const [step, colour] of ramp.entries()) expect(apart(colour, between(step / 240))).toBeLessThan(0.004);
    for (const half of [ramp.slice(0, 121).toReversed(), ramp.slice(120)]) {
      const from = half.map((colour) => apart(half[0], colour));
      for (let step = 10; step < from.length; step += 10) expect(from[step]).toBeGreaterThan(from[step - 10]);
    }
    const [less, more] = [apart(ramp[120], ramp[0]), apart(ramp[120], ramp[240])];
    expect(Math.min(less, more) / Math.max(less, more)).toBeGreaterThan(0.8);
  });

  /** 4.5, less what rounding to whole channels costs. */
  const TEXT = 4.49;

  it('labels can be read, on hatches and on faded boxes too', () => {
    for (const [key, ink] of theme.inks.entries()) {
      const texture = theme.textures[key];
      for (const ground of texture ? [texture.ground, texture.hatch?.line ?? texture.ground] : [theme.fills[key]]) {
        expect(wcagContrast(ink, ground), `${key}`).toBeGreaterThanOrEqual(TEXT);
        expect(wcagContrast(theme.inksDim[key], ground), `dim ${key}`).toBeGreaterThanOrEqual(TEXT);
      }
      expect(wcagContrast(theme.inksFaded[key], theme.faded[key]), `faded ${key}`).toBeGreaterThanOrEqual(TEXT);
    }
  });

  it('what is not supported has an edge and no colour of the ramp; new and gone differ in form', () => {
    for (const key of pales)
      expect(theme.textures[key]).toMatchObject({ edge: formatHex(token('--diff-pale-edge', name)) });
    const forms = sides.map((key) => [theme.textures[key]?.hatch?.slant, theme.textures[key]?.dashes !== undefined]);
    expect(forms).toEqual([
      ['/', false],
      ['\\', true],
      ['/', false],
      ['\\', true],
    ]);
    for (const key of [newColourKey, goneColourKey])
      for (const colour of ramp) expect(apart(fill(key), colour)).toBeGreaterThan(0.12);
  });
});
