/** A recording over time: where it was busy, and a part of it to look at alone. */
import type { ReactElement } from 'react';
import { useWhen } from '../../queries/analysis-queries.ts';
import { openFileNamed } from '../../screen/files-store.ts';
import { ViewArea } from '../../components/layout.tsx';
import { BusyPanel, Panel } from '../../components/message.tsx';
import { useLasting } from '../../components/use-lasting.ts';
import { navigate, useUrl } from '../../url/url-store.ts';
import type { ViewProps } from '../view.ts';
import { WhenPlot } from './when-plot.tsx';

export function View({ shown, onKey }: ViewProps): ReactElement {
  const file = openFileNamed(shown.opened.name);
  const matchers = useUrl((state) => state.q);
  const by = useUrl((state) => state.by);
  const during = useUrl((state) => state.during);
  const isTimed = file?.profile.isTimed === true;
  const { data, error, isPlaceholderData } = useWhen(
    isTimed
      ? { handle: file.profile.handle, sampleType: shown.sampleType, matchers, by: by === '' ? undefined : by }
      : undefined,
  );
  const isStale = useLasting(isPlaceholderData);
  if (!isTimed)
    return (
      <Panel kind="info" title="No times">
        <p>The samples of this profile do not say when they ran. A range of a server has its time series instead.</p>
      </Panel>
    );
  if (error)
    return (
      <Panel kind="error" title="Could not read the times">
        <p>{error.message}</p>
      </Panel>
    );
  if (!data) return <BusyPanel />;
  return (
    <ViewArea isStale={isStale}>
      <WhenPlot
        when={data}
        shown={shown}
        during={during}
        onDuring={(next) => navigate({ during: next }, 'push')}
        onKey={onKey}
      />
    </ViewArea>
  );
}
