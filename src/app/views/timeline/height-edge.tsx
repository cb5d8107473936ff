/**
 * The lower edge of the time series: dragged or moved by arrows it makes the plot higher or lower; far up it closes it.
 */
import { type KeyboardEvent, type PointerEvent, type ReactElement, useRef } from 'react';
import { seriesHeightLimits, setPreference } from '../../state/preferences.ts';
import styles from './timeline.module.css';

interface HeightEdgeProps {
  /** Css px, as it is now. */
  readonly height: number;
  /** While it is dragged; undefined when it no longer is. */
  onDrag(height: number | undefined): void;
  onClose(): void;
}

const KEY_STEP_CSS = 16;

export function HeightEdge({ height, onDrag, onClose }: HeightEdgeProps): ReactElement {
  const { min, max } = seriesHeightLimits;
  const begun = useRef({ y: 0, height });
  const latest = useRef(height);
  const clamped = (css: number): number => (css < min / 2 ? 0 : Math.round(Math.max(min, Math.min(max, css))));
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    begun.current = { y: event.clientY, height };
    latest.current = height;
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    latest.current = clamped(begun.current.height + event.clientY - begun.current.y);
    // Closing it would take the edge from under the pointer: it closes on release.
    onDrag(Math.max(min, latest.current));
  };
  const onPointerUp = (): void => {
    onDrag(undefined);
    if (latest.current === 0) onClose();
    else setPreference('seriesHeight', latest.current);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowDown' ? KEY_STEP_CSS : event.key === 'ArrowUp' ? -KEY_STEP_CSS : 0;
    if (event.key === 'Enter') onClose();
    else if (event.key === 'Home') setPreference('seriesHeight', min);
    else if (event.key === 'End') setPreference('seriesHeight', max);
    else if (by !== 0) setPreference('seriesHeight', Math.max(min, clamped(height + by)));
    else return;
    event.preventDefault();
  };
  return (
    <div
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the time series, Enter closes it"
      aria-valuenow={height}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      className={styles['edge']}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => onDrag(undefined)}
      onDoubleClick={() => setPreference('seriesHeight', undefined)}
      onKeyDown={onKeyDown}
    />
  );
}
