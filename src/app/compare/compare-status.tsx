/** The status line of a comparison: what is drawn, its evidence, and times. */
import type { ReactElement } from 'react';
import { useStore } from 'zustand';
import { usualBar } from '#model/bar.ts';
import { formatCount, formatShare } from '#model/units.ts';
import { paintStats } from '../views/flamegraph/paint-stats.ts';
import { LeftOutText } from '../components/left-out.tsx';
import { StatusBar } from '../components/layout.tsx';
import { emptySides } from '../sides/sides.ts';
import { evidenceText } from './diff-words.ts';
import { type Comparison, sideWarnings } from './use-comparison.ts';

export function CompareStatus({ comparison: { shown } }: { comparison: Comparison }): ReactElement {
  const paintMs = useStore(paintStats, (stats) => stats.cullMs + stats.paintMs);
  if (!shown || emptySides(shown.diff.totals).length > 0) return <StatusBar />;
  const { diff, evidence, open } = shown;
  const warnings = sideWarnings(open);
  const queryMs = Math.max(open.a.queryMs ?? 0, open.b.queryMs ?? 0);
  return (
    <StatusBar>
      <span title={warnings.join('\n') || undefined}>
        <LeftOutText warnings={warnings} />
        union of {formatCount(diff.tree.length - 1)} paths,{' '}
        {shown.isWhole ? 'all drawn' : 'largest paths only, still loading the rest'}
        {diff.idle.a + diff.idle.b > 0 &&
          ` · idle frames are excluded from the evidence (A ${formatShare(diff.idle.a, 1)}, B ${formatShare(diff.idle.b, 1)} of all)`}
        {evidence && ` · ${changesText(evidence.found.changes.filter(({ supported }) => supported).length)}`}
      </span>
      <span>
        {evidence ? evidenceText(evidence) : 'evidence is loading'}
        {queryMs > 0 && ` · ${Math.round(queryMs)} ms query`} · {Math.round(diff.diffMs)} ms union ·{' '}
        {paintMs.toFixed(1)} ms paint
      </span>
    </StatusBar>
  );
}

function changesText(count: number): string {
  const words = `${formatCount(count)} ${count === 1 ? 'change' : 'changes'} more than noise`;
  return count === 0 ? words : `${words} (at most ${formatShare(usualBar.falseRate, 1)} of them by chance)`;
}
