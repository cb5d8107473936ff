import { describe, expect, it } from 'vitest';
import { WhenEngine } from '#render/when/engine.ts';
import { bandGrid, heatGrid, TimeCamera } from '#render/when/grid.ts';
import { fillGrid } from '#render/when/paint.ts';
import { offsetTicks } from '#render/when/ticks.ts';
import { RecordingPainter } from '../support/recording-painter.ts';

/** Three columns of two cells: nothing and 7, 14 and 1, nothing and nothing. */
const cells = Float64Array.of(0, 7, 14, 1, 0, 0);
const plain = [0, 1, 2, 3, 4, 5, 6, 7];
const faded = plain.map((level) => level + 10);

function drawn(
  grid: ReturnType<typeof heatGrid>,
  width: number,
  view = { from: 0, to: grid.columns },
  selected?: { start: number; end: number },
): readonly (readonly number[])[] {
  let pixels = new Uint32Array(0);
  const rows = {
    pixelOf: () => 0,
    room: (w: number, h: number) => (pixels = new Uint32Array(w * h)),
    draw: () => {},
  };
  fillGrid(grid, view, width, rows, { plain, faded }, selected);
  return Array.from({ length: grid.rows }, (_, row) => Array.from(pixels.subarray(row * width, (row + 1) * width)));
}

describe('the heatmap', () => {
  it('has later cells above, in seven levels up to the largest value', () => {
    expect(drawn(heatGrid(cells, 2), 3)).toEqual([
      [4, 1, 0],
      [0, 7, 0],
    ]);
  });

  it('shows the highest level of columns that share a pixel', () => {
    expect(drawn(heatGrid(cells, 2), 1)).toEqual([[4], [7]]);
  });

  it('has gaps where columns are wide, and shows a part of them', () => {
    expect(drawn(heatGrid(cells, 2), 16, { from: 0, to: 2 })).toEqual([
      [4, 4, 4, 4, 4, 4, 4, 0, 1, 1, 1, 1, 1, 1, 1, 0],
      [0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 0],
    ]);
  });

  it('fades what is not selected, cell by cell', () => {
    expect(drawn(heatGrid(cells, 2), 3, undefined, { start: 1, end: 3 })).toEqual([
      [4, 11, 10],
      [10, 7, 10],
    ]);
  });

  it('bands are rows of bins', () => {
    const bands = bandGrid(Float64Array.of(0, 2, 4, 1), 2, 3);
    expect(drawn(bands, 2)).toEqual([
      [0, 4],
      [7, 2],
    ]);
    expect(drawn(bands, 2, undefined, { start: 0, end: 1 })).toEqual([
      [0, 14],
      [7, 12],
    ]);
  });

  it('is read at a place, of the part that is in view', () => {
    const painter = new RecordingPainter();
    const engine = new WhenEngine({
      heat: painter.canvas,
      bands: painter.canvas,
      requestFrame: () => 1,
      cancelFrame: () => {},
    });
    engine.setSize(300, 1);
    engine.setFacts({ heat: heatGrid(cells, 2), bands: undefined, columnMs: 1000 });
    expect([engine.cellAt(0, 7), engine.cellAt(0, 0), engine.cellAt(150, 7), engine.cellAt(299, 1)]).toEqual([
      0, 1, 2, 5,
    ]);
    // Across a column of a band.
    expect([engine.cellAt(149, undefined), engine.cellAt(151, undefined)]).toEqual([2, 3]);
    engine.zoomAt(300, 2 / 3);
    expect(engine.cellAt(0, 7)).toBe(2);
    engine.setCursor(0);
    expect(engine.cellAt(0, 7)).toBe(0);
    engine.showAll();
    expect(engine.cellAt(299, 7)).toBe(4);
  });
});

describe('the camera', () => {
  it('stays within the recording', () => {
    const camera = new TimeCamera(100);
    camera.zoomAt(0.5, 0.1);
    expect([camera.from, camera.to]).toEqual([45, 55]);
    camera.panBy(-10);
    expect([camera.from, camera.to]).toEqual([0, 10]);
    camera.panBy(100);
    expect([camera.from, camera.to]).toEqual([90, 100]);
    camera.zoomAt(0, 1e-9);
    expect([camera.from, camera.to]).toEqual([90, 92]);
    camera.show(3);
    expect([camera.from, camera.to]).toEqual([3, 5]);
    camera.zoomAt(1, 1e9);
    expect([camera.from, camera.to, camera.isWhole]).toEqual([0, 100, true]);
  });
});

describe('ticks', () => {
  it('are round times since the start', () => {
    expect(offsetTicks(0, 12_000, 6).map(({ text }) => text)).toEqual([
      '0\u00a0ms',
      '2\u00a0s',
      '4\u00a0s',
      '6\u00a0s',
      '8\u00a0s',
      '10\u00a0s',
      '12\u00a0s',
    ]);
    expect(offsetTicks(0.5, 0.9, 2).map(({ text }) => text)).toEqual(['600\u00a0µs', '800\u00a0µs']);
  });
});
