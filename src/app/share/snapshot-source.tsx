/** A link with a snapshot: the page reads the snapshot instead of asking the server. */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { formatFullInstant, formatSpan } from '#model/time-text.ts';
import { formatBytesOfFile } from '#model/units.ts';
import { Button } from '../components/button.tsx';
import { Note, Panel } from '../components/message.tsx';
import { useAnalysis } from '../queries/analysis-queries.ts';
import { SourceContext } from '../queries/source-queries.ts';
import { useHeldClock, useNow } from '../time/refresh-clock.ts';
import { zoneName } from '../time/zone-name.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { useOnScreen } from '../screen/current-view.ts';
import { snapshotQuery } from './snapshot-query.ts';

export function SnapshotSource({ id, children }: { id: string; children: ReactNode }): ReactElement {
  const { data, error } = useQuery(snapshotQuery(useAnalysis(), id));
  // Ranges and the open step of the series are as they were, before anything is asked.
  const isHeld = useHeldClock(data?.nowMs);
  useOnScreen('snapshot', isHeld || error ? id : undefined);
  if (error) {
    return (
      <Panel kind="error" title="The snapshot of this link cannot be opened" isPage>
        <p>{error.message.slice(0, 600)}</p>
        <p>The server may still have the profiles themselves.</p>
        <AskServer kind="edged" />
      </Panel>
    );
  }
  if (!data || !isHeld) return <div aria-busy="true" />;
  return <SourceContext value={data.source}>{children}</SourceContext>;
}

/** Says when the snapshot was saved and what it covers, and links to the current data of the server. */
export function SnapshotNotice({ id }: { id: string }): ReactElement | null {
  const { data } = useQuery(snapshotQuery(useAnalysis(), id));
  const zone = zoneName(useUrl((state) => state.tz));
  const nowMs = useNow();
  if (!data) return null;
  const { savedMs, range, bytes } = data;
  return (
    <Note kind="info" actions={range && <AskServer kind="plain" />}>
      Saved on {formatFullInstant(savedMs, zone)}
      {range ? `: the profiles of ${formatSpan(range, zone, nowMs)}` : ': files'} ({formatBytesOfFile(bytes)}).
      {range && ' Other services, ranges and labels are only on the server.'}
    </Note>
  );
}

function AskServer({ kind }: { kind: 'plain' | 'edged' }): ReactElement {
  return (
    <Button kind={kind} onClick={() => navigate({ snap: undefined }, 'push')}>
      Show what the server has now
    </Button>
  );
}
