/** What the server has to say: that it cannot write, that it refused what agents sent. */
import { type ReactElement, useState } from 'react';
import { formatCount } from '#model/units.ts';
import { IconButton } from '../components/button.tsx';
import { Note } from '../components/message.tsx';
import { useServerStatus } from '../queries/source-queries.ts';
import { useNow } from '../time/refresh-clock.ts';

/** A refusal that is older is history. */
const TOLD_FOR_MS = 3_600_000;

export function ServerNotice(): ReactElement | null {
  const { data } = useServerStatus();
  const nowMs = useNow();
  const [dismissedMs, setDismissed] = useState(0);
  const recent = (data?.refusals ?? []).filter(({ lastMs }) => lastMs > Math.max(dismissedMs, nowMs - TOLD_FOR_MS));
  const count = recent.reduce((sum, refusal) => sum + refusal.count, 0);
  const [latest] = [...recent].sort((a, b) => b.lastMs - a.lastMs);
  if (data?.problem === undefined && latest === undefined) return null;
  return (
    <Note
      kind="warn"
      actions={latest && <IconButton label="Dismiss" icon="close" onClick={() => setDismissed(latest.lastMs)} />}
    >
      {data?.problem !== undefined && `${data.problem.slice(0, 300)} `}
      {latest &&
        `${formatCount(count)} ${count === 1 ? 'upload was' : 'uploads were'} refused since the server started; the last: ${latest.last.slice(0, 300)}`}
    </Note>
  );
}
