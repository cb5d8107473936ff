/**
 * One flamegraph: two canvases under an engine, a tree for the keyboard and screen readers over them, a tooltip, a
 * menu.
 */
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import type { CallTree, NodeIndex } from '#model/call-tree.ts';
import { splitName } from '#model/function-name.ts';
import { type Direction, FlamegraphEngine, type PaintStats } from '#render/flamegraph/engine.ts';
import { layoutTree } from '#render/flamegraph/layout.ts';
import { CanvasRows } from '#render/pixel-rows.ts';
import { keepFitting } from '../keep-fitting.ts';
import { usePreference } from '../../state/preferences.ts';
import { hoverFunction, type Place, uiStore } from '../../state/ui-store.ts';
import { attachPointer } from './pointer.ts';
import { useFlameTheme } from './flame-theme.ts';
import { Neighbourhood } from './neighbourhood.tsx';
import { recordPaint } from './paint-stats.ts';
import styles from './flame-graph.module.css';

/** A tooltip opens when the pointer has rested this long (`--t-tooltip`). */
const TOOLTIP_AFTER_MS = 120;

/** The texts about nodes; a new object redraws all labels. */
interface FrameWords {
  /** The label of the root's box. */
  readonly root: string;
  /** At the right end of a box. @param zoom the frame that fills the width, 0 the root */
  share(node: NodeIndex, zoom: NodeIndex): string;
  /** For a screen reader. */
  describe(node: NodeIndex, zoom: NodeIndex): string;
  /** The same without the name. */
  numbers(node: NodeIndex, zoom: NodeIndex): string;
}

/** In value units of the tree. */
interface VisibleRange {
  readonly from: number;
  readonly to: number;
}

export interface FlameGraphProps {
  readonly tree: CallTree;
  /** By node: its left edge, in value units; undefined: side by side. */
  readonly start?: Float64Array | undefined;
  /** By function. */
  readonly names: readonly string[];
  readonly words: FrameWords;
  /** The accessible name of the graph. */
  readonly title: string;
  readonly direction: Direction;
  /** Colour key by node, see render/palette.ts. */
  readonly colours: Uint16Array;
  /**
   * For a difference: strength by node; among nodes thinner than a pixel the strongest is drawn. Search hits then keep
   * their colours.
   */
  readonly changes?: Float32Array | undefined;
  /** By node, 1 is a match. */
  readonly hit: Uint8Array | undefined;
  /**
   * The frame that fills the width, or the range that is in view; a new object asks for it again, also where the camera
   * has left it since.
   */
  readonly zoom: { readonly node: NodeIndex; readonly range?: VisibleRange };
  readonly selected: NodeIndex;
  /** `rest`: the camera was dragged or wheeled there, no step of its own. */
  onZoom(node: NodeIndex, how: 'step' | 'rest', range: VisibleRange): void;
  /** Another range is drawn. */
  onRange?(range: VisibleRange): void;
  onSelect(node: NodeIndex): void;
  /** A click: selects and zooms, one step. */
  onPick(node: NodeIndex): void;
  /** @param numbers what the frame costs, in words */
  onMenu(node: NodeIndex, at: Place, numbers: string): void;
  /** The node under the resting pointer, or tapped by touch. */
  renderTooltip(node: NodeIndex, at: Place, isTapped: boolean): ReactElement;
  /** A key that the graph itself does not take; true when it was used. */
  onKey(key: string, node: NodeIndex): boolean;
}

interface Hover extends Place {
  /** The tree that `node` counts in: by the next drawing it may be another. */
  readonly tree: CallTree;
  readonly node: NodeIndex;
  readonly isTapped: boolean;
}

export function FlameGraph(props: FlameGraphProps): ReactElement {
  const { tree, start, names, words, title, direction, colours, changes, hit, zoom, selected } = props;
  const { renderTooltip, onZoom, onSelect, onMenu, onKey } = props;
  const host = useRef<HTMLDivElement>(null);
  const graph = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const engine = useRef<FlamegraphEngine>(undefined);
  const restedAt = useRef<NodeIndex>(-1);
  const [hover, setHover] = useState<Hover>();
  /** The keyboard is in the graph, and its place is shown. */
  const [focused, setFocused] = useState(false);
  const theme = useFlameTheme();
  const rowHeight = usePreference('rowHeight');

  // The engine lives as long as the canvases; its events go to the latest callbacks.
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  const closeTooltip = useRef(() => {});
  useEffect(() => {
    const area = host.current!;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let tapped: NodeIndex = -1;
    const openTooltip = (node: NodeIndex, x: number, y: number): void => {
      const { left, top } = area.getBoundingClientRect();
      setHover({ tree: latest.current.tree, node, isTapped: node === tapped, x: left + x, y: top + y });
    };
    closeTooltip.current = () => {
      clearTimeout(timer);
      tapped = -1;
      setHover(undefined);
    };
    const painter = graph.current!.getContext('2d', { alpha: false })!;
    const made = new FlamegraphEngine({
      graph: painter,
      rows: new CanvasRows(painter),
      overlay: overlay.current!.getContext('2d')!,
      requestFrame: (run) => requestAnimationFrame(run),
      cancelFrame: (id) => cancelAnimationFrame(id),
      now: () => performance.now(),
      events: {
        onHover(node, x, y) {
          clearTimeout(timer);
          hoverFunction(node > 0 ? latest.current.tree.func[node] : -1);
          if (node < 0) setHover(undefined);
          else timer = setTimeout(() => openTooltip(node, x, y), TOOLTIP_AFTER_MS);
        },
        onRest({ zoomNode, from, to }) {
          restedAt.current = zoomNode;
          latest.current.onZoom(zoomNode, 'rest', { from, to });
        },
        onPaint(stats: PaintStats) {
          recordPaint(stats);
          latest.current.onRange?.(made.visibleRange());
        },
      },
    });
    engine.current = made;
    // Now, so that the first scene is drawn at its real size.
    const endFitting = keepFitting(area, () => {
      const { clientWidth, clientHeight } = area;
      const ratio = devicePixelRatio;
      for (const canvas of [graph.current!, overlay.current!]) {
        canvas.width = Math.round(clientWidth * ratio);
        canvas.height = Math.round(clientHeight * ratio);
      }
      made.setSize({ widthCss: clientWidth, heightCss: clientHeight, ratio });
      // A cleared canvas must not be seen: draw in the same frame as the resize.
      made.paintNow();
    });
    const step = (node: NodeIndex): void => latest.current.onZoom(node, 'step', made.visibleRange());
    const detach = attachPointer(area, made, {
      onPick(node, double) {
        setFocused(false);
        if (node < 0 && double) step(0);
        if (node < 0) return;
        restedAt.current = -1;
        latest.current.onPick(node);
      },
      onTap(node, x, y) {
        setFocused(false);
        const isSecond = node >= 0 && node === tapped;
        closeTooltip.current();
        if (isSecond) {
          restedAt.current = -1;
          latest.current.onPick(node);
        } else if (node >= 0) {
          tapped = node;
          latest.current.onSelect(node);
          openTooltip(node, x, y);
        }
      },
      onMenu(node, at) {
        if (node < 0) return;
        closeTooltip.current();
        latest.current.onSelect(node);
        latest.current.onMenu(node, at, latest.current.words.numbers(node, latest.current.zoom.node));
      },
      onMove: () => closeTooltip.current(),
    });
    return () => {
      clearTimeout(timer);
      endFitting();
      detach();
      made.dispose();
      hoverFunction(-1);
    };
  }, []);

  const parts = useMemo(() => {
    const cache = new Map<number, ReturnType<typeof splitName>>();
    return (func: number) => {
      let found = cache.get(func);
      if (!found) cache.set(func, (found = splitName(names[func])));
      return found;
    };
  }, [names]);
  // Labels are read when they are drawn: a zoom must not make another scene, which would have to be laid out anew.
  const labelled = useRef<NodeIndex>(0);
  const scene = useMemo(
    () => ({
      tree,
      layout: layoutTree(tree, start),
      label: parts,
      rootLabel: words.root,
      share: (node: NodeIndex) => words.share(node, labelled.current),
    }),
    [tree, start, parts, words],
  );

  useEffect(() => engine.current!.setTheme(theme), [theme]);
  useEffect(() => engine.current!.setRowHeight(rowHeight), [rowHeight]);
  useEffect(() => engine.current!.setDirection(direction), [direction]);
  useEffect(() => {
    closeTooltip.current();
    restedAt.current = -1;
  }, [scene]);
  const selectedFunction = selected > 0 ? (tree.func[selected] ?? -1) : -1;
  // The root is the default without a selection.
  const selectedNode = selected > 0 ? selected : -1;
  const facts = useMemo(
    () => ({ scene, colours, keepsHits: changes !== undefined, changes, hit, selectedFunction, selectedNode }),
    [scene, colours, changes, hit, selectedFunction, selectedNode],
  );
  useEffect(() => engine.current!.show(facts), [facts]);
  useEffect(() => {
    if (labelled.current === zoom.node) return;
    labelled.current = zoom.node;
    engine.current!.forgetLabels();
  }, [zoom.node]);
  useEffect(() => {
    // After a camera rest the view is already there.
    if (zoom.range) engine.current!.setRange(zoom.range.from, zoom.range.to);
    else if (restedAt.current !== zoom.node) engine.current!.setZoom(zoom.node);
    restedAt.current = -1;
  }, [zoom, scene]);
  useEffect(() => uiStore.subscribe(({ hoveredFunction }) => engine.current?.setHoveredFunction(hoveredFunction)), []);

  const cursor = Math.max(selected, 0);
  const zoomTo = (node: NodeIndex): void => onZoom(node, 'step', engine.current!.visibleRange());
  const last = useRef({ scene, cursor });
  useEffect(() => {
    const before = last.current;
    last.current = { scene, cursor };
    if (before.scene !== scene || before.cursor === cursor || cursor <= 0) return;
    // What is chosen elsewhere, such as the next match, is scrolled to, and the zoom stays. A flame chart chooses the
    // call by what is in view.
    const { zoom: at, start: isChart } = latest.current;
    if (!isChart && cursor >= at.node && cursor < scene.tree.subtreeEnd[at.node]) engine.current!.setCursor(cursor);
  }, [cursor, scene]);
  useEffect(() => engine.current!.setCursor(focused ? cursor : -1), [focused, cursor, scene]);

  return (
    <div className={styles['host']} ref={host}>
      <canvas className={styles['graph']} ref={graph} aria-hidden="true" />
      <canvas className={styles['overlay']} ref={overlay} aria-hidden="true" />
      <Neighbourhood
        tree={tree}
        title={title}
        cursor={cursor}
        direction={direction}
        describe={(node) => words.describe(node, zoom.node)}
        onFocusChange={setFocused}
        onMove={onSelect}
        onKey={(key) => {
          if (key === 'Escape') {
            if (hover) closeTooltip.current();
            else if (zoom.node > 0) zoomTo(0);
            else return onKey(key, cursor);
          } else if (key === 'Enter') zoomTo(cursor);
          else if (key === 'Backspace') zoomTo(Math.max(tree.parent[zoom.node], 0));
          else if (key === 'ContextMenu') {
            const box = engine.current!.boxOf(cursor);
            const at = host.current!.getBoundingClientRect();
            const place = {
              x: at.left + (box ? box.x + Math.min(box.width, 40) : 20),
              y: at.top + (box ? box.y + box.height : 20),
            };
            onMenu(cursor, place, words.numbers(cursor, zoom.node));
          } else return onKey(key, cursor);
          return true;
        }}
      />
      {hover?.tree === tree && renderTooltip(hover.node, hover, hover.isTapped)}
    </div>
  );
}
