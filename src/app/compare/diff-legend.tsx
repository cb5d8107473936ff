/** The meaning of a difference's colours: the scale of changes, and the colours outside of it. */
import { type ReactElement, useMemo } from 'react';
import type { UrlState } from '../url/url-state.ts';
import { useUrl } from '../url/url-store.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import { changeScale } from './change-scale.ts';
import { quietText, scaleTicks, sideKeys } from './legend-words.ts';
import styles from './diff-legend.module.css';

interface DiffLegendProps {
  readonly shown: ShownComparison;
  /** Which change the colours show. */
  readonly rule: UrlState['dcol'];
}

export function DiffLegend({ shown, rule }: DiffLegendProps): ReactElement {
  const noise = useUrl((state) => state.noise);
  const ticks = useMemo(() => scaleTicks(changeScale(shown, rule, noise)), [shown, rule, noise]);
  const keys = [
    { kind: 'new', text: sideKeys.new },
    { kind: 'gone', text: sideKeys.gone },
    { kind: 'quiet', text: quietText(noise) },
  ];
  return (
    <div className={styles['legend']} role="group" aria-label="Colours of the difference">
      <span>B against A, by {rule}</span>
      <div className={styles['scale']}>
        <div className={styles['ramp']} data-side="less" />
        <div className={styles['ramp']} data-side="more" />
        {ticks.map(({ part, text }) => (
          <span key={part} className={styles['tick']} data-part={part} style={{ left: `${50 + 50 * part}%` }}>
            {text}
          </span>
        ))}
      </div>
      <ul className={styles['keys']}>
        {keys.map(({ kind, text }) => (
          <li key={kind} className={styles['key']}>
            <span className={styles['swatch']} data-kind={kind} />
            {text}
          </li>
        ))}
      </ul>
    </div>
  );
}
