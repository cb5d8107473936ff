/** Pointer and keys in the heatmap and its bands: the cell that is read, and the cells that are selected. */
import {
  type DOMAttributes,
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react';
import { ROWS } from '#model/when.ts';
import type { WhenEngine } from '#render/when/engine.ts';
import { type Selecting, whenAct } from './when-keys.ts';

interface WhenInputProps {
  readonly engine: RefObject<WhenEngine | undefined>;
  /** The element of the heatmap, which is as wide as the bands. */
  readonly host: RefObject<HTMLDivElement | null>;
  readonly cells: number;
  readonly selecting: Selecting | undefined;
  onSelecting(selecting: Selecting | undefined): void;
  /** A selection is done. */
  onSelect(selecting: Selecting): void;
  /** @returns whether there was anything to take back */
  onClear(): boolean;
  onKey(key: string): boolean;
}

type Part = 'heat' | 'bands';

interface WhenInput {
  /** Where the keyboard is; -1 nowhere. */
  readonly cursor: number;
  /** What is read, by keyboard or pointer; -1 nothing. */
  readonly reading: number;
  handlers(part: Part): DOMAttributes<HTMLDivElement>;
}

/** A press that moves less, in css px, is a click. */
const MIN_DRAG = 4;
/** A wheel's pixels that scale by e. */
const WHEEL_E = 300;

export function useWhenInput(props: WhenInputProps): WhenInput {
  const { engine, host, cells, selecting, onSelecting, onSelect, onClear, onKey } = props;
  const [cursor, setCursor] = useState(-1);
  const [hovered, setHovered] = useState(-1);
  const press = useRef<{ readonly x: number; readonly y: number; readonly cell: number; isDrag: boolean }>(undefined);
  useWheel(engine, host);

  const cellOf = (event: PointerEvent, part: Part): number => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return engine.current!.cellAt(event.clientX - left, part === 'heat' ? event.clientY - top : undefined);
  };
  const onPointerDown = (part: Part) => (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    press.current = { x: event.clientX, y: event.clientY, cell: cellOf(event, part), isDrag: false };
  };
  const onPointerMove = (part: Part) => (event: PointerEvent<HTMLDivElement>) => {
    const cell = cellOf(event, part);
    setHovered(cell);
    const now = press.current;
    if (!now) return;
    now.isDrag ||= Math.hypot(event.clientX - now.x, event.clientY - now.y) >= MIN_DRAG;
    if (now.isDrag) onSelecting({ anchor: now.cell, head: cell });
  };
  const onPointerUp = (part: Part) => (event: PointerEvent<HTMLDivElement>) => {
    const now = press.current;
    press.current = undefined;
    if (now?.isDrag) onSelect({ anchor: now.cell, head: cellOf(event, part) });
    else if (now) setCursor(now.cell);
  };
  const onPointerCancel = (): void => {
    if (press.current?.isDrag) onSelecting(undefined);
    press.current = undefined;
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && press.current) {
      onPointerCancel();
      return;
    }
    const act = whenAct(event, { cells, rows: ROWS, cursor, selecting });
    if (!act) {
      if (onKey(event.key)) event.preventDefault();
      return;
    }
    event.preventDefault();
    switch (act.kind) {
      case 'read':
        setCursor(act.cell);
        onSelecting(undefined);
        break;
      case 'select':
        setCursor(act.selecting.head);
        onSelecting(act.selecting);
        break;
      case 'apply':
        onSelect(act.selecting);
        break;
      case 'clear':
        if (!onClear()) {
          setCursor(-1);
          onKey('Escape');
        }
        break;
      case 'zoom':
        engine.current!.zoomAt(undefined, act.factor);
        break;
      case 'show-all':
        engine.current!.showAll();
        break;
    }
  };
  return {
    cursor,
    reading: hovered >= 0 ? hovered : cursor,
    handlers: (part) => ({
      onPointerDown: onPointerDown(part),
      onPointerMove: onPointerMove(part),
      onPointerUp: onPointerUp(part),
      onPointerCancel,
      onPointerLeave: () => setHovered(-1),
      ...(part === 'heat' && { onKeyDown }),
    }),
  };
}

/** With Ctrl a wheel zooms, sideways it moves; up and down it scrolls the page as ever. */
function useWheel(engine: WhenInputProps['engine'], host: WhenInputProps['host']): void {
  useEffect(() => {
    const area = host.current!.parentElement!;
    const onWheel = (event: WheelEvent): void => {
      const { left, right } = host.current!.getBoundingClientRect();
      if (event.clientX < left || event.clientX > right) return;
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (event.ctrlKey || event.metaKey) {
        engine.current?.zoomAt(event.clientX - left, Math.exp(event.deltaY / WHEEL_E));
      } else if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) engine.current?.panBy(sideways);
      else return;
      event.preventDefault();
    };
    // React's own listener could not keep the page from zooming.
    area.addEventListener('wheel', onWheel, { passive: false });
    return () => area.removeEventListener('wheel', onWheel);
  }, [engine, host]);
}
