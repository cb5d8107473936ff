/** The tokens that a chart's canvas needs, rebuilt when the theme changes. */
import { useEffect, useState } from 'react';
import type { OverlayTheme } from '#render/timeline/engine.ts';
import { onThemeChange, readToken } from '../flamegraph/flame-theme.ts';

/** `--series-1` and so on, as many as the stylesheet has. */
export const SERIES_COLOURS = 8;

export function useTimelineTheme(): OverlayTheme {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => onThemeChange(() => setTheme(readTheme())), []);
  return theme;
}

function readTheme(): OverlayTheme {
  const { fontFamily } = getComputedStyle(document.body);
  return {
    ground: readToken('--bg'),
    ink: readToken('--ink'),
    dimInk: readToken('--ink-3'),
    line: readToken('--line'),
    strongLine: readToken('--line-strong'),
    series: Array.from({ length: SERIES_COLOURS }, (_, i) => readToken(`--series-${i + 1}`)),
    font: `430 11px ${fontFamily}`,
    strongFont: `560 11px ${fontFamily}`,
    sides: {
      a: { mark: readToken('--a'), ink: readToken('--a-ink') },
      b: { mark: readToken('--b'), ink: readToken('--b-ink') },
    },
  };
}
