/** The strip above the graph: the total and the legend. */
import { type ReactElement, type ReactNode, useMemo } from 'react';
import type { TreeKinds } from '#model/tree-kinds.ts';
import { formatDuration } from '#model/time-text.ts';
import { formatCount, formatShare } from '#model/units.ts';
import { selfShareKeys } from '#render/palette.ts';
import { LeftOut } from '../../components/left-out.tsx';
import { useUrl } from '../../url/url-store.ts';
import { legendOf, ruleFor } from '../colours.ts';
import { shownTitle, type ShownTree, type Snapshots, valueText } from '../../screen/shown.ts';
import { meanText } from './mean-text.ts';
import styles from './flame-view.module.css';

const MAX_GROUPS = 9;
function snapshotText({ count }: Snapshots): string {
  if (count === undefined) return ', sum of snapshots';
  return `, mean of ${formatCount(count)} ${count === 1 ? 'snapshot' : 'snapshots'}`;
}

interface StripProps {
  readonly shown: ShownTree;
  readonly kinds: TreeKinds | undefined;
  readonly fills: readonly string[];
  /** The frame that fills the width; 0 is the whole. */
  readonly zoom: number;
  /** In place of the legend. */
  readonly children?: ReactNode;
}

export function Strip({ shown, kinds, fills, zoom, children }: StripProps): ReactElement {
  const { profile, snapshots } = shown.opened;
  const rule = ruleFor(
    profile,
    useUrl((state) => state.col),
  );
  const { answer, tree } = shown;
  const groups = useMemo(() => legendOf(profile, rule, answer, MAX_GROUPS, kinds), [profile, rule, answer, kinds]);
  const whole = tree.total[0];
  const stacks = profile.stackCounts[shown.sampleType] ?? 0;
  return (
    <div className={styles['strip']}>
      <strong>
        {zoom > 0 ? `${valueText(shown, tree.total[zoom])} of ${valueText(shown, whole)}` : valueText(shown, whole)}
      </strong>
      <LeftOut warnings={profile.warnings} />
      <span className={styles['dim']}>
        {shownTitle(shown)}
        {shown.opened.queryMs === undefined
          ? `${profile.durationMs ? ` in ${formatDuration(profile.durationMs)}` : ''} · ${formatCount(stacks)} recorded ${stacks === 1 ? 'stack' : 'stacks'}`
          : snapshots
            ? snapshotText(snapshots)
            : meanText(shown.opened, whole)}
      </span>
      {children || (
        <>
          {groups.length > 0 && <span className={styles['dim']}>self by {rule}</span>}
          <ul className={styles['legend']} aria-label={`Self by ${rule}`}>
            {groups.map(({ title, colourKey, self }) => (
              <li key={title} title={title}>
                <span className={styles['swatch']} style={{ background: fills[colourKey] }} />
                <bdi>{title.slice(title.lastIndexOf('/') + 1)}</bdi> {formatShare(self, whole)}
              </li>
            ))}
            {rule === 'self' && (
              <li>
                none{' '}
                {selfShareKeys.map((key) => (
                  <span key={key} className={styles['swatch']} style={{ background: fills[key] }} />
                ))}{' '}
                most self
              </li>
            )}
          </ul>
        </>
      )}
    </div>
  );
}
