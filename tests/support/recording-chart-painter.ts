/** A painter of charts that keeps each path that was drawn. */
import type { ChartPainter } from '#render/timeline/paint-chart.ts';
import { RecordingPainter } from './recording-painter.ts';

export interface DrawnPath {
  readonly kind: 'stroke' | 'fill';
  readonly colour: string;
  readonly isDashed: boolean;
  /** One list of points for each move. */
  readonly runs: readonly (readonly (readonly [number, number])[])[];
}

export class RecordingChartPainter extends RecordingPainter implements ChartPainter {
  strokeStyle: ChartPainter['strokeStyle'] = '#000000';
  lineWidth = 1;
  globalAlpha = 1;
  paths: DrawnPath[] = [];
  #runs: [number, number][][] = [];
  #isDashed = false;

  beginPath(): void {
    this.#runs = [];
  }

  moveTo(x: number, y: number): void {
    this.#runs.push([[x, y]]);
  }

  lineTo(x: number, y: number): void {
    if (this.#runs.length === 0) this.#runs.push([]);
    this.#runs.at(-1)!.push([x, y]);
  }

  closePath(): void {}

  stroke(): void {
    this.#draw('stroke', this.strokeStyle);
  }

  fill(): void {
    this.#draw('fill', this.fillStyle);
  }

  setLineDash(dash: Iterable<number>): void {
    this.#isDashed = [...dash].length > 0;
  }

  setTransform(...numbers: unknown[]): void {
    this.calls.push(`setTransform ${numbers.join(' ')}`);
  }

  override forget(): void {
    super.forget();
    this.paths = [];
  }

  #draw(kind: DrawnPath['kind'], style: ChartPainter['fillStyle']): void {
    const colour = typeof style === 'string' ? style : 'pattern';
    this.calls.push(`${kind} ${colour}`);
    this.paths.push({ kind, colour, isDashed: this.#isDashed, runs: this.#runs });
  }
}
