/** A painter of charts: each path that is drawn becomes one of the calls, as text. */
import type { ChartPainter } from '#render/timeline/paint-chart.ts';
import { RecordingPainter } from './recording-painter.ts';

export class RecordingChartPainter extends RecordingPainter implements ChartPainter {
  strokeStyle: ChartPainter['strokeStyle'] = '#000000';
  lineWidth = 1;
  lineJoin: ChartPainter['lineJoin'] = 'miter';
  globalAlpha = 1;
  #path: string[] = [];
  #isDashed = false;

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
    this.calls.push(`stroke ${textOf(this.strokeStyle)}${this.#isDashed ? ' dashed' : ''} ${this.#path.join(' ')}`);
  }

  fill(): void {
    this.calls.push(`fill ${textOf(this.fillStyle)} ${this.#path.join(' ')}`);
  }

  setLineDash(dash: Iterable<number>): void {
    this.#isDashed = [...dash].length > 0;
  }

  setTransform(): void {}

  rect(x: number, _y: number, width: number): void {
    this.#path.push(`B${short(x)},${short(x + width)}`);
  }

  /** Of a rectangle: where it begins and ends. */
  clip(): void {
    this.calls.push(`clip ${this.#path.join(' ')}`);
  }

  save(): void {}

  restore(): void {
    this.calls.push('restore');
  }
}

function textOf(style: ChartPainter['fillStyle']): string {
  return typeof style === 'string' ? style : 'pattern';
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
