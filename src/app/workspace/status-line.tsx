/** The status line: what was drawn, notes about the file, and times. */
import type { ReactElement } from 'react';
import { useStore } from 'zustand';
import { formatCount, formatShare } from '#model/units.ts';
import { LeftOutText } from '../components/left-out.tsx';
import { StatusBar } from '../components/layout.tsx';
import { panes } from '../url/panes.ts';
import { useUrl } from '../url/url-store.ts';
import { paintStats } from '../views/flamegraph/paint-stats.ts';
import type { ShownTree } from '../screen/shown.ts';

export function StatusLine({
  shown,
  searchMs,
}: {
  shown: ShownTree | undefined;
  searchMs: number | undefined;
}): ReactElement {
  const paintMs = useStore(paintStats, (stats) => stats.cullMs + stats.paintMs);
  const isGraph = useUrl(({ pane }) => panes[pane].zooms === true);
  const boxes = useStore(paintStats, (stats) => stats.boxes);
  if (!shown) return <StatusBar />;
  const { profile, queryMs, isWhole } = shown.opened;
  const { cut } = shown.answer;
  const { warnings } = profile;
  const notes = profile.notes.join(' ');
  return (
    <StatusBar>
      <span title={[...warnings, notes].filter((text) => text !== '').join('\n') || undefined}>
        <LeftOutText warnings={warnings} />
        {isWhole ? '' : 'the '}
        {formatCount(shown.tree.length - 1)} {isWhole ? 'nodes' : 'largest nodes'}
        {shown.tree.negative.nodes > 0
          ? ', negative ones not drawn'
          : isGraph && boxes > 0 && ` in ${formatCount(boxes)} ${boxes === 1 ? 'box' : 'boxes'}`}
        {cut > 0 && `, ${formatShare(cut, shown.tree.total[0])} below the cut, hatched`} · depth{' '}
        {formatCount(shown.tree.maxDepth)} · {profile.format.title}
        {notes && ` · ${notes}`}
      </span>
      <span>
        {queryMs !== undefined && `${Math.round(queryMs)} ms query + `}
        {Math.round(profile.decodeMs)} ms decode + {Math.round(shown.answer.treeMs)} ms tree
        {searchMs !== undefined && ` · ${Math.round(searchMs)} ms search`} · {paintMs.toFixed(1)} ms paint
      </span>
    </StatusBar>
  );
}
