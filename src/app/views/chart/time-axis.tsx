/** The time over a flame chart; it moves with the picture, so it is drawn without React. */
import { type ReactElement, type RefObject, useEffect, useRef } from 'react';
import { offsetTicks } from '#render/when/ticks.ts';
import { useFlameTheme } from '../flamegraph/flame-theme.ts';
import type { Seen } from './calls.ts';
import styles from './chart.module.css';

export interface TimeAxis {
  show(seen: Seen): void;
}

/** In css px. */
const HEIGHT = 18;
const TICK_EVERY = 96;
const TEXT_GAP = 4;

interface TimeAxisCanvasProps {
  readonly axis: RefObject<TimeAxis | undefined>;
  /** Of the chart, since the first sample of the file. */
  readonly originMs: number;
}

export function TimeAxisCanvas({ axis, originMs }: TimeAxisCanvasProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<Seen>(undefined);
  const theme = useFlameTheme();
  useEffect(() => {
    const element = canvas.current!;
    const graph = element.getContext('2d', { alpha: false })!;
    const show = (seen: Seen): void => {
      last.current = seen;
      const ratio = devicePixelRatio;
      const width = Math.max(1, Math.round(element.clientWidth * ratio));
      const height = Math.round(HEIGHT * ratio);
      if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
      graph.fillStyle = theme.ground;
      graph.fillRect(0, 0, width, height);
      graph.fillStyle = theme.hover;
      graph.font = `${11 * ratio}px ${theme.fontUi}`;
      graph.textBaseline = 'middle';
      const from = seen.from + originMs;
      const scale = width / (seen.to - seen.from);
      for (const { ms, text } of offsetTicks(from, seen.to + originMs, element.clientWidth / TICK_EVERY)) {
        const x = Math.round((ms - from) * scale);
        graph.fillRect(x, height - 5 * ratio, Math.max(1, Math.floor(ratio)), 5 * ratio);
        graph.fillText(text, x + TEXT_GAP * ratio, height / 2);
      }
    };
    axis.current = { show };
    if (last.current) show(last.current);
    return () => {
      axis.current = undefined;
    };
  }, [axis, originMs, theme]);
  return <canvas ref={canvas} className={styles['axis']} aria-hidden="true" />;
}
