/** The meaning of a difference's colours: the ramp of changes, and the colours outside of it. */
import type { ReactElement } from 'react';
import styles from './diff-legend.module.css';

/** (b - a) / max(a, b), from -1 to 1. */
const ticks: readonly { readonly change: number; readonly text: string; readonly said: string }[] = [
  { change: -0.75, text: '÷4', said: 'a quarter' },
  { change: -0.5, text: '÷2', said: 'half' },
  { change: 0, text: '=', said: 'the same' },
  { change: 0.5, text: '×2', said: 'twice' },
  { change: 0.75, text: '×4', said: 'four times' },
];

const keys = [
  { kind: 'new', text: 'new in B' },
  { kind: 'gone', text: 'only in A' },
  { kind: 'pale', text: 'may be noise' },
] as const;

export function DiffLegend(): ReactElement {
  return (
    <div className={styles['legend']} role="group" aria-label="Colours of the difference">
      <span>B against A</span>
      <div className={styles['scale']}>
        <div className={styles['ramp']} />
        {ticks.map(({ change, text, said }) => (
          <span key={text} className={styles['tick']} style={{ left: `${50 + 50 * change}%` }} title={`${said} of A`}>
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
