/** The bands of a page around its views. */
import type { ReactElement, ReactNode } from 'react';
import styles from './layout.module.css';

interface BandProps {
  readonly className?: string | undefined;
  readonly children?: ReactNode;
}

export function Toolbar({ className = '', children }: BandProps): ReactElement {
  return <div className={`${styles['tools']} ${className}`}>{children}</div>;
}

/** What follows it is at the end of the toolbar. */
export function Spacer(): ReactElement {
  return <span className={styles['spacer']} />;
}

/** Views beside each other. @param isStale the views are outdated */
export function ViewArea({ className = '', isStale, children }: BandProps & { isStale: boolean }): ReactElement {
  return (
    <div className={`${styles['area']} ${className}`} data-stale={isStale || undefined}>
      {children}
    </div>
  );
}

/** A view with what is above it. */
export function ViewColumn({ isBusy, children }: { isBusy?: boolean; children?: ReactNode }): ReactElement {
  return (
    <div className={styles['column']} aria-busy={isBusy}>
      {children}
    </div>
  );
}

export function StatusBar({ children }: { children?: ReactNode }): ReactElement {
  return <footer className={styles['status']}>{children}</footer>;
}
