/** Colours of frames: which key a function has, and which colour a key has in a theme. */
import { hashText } from '#base/hash.ts';
import { blend, cssColour, oklchToRgb, parseOklch, parseRgb, type Rgb } from './colour.ts';
import type { FlameTheme } from './flamegraph/scene.ts';

// Keys:  hue × 3 + step   0 … 59   20 hues, three steps of lightness (0 middle, 1 lighter, 2 darker)
//        60 + step        60 … 62  runtime, kernel, libc: grey
//        63 + level       63 … 69  self share, palest first
//        70                        grey, where only search hits carry colour
//        71                        hatched, what a source cut away
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

/** The ramp of self share, palest first: for a legend. */
export const selfShareKeys: readonly number[] = [0, ...SELF_SHARES].map((_, level) => SELF_KEY + level);

/** Names are hashed no further than this: hostile ones are megabytes long. */
const HASHED_LETTERS = 1000;

/** The same package has the same hue and the same function the same step in every view. No function: the middle step. */
export function packageColourKey(packageName: string, functionName: string, isSystem: boolean): number {
  const step = functionName === '' ? 0 : hashText(functionName.slice(0, HASHED_LETTERS)) % STEPS;
  if (isSystem) return SYSTEM_KEY + step;
  return (hashText(packageName.slice(0, HASHED_LETTERS)) % HUES) * STEPS + step;
}

/** @param share of the whole that is a function's own, 0 to 1. */
export function selfShareColourKey(share: number): number {
  let level = 0;
  while (level < SELF_SHARES.length && share >= SELF_SHARES[level]) level++;
  return SELF_KEY + level;
}

export type Hatch = (ground: string, line: string, ratio: number) => string | CanvasPattern;

/**
 * @param hatch the fill of slanted lines over a ground, for so many device px a css px
 * @param token reads a token by its name (`--ink`) as it holds now: a colour, a number or a list of fonts
 */
export function flameTheme(token: (name: string) => string, hatch: Hatch = (ground) => ground): FlameTheme {
  const ground = token('--bg');
  const groundRgb = parseRgb(ground) ?? [255, 255, 255];
  const fade = Number.parseFloat(token('--frame-fade')) || 0.3;
  const lightnessStep = Number.parseFloat(token('--frame-step')) || 0;
  const boxes: Rgb[] = [];
  for (let key = 0; key < SELF_KEY; key++) {
    const name = key < SYSTEM_KEY ? `--frame-${Math.floor(key / STEPS)}` : '--frame-system';
    const [lightness, chroma, hue] = parseOklch(token(name)) ?? [0.85, 0, 0];
    boxes.push(oklchToRgb([lightness + STEP_SIGN[key % STEPS] * lightnessStep, chroma, hue]));
  }
  for (let level = 0; level <= SELF_SHARES.length; level++) boxes.push(parseRgb(token(`--self-${level}`)) ?? groundRgb);
  boxes.push(parseRgb(token('--frame-system')) ?? groundRgb);
  boxes.push(parseRgb(token('--other')) ?? groundRgb);
  const prepared = (name: string): string => {
    const rgb = parseRgb(token(name));
    return rgb ? cssColour(rgb) : token(name);
  };
  return {
    fills: boxes.map(cssColour),
    faded: boxes.map((box) => cssColour(blend(groundRgb, box, fade))),
    ink: prepared('--box-ink'),
    inkDim: prepared('--box-ink-2'),
    inkFaded: prepared('--ink-3'),
    ground: prepared('--bg'),
    rootFill: prepared('--bg-selected'),
    rootInk: prepared('--ink'),
    search: prepared('--search'),
    searchEdge: prepared('--search-edge'),
    onSearch: prepared('--on-search'),
    hover: prepared('--hover'),
    select: prepared('--select'),
    focus: prepared('--focus'),
    cutInk: prepared('--ink-2'),
    cutHatch: memoised((ratio) => hatch(prepared('--other'), prepared('--other-hatch'), ratio)),
    fontUi: token('--font-ui') || 'system-ui, sans-serif',
  };
}

/** The last answer is kept: a canvas asks for one ratio over and over. */
function memoised<T>(make: (ratio: number) => T): (ratio: number) => T {
  let last: { readonly ratio: number; readonly made: T } | undefined;
  return (ratio) => {
    if (last?.ratio !== ratio) last = { ratio, made: make(ratio) };
    return last.made;
  };
}
