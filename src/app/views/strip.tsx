/** The line of facts and choices above a picture. */
import type { ReactElement, ReactNode } from 'react';
import styles from './strip.module.css';

/** @param label makes it a group of that name */
export function Strip({ label, children }: { label?: string; children: ReactNode }): ReactElement {
  return (
    <div className={styles['strip']} role={label === undefined ? undefined : 'group'} aria-label={label}>
      {children}
    </div>
  );
}

/** Text that stands back. */
export function Dim({ children }: { children: ReactNode }): ReactElement {
  return <span className={styles['dim']}>{children}</span>;
}
