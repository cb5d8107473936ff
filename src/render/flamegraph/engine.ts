/**
 * The flamegraph as an object with a life: setters raise flags, one animation frame clears them. It sees numbers and two
 * painters; events, tooltips and the accessible tree are the app's. Coordinates are css px from the canvas's upper left.
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
import { type Outlined, OverlayPainter } from './overlay.ts';
import { type BoxCanvas, paintBoxes } from './paint.ts';
import type { Direction, FlameScene, PaintStats, SearchMarks } from './scene.ts';
import type { FlameTheme } from '../theme.ts';
import { gapOf, rowTop } from './view.ts';

export type { Direction, FlameScene, PaintStats, SearchMarks } from './scene.ts';

interface FlameEvents {
  /** The node under the pointer, -1 none; at every move on a node, and when the picture moves under the pointer. */
  onHover(node: NodeIndex, xCss: number, yCss: number): void;
  /** The camera came to rest after it was moved sideways: the node whose box just holds the visible range. */
  onRest(view: { readonly zoomNode: NodeIndex }): void;
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
/** One notch of a wheel is some 100 px: as a zoom it counts as this, a factor of 1.5. */
const MOST_ZOOM_STEP = 40;

export class FlamegraphEngine {
  readonly #options: EngineOptions;
  readonly #camera = new Camera();
  readonly #boxes = new Boxes();
  readonly #ticks = new Boxes(256);
  readonly #labelWriter: LabelWriter;
  readonly #overlayPainter: OverlayPainter;
  readonly #outlined: Outlined = {
    selectedFunction: -1,
    selectedNode: -1,
    hoveredFunction: -1,
    hoveredNode: -1,
    cursor: -1,
  };
  readonly #place: NodePlace = { start: 0, end: 0, row: 0 };
  readonly #stats = { boxes: 0, labels: 0, layoutMs: 0, cullMs: 0, paintMs: 0 };
  #scene: FlameScene | undefined;
  #theme: FlameTheme | undefined;
  #search: SearchMarks | undefined;
  readonly #colours: { keys: Uint16Array; hit: Uint8Array | undefined } = { keys: new Uint16Array(0), hit: undefined };
  #keepsHits = false;
  #strength: Float32Array | undefined;
  /** Of `#strength`, from the first paint on. */
  #changes: ChangeMarks | undefined;
  /** Layout positions of hits and of the selected function; undefined until a paint needs them. */
  #hits: Int32Array | undefined;
  #selected: Int32Array | undefined;
  #frame = -1;
  #isGraphStale = false;
  #isOverlayStale = false;
  #pointer: { x: number; y: number } | undefined;
  /** When the camera last moved sideways, while that was not told by onRest. */
  #movedAt: number | undefined;
  #isDisposed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#labelWriter = new LabelWriter(options.graph);
    this.#overlayPainter = new OverlayPainter(options.overlay);
  }

  /** Shows another tree from its root; forgets everything that was said of nodes and functions. */
  setScene(scene: FlameScene | undefined): void {
    this.#scene = scene;
    this.#camera.setTree(scene?.tree, scene?.layout);
    this.#labelWriter.forget();
    this.#search = undefined;
    this.#colours.keys = new Uint16Array(0);
    this.#colours.hit = undefined;
    this.#strength = undefined;
    this.#changes = undefined;
    this.#hits = undefined;
    this.#selected = undefined;
    Object.assign(this.#outlined, {
      selectedFunction: -1,
      selectedNode: -1,
      hoveredFunction: -1,
      hoveredNode: -1,
      cursor: -1,
    });
    this.#movedAt = undefined;
    this.#boxes.count = 0;
    this.#staleGraph();
  }

  setTheme(theme: FlameTheme): void {
    this.#theme = theme;
    this.#labelWriter.forget();
    this.#staleGraph();
  }

  /**
   * @param keyByNode index into `theme.fills` for each node of the scene.
   * @param keepsHits they mean something that a search must not hide: hits get an edge instead of yellow.
   */
  setColours(keyByNode: Uint16Array, keepsHits = false): void {
    this.#colours.keys = keyByNode;
    this.#keepsHits = keepsHits;
    this.#staleGraph();
  }

  /** @param strengthByNode of nodes thinner than a pixel the one with most shows; what has none gives way. */
  setChanges(strengthByNode: Float32Array | undefined): void {
    if (strengthByNode === this.#strength) return;
    this.#strength = strengthByNode;
    this.#changes = undefined;
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

  setSearch(marks: SearchMarks | undefined): void {
    if (!marks && !this.#search) return;
    this.#search = marks;
    this.#colours.hit = marks?.hit;
    this.#hits = undefined;
    this.#staleGraph();
  }

  /** -1 none. */
  setSelectedFunction(func: number): void {
    if (func === this.#outlined.selectedFunction) return;
    this.#outlined.selectedFunction = func;
    this.#selected = undefined;
    this.#staleOverlay();
  }

  /** Hover that comes from elsewhere, or from here by way of the app: boxes of the function get a fine outline. */
  setHoveredFunction(func: number): void {
    this.#outline('hoveredFunction', func);
  }

  /** Keyboard focus: a ring around the node, which is brought into view. */
  setCursor(node: NodeIndex): void {
    this.#outline('cursor', node);
    if (node < 0 || !this.#scene) return;
    const { tree, layout } = this.#scene;
    const position = positionOf(layout, tree, node);
    if (position < 0) return;
    const { scroll } = this.#camera.view;
    this.#camera.showRow(tree.depth[node]);
    const left = layout.left[position];
    const movedAside = node > 0 && this.#camera.showRange(left, left + layout.weight[node]);
    if (movedAside) this.#movedAt = this.#options.now();
    if (movedAside || this.#camera.view.scroll !== scroll) this.#staleGraph();
  }

  setSelectedNode(node: NodeIndex): void {
    this.#outline('selectedNode', node);
  }

  /** The node fills the width with the next paint; callers stay above it in full width. */
  setZoom(node: NodeIndex): void {
    if (!this.#camera.zoomTo(node)) return;
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
    const step = Math.max(-MOST_ZOOM_STEP, Math.min(MOST_ZOOM_STEP, deltaYCss));
    return this.#moved(this.#camera.zoomAt(xCss * ratio, Math.exp(step / 100)), true);
  }

  /** Moves the content. @returns true when it could. */
  panBy(dxCss: number, dyCss: number): boolean {
    const { ratio, from } = this.#camera.view;
    const moved = this.#camera.panBy(dxCss * ratio, dyCss * ratio);
    return this.#moved(moved, this.#camera.view.from !== from);
  }

  /** -1 in a gap. Of boxes thinner than a pixel the widest wins, what changed most, or a hit, as in the picture. */
  nodeAt(xCss: number, yCss: number): NodeIndex {
    if (!this.#scene) return -1;
    const { tree, layout } = this.#scene;
    const { view } = this.#camera;
    const hits = this.#search && this.#hits;
    return nodeUnder(tree, layout, view, hits, this.#changes, xCss * view.ratio, yCss * view.ratio);
  }

  /** Css px in the canvas, cut at its edges; undefined when the node is outside of the view. */
  boxOf(node: NodeIndex): { x: number; y: number; width: number; height: number } | undefined {
    const { view } = this.#camera;
    const place = this.#place;
    if (!this.#scene || !placeOf(this.#scene.tree, this.#scene.layout, view, node, place)) return undefined;
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
    if (this.#frame >= 0) this.#options.cancelFrame(this.#frame);
    this.#frame = -1;
    this.setScene(undefined);
    this.#isDisposed = true;
    if (this.#frame >= 0) this.#options.cancelFrame(this.#frame);
    this.#frame = -1;
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
    const scene = this.#scene;
    const begun = now();
    this.#boxes.count = 0;
    if (!scene) {
      paintBoxes(this.#options, theme, view, this.#boxes, 'none');
      return;
    }
    const { tree, layout } = scene;
    const { hit } = this.#colours;
    if (hit && !this.#hits) this.#hits = markedPositions(tree, layout, (func) => hit[func] === 1, hit.length);
    const strength = this.#strength;
    if (strength && !this.#changes) this.#changes = { positions: changedPositions(layout, strength), strength };
    const marked = now();
    cull(tree, layout, view, this.#colours, this.#boxes);
    if (this.#changes) cullChanges(tree, layout, view, this.#changes, this.#colours.keys, this.#boxes);
    if (this.#search && this.#hits) cullMarks(tree, layout, view, this.#hits, this.#boxes);
    const culled = now();
    const look = this.#search ? (this.#keepsHits ? 'edged' : 'yellow') : 'none';
    paintBoxes(this.#options, theme, view, this.#boxes, look);
    stats.labels = this.#labelWriter.write(scene, theme, view, this.#boxes, look);
    stats.boxes = this.#boxes.count;
    stats.layoutMs = marked - begun;
    stats.cullMs = culled - marked;
    stats.paintMs = now() - culled;
    this.#options.events.onPaint(stats);
  }

  #paintOverlay(theme: FlameTheme): void {
    const { selectedFunction } = this.#outlined;
    this.#ticks.count = 0;
    if (this.#scene && selectedFunction >= 0) {
      const { tree, layout } = this.#scene;
      this.#selected ??= markedPositions(tree, layout, (func) => func === selectedFunction, selectedFunction + 1);
      cullMarks(tree, layout, this.#camera.view, this.#selected, this.#ticks);
    }
    this.#overlayPainter.paint(this.#scene, theme, this.#camera.view, this.#boxes, this.#ticks, this.#outlined);
  }

  /** The picture moved under a pointer that stands still. */
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
    this.#options.events.onRest({ zoomNode: this.#camera.containingNode() });
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
