/** The flamegraph of one value, small and still, beside those of the others. */
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import type { OpenedProfile, TreeAnswer } from '#analysis/analysis.ts';
import { rootName } from '#model/call-tree.ts';
import { splitName } from '#model/function-name.ts';
import type { ProfileQuery } from '#model/query.ts';
import { formatShare } from '#model/units.ts';
import { layoutTree } from '#render/flamegraph/layout.ts';
import { paintWhole } from '#render/flamegraph/paint-whole.ts';
import type { FlameScene } from '#render/flamegraph/scene.ts';
import { CanvasRows } from '#render/pixel-rows.ts';
import { readable } from '#render/text.ts';
import { Button } from '../components/button.tsx';
import { useAnalysis, useTree } from '../queries/analysis-queries.ts';
import { sourceQueries, useSource } from '../queries/source-queries.ts';
import { useUrl } from '../url/url-store.ts';
import { colourKeys, keysOfNodes } from '../views/colours.ts';
import { useFlameTheme } from '../views/flamegraph/flame-theme.ts';
import styles from './value-flame.module.css';

const ROW_CSS = 16;
/** Functions in the name that a screen reader reads. */
const MAX_NAMED = 3;

export function ValueFlame({ query, value }: { query: ProfileQuery; value: string }): ReactElement {
  const [source, analysis] = [useSource(), useAnalysis()];
  const { data, error, refetch } = useQuery(sourceQueries.first(source, analysis, query));
  if (data) return <Opened profile={data.profile} value={value} />;
  if (!error) return <div className={styles['waiting']} aria-busy="true" />;
  return (
    <p className={styles['failed']}>
      Could not load the flamegraph: {readable(error.message).slice(0, 200)}{' '}
      <Button onClick={() => void refetch()}>Try again</Button>
    </p>
  );
}

function Opened({ profile, value }: { profile: OpenedProfile; value: string }): ReactElement {
  const order = useUrl((state) => state.order);
  const transforms = useUrl((state) => state.t);
  const { data, error } = useTree({
    handle: profile.handle,
    sampleType: profile.defaultSampleType,
    order,
    transforms,
  });
  if (error) return <p className={styles['failed']}>{error.message.slice(0, 200)}</p>;
  if (!data) return <div className={styles['waiting']} aria-busy="true" />;
  return <Drawn profile={data.renamed ? { ...profile, ...data.renamed } : profile} answer={data} value={value} />;
}

interface DrawnProps {
  readonly profile: OpenedProfile;
  readonly answer: TreeAnswer;
  readonly value: string;
}

function Drawn({ profile, answer, value }: DrawnProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(canvas);
  const theme = useFlameTheme();
  const rule = useUrl((state) => state.col);
  const direction = useUrl((state) => state.dir);
  const { tree, byFunction } = answer;
  const { names } = profile.functions;
  const scene = useMemo(
    (): FlameScene => ({
      tree,
      layout: layoutTree(tree),
      label: (func) => splitName(names[func]),
      rootLabel: rootName,
      share: (node) => formatShare(tree.total[node], tree.total[0]),
    }),
    [tree, names],
  );
  const colours = useMemo(
    () => keysOfNodes(tree, colourKeys(profile, rule === 'kind' ? 'package' : rule, byFunction, tree.total[0])),
    [profile, rule, byFunction, tree],
  );
  useEffect(() => {
    const graph = canvas.current?.getContext('2d', { alpha: false });
    const rows = Math.min(tree.maxDepth + 1, Math.floor(size.height / ROW_CSS));
    if (!canvas.current || !graph || size.width === 0 || rows === 0) return;
    const ratio = devicePixelRatio;
    canvas.current.width = Math.round(size.width * ratio);
    canvas.current.height = Math.round(rows * ROW_CSS * ratio);
    canvas.current.style.height = `${rows * ROW_CSS}px`;
    const options = { widthCss: size.width, zoomNode: 0, direction, rowHeightCss: ROW_CSS, colours, ratio, rows };
    paintWhole({ graph, rows: new CanvasRows(graph) }, scene, theme, options);
  }, [scene, colours, theme, direction, size, tree]);
  const named = useMemo(() => {
    const order = Array.from(names.keys()).sort((a, b) => byFunction.self[b] - byFunction.self[a]);
    return order
      .slice(0, MAX_NAMED)
      .filter((func) => byFunction.self[func] > 0)
      .map((func) => `${readable(names[func]).slice(0, 200)} ${formatShare(byFunction.self[func], tree.total[0])}`);
  }, [names, byFunction, tree]);
  return (
    <div className={styles['flame']}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Flamegraph of ${readable(value) || '(empty)'}; largest self: ${named.join(', ') || 'none'}`}
      />
    </div>
  );
}

/** The size of the box around the canvas, in css px. */
function useSize(canvas: { readonly current: HTMLElement | null }): {
  readonly width: number;
  readonly height: number;
} {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const box = canvas.current?.parentElement;
    if (!box) return;
    const watch = new ResizeObserver(() => setSize({ width: box.clientWidth, height: box.clientHeight }));
    watch.observe(box);
    return () => watch.disconnect();
  }, [canvas]);
  return size;
}
