/** What was drawn, what the file said of itself, and how long things took. */
import type { ReactElement } from 'react';
import { useStore } from 'zustand';
import { formatCount, formatShare } from '#model/units.ts';
import { paintStats } from './flamegraph/paint-stats.ts';
import { warningText } from './left-out.tsx';
import type { ShownTree } from './shown.ts';
import styles from './workspace.module.css';

export function StatusLine({
  shown,
  searchMs,
}: {
  shown: ShownTree | undefined;
  searchMs: number | undefined;
}): ReactElement {
  const paintMs = useStore(paintStats, (stats) => stats.cullMs + stats.paintMs);
  if (!shown) return <footer className={styles['status']} />;
  const { profile, queryMs, isWhole } = shown.file;
  const { cut } = shown.answer;
  const { warnings } = profile;
  const notes = profile.notes.join(' ');
  return (
    <footer className={styles['status']}>
      <span title={[...warnings, notes].filter((text) => text !== '').join('\n') || undefined}>
        {warnings.length > 0 && <span className={styles['leftOut']}>{warningText(warnings)} </span>}
        {formatCount(shown.tree.length - 1)} nodes,{' '}
        {shown.tree.negative.nodes > 0 ? 'negative ones not drawn' : isWhole ? 'all drawn' : 'the largest'}
        {cut > 0 && `, ${formatShare(cut, shown.tree.total[0])} below the cut, hatched`} · depth{' '}
        {formatCount(shown.tree.maxDepth)} · {profile.format.title}
        {notes && ` · ${notes}`}
      </span>
      <span>
        {queryMs !== undefined && `${Math.round(queryMs)} ms query + `}
        {Math.round(profile.decodeMs)} ms decode + {Math.round(shown.answer.treeMs)} ms tree
        {searchMs !== undefined && ` · ${Math.round(searchMs)} ms search`} · {paintMs.toFixed(1)} ms paint
      </span>
    </footer>
  );
}
