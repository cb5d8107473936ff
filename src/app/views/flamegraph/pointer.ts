/** Mouse, touch and wheel on the graph, as questions and moves of its engine. */
import type { FlamegraphEngine } from '#render/flamegraph/engine.ts';
import type { NodeIndex } from '#model/call-tree.ts';
import type { Place } from '../../state/ui-store.ts';

interface PointerEvents {
  onPick(node: NodeIndex, double: boolean): void;
  /** A finger has no hover: its first tap reads what the mouse's pointer reads. */
  onTap(node: NodeIndex, x: number, y: number): void;
  /** Secondary click or long press. */
  onMenu(node: NodeIndex, at: Place): void;
  /** The picture moves under the pointer. */
  onMove(): void;
}

/** A press that moves less than this is a click. */
const DRAG_FROM_CSS = 4;
const LONG_PRESS_MS = 500;
/** Wheel steps in lines (Firefox with a mouse) in css px. */
const LINE_CSS = 20;
/** The engine's zoom: this many css px are a factor of e, as browsers report a pinch. */
const PINCH_CSS = 100;
/** A notch of a mouse's wheel is 100 px and more, which would be a factor of e: it counts as this, a factor of 1.35. */
const MAX_ZOOM_CSS = 30;

interface Press {
  readonly startX: number;
  readonly startY: number;
  x: number;
  y: number;
  moved: boolean;
}

/** @returns what takes all listeners off again. */
export function attachPointer(area: HTMLElement, engine: FlamegraphEngine, events: PointerEvents): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const presses = new Map<number, Press>();
  let longPress: ReturnType<typeof setTimeout> | undefined;
  let pressedLong = false;

  const inArea = (event: MouseEvent): Place => {
    const { left, top } = area.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  area.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return;
      const { x, y } = inArea(event);
      presses.set(event.pointerId, { startX: x, startY: y, x, y, moved: false });
      pressedLong = false;
      clearTimeout(longPress);
      if (event.pointerType === 'touch' && presses.size === 1) {
        longPress = setTimeout(() => {
          pressedLong = true;
          events.onMenu(engine.nodeAt(x, y), { x: event.clientX, y: event.clientY });
        }, LONG_PRESS_MS);
      }
    },
    { signal },
  );

  area.addEventListener(
    'pointermove',
    (event) => {
      const { x, y } = inArea(event);
      // Released outside of the area before it was captured: no press any more.
      if (event.buttons === 0) presses.delete(event.pointerId);
      const press = presses.get(event.pointerId);
      if (!press) {
        if (event.pointerType !== 'touch') engine.pointerMove(x, y);
        return;
      }
      const dx = x - press.x;
      const dy = y - press.y;
      if (!press.moved) {
        if (Math.hypot(x - press.startX, y - press.startY) < DRAG_FROM_CSS) return;
        press.moved = true;
        clearTimeout(longPress);
        area.setPointerCapture(event.pointerId);
        engine.pointerLeave();
        events.onMove();
      }
      const other = [...presses.values()].find((one) => one !== press);
      if (other) {
        other.moved = true;
        // Two fingers: their distance zooms about the point between them.
        const before = Math.hypot(press.x - other.x, press.y - other.y);
        const after = Math.hypot(x - other.x, y - other.y);
        engine.wheel({
          xCss: (x + other.x) / 2,
          yCss: (y + other.y) / 2,
          deltaXCss: 0,
          deltaYCss: PINCH_CSS * Math.log(before / Math.max(1, after)),
          zoom: true,
        });
      } else engine.panBy(dx, dy);
      press.x = x;
      press.y = y;
    },
    { signal },
  );

  area.addEventListener(
    'pointerup',
    (event) => {
      clearTimeout(longPress);
      const press = presses.get(event.pointerId);
      presses.delete(event.pointerId);
      if (!press || press.moved || pressedLong) return;
      const node = engine.nodeAt(press.x, press.y);
      if (event.pointerType === 'touch') events.onTap(node, press.x, press.y);
      else events.onPick(node, false);
    },
    { signal },
  );
  area.addEventListener(
    'pointercancel',
    (event) => {
      clearTimeout(longPress);
      presses.delete(event.pointerId);
    },
    { signal },
  );
  area.addEventListener(
    'pointerleave',
    (event) => {
      if (event.pointerType !== 'touch') engine.pointerLeave();
    },
    { signal },
  );
  area.addEventListener(
    'dblclick',
    (event) => {
      const { x, y } = inArea(event);
      if (engine.nodeAt(x, y) < 0) events.onPick(-1, true);
    },
    { signal },
  );
  area.addEventListener(
    'contextmenu',
    (event) => {
      event.preventDefault();
      if (pressedLong) return;
      const { x, y } = inArea(event);
      // The menu key sends this event too, without a place of its own; the keyboard has its own way to the menu.
      if (event.button === 2 || event.ctrlKey)
        events.onMenu(engine.nodeAt(x, y), { x: event.clientX, y: event.clientY });
    },
    { signal },
  );
  area.addEventListener(
    'wheel',
    (event) => {
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_CSS : 1;
      const { x, y } = inArea(event);
      const sideways = event.shiftKey && event.deltaX === 0;
      const zoom = event.ctrlKey || event.metaKey;
      const used = engine.wheel({
        xCss: x,
        yCss: y,
        deltaXCss: (sideways ? event.deltaY : event.deltaX) * unit,
        deltaYCss: zoom
          ? Math.max(-MAX_ZOOM_CSS, Math.min(MAX_ZOOM_CSS, event.deltaY * unit))
          : (sideways ? 0 : event.deltaY) * unit,
        zoom,
      });
      // Never the browser's own page zoom on the graph, used or not.
      if (used || zoom) event.preventDefault();
      if (used) events.onMove();
    },
    { signal, passive: false },
  );
  return () => {
    clearTimeout(longPress);
    listening.abort();
  };
}
