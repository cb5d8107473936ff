/** A painter that keeps the list of its calls, and what colour each pixel has after them. */

import type { Painter } from '#render/painter.ts';
import type { ChartPainter } from '#render/timeline/paint-chart.ts';

export interface PaintedRect {
  readonly colour: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PaintedText {
  readonly text: string;
  readonly colour: string;
  readonly font: string;
  readonly x: number;
  readonly y: number;
}

export class RecordingPainter {
  fillStyle: Painter['fillStyle'] = '#000000';
  font = '10px sans-serif';
  textAlign: Painter['textAlign'] = 'start';
  textBaseline: Painter['textBaseline'] = 'alphabetic';
  direction: Painter['direction'] = 'inherit';
  strokeStyle: ChartPainter['strokeStyle'] = '#000000';
  lineWidth = 1;
  lineJoin: ChartPainter['lineJoin'] = 'miter';
  globalAlpha = 1;
  rects: PaintedRect[] = [];
  texts: PaintedText[] = [];
  /** All calls in their order, one a line. */
  calls: string[] = [];
  measured = 0;
  #dash: readonly number[] = [];
  #path: string[] = [];

  /** As the type that the render room asks for. */
  get painter(): Painter {
    return this;
  }

  /** The same with paths. */
  get chartPainter(): ChartPainter {
    return this;
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.rects.push({ colour: this.#style(), x, y, width, height });
    this.calls.push(`fillRect ${this.#style()} ${x} ${y} ${width} ${height}`);
  }

  clearRect(x: number, y: number, width: number, height: number): void {
    this.rects = [];
    this.calls.push(`clearRect ${x} ${y} ${width} ${height}`);
  }

  fillText(text: string, x: number, y: number): void {
    this.texts.push({ text, colour: this.#style(), font: this.font, x, y });
    this.calls.push(`fillText ${this.#style()} ${JSON.stringify(text)} ${x} ${y}`);
  }

  /** Every glyph is half as wide as the font is high. */
  measureText(text: string): TextMetrics {
    this.measured++;
    const size = Number(/([\d.]+)px/.exec(this.font)?.[1]);
    return { width: Array.from(text).length * size * 0.5 } as TextMetrics;
  }

  beginPath(): void {
    this.#path = [];
  }

  moveTo(x: number, y: number): void {
    this.#path.push(`M${short(x)},${short(y)}`);
  }

  lineTo(x: number, y: number): void {
    this.#path.push(`${this.#path.length === 0 ? 'M' : 'L'}${short(x)},${short(y)}`);
  }

  roundRect(x: number, y: number, width: number, height: number): void {
    this.#path.push(`R${short(x)},${short(y)},${short(width)},${short(height)}`);
  }

  closePath(): void {
    this.#path.push('Z');
  }

  stroke(): void {
    const colour = typeof this.strokeStyle === 'string' ? this.strokeStyle : 'pattern';
    this.calls.push(`stroke ${colour}${this.#dash.length > 0 ? ' dashed' : ''} ${this.#path.join(' ')}`);
  }

  fill(): void {
    this.calls.push(`fill ${this.#style()} ${this.#path.join(' ')}`);
  }

  setLineDash(dash: number[]): void {
    this.#dash = dash;
  }

  setTransform(): void {}

  /** Forgets what was called; styles stay. */
  forget(): void {
    this.rects = [];
    this.texts = [];
    this.calls = [];
  }

  /** The colour of a device pixel, undefined where nothing was filled. */
  colourAt(x: number, y: number): string | undefined {
    return this.rects.findLast(
      (rect) => x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height,
    )?.colour;
  }

  #style(): string {
    return typeof this.fillStyle === 'string' ? this.fillStyle : 'pattern';
  }
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
