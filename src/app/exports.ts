/** What is shown, as a file: written by the worker from the tree, or drawn here as a picture. */
import type { Analysis } from '#analysis/analysis.ts';
import { rootName } from '#model/call-tree.ts';
import { splitName } from '#model/function-name.ts';
import { sampleTypeTitle } from '#model/profile-type.ts';
import { formatShare } from '#model/units.ts';
import type { FlameScene } from '#render/flamegraph/scene.ts';
import { layoutTree } from '#render/flamegraph/layout.ts';
import { paintWhole } from '#render/flamegraph/paint-whole.ts';
import { flamegraphSvg } from '#render/flamegraph/svg.ts';
import { CanvasRows } from '#render/pixel-rows.ts';
import { withPngText } from './png-text.ts';
import { urlStore } from './url/url-store.ts';
import { type ExportKind, exportKinds } from './export-kinds.ts';
import { linkOnScreen } from './views/link-on-screen.ts';
import { colourKeys, keysOfNodes } from './views/colours.ts';
import { readFlameTheme } from './views/flamegraph/flame-theme.ts';
import { type Shown, valueText } from './views/shown.ts';

interface Made {
  /** Text kinds as text, the others as bytes. */
  readonly content: string | Uint8Array;
  readonly notes: readonly string[];
}

/** Width of exported pictures in css px, and the tallest that canvases hold everywhere. */
const PICTURE_WIDTH = 1600;
const TALLEST_DEVICE = 16_000;
const never = new AbortController().signal;

export async function makeExport(analysis: Analysis, shown: Shown, kind: ExportKind): Promise<Made> {
  switch (kind) {
    case 'pprof':
      return exportTree(analysis, shown, kind);
    case 'collapsed':
    case 'speedscope': {
      const { content, notes } = await exportTree(analysis, shown, kind);
      return { content: new TextDecoder().decode(content), notes };
    }
    case 'svg':
    case 'png':
      return drawPicture(analysis, shown, kind);
  }
}

/** Makes the file and hands it to the browser. @returns what the user should know of it. */
export async function saveExport(analysis: Analysis, shown: Shown, kind: ExportKind): Promise<readonly string[]> {
  const { content, notes } = await makeExport(analysis, shown, kind);
  const { ending, mime } = exportKinds.find(({ id }) => id === kind)!;
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type: mime }));
  const link = document.createElement('a');
  link.href = url;
  link.download = shown.file.name.replace(/(\.pb|\.pprof|\.prof|\.txt|\.collapsed|\.folded)?(\.gz)?$/i, '') + ending;
  link.click();
  // The download holds the blob once it has begun, which it has a task later.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return notes;
}

async function exportTree(
  analysis: Analysis,
  shown: Shown,
  kind: 'pprof' | 'collapsed' | 'speedscope',
): Promise<{ content: Uint8Array; notes: readonly string[] }> {
  const { bytes, notes } = await analysis.exportTree(shown.request, kind, shown.file.name, never);
  return { content: bytes, notes };
}

async function drawPicture(analysis: Analysis, shown: Shown, kind: 'svg' | 'png'): Promise<Made> {
  const { tree, byFunction } = await analysis.tree(shown.request, never);
  const { profile, name } = shown.file;
  const { state } = urlStore.getState();
  const whole = tree.total[0];
  const scene: FlameScene = {
    tree,
    layout: layoutTree(tree),
    label: (func) => splitName(profile.functions.names[func]),
    rootLabel: `${rootName} · ${valueText(shown, whole)}`,
    share: (node) => formatShare(tree.total[node], whole),
  };
  const theme = readFlameTheme();
  const colours = keysOfNodes(tree, colourKeys(profile, state.col, byFunction, whole));
  const title = `${name}, ${sampleTypeTitle(profile.sampleTypes[shown.sampleType].type)}`;
  const size = { widthCss: PICTURE_WIDTH, zoomNode: 0, direction: state.dir, rowHeightCss: 20 as const };
  if (kind === 'svg')
    return { content: flamegraphSvg(scene, theme, { ...size, colours, title, linkText: linkOnScreen() }), notes: [] };
  const rows = tree.maxDepth + 1;
  const ratio = 2;
  const shownRows = Math.min(rows, Math.floor(TALLEST_DEVICE / ratio / size.rowHeightCss));
  const canvas = new OffscreenCanvas(PICTURE_WIDTH * ratio, shownRows * size.rowHeightCss * ratio);
  const graph = canvas.getContext('2d', { alpha: false })!;
  paintWhole({ graph, rows: new CanvasRows(graph) }, scene, theme, { ...size, colours, ratio, rows: shownRows });
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  const bytes = withPngText(new Uint8Array(await blob.arrayBuffer()), 'Source', linkOnScreen());
  return {
    content: bytes,
    notes: shownRows < rows ? [`The picture shows ${shownRows} of ${rows} rows; the SVG has all.`] : [],
  };
}
