/**
 * The whole graph as a standalone SVG: all rows, no script, nothing from elsewhere. The boxes are those of cull.ts at
 * half px.
 */
import { GlyphWidths, harmless } from '../text.ts';
import { nodeBox, rootBox } from './boxes.ts';
import { type FittedLabel, fitLabel, type MeasuredLabel, measureLabel } from './label-fit.ts';
import { baselineCss } from './labels.ts';
import { wholeBoxes, wholeView, type WholeOptions } from './paint-whole.ts';
import { isEdged, paintedWidth } from './paint.ts';
import type { FlameScene } from './scene.ts';
import type { FlameTheme, Texture } from '../theme.ts';
import { gapOf, rowTop } from './view.ts';

export interface SvgOptions extends WholeOptions {
  readonly title: string;
  /** The address of the view, written below the graph. */
  readonly linkText: string;
  /** The meaning of colour keys, written below the title. */
  readonly legend?: readonly LegendWord[];
}

export interface LegendWord {
  readonly key: number;
  readonly text: string;
}

/** Boxes thinner than 1 / RESOLUTION css px are merged. */
const RESOLUTION = 2;
const PADDING = 4;
const MIN_ROOM = 22;
const BEFORE_SHARE = 24;
const HEADER = 28;
const FOOTER = 24;
/** A legend's row height, its squares, and the space between two entries. */
const LEGEND = 24;
const SWATCH = 12;
const WORD_GAP = 16;

export function flamegraphSvg(scene: FlameScene, theme: FlameTheme, options: SvgOptions): string {
  const view = wholeView(scene, options, RESOLUTION);
  const boxes = wholeBoxes(scene, view, options);
  const width = options.widthCss;
  const { legend = [] } = options;
  const header = HEADER + (legend.length > 0 ? LEGEND : 0);
  const height = header + view.height / RESOLUTION + FOOTER;
  const parts: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" style="max-width:100%;height:auto" role="img">`,
    `<title>${escaped(options.title)}</title>`,
    `<style>text{font:450 12px ${escaped(theme.fontUi)};fill:${theme.inks[0]};white-space:pre}.d{fill:${theme.inksDim[0]}}.s{font-size:11px;fill:${theme.inksDim[0]};text-anchor:end}.r{font-weight:560;fill:${theme.rootInk}}</style>`,
    `<rect width="${width}" height="${height}" fill="${theme.ground}"/>`,
    `<text class="r" x="${PADDING}" y="18">${escaped(options.title)}</text>`,
  ];
  const labels = new SvgLabels(scene, theme, options.rowHeightCss);
  const hatches = new Map<number, string>();
  let wordAt = PADDING;
  for (const { key, text } of legend) {
    const texture = theme.textures[key];
    if (texture) hatches.set(key, patternOf(key, texture));
    parts.push(
      `${texture ? texturedRect(key, texture, wordAt, HEADER, SWATCH, SWATCH) : `<rect x="${wordAt}" y="${HEADER}" width="${SWATCH}" height="${SWATCH}" fill="${theme.fills[key]}"`}/>`,
      `<text x="${wordAt + SWATCH + PADDING}" y="${HEADER + SWATCH - 2}">${escaped(text)}</text>`,
    );
    wordAt += SWATCH + PADDING + labels.widthOf(text) + WORD_GAP;
  }
  parts.push(`<g transform="translate(0 ${header})">`);
  const rowGap = gapOf(view);
  const boxHeight = (view.row - rowGap) / RESOLUTION;
  for (let box = 0; box < boxes.count; box++) {
    const isRoot = boxes.kind[box] === rootBox;
    const key = boxes.key[box];
    const fill = isRoot ? theme.rootFill : (theme.fills[key] ?? theme.rootFill);
    const x = boxes.start[box] / RESOLUTION;
    const y = rowTop(view, boxes.row[box]) / RESOLUTION;
    const boxWidth = paintedWidth(boxes, box, rowGap) / RESOLUTION;
    const rect = `<rect x="${x}" y="${y}" width="${boxWidth}" height="${boxHeight}" fill="${fill}"`;
    if (isRoot) parts.push(`${rect}/>${labels.root(x, y)}`);
    else if (boxes.kind[box] === nodeBox) {
      const node = scene.layout.nodes[boxes.position[box]];
      const texture = isEdged(boxes, box, rowGap) ? theme.textures[key] : undefined;
      if (texture && !hatches.has(key)) hatches.set(key, patternOf(key, texture));
      const shown = texture ? texturedRect(key, texture, x, y, boxWidth, boxHeight) : rect;
      parts.push(`${shown}><title>${labels.tip(node)}</title></rect>${labels.text(node, key, x, y, boxWidth)}`);
    } else parts.push(`${rect}/>`);
  }
  parts.push(
    '</g>',
    ...hatches.values(),
    `<text class="d" x="${PADDING}" y="${height - 8}">${escaped(options.linkText)}</text>`,
    '</svg>',
  );
  return parts.join('\n');
}

/** Up to its `>`. A stroke lies on both sides of its line, which is drawn half a px further in. */
function texturedRect(key: number, texture: Texture, x: number, y: number, width: number, height: number): string {
  const fill = `url(#hatch${key})`;
  if (texture.edge === undefined) return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"`;
  const dashes = texture.dashes ? ' stroke-dasharray="3 2"' : '';
  return `<rect x="${x + 0.5}" y="${y + 0.5}" width="${width - 1}" height="${height - 1}" fill="${fill}" stroke="${texture.edge}"${dashes}`;
}

function patternOf(key: number, { ground, hatch }: Texture): string {
  const { line, slant, pitchCss: p, widthCss } = hatch;
  // The lines of the neighbours come in at two corners.
  const path =
    slant === '/'
      ? `M0 ${p}L${p} 0M-1 1L1 -1M${p - 1} ${p + 1}L${p + 1} ${p - 1}`
      : `M0 0L${p} ${p}M-1 ${p - 1}L1 ${p + 1}M${p - 1} -1L${p + 1} 1`;
  return `<pattern id="hatch${key}" width="${p}" height="${p}" patternUnits="userSpaceOnUse"><rect width="${p}" height="${p}" fill="${ground}"/><path d="${path}" stroke="${line}" stroke-width="${widthCss * Math.SQRT1_2}"/></pattern>`;
}

class SvgLabels {
  readonly #scene: FlameScene;
  readonly #theme: FlameTheme;
  readonly #baseline: number;
  readonly #widths = new GlyphWidths(estimatedWidth);
  readonly #labels = new Map<number, MeasuredLabel>();
  readonly #fitted: FittedLabel = { prefix: '', prefixWidth: 0, text: '', width: 0 };

  constructor(scene: FlameScene, theme: FlameTheme, rowHeightCss: number) {
    this.#scene = scene;
    this.#theme = theme;
    this.#baseline = baselineCss(rowHeightCss);
  }

  root(x: number, y: number): string {
    return `<text class="r" x="${x + PADDING}" y="${y + this.#baseline}">${escaped(this.#scene.rootLabel)}</text>`;
  }

  widthOf(text: string): number {
    return this.#widths.of(text);
  }

  tip(node: number): string {
    const { prefix, rest } = this.#label(node);
    return escaped(`${prefix}${rest}, ${this.#scene.share(node)}`);
  }

  text(node: number, key: number, x: number, y: number, width: number): string {
    const room = width - 2 * PADDING;
    if (room < MIN_ROOM) return '';
    const fitted = this.#fitted;
    fitLabel(this.#label(node), room, this.#widths, fitted);
    if (fitted.text === '' && fitted.prefix === '') return '';
    const { inks, inksDim } = this.#theme;
    // The style sheet has the inks of most boxes.
    const ink = inks[key] === inks[0] ? '' : ` style="fill:${inks[key]}"`;
    const dim = inksDim[key] === inksDim[0] ? '' : ` style="fill:${inksDim[key]}"`;
    const prefix = fitted.prefix === '' ? '' : `<tspan class="d"${dim}>${escaped(fitted.prefix)}</tspan>`;
    const label = `<text${ink} x="${x + PADDING}" y="${y + this.#baseline}">${prefix}${escaped(fitted.text)}</text>`;
    const share = this.#scene.share(node);
    if (fitted.width + BEFORE_SHARE + this.#widths.of(share) > room) return label;
    return `${label}<text class="s"${dim} x="${x + width - PADDING}" y="${y + this.#baseline}">${escaped(share)}</text>`;
  }

  #label(node: number): MeasuredLabel {
    const func = this.#scene.tree.func[node];
    let label = this.#labels.get(func);
    if (!label) this.#labels.set(func, (label = measureLabel(this.#scene.label(func), this.#widths)));
    return label;
  }
}

/** Css px at 12 px. Generous, since a reader may have a wider font than ours. */
function estimatedWidth(glyph: string): number {
  if (glyph > '~') return 12;
  if ("ijl.,:;'|!()[]".includes(glyph)) return 4.4;
  if ('mwMW@%'.includes(glyph)) return 11;
  return /[A-Z]/.test(glyph) ? 8.8 : 7.3;
}

/** XML allows no control characters and lone surrogates; `harmless` removes them. */
function escaped(text: string): string {
  return harmless(text).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
