/** What the server has to say: that it cannot write, that it refused what agents sent. */
import type { ReactElement } from 'react';
import { formatCount } from '#model/units.ts';
import { IconButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { useServerStatus } from '../source-queries.ts';
import { useNow } from '../time/refresh-clock.ts';
import { uiStore, useUi } from '../ui-store.ts';
import styles from './explore.module.css';
import { refusalsAbout } from './refusals-about.ts';

/** A refusal that is older is history. */
const TOLD_FOR_MS = 3_600_000;

/** @param service that is shown; refusals of others are left out */
export function ServerNotice({ service }: { service: string | undefined }): ReactElement | null {
  const { data } = useServerStatus();
  const nowMs = useNow();
  const dismissedMs = useUi((ui) => ui.refusalsDismissedMs);
  const afterMs = Math.max(dismissedMs, nowMs - TOLD_FOR_MS);
  const recent = refusalsAbout(data?.refusals ?? [], service).filter(({ lastMs }) => lastMs > afterMs);
  const count = recent.reduce((sum, refusal) => sum + refusal.count, 0);
  const [latest] = [...recent].sort((a, b) => b.lastMs - a.lastMs);
  if (data?.problem === undefined && latest === undefined) return null;
  return (
    <div className={styles['server']} role="status">
      <Icon name="warn" />
      <span>
        {data?.problem !== undefined && `${data.problem.slice(0, 300)} `}
        {latest &&
          `${formatCount(count)} ${count === 1 ? 'upload was' : 'uploads were'} refused since the server started; the last: ${latest.last.slice(0, 300)}`}
      </span>
      {latest && (
        <IconButton
          label="Dismiss"
          icon="close"
          onClick={() => uiStore.setState({ refusalsDismissedMs: latest.lastMs })}
        />
      )}
    </div>
  );
}
