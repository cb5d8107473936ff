/** Rows of pixels, stretched when they are drawn: a row of boxes costs its pixels, however many boxes stand in it. */

export interface PixelRows {
  /** Each colour as a pixel. */
  pixelsOf(colours: readonly string[]): Uint32Array;
  /** @returns room for the pixels, row by row; what it holds is left over from the paint before. */
  room(width: number, rows: number): Uint32Array;
  /** Draws the rows of the last `room` from `top` down, each with a gap of ground at its lower end. Device px. */
  draw(top: number, rowHeight: number, gap: number, ground: string): void;
}

type Context = OffscreenCanvasRenderingContext2D;

/** Onto a browser's canvas, by way of a canvas on which rows are a pixel high. */
export class CanvasRows implements PixelRows {
  readonly #onto: Pick<Context, 'fillStyle' | 'fillRect' | 'drawImage' | 'imageSmoothingEnabled'>;
  readonly #rows = new OffscreenCanvas(1, 1).getContext('2d', { alpha: false, willReadFrequently: true })!;
  #image = new ImageData(1, 1);

  constructor(onto: Pick<Context, 'fillStyle' | 'fillRect' | 'drawImage' | 'imageSmoothingEnabled'>) {
    this.#onto = onto;
  }

  pixelsOf(colours: readonly string[]): Uint32Array {
    const strip = new OffscreenCanvas(colours.length, 1).getContext('2d', { willReadFrequently: true })!;
    for (const [x, colour] of colours.entries()) {
      strip.fillStyle = colour;
      strip.fillRect(x, 0, 1, 1);
    }
    return new Uint32Array(strip.getImageData(0, 0, colours.length, 1).data.buffer);
  }

  room(width: number, rows: number): Uint32Array {
    const { canvas } = this.#rows;
    if (canvas.width !== width || canvas.height !== rows) {
      canvas.width = width;
      canvas.height = rows;
      this.#image = new ImageData(width, rows);
    }
    return new Uint32Array(this.#image.data.buffer);
  }

  draw(top: number, rowHeight: number, gap: number, ground: string): void {
    const { width, height } = this.#image;
    const onto = this.#onto;
    this.#rows.putImageData(this.#image, 0, 0);
    onto.imageSmoothingEnabled = false;
    onto.drawImage(this.#rows.canvas, 0, top, width, height * rowHeight);
    onto.fillStyle = ground;
    for (let row = 1; row <= height; row++) onto.fillRect(0, top + row * rowHeight - gap, width, gap);
  }
}
