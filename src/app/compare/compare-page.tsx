/** Compare: two sides, what changed between them, and whether it is more than noise. */
import { type ReactElement, useMemo } from 'react';
import { absolute } from '#model/time-range.ts';
import { usePageTitle } from '../state/page-title.ts';
import { type Pane, paneIds, panes } from '../url/panes.ts';
import type { UrlState } from '../url/url-state.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { useNow } from '../time/refresh-clock.ts';
import { useUi } from '../state/ui-store.ts';
import { FirstRun } from '../explore/first-run.tsx';
import { loadingText } from '../explore/loading-text.ts';
import { useLasting } from '../components/use-lasting.ts';
import { Waiting } from '../workspace/waiting.tsx';
import { DiffLegend } from './diff-legend.tsx';
import { useOnScreen } from '../screen/current-view.ts';
import { ofPane, PaneChoice } from '../workspace/panes.tsx';
import { SidePanel } from '../workspace/side-panel.tsx';
import { TransformChips } from '../workspace/transform-chips.tsx';
import { useIsNarrow } from '../components/use-narrow.ts';
import { useSearched, useSearchTools } from '../workspace/use-search-tools.tsx';
import { Spacer, Toolbar, ViewArea, ViewColumn } from '../components/layout.tsx';
import { BusyPanel } from '../components/message.tsx';
import { CompareBand } from './compare-band.tsx';
import { CompareStatus } from './compare-status.tsx';
import { useDiffSearch } from '../queries/comparison-queries.ts';
import { DiffGraph } from './diff-graph.tsx';
import { DiffOptions } from './diff-options.tsx';
import { DiffSandwich } from './diff-sandwich.tsx';
import { DiffTable } from './diff-table.tsx';
import { DiffTreeView } from './diff-tree.tsx';
import { NothingToCompare, Problem, untypedSides } from './problem.tsx';
import { SideBySide } from './side-by-side.tsx';
import { sideText } from './side-words.ts';
import { emptySides, linkOfSides, type Side, sideNames } from '../sides/sides.ts';
import { isSettled } from './is-settled.ts';
import { SidesBar } from './sides-bar.tsx';
import { type Comparison, useComparison } from './use-comparison.ts';
import { RangePresets } from './range-presets.tsx';
import { WhatChanged } from './what-changed.tsx';
import styles from './compare.module.css';

interface ComparedProps {
  readonly shown: ShownComparison;
  readonly hit: Uint8Array | undefined;
  /** By node of the union. */
  readonly hitNodes: Uint8Array | undefined;
  onKey(key: string): boolean;
}

const compared: Partial<Record<Pane, (props: ComparedProps) => ReactElement>> = {
  flame: DiffFlameView,
  sides: SideBySide,
  functions: DiffTable,
  sandwich: DiffSandwich,
  tree: DiffTreeView,
};

const offered = paneIds.flatMap((id) => {
  const { compared: title } = panes[id];
  return title === undefined ? [] : [{ id, title }];
});

/** In a narrow window the list is a view of its own. */
const narrowOffered = [{ id: 'both' as const, title: 'What changed' }, ...offered];

/** An answer that takes longer says what it is. */
const LONG_MS = 1000;

const NO_CODE: readonly never[] = [];

export function ComparePage(): ReactElement {
  const comparison = useComparison();
  const { shown, sides } = comparison;
  const isEmbedded = useUrl((state) => state.embed);
  const view = useViewedRange(comparison);
  const isFirstRun = comparison.explored.isEmptyStore && sides.a.kind === 'source' && sides.b.kind === 'source';
  const isStopped = useUi((ui) => ui.isStopped);
  const isComplete = isSettled(comparison) || isStopped;
  usePageTitle(`${titleOf(sides.a)} against ${titleOf(sides.b)}`);
  const onPage = useMemo(() => {
    const link = { ...linkOfSides({ a: fixed(sides.a), b: fixed(sides.b) }), ...view };
    return { kind: 'comparison', comparison: shown, link } as const;
  }, [shown, sides, view]);
  useOnScreen('isComplete', isComplete);
  useOnScreen('view', onPage);
  return (
    <main className={styles['page']}>
      <h1 className="visually-hidden">Compare</h1>
      {!isEmbedded && <SidesBar comparison={comparison} />}
      {isFirstRun && import.meta.env.MODE !== 'viewer' ? (
        <FirstRun />
      ) : (
        <>
          <CompareBand comparison={comparison} />
          <Compared comparison={comparison} />
        </>
      )}
    </main>
  );
}

function titleOf(side: Side): string {
  return side.kind === 'file' ? side.file : (side.service ?? 'all services');
}

/** What the page waits for, in words. */
function comparedFor({ sides, explored }: Comparison, nowMs: number): string {
  const isOpen = sideNames.some((name) => sides[name].kind === 'source' && sides[name].query === undefined);
  return isOpen
    ? loadingText(explored, nowMs)
    : sideNames.map((name) => `${name.toUpperCase()} ${sideText(sides[name]).slice(0, 140)}`).join(' and ');
}

/** The range in view as the link has it, if it does. */
function useViewedRange({ explored }: Comparison): Partial<UrlState> {
  const isSaid = useUrl((state) => state.from !== undefined && state.until !== undefined);
  const { range } = explored.time;
  return useMemo(() => (isSaid && range ? absolute(range.startMs, range.endMs) : {}), [isSaid, range]);
}

/** A side whose range does not move with now. */
function fixed(side: Side): Side {
  if (side.kind === 'file' || !side.range) return side;
  return { ...side, text: absolute(side.range.startMs, side.range.endMs) };
}

function Compared({ comparison }: { comparison: Comparison }): ReactElement {
  const { shown, isStale } = comparison;
  const nowMs = useNow();
  const isLong = useLasting(isStale && !isSettled(comparison), LONG_MS);
  const asked = useUrl((state) => state.pane);
  const isNarrow = useIsNarrow();
  const offer = isNarrow ? narrowOffered : offered;
  const pane = offer.find(({ id }) => id === asked)?.id ?? (isNarrow ? 'both' : 'flame');
  const transforms = useUrl((state) => state.t);
  const searched = useSearched();
  const { data: answered, isPlaceholderData } = useDiffSearch(shown?.request, searched);
  const { box, found, onKey } = useSearchTools(
    shown && { tree: shown.diff.tree, names: shown.diff.functions.names, unionNode: shown.diff.node },
    searched,
    answered,
    isPlaceholderData,
    pane,
  );
  const untyped = untypedSides(comparison);
  const empty = untyped.length > 0 || !shown ? untyped : emptySides(shown.diff.totals);
  const drawn = empty.length === 0 ? shown : undefined;
  const View = compared[pane];
  const waiting = isLong && (
    <Waiting what={comparedFor(comparison, nowMs)} sinceMs={LONG_MS} isOver={drawn !== undefined} />
  );
  return (
    <>
      <Toolbar className={styles['tools']}>
        {box}
        <PaneChoice panes={offer} pane={pane} onPane={(next) => navigate(ofPane(next), 'push')} />
        <RangePresets comparison={comparison} />
        <Spacer />
        <DiffOptions shown={shown} />
      </Toolbar>
      {transforms.length > 0 && <TransformChips matched={shown?.diff.matched} ownCode={NO_CODE} />}
      <Problem comparison={comparison} />
      {waiting}
      {drawn && (
        <ViewArea className={styles['compared']} isStale={isStale}>
          {isNarrow ? (
            pane === 'both' && <WhatChanged shown={drawn} />
          ) : (
            <SidePanel>
              <WhatChanged shown={drawn} />
            </SidePanel>
          )}
          {View && <View shown={drawn} hit={found?.hit} hitNodes={found?.hitNodes} onKey={onKey} />}
        </ViewArea>
      )}
      {empty.length > 0 && !waiting && <NothingToCompare comparison={comparison} empty={empty} />}
      {!drawn && empty.length === 0 && !waiting && <BusyPanel />}
      <CompareStatus comparison={comparison} />
    </>
  );
}

function DiffFlameView(props: ComparedProps): ReactElement {
  const rule = useUrl((state) => state.dcol);
  return (
    <ViewColumn>
      <DiffLegend shown={props.shown} rule={rule} />
      <DiffGraph {...props} title="Diff flamegraph" />
    </ViewColumn>
  );
}
