/** A box beside the pointer: below and right of it, on the other side where room is short, never under it. */
import { type ReactElement, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import type { Place } from '../../state/ui-store.ts';
import styles from './frame-tooltip.module.css';

const OFF_CSS = 12;

interface TooltipBoxProps {
  /** Two sides need more room than one. */
  readonly isWide?: boolean;
  readonly at: Place;
  readonly children: ReactNode;
}

export function TooltipBox({ isWide = false, at, children }: TooltipBoxProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Place>();
  useLayoutEffect(() => {
    const { offsetWidth, offsetHeight } = box.current!;
    const { x, y } = at;
    const left = x + OFF_CSS + offsetWidth < innerWidth - 4 ? x + OFF_CSS : Math.max(4, x - OFF_CSS - offsetWidth);
    const below = y + OFF_CSS + 8;
    const top = below + offsetHeight < innerHeight - 4 ? below : Math.max(4, y - OFF_CSS - 8 - offsetHeight);
    setPlace({ x: left, y: top });
  }, [at]);
  return (
    <div
      ref={box}
      role="tooltip"
      className={styles['tooltip']}
      data-wide={isWide || undefined}
      style={place ? { left: place.x, top: place.y } : { visibility: 'hidden' }}
    >
      {children}
    </div>
  );
}

/** One line of it. `foot` is set apart from those above. */
export function TooltipLine({
  part,
  children,
}: {
  part: 'name' | 'file' | 'samples' | 'foot';
  children: ReactNode;
}): ReactElement {
  return <p className={styles[part]}>{children}</p>;
}
