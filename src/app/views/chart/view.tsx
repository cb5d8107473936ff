/** One thread's calls in the order of time, by the renderer of the flamegraph. */
import { type ReactElement, useMemo, useRef, useState } from 'react';
import { pathOf } from '#model/call-path.ts';
import type { NodeIndex } from '#model/call-tree.ts';
import { formatInterval, formatOffsetMs, printInterval } from '#model/interval.ts';
import { formatCount } from '#model/units.ts';
import { Button } from '../../components/button.tsx';
import { ViewColumn } from '../../components/layout.tsx';
import { BusyPanel, Note, Panel } from '../../components/message.tsx';
import type { ChartAnswer } from '#analysis/analysis.ts';
import { useFlameChart } from '../../queries/analysis-queries.ts';
import { openFileNamed } from '../../screen/files-store.ts';
import type { ShownTree } from '../../screen/shown.ts';
import { runFrameKey } from '../../state/commands.ts';
import { navigate, useUrl } from '../../url/url-store.ts';
import { ProfileGraph } from '../flamegraph/profile-graph.tsx';
import { useFrameMenu } from '../use-frame-menu.tsx';
import type { ViewProps } from '../view.ts';
import { callOfPath, callThatFills, intervalSeen, type Seen, seenOf } from './calls.ts';
import { ThreadChoice } from './thread-choice.tsx';
import { type TimeAxis, TimeAxisCanvas } from './time-axis.tsx';
import { Dim, Strip } from '../strip.tsx';
import styles from './chart.module.css';

/** Zoom is here of a call, not of its path. */
const NOT_HERE: readonly string[] = ['zoom'];

export function View(props: ViewProps): ReactElement {
  const { shown } = props;
  const file = openFileNamed(shown.opened.name);
  const matchers = useUrl((state) => state.q);
  const during = useUrl((state) => state.during);
  const isTimed = file?.profile.isTimed === true;
  const { data, error } = useFlameChart(
    isTimed ? { handle: file.profile.handle, sampleType: shown.sampleType, matchers, during } : undefined,
  );
  if (!isTimed)
    return (
      <Panel kind="info" title="No times">
        <p>The samples of this profile do not say when they ran: there is no order to draw them in.</p>
      </Panel>
    );
  if (error)
    return (
      <Panel kind="error" title="Could not make the flame chart">
        <p>{error.message}</p>
      </Panel>
    );
  if (!data) return <BusyPanel />;
  return <Chart {...props} chart={data} />;
}

function Chart(props: ViewProps & { readonly chart: ChartAnswer }): ReactElement {
  const { shown, hit, colours, chart, onKey } = props;
  const { tree, start, originMs, threads, byFunction } = chart;
  const { names } = shown.opened.profile.functions;
  const direction = useUrl((state) => state.dir);
  const at = useUrl((state) => state.at);
  const path = useUrl((state) => state.sel);
  const inMs = useMemo(() => timesInMs(shown), [shown]);
  const seen = useMemo(() => at && seenOf(at, originMs), [at, originMs]);
  const [kept, setKept] = useState({ chart, node: 0 });
  const selected = useMemo(() => {
    const known = kept.chart === chart ? pathOf(tree, names, kept.node) : [];
    return path.length > 0 && known.join('\n') === path.join('\n') ? kept.node : callOfPath(chart, names, path, seen);
  }, [kept, chart, tree, names, path, seen]);
  // Where the camera came to rest no call has to be looked for among a million.
  const [rested, setRested] = useState('');
  const isRested = at !== undefined && printInterval(at) === rested;
  const zoom = useMemo(() => {
    if (!seen) return { node: 0 };
    const node = isRested ? 0 : callThatFills(chart, seen);
    return node > 0 ? { node } : { node: 0, range: seen };
  }, [chart, seen, isRested]);
  const axis = useRef<TimeAxis>(undefined);

  const see = (range: Seen | undefined, how: 'push' | 'replace', patch = {}): void => {
    const next = range && intervalSeen(range, originMs);
    setRested(how === 'replace' && next ? printInterval(next) : '');
    navigate({ ...patch, at: next }, how);
  };
  const rangeOf = (node: NodeIndex): Seen | undefined =>
    node > 0 ? { from: start[node], to: start[node] + tree.total[node] } : undefined;
  const select = (node: NodeIndex): void => {
    setKept({ chart, node });
    navigate({ sel: pathOf(tree, names, node) }, 'replace');
  };
  const { menu, open } = useFrameMenu(NOT_HERE);
  return (
    <ViewColumn>
      <Strip>
        <strong>{formatOffsetMs(tree.total[0])}</strong>
        {threads && <ThreadChoice threads={threads} />}
        <Dim>
          {formatCount(tree.length - 1)} {tree.length === 2 ? 'call' : 'calls'}
          {shown.request.transforms.length > 0 && ', before transforms'}
        </Dim>
        {at && (
          <>
            <Dim>{formatInterval(at)} in view</Dim>
            <Button onClick={() => see(undefined, 'push')}>Whole chart</Button>
          </>
        )}
      </Strip>
      {chart.isCut && (
        <Note kind="warn">
          The chart has the first {formatCount(tree.length - 1)} calls: show a part of the recording alone (in When) to
          see later ones.
        </Note>
      )}
      <TimeAxisCanvas axis={axis} originMs={originMs} />
      <div className={styles['canvas']}>
        <ProfileGraph
          shown={inMs}
          tree={tree}
          calls={{ start, originMs }}
          rootTitle="recording"
          title="Flame chart"
          direction={direction}
          whole={tree.total[0]}
          colours={colours}
          ownCostAt="ends"
          definitionColours={undefined}
          kinds={undefined}
          hit={hit}
          hitNodes={undefined}
          byFunction={byFunction}
          zoom={zoom}
          selected={selected}
          onRange={(range) => axis.current?.show(range)}
          onZoom={(node, how, range) =>
            how === 'step'
              ? see(rangeOf(node), 'push')
              : see(isWhole(range, tree.total[0]) ? undefined : range, 'replace')
          }
          onSelect={select}
          onPick={(node) => {
            setKept({ chart, node });
            see(rangeOf(node), 'push', { sel: pathOf(tree, names, node) });
          }}
          onMenu={(node, place, numbers) => open({ tree, names, node }, place, numbers)}
          onKey={(key, node) => {
            if (key === 'Escape' && at) see(undefined, 'push');
            else return runFrameKey(key, { tree, names, node }, NOT_HERE) || onKey(key);
            return true;
          }}
        />
      </div>
      {menu}
    </ViewColumn>
  );
}

/** Calls take time, whatever the samples of the sample type count. */
function timesInMs(shown: ShownTree): ShownTree {
  const { opened } = shown;
  const profile = { ...opened.profile, sampleTypes: [{ type: 'time', unit: 'milliseconds' }] };
  return { ...shown, opened: { ...opened, profile }, sampleType: 0 };
}

function isWhole({ from, to }: Seen, lengthMs: number): boolean {
  return from <= 0 && to >= lengthMs;
}
