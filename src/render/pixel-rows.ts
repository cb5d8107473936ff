/** Rows of pixels that are stretched when they are drawn: a row of boxes costs its pixels, not its boxes. */
import { parseRgb } from './colour.ts';

/** Where rows of pixels go. A browser's canvas is one, the tests' recorder is another. */
export interface PixelRows {
  /** A colour in the format of `room`. */
  pixelOf(colour: string): number;
  /** @returns room for the pixels, row by row from the top; its contents are those of the previous paint. */
  room(width: number, rows: number): Uint32Array;
  /** Draws the rows of the last `room` call from `top` down, each with a gap at its lower end. Device px. */
  draw(top: number, rowHeight: number, gap: number, ground: string): void;
}

type Context = Pick<
  OffscreenCanvasRenderingContext2D,
  'fillStyle' | 'fillRect' | 'drawImage' | 'imageSmoothingEnabled'
>;

/** Uses an intermediate canvas whose rows are one pixel high. */
export class CanvasRows implements PixelRows {
  readonly #onto: Context;
  readonly #low = new OffscreenCanvas(1, 1).getContext('2d', { alpha: false, willReadFrequently: true })!;
  readonly #pixels = new Map<string, number>();
  #image = new ImageData(1, 1);

  constructor(onto: Context) {
    this.#onto = onto;
  }

  /** Parsed, since some browsers return other colours from a canvas than were drawn. */
  pixelOf(colour: string): number {
    let pixel = this.#pixels.get(colour);
    if (pixel === undefined) {
      const [red, green, blue] = parseRgb(colour) ?? [128, 128, 128];
      pixel = new Uint32Array(Uint8ClampedArray.of(red, green, blue, 255).buffer)[0];
      this.#pixels.set(colour, pixel);
    }
    return pixel;
  }

  room(width: number, rows: number): Uint32Array {
    if (this.#image.width !== width || this.#image.height !== rows) {
      this.#image = new ImageData(width, rows);
      this.#low.canvas.width = width;
      this.#low.canvas.height = rows;
    }
    return new Uint32Array(this.#image.data.buffer);
  }

  draw(top: number, rowHeight: number, gap: number, ground: string): void {
    const { width, height } = this.#image;
    const onto = this.#onto;
    this.#low.putImageData(this.#image, 0, 0);
    onto.imageSmoothingEnabled = false;
    onto.drawImage(this.#low.canvas, 0, top, width, height * rowHeight);
    onto.fillStyle = ground;
    for (let row = 1; row <= height; row++) onto.fillRect(0, top + row * rowHeight - gap, width, gap);
  }
}
