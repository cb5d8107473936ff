/** Both sides beside each other, each in its own width. Zoom, hover, selection and search are shared. */
import { type ReactElement, useMemo } from 'react';
import { DiffLegend } from './diff-legend.tsx';
import { useLatest } from '../components/use-latest.ts';
import { ViewColumn } from '../components/layout.tsx';
import { useDiff } from '../queries/comparison-queries.ts';
import { DiffGraph } from './diff-graph.tsx';
import { type SideName, sideNames, sideTitles } from '../sides/sides.ts';
import { useUrl } from '../url/url-store.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import styles from './side-by-side.module.css';

interface SideBySideProps {
  readonly shown: ShownComparison;
  readonly hit: Uint8Array | undefined;
  readonly hitNodes: Uint8Array | undefined;
  onKey(key: string): boolean;
}

export function SideBySide(props: SideBySideProps): ReactElement {
  const rule = useUrl((state) => state.dcol);
  return (
    <ViewColumn>
      <DiffLegend shown={props.shown} rule={rule} />
      <div className={styles['halves']}>
        {sideNames.map((name) => (
          <Half key={name} name={name} {...props} />
        ))}
      </div>
    </ViewColumn>
  );
}

function Half({ name, shown, hit, hitNodes, onKey }: SideBySideProps & { name: SideName }): ReactElement {
  const { data, isPlaceholderData } = useDiff({ ...shown.request, width: name });
  // Union and evidence change together: evidence refers to the nodes of its own union.
  const now = useMemo(
    () => (data && !isPlaceholderData ? { ...shown, diff: data } : undefined),
    [shown, data, isPlaceholderData],
  );
  const drawn = useLatest(now);
  return (
    <section className={styles['half']} aria-label={`Side ${name.toUpperCase()}`}>
      <h2 data-side={name}>
        {name.toUpperCase()} {sideTitles[name]}
      </h2>
      {drawn && (
        <DiffGraph
          side={name}
          shown={drawn}
          title={`Flamegraph of ${name.toUpperCase()}`}
          hit={now && hit}
          hitNodes={hitNodes}
          onKey={onKey}
        />
      )}
    </section>
  );
}
