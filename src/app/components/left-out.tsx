/** Reports that a source left something out of an answer because it is damaged there. Shown beside the incomplete numbers. */
import type { ReactElement } from 'react';
import { Icon } from './icon.tsx';
import styles from './left-out.module.css';

/** Shows nothing without warnings. @param warnings sentences of the source */
export function LeftOut({ warnings }: { warnings: readonly string[] }): ReactElement | null {
  if (warnings.length === 0) return null;
  return (
    <span className={styles['leftOut']} role="status" title={warnings.join('\n')}>
      <Icon name="warn" /> incomplete: stored data is damaged
    </span>
  );
}

/** The sentences themselves, for a status line. Shows nothing without warnings. */
export function LeftOutText({ warnings }: { warnings: readonly string[] }): ReactElement | null {
  return warnings.length === 0 ? null : <span className={styles['leftOut']}>{warningText(warnings)} </span>;
}

/** @returns '' without warnings */
export function warningText(warnings: readonly string[]): string {
  const [first, ...more] = warnings;
  if (first === undefined) return '';
  return more.length === 0 ? first : `${first} And ${more.length} more.`;
}
