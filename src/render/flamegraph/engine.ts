/** A flamegraph on two canvases: takes facts, raises flags, draws once an animation frame. Knows no DOM and no store. */
import type { Painter } from '../painter.ts';
import { Camera, type Direction } from './camera.ts';
import { Boxes, countHits, cull } from './cull.ts';
import { nodeAt } from './hit-test.ts';
import { boxOfNode, paintOverlay } from './overlay.ts';
import { FlamePaint } from './paint.ts';
import type { FlameScene } from './scene.ts';
import type { FlameTheme } from './theme.ts';

export type { Direction } from './camera.ts';

/** By function: 1 is a match. */
export interface SearchMarks {
  readonly hit: Uint8Array;
}

/** Of the last painted animation frame. */
export interface PaintStats {
  readonly boxes: number;
  readonly labels: number;
  readonly cullMs: number;
  readonly paintMs: number;
}

export interface FlameEvents {
  /** -1: the pointer is over no frame. */
  onHover(node: number, xCss: number, yCss: number): void;
  /** The camera has come to rest; the node is the innermost that holds the whole view. */
  onRest(view: { readonly zoomNode: number }): void;
  onPaint(stats: PaintStats): void;
}

interface EngineOptions {
  readonly graph: Painter;
  readonly overlay: Painter;
  requestFrame(run: () => void): number;
  cancelFrame(id: number): void;
  /** Milliseconds from any start. */
  now(): number;
  readonly events: FlameEvents;
}

/** The camera rests when nothing has moved it for so long. */
const REST_AFTER_MS = 200;
/** A wheel step of 100 css px comes closer by a fifth. */
const ZOOM_PER_CSS = 0.0022;
const LONGEST_RUN_CSS = 8;
const NONE = new Int32Array(0);

export class FlamegraphEngine {
  readonly #options: EngineOptions;
  readonly #camera = new Camera();
  readonly #boxes = new Boxes();
  readonly #paint: FlamePaint;
  #scene: FlameScene | undefined;
  #theme: FlameTheme | undefined;
  #colours: Uint8Array = new Uint8Array(0);
  #search: SearchMarks | undefined;
  #hits: Int32Array | undefined;
  #ratio = 1;
  #hoveredNode = -1;
  #hoveredFunction = -1;
  #selectedNode = -1;
  #selectedFunction = -1;
  #selectedPositions: Int32Array | undefined;
  #cursor = -1;
  #graphIsDirty = false;
  #overlayIsDirty = false;
  #frame: number | undefined;
  #movedAt: number | undefined;
  #stats: PaintStats = { boxes: 0, labels: 0, cullMs: 0, paintMs: 0 };

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#paint = new FlamePaint(options.graph);
  }

  /** The camera goes back to the whole graph. */
  setScene(scene: FlameScene | undefined): void {
    this.#scene = scene;
    this.#camera.setScene(scene?.tree, scene?.layout);
    this.#hits = undefined;
    this.#selectedPositions = undefined;
    this.#hoveredNode = -1;
    this.#movedAt = undefined;
    this.#dirtyGraph();
  }

  /** Also after a font has arrived: widths are measured anew. */
  setTheme(theme: FlameTheme): void {
    this.#theme = theme;
    this.#paint.forgetWidths();
    this.#dirtyGraph();
  }

  /** @param keyByFunction see palette.ts. */
  setColours(keyByFunction: Uint8Array): void {
    this.#colours = keyByFunction;
    this.#dirtyGraph();
  }

  setSize({ widthCss, heightCss, ratio }: { widthCss: number; heightCss: number; ratio: number }): void {
    this.#camera.widthCss = widthCss;
    this.#camera.heightCss = heightCss;
    this.#camera.scrollTo(this.#camera.scrollCss);
    this.#ratio = ratio;
    this.#dirtyGraph();
  }

  setDirection(direction: Direction): void {
    this.#camera.direction = direction;
    this.#dirtyGraph();
  }

  setRowHeight(css: 20 | 16): void {
    this.#camera.rowHeightCss = css;
    this.#camera.scrollTo(this.#camera.scrollCss);
    this.#dirtyGraph();
  }

  setSearch(marks: SearchMarks | undefined): void {
    this.#search = marks;
    this.#hits = undefined;
    this.#dirtyGraph();
  }

  setSelectedFunction(func: number): void {
    this.#selectedFunction = func;
    this.#selectedPositions = undefined;
    this.#dirtyOverlay();
  }

  setSelectedNode(node: number): void {
    this.#selectedNode = node;
    this.#dirtyOverlay();
  }

  /** Hover that comes from beside the graph. */
  setHoveredFunction(func: number): void {
    if (func === this.#hoveredFunction) return;
    this.#hoveredFunction = func;
    this.#dirtyOverlay();
  }

  /** The keyboard's ring, brought into view; -1 none. */
  setCursor(node: number): void {
    const isNew = node !== this.#cursor;
    this.#cursor = node;
    if (isNew && node >= 0) {
      const before = this.#camera.scrollCss;
      this.#camera.reveal(node, 1);
      if (before !== this.#camera.scrollCss) this.#dirtyGraph();
    }
    this.#dirtyOverlay();
  }

  /** The node fills the width, at once: a picture of the way there would only be later. */
  setZoom(node: number): void {
    this.#camera.zoomTo(node);
    this.#movedAt = undefined;
    this.#dirtyGraph();
  }

  /** Draws on the overlay only. @returns the node under the point, -1 in a gap. */
  pointerMove(xCss: number, yCss: number): number {
    const node = this.nodeAt(xCss, yCss);
    if (node !== this.#hoveredNode) {
      this.#hoveredNode = node;
      this.#hoveredFunction = node > 0 && this.#scene ? this.#scene.tree.func[node] : -1;
      this.#dirtyOverlay();
      this.#options.events.onHover(node, xCss, yCss);
    }
    return node;
  }

  pointerLeave(): void {
    if (this.#hoveredNode < 0) return;
    this.#hoveredNode = -1;
    this.#hoveredFunction = -1;
    this.#dirtyOverlay();
    this.#options.events.onHover(-1, 0, 0);
  }

  /** Scrolls rows, or zooms at the pointer. @returns whether anything moved. */
  wheel(e: { xCss: number; yCss: number; deltaXCss: number; deltaYCss: number; zoom: boolean }): boolean {
    return this.#moved(
      e.zoom ? this.#camera.zoomAt(e.xCss, Math.exp(e.deltaYCss * ZOOM_PER_CSS)) : this.#camera.panBy(-e.deltaXCss, -e.deltaYCss),
    );
  }

  panBy(dxCss: number, dyCss: number): void {
    this.#moved(this.#camera.panBy(dxCss, dyCss));
  }

  nodeAt(xCss: number, yCss: number): number {
    return this.#scene ? nodeAt(this.#scene.layout, this.#camera, xCss, yCss) : -1;
  }

  /** Css px in the canvas; undefined outside the view. */
  boxOf(node: number): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | undefined {
    return this.#scene && boxOfNode(this.#scene, this.#camera, node);
  }

  /** What the next animation frame would do. */
  paintNow(): void {
    if (!this.#theme) return;
    if (this.#graphIsDirty) {
      this.#graphIsDirty = false;
      this.#overlayIsDirty = true;
      this.#drawGraph(this.#theme);
    }
    if (this.#overlayIsDirty) {
      this.#overlayIsDirty = false;
      paintOverlay(this.#options.overlay, this.#scene, this.#theme, this.#camera, this.#boxes, this.#highlights(), this.#ratio);
    }
  }

  stats(): PaintStats {
    return this.#stats;
  }

  dispose(): void {
    if (this.#frame !== undefined) this.#options.cancelFrame(this.#frame);
    this.#frame = undefined;
    this.#scene = undefined;
  }

  #drawGraph(theme: FlameTheme): void {
    const { now, events } = this.#options;
    const camera = this.#camera;
    const began = now();
    if (this.#scene) {
      const { layout, tree } = this.#scene;
      if (this.#search && !this.#hits) this.#hits = countHits(layout, tree.func, this.#search.hit);
      const { first, last } = camera.rows();
      const view = {
        from: camera.from,
        to: camera.to,
        widthDevice: Math.round(camera.widthCss * this.#ratio),
        firstRow: first,
        lastRow: last,
        longestRunDevice: LONGEST_RUN_CSS * this.#ratio,
      };
      cull(layout, view, this.#hits, this.#boxes);
    } else this.#boxes.length = 0;
    const culled = now();
    const labels = this.#scene
      ? this.#paint.paint(this.#scene, theme, camera, this.#boxes, { colours: this.#colours, isSearching: this.#search !== undefined, ratio: this.#ratio })
      : 0;
    this.#stats = { boxes: this.#boxes.length, labels, cullMs: culled - began, paintMs: now() - culled };
    events.onPaint(this.#stats);
  }

  #highlights(): Parameters<typeof paintOverlay>[5] {
    return {
      hoveredNode: this.#hoveredNode,
      hoveredFunction: this.#hoveredFunction,
      selectedNode: this.#selectedNode,
      selectedFunction: this.#selectedFunction,
      selectedPositions: (this.#selectedPositions ??= this.#positionsOf(this.#selectedFunction)),
      cursor: this.#cursor,
    };
  }

  #positionsOf(func: number): Int32Array {
    if (func < 0 || !this.#scene) return NONE;
    const { tree, layout } = this.#scene;
    const found: number[] = [];
    for (let at = 0; at < layout.nodes.length; at++) if (tree.func[layout.nodes[at]] === func) found.push(at);
    return Int32Array.from(found);
  }

  #moved(changed: boolean): boolean {
    if (!changed) return false;
    this.#movedAt = this.#options.now();
    this.#dirtyGraph();
    return true;
  }

  #dirtyGraph(): void {
    this.#graphIsDirty = true;
    this.#request();
  }

  #dirtyOverlay(): void {
    this.#overlayIsDirty = true;
    this.#request();
  }

  #request(): void {
    this.#frame ??= this.#options.requestFrame(() => {
      this.#frame = undefined;
      this.paintNow();
      this.#lookForRest();
    });
  }

  #lookForRest(): void {
    if (this.#movedAt === undefined) return;
    if (this.#options.now() - this.#movedAt < REST_AFTER_MS) {
      this.#request();
      return;
    }
    this.#movedAt = undefined;
    this.#options.events.onRest({ zoomNode: this.#camera.innermost() });
  }
}
