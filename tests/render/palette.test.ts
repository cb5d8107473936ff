import { readFileSync } from 'node:fs';
import {
  type Color,
  converter,
  differenceEuclidean,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  filterDeficiencyTrit,
  formatHex,
  interpolate,
  parse,
  wcagContrast,
} from 'culori';
import { describe, expect, it } from 'vitest';
import { blend, cssColour, parseOklch, parseRgb } from '#render/colour.ts';
import {
  changeColourKey,
  cutColourKey,
  flameTheme,
  goneColourKey,
  newColourKey,
  packageColourKey,
  quietColourKey,
  quietGoneColourKey,
  quietNewColourKey,
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
  expect(theme.fills).toHaveLength(317);
  expect(theme.faded).toHaveLength(317);
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

/** Every colour of the ramp, by the middle of its step: less, then more. */
const changes = Array.from({ length: 240 }, (_, step) => (step - 119.5) / 120);
const sides = [newColourKey, goneColourKey, quietNewColourKey, quietGoneColourKey];
const greys = [quietColourKey, quietNewColourKey, quietGoneColourKey];
const apart = differenceEuclidean('oklab');
/** Normal sight and three kinds of colour blindness, each in full. */
const EYES = [(colour: Color) => colour, filterDeficiencyProt(1), filterDeficiencyDeuter(1), filterDeficiencyTrit(1)];
const seenApart = (a: Color, b: Color): number => Math.min(...EYES.map((eye) => apart(eye(a), eye(b))));

it('each change has a key of its own, clamped, and only no change is grey', () => {
  const keys = [...changes.map(changeColourKey), quietColourKey, ...sides];
  expect(new Set(keys).size).toBe(240 + 1 + 4);
  expect(changes.map(changeColourKey)).toEqual(changes.map((_, step) => changeColourKey(-1) + step));
  expect([-7, 7].map(changeColourKey)).toEqual([-1, 1].map(changeColourKey));
  expect([0, -0, Number.NaN].map(changeColourKey)).toEqual([quietColourKey, quietColourKey, quietColourKey]);
  expect([-1e-9, 1e-9].map(changeColourKey)).toEqual([-1 / 120, 1 / 120].map(changeColourKey));
  expect(Math.min(...keys)).toBe(72);
});

it('a change of the other sign is as far from the middle', () => {
  const middle = changeColourKey(-1) + 119.5;
  for (const change of [1e-9, 1 / 240, 1 / 120, 0.3, 1 / 3, 0.999, 1, 4])
    expect(changeColourKey(change) - middle, `${change}`).toBe(middle - changeColourKey(-change));
});

describe.each(['light', 'dark'] as const)('colours of a difference, %s', (name) => {
  const theme = flameTheme((one) => token(one, name));
  const fill = (key: number) => parse(theme.fills[key])!;
  const ramp = changes.map((change) => fill(changeColourKey(change)));
  const [less, more] = [ramp.slice(0, 120).toReversed(), ramp.slice(120)];
  const page = parse(theme.ground)!;

  it('the ramp is that of the tokens, and grows in steps of one size', () => {
    for (const [half, side] of [
      [less, 'less'],
      [more, 'more'],
    ] as const) {
      const between = interpolate([token(`--diff-${side}-least`, name), token(`--diff-${side}-most`, name)], 'oklab');
      for (const [step, colour] of half.entries()) expect(apart(colour, between(step / 119))).toBeLessThan(0.004);
      const from = half.map((colour) => apart(half[0], colour));
      for (let step = 10; step < from.length; step += 10) expect(from[step]).toBeGreaterThan(from[step - 10]);
    }
  });

  it('changes that may be noise have no hue and low contrast, with readable names', () => {
    for (const key of greys) {
      expect(converter('oklch')(fill(key)).c, `${key}`).toBeLessThan(0.01);
      expect(apart(fill(key), page)).toBeLessThan(0.09);
      expect(wcagContrast(theme.inks[key], theme.fills[key])).toBeGreaterThanOrEqual(6);
    }
    expect(seenApart(fill(quietColourKey), page)).toBeGreaterThan(0.05);
  });

  it('the least supported change is farther from noise and page than noise is from the page, for every eye', () => {
    const quiet = fill(quietColourKey);
    const calm = Math.max(...EYES.map((eye) => apart(eye(quiet), eye(page))));
    for (const [step, colour] of [...ramp, fill(newColourKey), fill(goneColourKey)].entries()) {
      expect(seenApart(colour, quiet), `${step} and noise`).toBeGreaterThan(Math.max(1.4 * calm, 0.085));
      expect(seenApart(colour, page), `${step} and page`).toBeGreaterThan(Math.max(2 * calm, 0.13));
    }
    // A hollow box is seen by its hatch as well as by its edge.
    const { line } = theme.textures[goneColourKey]!.hatch;
    expect(seenApart(parse(line)!, quiet)).toBeGreaterThan(0.085);
    // Within a half the steps lead away from noise.
    for (const half of [less, more])
      for (let step = 10; step < half.length; step += 10)
        expect(seenApart(half[step], quiet)).toBeGreaterThan(seenApart(half[step - 10], quiet));
  });

  it('less is never taken for more, however little', () => {
    for (const one of [0, 30, 60, 119])
      for (const other of [0, 30, 60, 119]) expect(seenApart(less[one], more[other])).toBeGreaterThan(0.1);
  });

  it('beside hits of a search the difference fades and stays a difference', () => {
    const faded = (key: number) => parse(theme.faded[key])!;
    const quiet = faded(quietColourKey);
    for (const key of [...changes.map(changeColourKey), newColourKey, goneColourKey]) {
      expect(seenApart(faded(key), quiet), `${key}`).toBeGreaterThan(0.06);
      expect(seenApart(faded(key), page), `${key}`).toBeGreaterThan(0.06);
      expect(apart(faded(key), page)).toBeLessThan(apart(fill(key), page));
    }
    for (const [i, change] of changes.entries())
      if (change > 0)
        expect(seenApart(faded(changeColourKey(change)), faded(changeColourKey(changes[239 - i])))).toBeGreaterThan(
          0.05,
        );
    expect(theme.texturesFaded[goneColourKey]?.dashes).toBeDefined();
    expect(theme.texturesFaded[newColourKey]?.ground).toBe(theme.faded[newColourKey]);
  });

  /** 4.5, less what rounding to whole channels costs. */
  const TEXT = 4.49;

  it('labels can be read, on hatches and on faded boxes too', () => {
    for (const [key, ink] of theme.inks.entries()) {
      const texture = theme.textures[key];
      for (const ground of texture ? [texture.ground, texture.hatch.line] : [theme.fills[key]]) {
        expect(wcagContrast(ink, ground), `${key}`).toBeGreaterThanOrEqual(TEXT);
        expect(wcagContrast(theme.inksDim[key], ground), `dim ${key}`).toBeGreaterThanOrEqual(TEXT);
      }
      if (key === cutColourKey) continue;
      const faded = theme.texturesFaded[key];
      for (const ground of faded ? [faded.ground, faded.hatch.line] : [theme.faded[key]])
        expect(wcagContrast(theme.inksFaded[key], ground), `faded ${key}`).toBeGreaterThanOrEqual(TEXT);
    }
  });

  it('new and gone differ in form, where they may be noise too, and are not on the ramp', () => {
    const forms = sides.map((key) => [theme.textures[key]?.hatch.slant, theme.textures[key]?.dashes !== undefined]);
    expect(forms).toEqual([
      ['/', false],
      ['\\', true],
      ['/', false],
      ['\\', true],
    ]);
    for (const key of [newColourKey, goneColourKey])
      for (const colour of ramp) expect(seenApart(fill(key), colour)).toBeGreaterThan(0.11);
  });
});
