/** A flamegraph as a picture to keep: all rows, with the link to it inside. */
import { CanvasRows } from '#render/pixel-rows.ts';
import { paintWhole } from '#render/flamegraph/paint-whole.ts';
import type { Direction, FlameScene } from '#render/flamegraph/scene.ts';
import type { FlameTheme } from '#render/theme.ts';
import { flamegraphSvg, type LegendWord } from '#render/flamegraph/svg.ts';
import { withPngText } from './png-text.ts';
import { readFlameTheme } from './flame-theme.ts';

export interface Picture {
  readonly scene: FlameScene;
  /** Colour key by node. */
  readonly colours: Uint16Array;
  readonly changes: Float32Array | undefined;
  readonly title: string;
  /** What colours mean, where the frames' own names do not say it. */
  readonly legend: readonly LegendWord[];
}

/** In css px. Not more than all browsers allow for a canvas. */
const WIDTH = 1600;
const ROW = 20;
const PADDING = 4;
const SWATCH = 12;
const WORD_GAP = 16;
const TITLE = 28;
const LEGEND = 24;
const TALLEST_DEVICE = 16_000;
const RATIO = 2;

export function drawSvg({ title, legend, ...picture }: Picture, direction: Direction, link: string): string {
  return flamegraphSvg(picture.scene, readFlameTheme(), {
    ...optionsOf(picture, direction),
    title,
    legend,
    linkText: link,
  });
}

/** A graph whose colours need words has a head with them. */
export async function drawPng(
  picture: Picture,
  direction: Direction,
  link: string,
): Promise<{ bytes: Uint8Array; notes: readonly string[] }> {
  const { scene, legend } = picture;
  const theme = readFlameTheme();
  const head = legend.length > 0 ? TITLE + LEGEND : 0;
  const rows = scene.tree.maxDepth + 1;
  const shownRows = Math.min(rows, Math.floor((TALLEST_DEVICE / RATIO - head) / ROW));
  const canvas = new OffscreenCanvas(WIDTH * RATIO, (head + shownRows * ROW) * RATIO);
  const graph = canvas.getContext('2d', { alpha: false })!;
  if (head > 0) drawHead(graph, theme, picture, head);
  const options = { ...optionsOf(picture, direction), ratio: RATIO, rows: shownRows };
  paintWhole({ graph, rows: new CanvasRows(graph) }, scene, theme, options);
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return {
    bytes: withPngText(new Uint8Array(await blob.arrayBuffer()), 'Source', link),
    notes: shownRows < rows ? [`The picture shows ${shownRows} of ${rows} rows; the SVG has all.`] : [],
  };
}

function optionsOf({ colours, changes }: Pick<Picture, 'colours' | 'changes'>, direction: Direction) {
  return { widthCss: WIDTH, zoomNode: 0, direction, rowHeightCss: ROW, colours, changes } as const;
}

/** Leaves the origin below the head. */
function drawHead(
  graph: OffscreenCanvasRenderingContext2D,
  theme: FlameTheme,
  { title, legend }: Picture,
  height: number,
): void {
  const px = (css: number): number => css * RATIO;
  graph.fillStyle = theme.ground;
  graph.fillRect(0, 0, px(WIDTH), px(height));
  graph.fillStyle = theme.rootInk;
  graph.font = `560 ${px(12)}px ${theme.fontUi}`;
  graph.fillText(title, px(PADDING), px(18), px(WIDTH - 2 * PADDING));
  graph.font = `450 ${px(12)}px ${theme.fontUi}`;
  let at = PADDING;
  for (const { key, text } of legend) {
    const texture = theme.textures[key];
    graph.fillStyle = texture?.edge ?? theme.fills[key];
    graph.fillRect(px(at), px(TITLE), px(SWATCH), px(SWATCH));
    if (texture) {
      graph.fillStyle = texture.fill(RATIO);
      graph.fillRect(px(at + 1), px(TITLE + 1), px(SWATCH - 2), px(SWATCH - 2));
    }
    graph.fillStyle = theme.rootInk;
    graph.fillText(text, px(at + SWATCH + PADDING), px(TITLE + SWATCH - 2));
    at += SWATCH + PADDING + graph.measureText(text).width / RATIO + WORD_GAP;
  }
  graph.translate(0, px(height));
}
