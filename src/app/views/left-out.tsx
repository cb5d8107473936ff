/** That a source left something out of an answer, as it is damaged there: beside the numbers that lack it. */
import type { ReactElement } from 'react';
import { Icon } from '../components/icon.tsx';
import styles from './workspace.module.css';

/** Nothing where nothing was left out. @param warnings sentences of the source */
export function LeftOut({ warnings }: { warnings: readonly string[] }): ReactElement | null {
  if (warnings.length === 0) return null;
  return (
    <span className={styles['leftOut']} role="status" title={warnings.join('\n')}>
      <Icon name="warn" /> incomplete: stored data is damaged
    </span>
  );
}

/** The sentences themselves. */
export function warningText(warnings: readonly string[]): string {
  const [first, ...more] = warnings;
  if (first === undefined) return '';
  return more.length === 0 ? first : `${first} And ${more.length} more.`;
}
