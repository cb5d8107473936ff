/** What stands in a list that has no rows to show: why, and a way on. */
import type { ReactElement, ReactNode } from 'react';
import { Button } from '../components/button.tsx';
import styles from './query-bar.module.css';

export function Notice({ children, onRetry }: { children: ReactNode; onRetry?: () => void }): ReactElement {
  return (
    <div className={styles['notice']} role="status">
      <span>{children}</span>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}
