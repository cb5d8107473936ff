/** `36.1 core-min`, the unit dimmed; a dash where the cost is not known. */
import type { ReactElement } from 'react';
import type { SampleType } from '#model/profile.ts';
import { formatValue } from '#model/units.ts';
import styles from './query-bar.module.css';

export function CostText({ cost, type }: { cost: number | undefined; type: SampleType }): ReactElement {
  if (cost === undefined) return <span className={styles['unit']}>–</span>;
  const text = formatValue(cost, type.unit, type.type);
  const split = text.search(/\u00a0\D/);
  if (split < 0) return <span>{text}</span>;
  return (
    <span>
      {text.slice(0, split)}
      <span className={styles['unit']}>{text.slice(split)}</span>
    </span>
  );
}
