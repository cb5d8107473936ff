/** The tokens that a chart's canvas needs, made anew when the theme changes. */
import { useEffect, useState } from 'react';
import type { OverlayTheme } from '#render/timeline/engine.ts';
import { onThemeChange, readToken } from '../flamegraph/flame-theme.ts';

const SERIES = 8;

export function useTimelineTheme(): OverlayTheme {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => onThemeChange(() => setTheme(readTheme())), []);
  return theme;
}

function readTheme(): OverlayTheme {
  return {
    ground: readToken('--bg'),
    ink: readToken('--ink'),
    dimInk: readToken('--ink-2'),
    line: readToken('--line'),
    area: readToken('--bg-sunken'),
    series: Array.from({ length: SERIES }, (_, i) => readToken(`--series-${i + 1}`)),
    font: `430 11px ${getComputedStyle(document.body).fontFamily}`,
    brush: readToken('--ink-3'),
    flag: readToken('--ink'),
    flagInk: readToken('--bg'),
  };
}
