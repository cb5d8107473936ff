/** Each side as wide as it is alone; zoom, hover, selection and search are those of both. */
import type { ReactElement } from 'react';
import { DiffLegend } from '../views/diff-legend.tsx';
import viewStyles from '../views/workspace.module.css';
import { useDiff } from './comparison-queries.ts';
import { DiffGraph } from './diff-graph.tsx';
import { type SideName, sideNames, sideTitles } from './sides.ts';
import type { ShownComparison } from './use-comparison.ts';
import styles from './compare.module.css';

interface SideBySideProps {
  readonly shown: ShownComparison;
  readonly hit: Uint8Array | undefined;
  onKey(key: string): boolean;
}

export function SideBySide(props: SideBySideProps): ReactElement {
  return (
    <div className={viewStyles['graph']}>
      <DiffLegend />
      <div className={styles['halves']}>
        {sideNames.map((name) => (
          <Half key={name} name={name} {...props} />
        ))}
      </div>
    </div>
  );
}

function Half({ name, shown, hit, onKey }: SideBySideProps & { name: SideName }): ReactElement {
  const { data } = useDiff({ ...shown.request, width: name });
  return (
    <section className={styles['half']} aria-label={`Side ${name.toUpperCase()}`}>
      <h2 data-side={name}>
        {name.toUpperCase()} {sideTitles[name]}
      </h2>
      {data && (
        <DiffGraph
          shown={{ ...shown, diff: data }}
          title={`Flamegraph of ${name.toUpperCase()}`}
          hit={hit}
          onKey={onKey}
        />
      )}
    </section>
  );
}
