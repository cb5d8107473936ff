/** A whole graph as a standalone SVG: text that can be searched and copied, no script, no font and no request of its own. */
import { printable } from './labels.ts';
import { wholeBoxes, type WholePicture } from './paint-whole.ts';
import type { FlameScene } from './scene.ts';
import type { FlameTheme } from './theme.ts';

/** Without a canvas nothing can be measured: an average letter of the font, in css px. */
const LETTER = 6.4;

export interface SvgPicture extends Omit<WholePicture, 'ratio' | 'rows'> {
  readonly title: string;
  /** Where the view can be opened again. */
  readonly linkText: string;
}

export function flamegraphSvg(scene: FlameScene, theme: FlameTheme, picture: SvgPicture): string {
  const rows = scene.tree.maxDepth + 1;
  const { widthCss, rowHeightCss, colours, title, linkText } = picture;
  const { camera, boxes } = wholeBoxes(scene, { ...picture, ratio: 1, rows });
  const height = rows * rowHeightCss;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthCss}" height="${height}" viewBox="0 0 ${widthCss} ${height}" font-family="Inter, system-ui, sans-serif" font-size="12">`,
    `<title>${escapeXml(title)}</title><desc>${escapeXml(linkText)}</desc>`,
    `<rect width="${widthCss}" height="${height}" fill="${theme.ground}"/>`,
  ];
  for (let i = 0; i < boxes.length; i++) {
    const node = boxes.node[i];
    const x = boxes.x[i];
    const y = camera.rowTop(boxes.row[i]);
    const isRun = boxes.isRun[i] === 1;
    const width = boxes.width[i] >= 2 && !isRun ? boxes.width[i] - 1 : boxes.width[i];
    const func = scene.tree.func[node];
    const fill = node === 0 ? theme.rootFill : theme.fills[colours[func]];
    const rect = `<rect x="${x}" y="${y}" width="${width}" height="${rowHeightCss - 1}" fill="${fill}"`;
    if (isRun) {
      out.push(`${rect}/>`);
      continue;
    }
    const { prefix, middle, bare } = node === 0 ? { prefix: '', middle: '', bare: scene.rootLabel } : scene.label(func);
    const full = escapeXml(printable(prefix + middle + bare));
    out.push(`<g><title>${full} ${escapeXml(scene.share(node))}</title>${rect}/>`);
    const letters = Math.floor((width - 8) / LETTER);
    if (letters >= 4) {
      const name = printable(prefix + middle + bare);
      const text = name.length <= letters ? name : `${(printable(bare).length <= letters ? printable(bare) : printable(bare).slice(0, letters - 1) + '…')}`;
      out.push(`<text x="${x + 4}" y="${y + rowHeightCss - 6}" fill="${theme.ink}">${escapeXml(text)}</text>`);
    }
    out.push('</g>');
  }
  out.push('</svg>');
  return out.join('\n');
}

function escapeXml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    // Lone surrogates and controls are no XML, escaped or not.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd');
}
