/** The table beside the graph: its edge is dragged, or moved by arrows. */
import { type ReactElement, useState } from 'react';
import { LIST_WIDTH, usePartOfWindow } from '../components/use-window.ts';
import { setPreference, tableWidthLimits, usePreference } from '../state/preferences.ts';
import styles from './workspace.module.css';

export function SidePanel({ children }: { children: ReactElement }): ReactElement {
  const preferred = usePreference('tableWidth');
  const [dragged, setDragged] = useState<number>();
  const own = usePartOfWindow(LIST_WIDTH);
  const width = dragged ?? preferred ?? own;
  const clamp = (css: number): number =>
    Math.max(tableWidthLimits.min, Math.min(tableWidthLimits.max, innerWidth - 320, css));
  return (
    <>
      <div className={styles['side']} style={{ width: clamp(width) }}>
        {children}
      </div>
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the table"
        aria-valuenow={clamp(width)}
        aria-valuemin={tableWidthLimits.min}
        aria-valuemax={tableWidthLimits.max}
        tabIndex={0}
        className={styles['divider']}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) =>
          event.currentTarget.hasPointerCapture(event.pointerId) && setDragged(clamp(event.clientX))
        }
        onPointerCancel={() => setDragged(undefined)}
        onPointerUp={() => {
          if (dragged !== undefined) setPreference('tableWidth', dragged);
          setDragged(undefined);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') setPreference('tableWidth', clamp(width - 24));
          if (event.key === 'ArrowRight') setPreference('tableWidth', clamp(width + 24));
        }}
      />
    </>
  );
}
