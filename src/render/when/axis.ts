/** The axis under or over a picture whose horizontal axis is a recording's time. */
import type { Painter } from '../painter.ts';
import type { FlameTheme } from '../theme.ts';
import { offsetTicks } from './ticks.ts';

/** In css px. */
export const AXIS_HEIGHT = 18;
const TICK_EVERY = 88;
const TICK_HEIGHT = 4;
const TEXT_GAP = 4;

interface AxisFacts {
  /** Since the start of the recording. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** In pixels of the device. */
  readonly top: number;
  readonly width: number;
  readonly ratio: number;
  /** Where the picture is: ticks point to it. */
  readonly picture: 'above' | 'below';
}

/** Times that would be cut off at the right edge are left out. */
export function paintOffsetAxis(
  graph: Painter,
  theme: FlameTheme,
  { fromMs, untilMs, top, width, ratio, picture }: AxisFacts,
): void {
  const px = (css: number): number => Math.round(css * ratio);
  graph.fillStyle = theme.ground;
  graph.fillRect(0, top, width, px(AXIS_HEIGHT));
  const msAPixel = (untilMs - fromMs) / width;
  graph.font = `${px(11)}px ${theme.fontUi}`;
  graph.textAlign = 'left';
  graph.textBaseline = 'middle';
  graph.direction = 'ltr';
  graph.fillStyle = theme.hover;
  const tickTop = picture === 'above' ? top : top + px(AXIS_HEIGHT) - px(TICK_HEIGHT);
  const textMiddle = top + px(AXIS_HEIGHT / 2 + (picture === 'above' ? 1 : -1));
  for (const { ms, text } of offsetTicks(fromMs, untilMs, width / (TICK_EVERY * ratio))) {
    const x = Math.round((ms - fromMs) / msAPixel);
    graph.fillRect(x, tickTop, Math.max(1, Math.floor(ratio)), px(TICK_HEIGHT));
    if (x + graph.measureText(text).width + px(TEXT_GAP) < width) graph.fillText(text, x + px(TEXT_GAP), textMiddle);
  }
}
