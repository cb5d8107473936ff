/** The tokens of theme.css as the canvas needs them: prepared colour strings, rebuilt when the theme changes. */
import { useEffect, useState } from 'react';
import type { FlameTheme, Hatch } from '#render/theme.ts';
import { flameTheme } from '#render/palette.ts';
import { preferences } from '../../state/preferences.ts';

/** Tokens as they hold now: each is read once for all canvases, as reading makes the browser work out its styles. */
const known = new Map<string, string>();
let made: FlameTheme | undefined;
function forget(): void {
  known.clear();
  made = undefined;
}
const dark = matchMedia('(prefers-color-scheme: dark)');
// Registered before the components that read the theme again.
dark.addEventListener('change', forget);
preferences.subscribe((now, before) => {
  if (now.theme !== before.theme) forget();
});

/** A token as it holds now. */
export function readToken(name: string): string {
  let value = known.get(name);
  if (value === undefined) known.set(name, (value = workOut(name)));
  return value;
}

/** Colours go through an element, which resolves light-dark() and var(). */
function workOut(name: string): string {
  const raw = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  if (!CSS.supports('color', raw)) return raw;
  probe ??= makeProbe();
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

/** In the page only as long as colours are read: with each element that comes or goes the browser looks at all again. */
let probe: HTMLElement | undefined;
function makeProbe(): HTMLElement {
  const element = document.createElement('span');
  // Forced colours make every ink one ink; a canvas keeps its own.
  element.style.forcedColorAdjust = 'none';
  document.body.append(element);
  queueMicrotask(() => {
    element.remove();
    probe = undefined;
  });
  return element;
}

/** Calls back when colours or the page's font have changed. @returns what ends it */
export function onThemeChange(renew: () => void): () => void {
  dark.addEventListener('change', renew);
  // Names are measured in the page's font: again once it has come.
  const { fontFamily } = getComputedStyle(document.body);
  if (!document.fonts.check(`12px ${fontFamily}`)) {
    const again = (): void => {
      forget();
      renew();
    };
    void document.fonts.ready.then(again);
  }
  const stop = preferences.subscribe((now, before) => {
    if (now.theme !== before.theme) renew();
  });
  return () => {
    dark.removeEventListener('change', renew);
    stop();
  };
}

/** Slanted lines over a ground, crisp at any ratio. */
function hatch(ground: string, { line, slant, pitchCss, widthCss }: Hatch, ratio: number): string | CanvasPattern {
  const pitch = Math.max(2, Math.round(pitchCss * ratio));
  const width = Math.max(1, Math.round(widthCss * ratio));
  const painter = new OffscreenCanvas(pitch, pitch).getContext('2d');
  if (!painter) return ground;
  painter.fillStyle = ground;
  painter.fillRect(0, 0, pitch, pitch);
  painter.fillStyle = line;
  for (let y = 0; y < pitch; y++) {
    const x = slant === '/' ? pitch - 1 - y : y;
    painter.fillRect(x, y, width, 1);
    painter.fillRect(x - pitch, y, width, 1);
  }
  return painter.createPattern(painter.canvas, 'repeat') ?? ground;
}

/** The theme as it holds now. */
export function readFlameTheme(): FlameTheme {
  return (made ??= flameTheme(readToken, hatch));
}

export function useFlameTheme(): FlameTheme {
  const [theme, setTheme] = useState(() => readFlameTheme());
  useEffect(() => onThemeChange(() => setTheme(readFlameTheme())), []);
  return theme;
}
