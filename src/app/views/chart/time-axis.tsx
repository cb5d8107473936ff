/** The time over a flame chart; it moves with the picture, so it is drawn without React. */
import { type ReactElement, type RefObject, useEffect, useRef } from 'react';
import { AXIS_HEIGHT, paintOffsetAxis } from '#render/when/axis.ts';
import { useFlameTheme } from '../flamegraph/flame-theme.ts';
import type { Seen } from './calls.ts';
import styles from './chart.module.css';

export interface TimeAxis {
  show(seen: Seen): void;
}

interface TimeAxisCanvasProps {
  readonly axis: RefObject<TimeAxis | undefined>;
  /** The start of the chart, since the first sample of the file. */
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
      const height = Math.round(AXIS_HEIGHT * ratio);
      if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
      const [fromMs, untilMs] = [seen.from + originMs, seen.to + originMs];
      paintOffsetAxis(graph, theme, { fromMs, untilMs, top: 0, width, ratio, picture: 'below' });
    };
    axis.current = { show };
    if (last.current) show(last.current);
    return () => {
      axis.current = undefined;
    };
  }, [axis, originMs, theme]);
  return <canvas ref={canvas} className={styles['axis']} aria-hidden="true" />;
}
