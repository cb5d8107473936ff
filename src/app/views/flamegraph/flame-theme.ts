/** The tokens of theme.css as the canvas needs them: prepared colour strings, made anew when the theme changes. */
import { useEffect, useState } from 'react';
import type { FlameTheme } from '#render/flamegraph/scene.ts';
import { flameTheme } from '#render/palette.ts';
import { preferences } from '../../preferences.ts';

/** Reads a token as it holds now. Colours go through an element, which resolves light-dark() and var(). */
export function readToken(name: string): string {
  const raw = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  if (!CSS.supports('color', raw)) return raw;
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  // Forced colours make every ink one ink; a canvas keeps its own.
  probe.style.forcedColorAdjust = 'none';
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/** Calls back when colours or the page's font have changed. @returns what ends it */
export function onThemeChange(renew: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', renew);
  // Names are measured in the page's font: again once it has come.
  void document.fonts.ready.then(renew);
  const stop = preferences.subscribe((now, before) => {
    if (now.theme !== before.theme) renew();
  });
  return () => {
    dark.removeEventListener('change', renew);
    stop();
  };
}

export function useFlameTheme(): FlameTheme {
  const [theme, setTheme] = useState(() => flameTheme(readToken));
  useEffect(() => onThemeChange(() => setTheme(flameTheme(readToken))), []);
  return theme;
}
