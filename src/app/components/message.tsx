/** Messages of the page: instead of a view, or in a band above one. */
import type { ReactElement, ReactNode } from 'react';
import { Icon } from './icon.tsx';
import styles from './message.module.css';

type Kind = 'info' | 'warn' | 'error';

interface PanelProps {
  readonly kind: Kind;
  readonly title: string;
  /** Instead of the whole page, not of a view. */
  readonly isPage?: boolean;
  /** Announced at once. */
  readonly isAlert?: boolean;
  /** What happened, and what can be done. */
  readonly children: ReactNode;
}

/** Instead of a view. */
export function Panel({ kind, title, isPage = false, isAlert = kind === 'error', children }: PanelProps): ReactElement {
  const [Region, Heading] = isPage ? (['main', 'h1'] as const) : (['div', 'h2'] as const);
  return (
    <Region className={styles['panel']} role={isAlert ? 'alert' : 'status'}>
      <Icon name={kind} />
      <Heading>{title}</Heading>
      {children}
    </Region>
  );
}

/** While something loads. @param children what is loading */
export function BusyPanel({ children }: { children?: ReactNode }): ReactElement {
  return (
    <div className={styles['panel']} aria-busy={children === undefined}>
      {children}
    </div>
  );
}

interface NoteProps {
  readonly kind: Kind;
  /** Inside of an element that is announced itself, or nothing that needs to be. */
  readonly isSilent?: boolean;
  readonly children: ReactNode;
  /** Beside the text: what can be done. */
  readonly actions?: ReactNode;
}

/** A band above a view. */
export function Note({ kind, isSilent = false, children, actions }: NoteProps): ReactElement {
  return (
    <div
      className={styles['note']}
      data-kind={kind}
      role={isSilent ? undefined : kind === 'error' ? 'alert' : 'status'}
    >
      <Icon name={kind} />
      <div>{children}</div>
      {actions}
    </div>
  );
}
