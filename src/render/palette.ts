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
//        72 + step      72 … 312   a change that is supported, from -1 to 1
//        313 … 315                 less, as much, more: not enough to tell
//        316, 317                  new, gone
//        318, 319                  the same, not enough to tell
const HUES = 20;
const STEPS = 3;
const STEP_SIGN = [0, 1, -1];
const SYSTEM_KEY = HUES * STEPS;
const SELF_KEY = SYSTEM_KEY + STEPS;
/** A function with more of the whole than the n-th share has level n + 1. */
const SELF_SHARES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3];

export const searchOnlyKey = SELF_KEY + SELF_SHARES.length + 1;

/** What a source cut away: no function's colour. */
export const cutColourKey = searchOnlyKey + 1;

const RAMP_END = 6;
const CHANGE_STEPS = 240;
const CHANGE_KEY = cutColourKey + 1;
const PALE_KEY = CHANGE_KEY + CHANGE_STEPS + 1;
/** A path that only B has, and one that only A has. */
export const newColourKey = PALE_KEY + 3;
export const goneColourKey = newColourKey + 1;
/** The same, where it is not enough to tell. */
export const paleNewColourKey = goneColourKey + 1;
export const paleGoneColourKey = paleNewColourKey + 1;

/** The ramp of self share, palest first: for a legend. */
export const selfShareKeys: readonly number[] = [0, ...SELF_SHARES].map((_, level) => SELF_KEY + level);

/** Names are hashed no further than this: hostile ones are megabytes long. */
const HASHED_LENGTH = 1000;

/**
 * The same package has the same hue and the same function the same step in every view. No function: the middle step.
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

/** @param change (b - a) / max(a, b), supported by evidence; NaN is no change. */
export function changeColourKey(change: number): number {
  const half = CHANGE_STEPS / 2;
  return CHANGE_KEY + half + Math.round(half * Math.max(-1, Math.min(1, change || 0)));
}

/** @param change whose sign is all that shows: it is not supported. */
export function paleColourKey(change: number): number {
  return PALE_KEY + 1 + Math.sign(change || 0);
}

/** Makes the fill of slanted lines over a ground. @param ratio device px a css px */
type MakeHatch = (ground: string, hatch: Hatch, ratio: number) => string | CanvasPattern;

const CUT_HATCH = { slant: '/', pitchCss: 5, widthCss: 1 } as const;
const SIDE_HATCH = { pitchCss: 6, widthCss: 2 } as const;
/** Along an edge slanted lines are dashes. */
const DASHES = { slant: '/', pitchCss: 5, widthCss: 3 } as const;
/** How far new and gone nodes fade: pale, with a readable label. */
const PALE_SIDE = 0.35;
const PALE_HATCH = 0.15;
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
  // The ramp's tokens for ink are one of these two each.
  const rampInks = [rgbOf('--diff-ink-0'), rgbOf(`--diff-ink-${RAMP_END}`)];
  for (let level = 0; level <= SELF_SHARES.length; level++) {
    const box = rgbOf(`--self-${level}`);
    const strong = inkOn(box, [ink, ...rampInks, groundRgb]);
    put(SELF_KEY + level, box, strong, inkOn(box, [inkDim, strong]));
  }
  put(searchOnlyKey, rgbOf('--frame-system'), ink, inkDim);
  put(cutColourKey, rgbOf('--other'), rgbOf('--ink-2'));

  for (const [step, colour] of changeRamp(token).entries()) put(CHANGE_KEY + step, colour, bestInkOn(colour, rampInks));
  const paleInk = rgbOf('--diff-pale-ink');
  for (const [sign, name] of ['n', '0', 'p'].entries()) put(PALE_KEY + sign, rgbOf(`--diff-pale-${name}`), paleInk);
  put(newColourKey, rgbOf('--new'), rgbOf('--on-new'));
  // Hollow boxes that are too thin to be hollow are of the colour of their edge.
  const pale = rgbOf('--diff-pale-0');
  put(goneColourKey, rgbOf('--removed'), rgbOf('--ink'));
  put(paleNewColourKey, blend(pale, rgbOf('--new'), PALE_SIDE), paleInk);
  put(paleGoneColourKey, blend(pale, rgbOf('--removed'), PALE_SIDE), paleInk);

  const fills = boxes.map(cssColour);
  const sideHatch = (line: string, slant: Hatch['slant']): Hatch => ({ line, slant, ...SIDE_HATCH });
  const paleHatch = (name: string): string => cssColour(blend(pale, rgbOf(name), PALE_HATCH));
  const textures: Texture[] = [];
  textures[cutColourKey] = makeTexture(makeHatch, {
    ground: fills[cutColourKey],
    hatch: { line: prepared('--other-hatch'), ...CUT_HATCH },
  });
  for (let key = PALE_KEY; key < newColourKey; key++)
    textures[key] = makeTexture(makeHatch, { ground: fills[key], edge: prepared('--diff-pale-edge') });
  textures[newColourKey] = makeTexture(makeHatch, {
    ground: fills[newColourKey],
    hatch: sideHatch(prepared('--new-hatch'), '/'),
  });
  textures[goneColourKey] = makeTexture(makeHatch, {
    ground: prepared('--removed-fill'),
    hatch: sideHatch(prepared('--removed-hatch'), '\\'),
    edge: fills[goneColourKey],
    isDashed: true,
  });
  textures[paleNewColourKey] = makeTexture(makeHatch, {
    ground: cssColour(pale),
    hatch: sideHatch(paleHatch('--new'), '/'),
    edge: fills[paleNewColourKey],
  });
  textures[paleGoneColourKey] = makeTexture(makeHatch, {
    ground: cssColour(pale),
    hatch: sideHatch(paleHatch('--removed'), '\\'),
    edge: fills[paleGoneColourKey],
    isDashed: true,
  });

  const faded = boxes.map((box) => blend(groundRgb, box, fade));
  const fadedInks = [rgbOf('--ink-3'), rgbOf('--ink-2'), rgbOf('--ink')];
  return {
    fills,
    faded: faded.map(cssColour),
    inks: inks.map(cssColour),
    inksDim: inksDim.map(cssColour),
    inksFaded: faded.map((box) => cssColour(inkOn(box, fadedInks))),
    textures,
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
  readonly ground: string;
  readonly hatch?: Hatch;
  readonly edge?: string;
  readonly isDashed?: boolean;
}

function makeTexture(makeHatch: MakeHatch, { ground, hatch, edge, isDashed }: TextureColours): Texture {
  return {
    ground,
    hatch,
    fill: memoised((ratio) => (hatch ? makeHatch(ground, hatch, ratio) : ground)),
    edge,
    dashes: edge && isDashed ? memoised((ratio) => makeHatch(ground, { line: edge, ...DASHES }, ratio)) : undefined,
  };
}

/** Of the ramp's tokens, from less to more: n6 … n1, 0 … 6. */
const rampNames: readonly string[] = Array.from({ length: 2 * RAMP_END + 1 }, (_, i) =>
  i < RAMP_END ? `n${RAMP_END - i}` : `${i - RAMP_END}`,
);

/** All colours of changes, from -1 to 1. */
function changeRamp(token: (name: string) => string): readonly Rgb[] {
  const stops = rampNames.map((name): Oklab => oklchToOklab(parseOklch(token(`--diff-${name}`)) ?? [0.85, 0, 0]));
  return Array.from({ length: CHANGE_STEPS + 1 }, (_, step) => {
    const at = (step / CHANGE_STEPS) * (stops.length - 1);
    const stop = Math.min(Math.floor(at), stops.length - 2);
    return oklabToRgb(blend(stops[stop], stops[stop + 1], at - stop));
  });
}

/** The first that can be read. */
function inkOn(box: Rgb, inks: readonly Rgb[]): Rgb {
  return inks.find((ink) => contrast(ink, box) >= READABLE) ?? bestInkOn(box, inks);
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
