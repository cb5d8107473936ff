/** What the server has to say: that it cannot write, that it refused what agents sent. */
import type { ReactElement } from 'react';
import { formatCount } from '#model/units.ts';
import { IconButton } from '../components/button.tsx';
import { Note } from '../components/message.tsx';
import { useServerStatus } from '../queries/source-queries.ts';
import { useNow } from '../time/refresh-clock.ts';
import { uiStore, useUi } from '../state/ui-store.ts';
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
    <Note
      kind="warn"
      actions={
        latest && (
          <IconButton
            label="Dismiss"
            icon="close"
            onClick={() => uiStore.setState({ refusalsDismissedMs: latest.lastMs })}
          />
        )
      }
    >
      {data?.problem !== undefined && `${data.problem.slice(0, 300)} `}
      {latest &&
        `${formatCount(count)} ${count === 1 ? 'upload was' : 'uploads were'} refused since the server started; the last: ${latest.last.slice(0, 300)}`}
    </Note>
  );
}
