/** Colours of frames: which key a function has, and which colour a key has in a theme. */
import { hashText } from '#base/hash.ts';
import {
  blend,
  contrast,
  cssColour,
  oklabToRgb,
  type Oklab,
  oklchToOklab,
  oklchToRgb,
  parseOklch,
  parseRgb,
  type Rgb,
} from './colour.ts';
import type { FlameTheme, Hatch, Texture } from './theme.ts';

// Keys:  hue × 3 + step   0 … 59   20 hues, three steps of lightness (0 middle, 1 lighter, 2 darker)
//        60 + step        60 … 62  runtime, kernel, libc: grey
//        63 + level       63 … 69  self share, palest first
//        70                        grey, where only search hits carry colour
//        71                        hatched, what a source cut away
//        72 + step      72 … 311   a change: less, the most first, then more, the least first
//        312                       no change, or one that may be noise: grey
//        313, 314                  new, gone
//        315, 316                  the same where it may be noise: grey
const HUES = 20;
const STEPS = 3;
const STEP_SIGN = [0, 1, -1];
const SYSTEM_KEY = HUES * STEPS;
const SELF_KEY = SYSTEM_KEY + STEPS;
/** A function with more of the whole than the n-th share has level n + 1. */
const SELF_SHARES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3];

export const searchOnlyKey = SELF_KEY + SELF_SHARES.length + 1;

/** A part that the source cut away: not the colour of a function. */
export const cutColourKey = searchOnlyKey + 1;

/** The number of colours for less, and for more. */
const CHANGE_STEPS = 120;
const CHANGE_KEY = cutColourKey + 1;
/** Unchanged, or may be noise. */
export const quietColourKey = CHANGE_KEY + 2 * CHANGE_STEPS;
/** A path that only B has, and one that only A has. */
export const newColourKey = quietColourKey + 1;
export const goneColourKey = newColourKey + 1;
/** The same if the change may be noise. */
export const quietNewColourKey = goneColourKey + 1;
export const quietGoneColourKey = quietNewColourKey + 1;

/** The ramp of self share, palest first: for a legend. */
export const selfShareKeys: readonly number[] = [0, ...SELF_SHARES].map((_, level) => SELF_KEY + level);

/** Names are hashed no further than this: hostile ones are megabytes long. */
const HASHED_LENGTH = 1000;

/**
 * The same package has the same hue and the same function the same step in every view. Without a function it is the
 * middle step.
 */
export function packageColourKey(packageName: string, functionName: string, isSystem: boolean): number {
  const step = functionName === '' ? 0 : hashText(functionName.slice(0, HASHED_LENGTH)) % STEPS;
  if (isSystem) return SYSTEM_KEY + step;
  return (hashText(packageName.slice(0, HASHED_LENGTH)) % HUES) * STEPS + step;
}

/** @param share of the whole that is a function's own, 0 to 1. */
export function selfShareColourKey(share: number): number {
  let level = 0;
  while (level < SELF_SHARES.length && share >= SELF_SHARES[level]) level++;
  return SELF_KEY + level;
}

/**
 * Even the smallest change has a hue. Keys are symmetric: opposite changes are equally far from the middle.
 * @param change as a part of the scale's end, -1 to 1; beyond is the end, 0 and NaN are no change
 */
export function changeColourKey(change: number): number {
  const size = Math.ceil(CHANGE_STEPS * Math.min(1, Math.abs(change)));
  if (!(size > 0)) return quietColourKey;
  return change < 0 ? CHANGE_KEY + CHANGE_STEPS - size : CHANGE_KEY + CHANGE_STEPS - 1 + size;
}

/** Makes the fill of slanted lines over a ground. @param ratio device px a css px */
type MakeHatch = (ground: string, hatch: Hatch, ratio: number) => string | CanvasPattern;

const CUT_HATCH = { slant: '/', pitchCss: 5, widthCss: 1 } as const;
const SIDE_HATCH = { pitchCss: 6, widthCss: 2 } as const;
/** Along an edge slanted lines are dashes. */
const DASHES = { slant: '/', pitchCss: 5, widthCss: 3 } as const;
/** Contrast of text, and a little for the rounding of colours. */
const READABLE = 4.55;

/**
 * @param token reads a token by its name (`--ink`) as it holds now: a colour, a number or a list of fonts
 */
export function flameTheme(token: (name: string) => string, makeHatch: MakeHatch = (ground) => ground): FlameTheme {
  const groundRgb = parseRgb(token('--bg')) ?? [255, 255, 255];
  const rgbOf = (name: string): Rgb => parseRgb(token(name)) ?? groundRgb;
  const prepared = (name: string): string => {
    const rgb = parseRgb(token(name));
    return rgb ? cssColour(rgb) : token(name);
  };
  const fade = Number.parseFloat(token('--frame-fade')) || 0.3;
  const hueFade = Number.parseFloat(token('--diff-fade')) || 0.55;
  const lightnessStep = Number.parseFloat(token('--frame-step')) || 0;

  const boxes: Rgb[] = [];
  const inks: Rgb[] = [];
  const inksDim: Rgb[] = [];
  const put = (key: number, box: Rgb, ink: Rgb, inkDim = ink): void => {
    boxes[key] = box;
    inks[key] = ink;
    inksDim[key] = inkDim;
  };
  const [ink, inkDim] = [rgbOf('--box-ink'), rgbOf('--box-ink-2')];
  for (let key = 0; key < SELF_KEY; key++) {
    const name = key < SYSTEM_KEY ? `--frame-${Math.floor(key / STEPS)}` : '--frame-system';
    const [lightness, chroma, hue] = parseOklch(token(name)) ?? [0.85, 0, 0];
    put(key, oklchToRgb([lightness + STEP_SIGN[key % STEPS] * lightnessStep, chroma, hue]), ink, inkDim);
  }
  const rampInks = [rgbOf('--diff-ink-dark'), rgbOf('--diff-ink-light')];
  for (let level = 0; level <= SELF_SHARES.length; level++) {
    const box = rgbOf(`--self-${level}`);
    const strong = inkOn(box, [ink, ...rampInks, groundRgb]);
    put(SELF_KEY + level, box, strong, inkOn(box, [inkDim, strong]));
  }
  put(searchOnlyKey, rgbOf('--frame-system'), ink, inkDim);
  put(cutColourKey, rgbOf('--other'), rgbOf('--ink-2'));

  for (const [step, colour] of changeRamp(token).entries()) put(CHANGE_KEY + step, colour, bestInkOn(colour, rampInks));
  const [quiet, quietInk] = [rgbOf('--diff-quiet'), rgbOf('--diff-quiet-ink')];
  put(quietColourKey, quiet, quietInk);
  put(newColourKey, rgbOf('--new'), rgbOf('--on-new'));
  // Hollow boxes that are too thin have the colour of their edge.
  put(goneColourKey, rgbOf('--removed'), rgbOf('--ink'));
  put(quietNewColourKey, quiet, quietInk);
  put(quietGoneColourKey, quiet, quietInk);

  const hatches: (TextureColours | undefined)[] = [];
  hatches[cutColourKey] = { ground: rgbOf('--other'), hatch: { line: rgbOf('--other-hatch'), ...CUT_HATCH } };
  const sideHatch = (name: string, slant: Hatch['slant']): TextureColours['hatch'] => ({
    line: rgbOf(name),
    slant,
    ...SIDE_HATCH,
  });
  hatches[newColourKey] = { ground: rgbOf('--new'), hatch: sideHatch('--new-hatch', '/') };
  hatches[goneColourKey] = {
    ground: rgbOf('--removed-fill'),
    hatch: sideHatch('--removed-hatch', '\\'),
    edge: rgbOf('--removed'),
    isDashed: true,
  };
  const quietEdge = rgbOf('--diff-quiet-edge');
  hatches[quietNewColourKey] = { ground: quiet, hatch: sideHatch('--diff-quiet-hatch', '/'), edge: quietEdge };
  hatches[quietGoneColourKey] = {
    ground: quiet,
    hatch: sideHatch('--diff-quiet-hatch', '\\'),
    edge: quietEdge,
    isDashed: true,
  };

  const isHued = (key: number): boolean => key >= CHANGE_KEY && key <= goneColourKey && key !== quietColourKey;
  const fadedBy = (key: number, colour: Rgb): Rgb => blend(groundRgb, colour, isHued(key) ? hueFade : fade);
  const faded = boxes.map((box, key) => fadedBy(key, box));
  const fadedInks = [rgbOf('--ink-3'), rgbOf('--ink-2'), rgbOf('--ink'), ...rampInks];
  return {
    fills: boxes.map(cssColour),
    faded: faded.map(cssColour),
    inks: inks.map(cssColour),
    inksDim: inksDim.map(cssColour),
    inksFaded: faded.map((box, key) => {
      const texture = hatches[key];
      const grounds = texture ? [texture.ground, texture.hatch.line].map((colour) => fadedBy(key, colour)) : [box];
      return cssColour(inkOnAll(grounds, fadedInks));
    }),
    textures: hatches.map((colours) => colours && makeTexture(makeHatch, colours, (colour) => colour)),
    texturesFaded: hatches.map(
      (colours, key) =>
        // The cut part does not fade: it is not data.
        colours && makeTexture(makeHatch, colours, (colour) => (key === cutColourKey ? colour : fadedBy(key, colour))),
    ),
    ground: prepared('--bg'),
    rootFill: prepared('--bg-selected'),
    rootInk: prepared('--ink'),
    search: prepared('--search'),
    searchEdge: prepared('--search-edge'),
    onSearch: prepared('--on-search'),
    hover: prepared('--hover'),
    select: prepared('--select'),
    focus: prepared('--focus'),
    fontUi: token('--font-ui') || 'system-ui, sans-serif',
  };
}

interface TextureColours {
  readonly ground: Rgb;
  readonly hatch: Omit<Hatch, 'line'> & { readonly line: Rgb };
  readonly edge?: Rgb;
  readonly isDashed?: boolean;
}

function makeTexture(
  makeHatch: MakeHatch,
  { ground: groundRgb, hatch: of, edge: edgeRgb, isDashed }: TextureColours,
  shade: (colour: Rgb) => Rgb,
): Texture {
  const ground = cssColour(shade(groundRgb));
  const hatch = { ...of, line: cssColour(shade(of.line)) };
  const edge = edgeRgb && cssColour(shade(edgeRgb));
  return {
    ground,
    hatch,
    fill: memoised((ratio) => makeHatch(ground, hatch, ratio)),
    edge,
    dashes: edge && isDashed ? memoised((ratio) => makeHatch(ground, { line: edge, ...DASHES }, ratio)) : undefined,
  };
}

/** All colours of changes, from the most of less to the most of more. */
function changeRamp(token: (name: string) => string): readonly Rgb[] {
  const colourOf = (name: string): Oklab => oklchToOklab(parseOklch(token(name)) ?? [0.85, 0, 0]);
  const half = (side: 'less' | 'more'): Rgb[] => {
    const [least, most] = [colourOf(`--diff-${side}-least`), colourOf(`--diff-${side}-most`)];
    return Array.from({ length: CHANGE_STEPS }, (_, i) => oklabToRgb(blend(least, most, i / (CHANGE_STEPS - 1))));
  };
  return [...half('less').toReversed(), ...half('more')];
}

/** The first colour with enough contrast. */
function inkOn(box: Rgb, inks: readonly Rgb[]): Rgb {
  return inkOnAll([box], inks);
}

function inkOnAll(grounds: readonly Rgb[], inks: readonly Rgb[]): Rgb {
  const worst = (ink: Rgb): number => Math.min(...grounds.map((ground) => contrast(ink, ground)));
  return (
    inks.find((ink) => worst(ink) >= READABLE) ?? inks.reduce((best, ink) => (worst(ink) > worst(best) ? ink : best))
  );
}

function bestInkOn(box: Rgb, inks: readonly Rgb[]): Rgb {
  return inks.reduce((best, ink) => (contrast(ink, box) > contrast(best, box) ? ink : best));
}

/** The last answer is kept: a canvas asks for one ratio over and over. */
function memoised<T>(make: (ratio: number) => T): (ratio: number) => T {
  let last: { readonly ratio: number; readonly made: T } | undefined;
  return (ratio) => {
    if (last?.ratio !== ratio) last = { ratio, made: make(ratio) };
    return last.made;
  };
}
