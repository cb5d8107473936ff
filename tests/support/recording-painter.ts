/** A painter that keeps the list of its calls, and what colour each pixel has after them. */

import type { Painter } from '#render/painter.ts';
import type { BoxCanvas } from '#render/flamegraph/paint.ts';

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
  rects: PaintedRect[] = [];
  texts: PaintedText[] = [];
  /** All calls in their order, one a line. */
  calls: string[] = [];
  measured = 0;
  /** Colours by their pixel. */
  readonly #colours: string[] = [];
  #room = { pixels: new Uint32Array(0), width: 0 };

  /** As the type that the render room asks for. */
  get painter(): Painter {
    return this;
  }

  get canvas(): BoxCanvas {
    return { graph: this, rows: this };
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.rects.push({ colour: this.#style(), x, y, width, height });
    this.calls.push(`fillRect ${this.#style()} ${x} ${y} ${width} ${height}`);
  }

  pixelOf(colour: string): number {
    if (!this.#colours.includes(colour)) this.#colours.push(colour);
    return this.#colours.indexOf(colour);
  }

  room(width: number, rows: number): Uint32Array {
    this.#room = { pixels: new Uint32Array(width * rows).fill(0xdead), width };
    return this.#room.pixels;
  }

  /** As rectangles: the ground as one, then what lies in a row side by side in one colour. */
  draw(top: number, rowHeight: number, gap: number, ground: string): void {
    const { pixels, width } = this.#room;
    this.fillStyle = ground;
    this.fillRect(0, top, width, (pixels.length / width) * rowHeight);
    for (let start = 0, at = 1; at <= pixels.length; at++) {
      if (at % width > 0 && pixels[at] === pixels[start]) continue;
      const colour = this.#colours[pixels[start]];
      this.fillStyle = colour;
      if (colour !== ground)
        this.fillRect(start % width, top + Math.floor(start / width) * rowHeight, at - start, rowHeight - gap);
      start = at;
    }
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

  /** Forgets what was called; styles stay. */
  forget(): void {
    this.rects = [];
    this.texts = [];
    this.calls = [];
  }

  /** The colour of a device pixel, undefined if nothing was filled. */
  colourAt(x: number, y: number): string | undefined {
    return this.rects.findLast(
      (rect) => x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height,
    )?.colour;
  }

  #style(): string {
    return typeof this.fillStyle === 'string' ? this.fillStyle : 'pattern';
  }
}
