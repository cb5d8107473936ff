/** What is drawn, what it rests on, and how long it took. */
import type { ReactElement } from 'react';
import { useStore } from 'zustand';
import { formatCount } from '#model/units.ts';
import { paintStats } from '../views/flamegraph/paint-stats.ts';
import viewStyles from '../views/workspace.module.css';
import { warningText } from '../views/left-out.tsx';
import { emptySides } from './sides.ts';
import { type Comparison, sideWarnings } from './use-comparison.ts';

export function CompareStatus({ comparison: { shown } }: { comparison: Comparison }): ReactElement {
  const paintMs = useStore(paintStats, (stats) => stats.cullMs + stats.paintMs);
  if (!shown || emptySides(shown.diff.totals).length > 0) return <footer className={viewStyles['status']} />;
  const { diff, evidence, open } = shown;
  const warnings = sideWarnings(open);
  const queryMs = Math.max(open.a.queryMs ?? 0, open.b.queryMs ?? 0);
  return (
    <footer className={viewStyles['status']}>
      <span title={warnings.join('\n') || undefined}>
        {warnings.length > 0 && <span className={viewStyles['leftOut']}>{warningText(warnings)} </span>}
        union of {formatCount(diff.tree.length - 1)} paths,{' '}
        {shown.isWhole ? 'all drawn' : 'the largest: approximate, the whole is on its way'}
        {evidence && ` · ${changesText(evidence.found.changes.filter(({ supported }) => supported).length)} · q = 5 %`}
      </span>
      <span>
        {evidence ? evidenceText(evidence) : 'evidence is on its way'}
        {queryMs > 0 && ` · ${Math.round(queryMs)} ms query`} · {Math.round(diff.diffMs)} ms union ·{' '}
        {paintMs.toFixed(1)} ms paint
      </span>
    </footer>
  );
}

function changesText(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'change' : 'changes'} more than noise`;
}

function evidenceText({ isSliced, isCounted, slices }: NonNullable<Comparison['shown']>['evidence'] & object): string {
  const words = isSliced
    ? `evidence from ${slices.a} + ${slices.b} slices of time`
    : 'evidence from counts alone: weaker, and only what exceeds 3 % counts';
  return isCounted ? words : `${words}; samples are not counted`;
}
