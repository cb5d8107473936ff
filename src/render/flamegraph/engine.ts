/**
 * The flamegraph as a long-lived object: setters mark it dirty, one animation frame repaints. It knows numbers and two
 * painters; events, tooltips and the accessible tree belong to the app. Coordinates are css px from the canvas's upper
 * left.
 */
import type { NodeIndex } from '#model/call-tree.ts';
import type { Painter } from '../painter.ts';
import { Boxes } from './boxes.ts';
import { Camera } from './camera.ts';
import { cull } from './cull.ts';
import { type NodePlace, nodeUnder, placeOf } from './hit-test.ts';
import { LabelWriter } from './labels.ts';
import { positionOf } from './layout.ts';
import { changedPositions, type ChangeMarks, cullChanges, cullMarks, markedPositions } from './marks.ts';
import { NOTHING_OUTLINED, type Outlined, OverlayPainter } from './overlay.ts';
import { type BoxCanvas, paintBoxes } from './paint.ts';
import { type Direction, type FlameScene, NO_FACTS, type PaintStats, type SceneFacts } from './scene.ts';
import type { FlameTheme } from '../theme.ts';
import { gapOf, rowTop } from './view.ts';

export type { Direction, FlameScene, PaintStats } from './scene.ts';

interface FlameEvents {
  /**
   * Reports the node under the pointer, -1 for none: at every move over a node, and when the picture moves under the
   * pointer.
   */
  onHover(node: NodeIndex, xCss: number, yCss: number): void;
  /**
   * The camera came to rest after a sideways move: reports the visible range, and the innermost node whose box contains
   * it.
   */
  onRest(view: { readonly zoomNode: NodeIndex; readonly from: number; readonly to: number }): void;
  /** After each paint of the graph; the object is used again. */
  onPaint(stats: PaintStats): void;
}

export interface EngineOptions extends BoxCanvas {
  /** Context of the canvas above it; transparent. */
  readonly overlay: Painter;
  requestFrame(run: () => void): number;
  cancelFrame(id: number): void;
  /** Milliseconds that only grow. */
  now(): number;
  readonly events: FlameEvents;
}

export interface WheelStep {
  readonly xCss: number;
  readonly yCss: number;
  readonly deltaXCss: number;
  readonly deltaYCss: number;
  /** Zoom at the pointer instead of scrolling: 100 px are a factor of e, as browsers report a pinch. */
  readonly zoom: boolean;
}

/** The camera rests when it did not move for this long. */
const REST_MS = 150;

/** Columns that a paint derives from the facts, cached. */
interface Derived {
  /** Layout positions of hits, and of the selected function. */
  hits?: Int32Array | undefined;
  selected?: Int32Array | undefined;
  changes?: ChangeMarks | undefined;
}

export class FlamegraphEngine {
  readonly #options: EngineOptions;
  readonly #camera = new Camera();
  readonly #boxes = new Boxes();
  readonly #ticks = new Boxes(256);
  readonly #labelWriter: LabelWriter;
  readonly #overlayPainter: OverlayPainter;
  readonly #outlined: Outlined = { ...NOTHING_OUTLINED };
  readonly #place: NodePlace = { start: 0, end: 0, row: 0 };
  readonly #stats = { boxes: 0, labels: 0, layoutMs: 0, cullMs: 0, paintMs: 0 };
  #theme: FlameTheme | undefined;
  #facts = NO_FACTS;
  #derived: Derived = {};
  #frame = -1;
  #isGraphStale = false;
  #isOverlayStale = false;
  #pointer: { x: number; y: number } | undefined;
  /** When the camera last moved sideways, until `onRest` has reported it. */
  #movedAt: number | undefined;
  #isDisposed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#labelWriter = new LabelWriter(options.graph);
    this.#overlayPainter = new OverlayPainter(options.overlay);
  }

  /** Changes facts. Another scene is shown from its root, and only with the facts that come with it. */
  show(patch: Partial<SceneFacts>): void {
    if ('scene' in patch && patch.scene !== this.#facts.scene) this.#forget(patch.scene);
    const before = this.#facts;
    this.#facts = { ...before, ...patch };
    const { colours, keepsHits, changes, hit, selectedFunction, selectedNode } = this.#facts;
    if (hit !== before.hit) this.#derived.hits = undefined;
    if (changes !== before.changes) this.#derived.changes = undefined;
    if (selectedFunction !== before.selectedFunction) this.#derived.selected = undefined;
    this.#outline('selectedFunction', selectedFunction);
    this.#outline('selectedNode', selectedNode);
    const isSame =
      colours === before.colours && keepsHits === before.keepsHits && changes === before.changes && hit === before.hit;
    if (!isSame) this.#staleGraph();
  }

  #forget(scene: FlameScene | undefined): void {
    this.#facts = { ...NO_FACTS, scene };
    this.#derived = {};
    Object.assign(this.#outlined, NOTHING_OUTLINED);
    this.#camera.setTree(scene?.tree, scene?.layout);
    this.#labelWriter.forget();
    this.#movedAt = undefined;
    this.#boxes.count = 0;
    this.#staleGraph();
  }

  setTheme(theme: FlameTheme): void {
    this.#theme = theme;
    this.#labelWriter.forget();
    this.#staleGraph();
  }

  /** To be called whenever the canvases were resized: that clears them. */
  setSize({
    widthCss,
    heightCss,
    ratio,
  }: {
    readonly widthCss: number;
    readonly heightCss: number;
    readonly ratio: number;
  }): void {
    this.#camera.setSize(widthCss, heightCss, ratio);
    this.#overlayPainter.forget();
    this.#staleGraph();
  }

  setDirection(direction: Direction): void {
    this.#camera.setDirection(direction);
    this.#staleGraph();
  }

  setRowHeight(css: 20 | 16): void {
    this.#camera.setRowHeight(css);
    this.#staleGraph();
  }

  /** Hover that comes from elsewhere, or from here by way of the app: boxes of the function get a fine outline. */
  setHoveredFunction(func: number): void {
    this.#outline('hoveredFunction', func);
  }

  /** Keyboard focus: a ring around the node, which is brought into view. */
  setCursor(node: NodeIndex): void {
    this.#outline('cursor', node);
    const { scene } = this.#facts;
    if (node < 0 || !scene) return;
    const { tree, layout } = scene;
    const position = positionOf(layout, tree, node);
    if (position < 0) return;
    const { scroll } = this.#camera.view;
    this.#camera.showRow(tree.depth[node]);
    const left = layout.left[position];
    const movedAside = node > 0 && this.#camera.showRange(left, left + layout.weight[node]);
    if (movedAside) this.#movedAt = this.#options.now();
    if (movedAside || this.#camera.view.scroll !== scroll) this.#staleGraph();
  }

  /** The names or shares of the scene have changed. */
  forgetLabels(): void {
    this.#labelWriter.forget();
    this.#staleGraph();
  }

  /** The node fills the width with the next paint; callers stay above it in full width. */
  setZoom(node: NodeIndex): void {
    if (!this.#camera.zoomTo(node)) return;
    this.#movedAt = undefined;
    this.#staleGraph();
  }

  /** Shows a range with the next paint, in value units. */
  setRange(from: number, to: number): void {
    this.#camera.showOnly(from, to);
    this.#movedAt = undefined;
    this.#staleGraph();
  }

  /** @returns the node under the pointer. O(log nodes); draws nothing by itself and never the graph. */
  pointerMove(xCss: number, yCss: number): NodeIndex {
    if (this.#pointer) {
      this.#pointer.x = xCss;
      this.#pointer.y = yCss;
    } else this.#pointer = { x: xCss, y: yCss };
    const before = this.#outlined.hoveredNode;
    const node = this.nodeAt(xCss, yCss);
    this.#outline('hoveredNode', node);
    if (node >= 0 || before >= 0) this.#options.events.onHover(node, xCss, yCss);
    return node;
  }

  pointerLeave(): void {
    this.#pointer = undefined;
    if (this.#outlined.hoveredNode < 0) return;
    this.#outline('hoveredNode', -1);
    this.#options.events.onHover(-1, 0, 0);
  }

  /** @returns true when it moved the picture. */
  wheel({ xCss, deltaXCss, deltaYCss, zoom }: WheelStep): boolean {
    const { ratio } = this.#camera.view;
    if (!zoom) return this.panBy(-deltaXCss, -deltaYCss);
    return this.#moved(this.#camera.zoomAt(xCss * ratio, Math.exp(deltaYCss / 100)), true);
  }

  /** Moves the content. @returns true when it could. */
  panBy(dxCss: number, dyCss: number): boolean {
    const { ratio, from } = this.#camera.view;
    const moved = this.#camera.panBy(dxCss * ratio, dyCss * ratio);
    return this.#moved(moved, this.#camera.view.from !== from);
  }

  /**
   * -1 in a gap. Among boxes thinner than a pixel a hit, the strongest change or the widest wins, as in the picture.
   */
  nodeAt(xCss: number, yCss: number): NodeIndex {
    const { scene } = this.#facts;
    if (!scene) return -1;
    const { view } = this.#camera;
    const { hits, changes } = this.#derived;
    return nodeUnder(scene.tree, scene.layout, view, hits, changes, xCss * view.ratio, yCss * view.ratio);
  }

  /** Css px in the canvas, cut at its edges; undefined when the node is outside of the view. */
  boxOf(node: NodeIndex): { x: number; y: number; width: number; height: number } | undefined {
    const { view } = this.#camera;
    const place = this.#place;
    const { scene } = this.#facts;
    if (!scene || !placeOf(scene.tree, scene.layout, view, node, place)) return undefined;
    const top = rowTop(view, place.row);
    const upper = Math.max(0, top);
    const lower = Math.min(view.height, top + view.row - gapOf(view));
    if (upper >= lower) return undefined;
    const { ratio } = view;
    return {
      x: place.start / ratio,
      y: upper / ratio,
      width: (place.end - place.start) / ratio,
      height: (lower - upper) / ratio,
    };
  }

  /** Rows with something in the visible range, as a scroll bar wants them. */
  scrollRange(): { topCss: number; contentCss: number } {
    const { ratio } = this.#camera.view;
    return { topCss: this.#camera.top / ratio, contentCss: this.#camera.contentHeight / ratio };
  }

  scrollTo(topCss: number): void {
    this.#moved(this.#camera.scrollTo(topCss * this.#camera.view.ratio), false);
  }

  /** Value units. */
  visibleRange(): { from: number; to: number } {
    const { from, to } = this.#camera.view;
    return { from, to };
  }

  /** Does now what the next animation frame would do. */
  paintNow(): void {
    if (this.#frame >= 0) this.#options.cancelFrame(this.#frame);
    this.#frame = -1;
    this.#run();
  }

  stats(): PaintStats {
    return { ...this.#stats };
  }

  dispose(): void {
    this.#isDisposed = true;
    if (this.#frame >= 0) this.#options.cancelFrame(this.#frame);
    this.#frame = -1;
    this.#forget(undefined);
  }

  #run(): void {
    if (this.#isDisposed) return;
    if (this.#isGraphStale && this.#theme) {
      this.#isGraphStale = false;
      this.#isOverlayStale = true;
      this.#paintGraph(this.#theme);
      this.#hoverAgain();
    }
    if (this.#isOverlayStale && this.#theme) {
      this.#isOverlayStale = false;
      this.#paintOverlay(this.#theme);
    }
    this.#tellRest();
  }

  #paintGraph(theme: FlameTheme): void {
    const { now } = this.#options;
    const { view } = this.#camera;
    const stats = this.#stats;
    const { scene, colours, keepsHits, changes: strength, hit } = this.#facts;
    const derived = this.#derived;
    const begun = now();
    this.#boxes.count = 0;
    if (!scene) {
      paintBoxes(this.#options, theme, view, this.#boxes, 'none');
      return;
    }
    const { tree, layout } = scene;
    if (hit) derived.hits ??= markedPositions(layout, (node) => hit[node] === 1);
    if (strength) derived.changes ??= { positions: changedPositions(layout, strength), strength };
    const marked = now();
    cull(tree, layout, view, { keys: colours, hit }, this.#boxes);
    if (derived.changes) cullChanges(tree, layout, view, derived.changes, colours, this.#boxes);
    if (derived.hits) cullMarks(tree, layout, view, derived.hits, this.#boxes);
    const culled = now();
    const look = hit ? (keepsHits ? 'edged' : 'yellow') : 'none';
    paintBoxes(this.#options, theme, view, this.#boxes, look);
    stats.labels = this.#labelWriter.write(scene, theme, view, this.#boxes, look);
    stats.boxes = this.#boxes.count;
    stats.layoutMs = marked - begun;
    stats.cullMs = culled - marked;
    stats.paintMs = now() - culled;
    this.#options.events.onPaint(stats);
  }

  #paintOverlay(theme: FlameTheme): void {
    const { scene, selectedFunction } = this.#facts;
    this.#ticks.count = 0;
    if (scene && selectedFunction >= 0) {
      const { tree, layout } = scene;
      const isSelected = (node: number): boolean => tree.func[node] === selectedFunction;
      this.#derived.selected ??= markedPositions(layout, isSelected);
      cullMarks(tree, layout, this.#camera.view, this.#derived.selected, this.#ticks);
    }
    this.#overlayPainter.paint(scene, theme, this.#camera.view, this.#boxes, this.#ticks, this.#outlined);
  }

  /** The picture moved under a resting pointer. */
  #hoverAgain(): void {
    if (!this.#pointer) return;
    const { x, y } = this.#pointer;
    const node = this.nodeAt(x, y);
    if (node === this.#outlined.hoveredNode) return;
    this.#outline('hoveredNode', node);
    this.#options.events.onHover(node, x, y);
  }

  #tellRest(): void {
    if (this.#movedAt === undefined) return;
    if (this.#options.now() - this.#movedAt < REST_MS) {
      this.#request();
      return;
    }
    this.#movedAt = undefined;
    this.#options.events.onRest({ zoomNode: this.#camera.containingNode(), ...this.visibleRange() });
  }

  #moved(moved: boolean, aside: boolean): boolean {
    if (!moved) return false;
    if (aside) this.#movedAt = this.#options.now();
    this.#staleGraph();
    return true;
  }

  #outline(what: keyof Outlined, index: number): void {
    if (this.#outlined[what] === index) return;
    this.#outlined[what] = index;
    this.#staleOverlay();
  }

  #staleGraph(): void {
    this.#isGraphStale = true;
    this.#request();
  }

  #staleOverlay(): void {
    this.#isOverlayStale = true;
    this.#request();
  }

  #request(): void {
    if (this.#frame >= 0 || this.#isDisposed) return;
    this.#frame = this.#options.requestFrame(() => {
      this.#frame = -1;
      this.#run();
    });
  }
}
