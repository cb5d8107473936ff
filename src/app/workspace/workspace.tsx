/** One open profile: tools, transforms, the chosen view, the status line. */
import { type ReactElement, useDeferredValue, useMemo } from 'react';
import type { SearchAnswer } from '#analysis/analysis.ts';
import { findPath } from '#model/call-path.ts';
import { formatCount } from '#model/units.ts';
import { Button } from '../components/button.tsx';
import { Spacer, StatusBar, Toolbar, ViewArea } from '../components/layout.tsx';
import { BusyPanel, Note, Panel } from '../components/message.tsx';
import { lazily } from '../components/lazily.tsx';
import { useFrameKinds, useSearch, useTree } from '../queries/analysis-queries.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { panes } from '../url/panes.ts';
import { colourKeys, definitionKeys, ruleFor } from '../views/colours.ts';
import { useFlameTheme } from '../views/flamegraph/flame-theme.ts';
import { FunctionsView } from '../views/functions/functions-view.tsx';
import type { ViewProps } from '../views/view.ts';
import { useOnScreen } from '../screen/current-view.ts';
import { Panes, usePane } from './panes.tsx';
import { type ShownProfile, type ShownTree, shownTreeOf, useShown, valueText } from '../screen/shown.ts';
import { SidePanel } from './side-panel.tsx';
import { useLatest } from '../components/use-latest.ts';
import { useLasting } from '../components/use-lasting.ts';
import { useIsNarrow } from '../components/use-narrow.ts';
import { useSearched, useSearchTools } from './use-search-tools.tsx';
import { views } from './views.ts';
import styles from './workspace.module.css';

const ViewOptions = lazily(async () => (await import('./view-options.tsx')).ViewOptions);
const StatusLine = lazily(async () => (await import('./status-line.tsx')).StatusLine, <StatusBar />);
const TransformChips = lazily(
  async () => (await import('./transform-chips.tsx')).TransformChips,
  <div className={styles['chips']} />,
);

interface WorkspaceProps {
  readonly opened: ShownProfile;
  /** The shown profile is outdated and the next one is loading. */
  readonly isStale?: boolean;
  /** A warning about the whole profile. */
  readonly note?: string | undefined;
}

export function Workspace({ opened, isStale = false, note }: WorkspaceProps): ReactElement {
  const asked = useShown(opened);
  const { data: answer, error, isPlaceholderData } = useTree(asked.request);
  const now = useMemo(() => (answer ? shownTreeOf(asked, answer) : undefined), [asked, answer]);
  // The tree of another profile stays until the tree of this one is there.
  const shown = useLatest(now);
  const searched = useSearched();
  const { data: answered, isPlaceholderData: isOldSearch } = useSearch((shown ?? asked).request, searched);
  const pane = usePane();
  const search = useSearchTools(
    shown && { tree: shown.tree, names: shown.opened.profile.functions.names },
    searched,
    answered,
    isOldSearch || isPlaceholderData,
    pane,
  );

  useOnScreen(
    'view',
    useMemo(() => now && { kind: 'tree', tree: now }, [now]),
  );

  return (
    <div className={styles['workspace']}>
      <Toolbar>
        {search.box}
        <Panes pane={pane} isTimed={opened.profile.isTimed} />
        <Spacer />
        <ViewOptions profile={opened.profile} />
      </Toolbar>
      {asked.request.transforms.length > 0 && (
        <TransformChips matched={isPlaceholderData ? undefined : answer?.matched} ownCode={opened.profile.ownCode} />
      )}
      {note !== undefined && <Note kind="warn">{note}</Note>}
      {error ? (
        <Panel kind="error" title="Could not compute this tree">
          <p>{error.message}</p>
          {asked.request.transforms.length > 0 && (
            <Button kind="edged" onClick={() => navigate({ t: [] }, 'push')}>
              Remove all transforms
            </Button>
          )}
        </Panel>
      ) : shown ? (
        <Views
          shown={shown}
          found={search.found}
          isStale={isStale || isPlaceholderData || now === undefined}
          onKey={search.onKey}
        />
      ) : (
        <BusyPanel />
      )}
      <StatusLine shown={shown} searchMs={search.found?.searchMs} />
    </div>
  );
}

interface ViewsProps {
  readonly shown: ShownTree;
  readonly found: SearchAnswer | undefined;
  readonly isStale: boolean;
  onKey(key: string): boolean;
}

function Views({ shown, found, isStale, onKey }: ViewsProps): ReactElement {
  const { tree, answer, opened } = shown;
  const { profile } = opened;
  const { names } = profile.functions;
  const whole = tree.total[0];
  const asked = usePane();
  const rule = ruleFor(
    profile,
    useUrl((state) => state.col),
  );
  const kinds = useFrameKinds(rule === 'kind' ? shown.request : undefined).data ?? undefined;
  const selectedPath = useUrl((state) => state.sel);
  const theme = useFlameTheme();
  const isNarrow = useIsNarrow();
  const colours = useMemo(
    () => colourKeys(profile, rule, answer.byFunction, whole, kinds),
    [profile, rule, answer, whole, kinds],
  );
  const definitionColours = useMemo(() => definitionKeys(answer.definitions, rule), [answer, rule]);
  const selected = useMemo(() => findPath(tree, names, selectedPath).node, [tree, names, selectedPath]);
  const hasWaited = useLasting(isStale);
  if (tree.length <= 1) return <EmptyTree shown={shown} />;
  const View = views[asked];
  const given: ViewProps = {
    shown,
    hit: found?.hit,
    hitNodes: found?.hitNodes,
    colours,
    definitionColours,
    kinds,
    fills: theme.fills,
    selected,
    onKey,
  };
  return (
    <ViewArea isStale={hasWaited}>
      {panes[asked].hasList && !isNarrow && (
        <SidePanel>
          <Later>
            <FunctionsView {...given} isList />
          </Later>
        </SidePanel>
      )}
      <View {...given} />
    </ViewArea>
  );
}

/** The list is drawn after the graph, which is what the user waits for. */
function Later({ children }: { readonly children: ReactElement }): ReactElement {
  return useDeferredValue(children);
}

function EmptyTree({ shown }: { shown: ShownTree }): ReactElement {
  const { transforms } = shown.request;
  const type = shown.opened.profile.sampleTypes[shown.sampleType];
  return (
    <Panel kind="info" title="Nothing to draw">
      <p>
        {transforms.length > 0
          ? 'The transforms removed every stack. Undo the last one, or remove all.'
          : `${shown.opened.name} has no stack with a value of type ${type?.type || 'its type'}: ${valueText(shown, shown.tree.total[0])} in ${formatCount(shown.opened.profile.sampleCount)} recorded stacks.`}
      </p>
      {transforms.length > 0 && (
        <Button kind="edged" onClick={() => navigate({ t: [] }, 'push')}>
          Remove all transforms
        </Button>
      )}
    </Panel>
  );
}
