/**
 * Guarantees of the colours in theme.css, in both themes: readable text (WCAG 2), and data colours that all users can
 * distinguish.
 */

import { readFileSync } from 'node:fs';
import {
  type Color,
  differenceEuclidean,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  filterDeficiencyTrit,
  inGamut,
  interpolate,
  type Oklch,
  parse,
  wcagContrast,
} from 'culori';
import { describe, expect, it } from 'vitest';

const TEXT = 4.5;
const MARK = 3;
const GROUNDS = ['bg', 'bg-raised', 'bg-sunken', 'bg-hover', 'bg-selected'];
const INKS = ['ink', 'ink-2', 'ink-3', 'a-ink', 'b-ink', 'new-ink', 'removed-ink', 'ok', 'warn', 'error'];
const MARKS = ['focus', 'line-control', 'a', 'b', 'new', 'removed', ...numbered('series-', 1, 8)];
const FRAMES = [...numbered('frame-', 0, 19), 'frame-system'];
const RAMP = ['diff-less-most', 'diff-less-least', 'diff-more-least', 'diff-more-most'];
const PAIRS = [
  ['a-ink', 'a-wash'],
  ['b-ink', 'b-wash'],
  ['ok', 'ok-wash'],
  ['warn', 'warn-wash'],
  ['error', 'error-wash'],
  ['on-strong', 'fill-strong'],
  ['on-search', 'search'],
  ['on-new', 'new'],
  ['on-new', 'new-hatch'],
  ['ink', 'removed-fill'],
  ['ink', 'removed-hatch'],
  ['ink-2', 'other'],
  ['ink-2', 'other-hatch'],
  ['diff-quiet-ink', 'diff-quiet'],
  ['diff-quiet-ink', 'diff-quiet-hatch'],
] as const;

/** Normal sight and three kinds of colour blindness, each in full. */
const EYES = [(color: Color) => color, filterDeficiencyProt(1), filterDeficiencyDeuter(1), filterDeficiencyTrit(1)];
const apart = differenceEuclidean('oklab');
const seenApart = (a: Color, b: Color) => Math.min(...EYES.map((eye) => apart(eye(a), eye(b))));

const css = readFileSync(new URL('../../src/app/theme.css', import.meta.url), 'utf8');

describe.each(['light', 'dark'] as const)('tokens, %s', (theme) => {
  it.each(GROUNDS)('every ink can be read on %s', (ground) => {
    for (const ink of INKS) expectContrast(ink, ground, TEXT);
  });

  it('marks and edges stand out from the page', () => {
    for (const mark of MARKS) expectContrast(mark, 'bg', MARK);
  });

  it.each(PAIRS)('%s can be read on %s', (ink, ground) => expectContrast(ink, ground, TEXT));

  it.each(FRAMES)('%s carries its label at each step of lightness, faded too', (name) => {
    for (const step of [-1, 0, 1]) {
      const frame = { ...token(name), l: token(name).l + step * number('frame-step') };
      expect(inGamut('rgb')(frame)).toBe(true);
      for (const ink of ['box-ink', 'box-ink-2']) expect(wcagContrast(token(ink), frame)).toBeGreaterThanOrEqual(TEXT);
      const faded = interpolate([token('bg'), frame], 'rgb')(number('frame-fade'));
      expect(wcagContrast(token('ink-3'), faded)).toBeGreaterThanOrEqual(TEXT);
    }
  });

  it('frames of all packages weigh the same', () => {
    const lightness = FRAMES.filter((name) => name !== 'frame-system').map((name) => token(name).l);
    expect(Math.max(...lightness) - Math.min(...lightness)).toBeLessThan(0.001);
  });

  it('both halves of the ramp are of one length that every eye sees', () => {
    for (const side of ['less', 'more'])
      expect(seenApart(token(`diff-${side}-least`), token(`diff-${side}-most`))).toBeGreaterThanOrEqual(0.18);
    for (const name of RAMP) expect(inGamut('rgb')(token(name))).toBe(true);
  });

  it('new and gone are neither each other nor on the ramp', () => {
    for (const name of ['new', 'removed']) {
      for (const step of RAMP) expect(seenApart(token(name), token(step))).toBeGreaterThanOrEqual(0.12);
    }
    // Lower, because a hatch and a hollow box also distinguish them.
    expect(seenApart(token('new'), token('removed'))).toBeGreaterThanOrEqual(0.07);
  });

  it('side A is not side B for any eye', () => {
    expect(seenApart(token('a'), token('b'))).toBeGreaterThanOrEqual(0.23);
  });

  function expectContrast(ink: string, ground: string, least: number) {
    expect(wcagContrast(token(ink), token(ground)), `${ink} on ${ground}`).toBeGreaterThanOrEqual(least);
  }

  /** A colour as this theme has it: its half of light-dark(), or the one that both share. */
  function token(name: string): Oklch {
    const [both = '', light = both, dark = both] =
      stated(name)[0]?.match(/^light-dark\(\s*(oklch\([^)]*\)),\s*(oklch\([^)]*\))\s*\)$/) ?? stated(name);
    const color = parse(theme === 'light' ? light : dark);
    if (color?.mode !== 'oklch') throw new Error(`--${name} is no oklch colour`);
    return color;
  }

  /** A bare number; where dark states its own it comes last. */
  function number(name: string): number {
    const values = stated(name);
    return Number(theme === 'light' ? values[0] : values.at(-1));
  }
});

/** All values that theme.css gives a property, in order. */
function stated(name: string): string[] {
  return [...css.matchAll(new RegExp(`--${name}:\\s*([^;]+);`, 'g'))].map(([, value = '']) => value.trim());
}

function numbered(prefix: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `${prefix}${from + i}`);
}
