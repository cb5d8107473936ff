/** One open profile: tools, transforms, the chosen view, and what was drawn. */
import { type ReactElement, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { findPath, pathOf } from '#model/call-path.ts';
import type { NodeIndex } from '#model/call-tree.ts';
import { formatCount } from '#model/units.ts';
import { runFrameKey, showSandwich } from '../state/commands.ts';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { lazily } from '../components/lazily.tsx';
import { useSearch, useTree } from '../queries/analysis-queries.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import type { UrlState } from '../url/url-state.ts';
import { colourKeys } from '../views/colours.ts';
import { ProfileGraph } from '../views/flamegraph/profile-graph.tsx';
import { useFlameTheme } from '../views/flamegraph/flame-theme.ts';
import { FunctionsTable } from '../views/functions/functions-table.tsx';
import { largestNode } from '../views/largest-node.ts';
import { onScreen } from '../screen/current-view.ts';
import { Panes, usePane } from './panes.tsx';
import { type ShownProfile, type ShownTree, shownTreeOf, useShown, valueText } from '../screen/shown.ts';
import { SidePanel } from './side-panel.tsx';
import { Strip } from './strip.tsx';
import { useFrameMenu } from '../views/use-frame-menu.tsx';
import { useLasting } from '../components/use-lasting.ts';
import { useIsNarrow } from '../components/use-narrow.ts';
import { useSearched, useSearchTools } from './use-search-tools.tsx';
import styles from './workspace.module.css';

const ViewOptions = lazily(async () => (await import('./view-options.tsx')).ViewOptions);
const StatusLine = lazily(
  async () => (await import('./status-line.tsx')).StatusLine,
  <footer className={styles['status']} />,
);
const SourceView = lazily(async () => (await import('../views/source/source-view.tsx')).SourceView);
const TreeView = lazily(async () => (await import('../views/tree/tree-view.tsx')).TreeView);
const TransformChips = lazily(
  async () => (await import('./transform-chips.tsx')).TransformChips,
  <div className={styles['chips']} />,
);
const Sandwich = lazily(async () => (await import('../views/sandwich/sandwich.tsx')).Sandwich);

interface WorkspaceProps {
  readonly file: ShownProfile;
  /** What is shown is no longer what is asked for, and the next is on its way. */
  readonly isStale?: boolean;
  /** What is to be known about all of it. */
  readonly note?: string | undefined;
}

export function Workspace({ file, isStale = false, note }: WorkspaceProps): ReactElement {
  const asked = useShown(file);
  const { data: answer, error, isPlaceholderData } = useTree(asked.request);
  const now = useMemo(() => (answer ? shownTreeOf(asked, answer) : undefined), [asked, answer]);
  // The tree of another profile stays until the tree of this one is there.
  const [kept, setKept] = useState<ShownTree>();
  if (now !== undefined && now !== kept) setKept(now);
  const shown = now ?? kept;
  const searched = useSearched();
  const { data: answered, isPlaceholderData: isOldSearch } = useSearch((shown ?? asked).request, searched);
  const search = useSearchTools(
    shown && { tree: shown.tree, names: shown.file.profile.functions.names },
    searched,
    answered,
    isOldSearch || isPlaceholderData,
  );
  const pane = usePane();

  useEffect(() => onScreen.setState({ tree: now }), [now]);
  useEffect(() => () => onScreen.setState({ tree: undefined }), []);

  return (
    <div className={styles['workspace']}>
      <div className={styles['tools']}>
        {search.box}
        <Panes pane={pane} />
        <span className={styles['spacer']} />
        <ViewOptions ownCode={file.profile.ownCode} />
      </div>
      {asked.request.transforms.length > 0 && (
        <TransformChips matched={isPlaceholderData ? undefined : answer?.matched} ownCode={file.profile.ownCode} />
      )}
      {note !== undefined && (
        <div className={styles['note']} data-kind="warn" role="status">
          <Icon name="warn" />
          <span>{note}</span>
        </div>
      )}
      {error ? (
        <div className={styles['panel']} role="alert">
          <Icon name="error" />
          <h2>This tree could not be made</h2>
          <p>{error.message}</p>
          {asked.request.transforms.length > 0 && (
            <Button kind="edged" onClick={() => navigate({ t: [] }, 'push')}>
              Remove all transforms
            </Button>
          )}
        </div>
      ) : shown ? (
        <Views
          shown={shown}
          hit={search.found?.hit}
          isStale={isStale || isPlaceholderData || now === undefined}
          onSharedKey={search.onKey}
        />
      ) : (
        <div className={styles['panel']} aria-busy="true" />
      )}
      <StatusLine shown={shown} searchMs={search.found?.searchMs} />
    </div>
  );
}

interface ViewsProps {
  readonly shown: ShownTree;
  readonly hit: Uint8Array | undefined;
  readonly isStale: boolean;
  onSharedKey(key: string): boolean;
}

function Views({ shown, hit, isStale, onSharedKey }: ViewsProps): ReactElement {
  const { tree, answer, file } = shown;
  const { profile } = file;
  const { names } = profile.functions;
  const whole = tree.total[0];
  const asked = usePane();
  const rule = useUrl((state) => state.col);
  const direction = useUrl((state) => state.dir);
  const zoomPath = useUrl((state) => state.z);
  const selectedPath = useUrl((state) => state.sel);
  const sort = useUrl((state) => state.sort);
  const sandwiched = useUrl((state) => state.sw);
  const theme = useFlameTheme();
  const isNarrow = useIsNarrow();
  const pane: UrlState['pane'] = isNarrow && asked === 'both' ? 'flame' : asked;

  const colours = useMemo(() => colourKeys(profile, rule, answer.byFunction, whole), [profile, rule, answer, whole]);
  const zoom = useMemo(() => findPath(tree, names, zoomPath), [tree, names, zoomPath]);
  const selected = useMemo(() => findPath(tree, names, selectedPath), [tree, names, selectedPath]);
  // A frame that a transform took away leaves the selection with its caller.
  const selectedNode = selected.node;
  const selectedFunction = selectedNode > 0 ? tree.func[selectedNode] : -1;
  const sandwichFunction = useMemo(() => (sandwiched === '' ? -1 : names.indexOf(sandwiched)), [names, sandwiched]);
  const { menu, open } = useFrameMenu([]);
  const hasWaited = useLasting(isStale);

  const zoomTo = (node: NodeIndex, how: 'step' | 'rest'): void => {
    navigate({ z: pathOf(tree, names, node) }, how === 'step' ? 'push' : 'replace');
  };
  const select = (node: NodeIndex): void => navigate({ sel: pathOf(tree, names, node) }, 'replace');
  const selectFunction = (func: number): void => {
    const largest = largestNode(tree, func);
    if (largest > 0) select(largest);
  };

  const table = (wide: boolean): ReactElement => (
    <FunctionsTable
      shown={shown}
      byFunction={answer.byFunction}
      whole={whole}
      hit={hit}
      fills={theme.fills}
      colours={colours}
      sort={sort}
      selected={pane === 'sandwich' ? sandwichFunction : selectedFunction}
      wide={wide}
      onSort={(next) => navigate({ sort: next }, 'replace')}
      onSelect={pane === 'sandwich' ? (func) => showSandwich(names[func]) : selectFunction}
      onSandwich={(func) => showSandwich(names[func])}
      onKey={onSharedKey}
    />
  );

  if (tree.length <= 1) return <EmptyTree shown={shown} />;
  return (
    <div className={styles['main']} data-stale={hasWaited || undefined}>
      {pane === 'functions' && table(true)}
      {(pane === 'both' || (pane === 'sandwich' && !isNarrow)) && (
        <SidePanel>
          <Later>{table(false)}</Later>
        </SidePanel>
      )}
      {(pane === 'flame' || pane === 'both') && (
        <div className={styles['graph']}>
          <Strip shown={shown} fills={theme.fills} />
          {!zoom.whole && (
            <div className={styles['note']} role="status">
              <Icon name="info" />
              <span>The frame this link zooms to is not in this profile; its nearest caller is shown.</span>
              <Button onClick={() => navigate({ z: [] }, 'push')}>Whole graph</Button>
            </div>
          )}
          {tree.negative.nodes > 0 && (
            <div className={styles['note']} data-kind="warn">
              <Icon name="warn" />
              <span>
                {formatCount(tree.negative.nodes)} frames have a negative self, {valueText(shown, tree.negative.sum)} in
                all. They count in every number and are not drawn.
              </span>
            </div>
          )}
          <div className={styles['canvas']}>
            <ProfileGraph
              shown={shown}
              tree={tree}
              rootTitle="total"
              title="Flamegraph"
              direction={direction}
              whole={whole}
              colours={colours}
              hit={hit}
              byFunction={answer.byFunction}
              zoom={zoom}
              selected={selectedNode}
              onZoom={zoomTo}
              onSelect={select}
              onPick={(node) => navigate({ sel: pathOf(tree, names, node), z: pathOf(tree, names, node) }, 'push')}
              onMenu={(node, at) => open({ tree, names, node }, at)}
              onKey={(key, node) => onSharedKey(key) || runFrameKey(key, { tree, names, node })}
            />
          </div>
        </div>
      )}
      {pane === 'tree' && (
        <TreeView
          shown={shown}
          hit={hit}
          fills={theme.fills}
          colours={colours}
          sort={sort}
          selected={selectedNode}
          onSelect={select}
          onSort={(next) => navigate({ sort: next }, 'replace')}
          onMenu={(node, at) => open({ tree, names, node }, at)}
          onKey={(key, node) => onSharedKey(key) || runFrameKey(key, { tree, names, node })}
        />
      )}
      {pane === 'source' && <SourceView shown={shown} selected={selectedFunction} onKey={onSharedKey} />}
      {pane === 'sandwich' && (
        <Sandwich shown={shown} colours={colours} hit={hit} func={sandwichFunction} onKey={onSharedKey} />
      )}
      {menu}
    </div>
  );
}

/** What stands beside the graph is drawn anew after it: the graph is what is waited for. */
function Later({ children }: { readonly children: ReactElement }): ReactElement {
  return useDeferredValue(children);
}

function EmptyTree({ shown }: { shown: ShownTree }): ReactElement {
  const { transforms } = shown.request;
  const type = shown.file.profile.sampleTypes[shown.sampleType];
  return (
    <div className={styles['panel']} role="status">
      <Icon name="info" />
      <h2>Nothing to draw</h2>
      <p>
        {transforms.length > 0
          ? 'The transforms left no stack. Undo the last one, or remove all.'
          : `${shown.file.name} has no stacks with a value of ${type?.type || 'its type'}: ${valueText(shown, shown.tree.total[0])} in ${formatCount(shown.file.profile.sampleCount)} recorded stacks.`}
      </p>
      {transforms.length > 0 && (
        <Button kind="edged" onClick={() => navigate({ t: [] }, 'push')}>
          Remove all transforms
        </Button>
      )}
    </div>
  );
}
