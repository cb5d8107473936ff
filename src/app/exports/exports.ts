/** What is shown, as a file: written by the worker from the tree, or drawn here as a picture. */
import type { QueryClient } from '@tanstack/react-query';
import type { Analysis, Exported, ExportFacts, TreeExport } from '#analysis/analysis.ts';
import { packSnapshot } from '#datasource/snapshot.ts';
import { writeCsv } from '#base/csv.ts';
import { rootName } from '#model/call-tree.ts';
import { splitName } from '#model/function-name.ts';
import type { TimeRange } from '#model/time-range.ts';
import { formatFileSpan } from '#model/time-text.ts';
import { formatOffsetMs } from '#model/interval.ts';
import { formatShare } from '#model/units.ts';
import { layoutTree } from '#render/flamegraph/layout.ts';
import { diffPicture } from '../compare/diff-picture.ts';
import { diffTableRows } from '../compare/diff-rows.ts';
import { sideLine, spanText } from '../compare/side-words.ts';
import type { SideName } from '../sides/sides.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import { diffExports, type ExportKind, treeExports } from './export-kinds.ts';
import { isExportedPage, writeExportedPage } from '../state/exported-page.ts';
import { answersOnScreen } from '../share/save-snapshot.ts';
import { drawPng, drawSvg, type Picture } from '../views/flamegraph/picture.ts';
import { zoneName } from '../time/zone-name.ts';
import { urlStore } from '../url/url-store.ts';
import { colourKeys, definitionKeys, keysOfKinds, keysOfNodes, ruleFor } from '../views/colours.ts';
import { functionRows } from '../views/functions/functions-csv.ts';
import { linkOnScreen } from '../screen/link-on-screen.ts';
import { openFileNamed } from '../screen/files-store.ts';
import { comparisonOf, comparisonOnScreen, treeOf, treeOnScreen, type View } from '../screen/current-view.ts';
import { type ShownProfile, shownTitle, type ShownTree, valueText } from '../screen/shown.ts';

interface Made {
  /** Text kinds as text, the others as bytes. */
  readonly content: string | Uint8Array;
  readonly notes: readonly string[];
}

const never = new AbortController().signal;

/** @throws Error where nothing is shown, or the view does not have this format */
export function makeExport(analysis: Analysis, queries: QueryClient, view: View, kind: ExportKind): Promise<Made> {
  const [tree, comparison] = [treeOf(view), comparisonOf(view)];
  if (kind === 'html' && (tree || comparison)) return exportPage(analysis, queries);
  if (comparison) return exportComparison(analysis, comparison, kind);
  if (tree) return exportTree(analysis, tree, kind);
  throw new Error('Nothing is shown: open a file, or choose a service that has profiles in the range.');
}

/** Makes the file and hands it to the browser. @returns its name, and what the user should know of it. */
export async function saveExport(
  analysis: Analysis,
  queries: QueryClient,
  view: View,
  kind: ExportKind,
): Promise<{ readonly name: string; readonly notes: readonly string[] }> {
  const { content, notes } = await makeExport(analysis, queries, view, kind);
  const { ending, mime } = (comparisonOf(view) ? diffExports : treeExports).find(({ id }) => id === kind)!;
  const endings = (await analysis.formats(never)).flatMap((format) => format.endings);
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type: mime }));
  const link = document.createElement('a');
  link.href = url;
  const name = nameOf(view, endings) + ending;
  link.download = name;
  link.click();
  // The download holds the blob once it has begun, which it has a task later.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return { name, notes };
}

/** The viewer, with what it needs to show the same. */
async function exportPage(analysis: Analysis, queries: QueryClient): Promise<Made> {
  if (isExportedPage()) throw new Error('This page is already an exported file: save it from the browser.');
  const answers = await answersOnScreen(analysis, queries, never);
  // Everything that was awaited has loaded by now.
  const isWhole = comparisonOnScreen()?.isWhole ?? treeOnScreen()?.opened.isWhole ?? true;
  const kept = await packSnapshot(answers);
  const response = await fetch(new URL('viewer.html', document.baseURI));
  const viewer = response.ok ? await response.text() : '';
  if (!viewer.includes('Content-Security-Policy'))
    throw new Error('The viewer for the file is missing: it is part of a built page (npm run build).');
  const notes = isWhole ? [] : ['The file has only the largest frames: the rest had not loaded yet.'];
  return { content: writeExportedPage(viewer, kept), notes };
}

async function exportTree(analysis: Analysis, shown: ShownTree, kind: ExportKind): Promise<Made> {
  const { state } = urlStore.getState();
  switch (kind) {
    case 'pprof':
    case 'collapsed':
    case 'speedscope':
      return written(kind, await analysis.exportTree(shown.request, kind, factsOf(shown.opened), never));
    case 'csv':
      return { content: writeCsv(functionRows(shown, shown.answer, state.sort)), notes: [] };
    case 'svg':
    case 'png':
      return drawn((await chartPicture(analysis, shown)) ?? (await treePicture(analysis, shown)), kind);
    case 'pprof-a':
    case 'pprof-b':
    case 'html':
      throw notOffered(kind, treeExports);
  }
}

async function exportComparison(analysis: Analysis, shown: ShownComparison, kind: ExportKind): Promise<Made> {
  const { state } = urlStore.getState();
  switch (kind) {
    case 'csv':
      return { content: writeCsv(diffTableRows(shown, state.sort)), notes: [] };
    case 'collapsed':
      return written(kind, await analysis.exportDiff(shown.request, never));
    case 'pprof-a':
    case 'pprof-b': {
      const side = kind === 'pprof-a' ? 'a' : 'b';
      const { handle, sampleType } = shown.request[side];
      const request = { handle, sampleType, order: shown.request.order, transforms: shown.request.transforms };
      const open = shown.open[side];
      const facts = {
        name: sideLine(side, shown),
        timeMs: open.side.kind === 'file' ? undefined : open.side.range?.startMs,
        durationMs: open.seconds === undefined ? undefined : open.seconds * 1000,
      };
      return written('pprof', await analysis.exportTree(request, 'pprof', facts, never));
    }
    case 'svg':
    case 'png':
      return drawn(diffPicture(shown, state), kind);
    case 'pprof':
    case 'speedscope':
    case 'html':
      throw notOffered(kind, diffExports);
  }
}

/** An answer of a source begins at the start of its range, and lasts as long as the range has profiles. */
function factsOf({ name, asked, coveredMs }: ShownProfile): ExportFacts {
  const range = asked?.range;
  return {
    name,
    timeMs: range?.startMs,
    durationMs: range && Math.min(coveredMs ?? Infinity, range.endMs - range.startMs),
  };
}

function written(kind: TreeExport, { bytes, notes }: Exported): Made {
  return { content: kind === 'pprof' ? bytes : new TextDecoder().decode(bytes), notes };
}

async function drawn(picture: Picture, kind: 'svg' | 'png'): Promise<Made> {
  const { dir } = urlStore.getState().state;
  const address = linkOnScreen();
  // An exported page is a local file: its path stays private.
  const link = isExportedPage() ? new URL(address).search : address;
  if (kind === 'svg') return { content: drawSvg(picture, dir, link), notes: [] };
  const { bytes, notes } = await drawPng(picture, dir, link);
  return { content: bytes, notes };
}

/** The flame chart as it is drawn: one thread's calls where they ran. @returns undefined in other views */
async function chartPicture(analysis: Analysis, shown: ShownTree): Promise<Picture | undefined> {
  const { state } = urlStore.getState();
  const file = openFileNamed(shown.opened.name);
  if (state.pane !== 'chart' || file?.profile.isTimed !== true) return undefined;
  const request = {
    handle: file.profile.handle,
    sampleType: shown.sampleType,
    matchers: state.q,
    during: state.during,
  };
  const chart = await analysis.flameChart(request, never);
  if (!chart) return undefined;
  const { tree, start, threads } = chart;
  const { profile, name } = shown.opened;
  const whole = tree.total[0];
  const rule = ruleFor(profile, state.col);
  return {
    scene: {
      tree,
      layout: layoutTree(tree, start),
      label: (func) => splitName(profile.functions.names[func]),
      rootLabel: `recording · ${formatOffsetMs(whole)}`,
      share: (node) => formatShare(tree.total[node], whole),
    },
    colours: keysOfNodes(tree, colourKeys(profile, rule, shown.answer.byFunction, shown.answer.tree.total[0])),
    changes: undefined,
    title: [name, 'flame chart', ...(threads?.shown ?? [])].join(', '),
    legend: [],
  };
}

async function treePicture(analysis: Analysis, shown: ShownTree): Promise<Picture> {
  const { tree, byFunction, definitions } = await analysis.tree(shown.request, never);
  const { profile, name, asked } = shown.opened;
  const whole = tree.total[0];
  const rule = ruleFor(profile, urlStore.getState().state.col);
  const kinds = rule === 'kind' ? await analysis.frameKinds(shown.request, never) : undefined;
  const colours = colourKeys(profile, rule, byFunction, whole, kinds);
  return {
    scene: {
      tree,
      layout: layoutTree(tree),
      label: (func) => splitName(profile.functions.names[func]),
      rootLabel: `${rootName} · ${valueText(shown, whole)}`,
      share: (node) => formatShare(tree.total[node], whole),
    },
    colours: kinds
      ? keysOfKinds(tree, profile.functions.names, colours, kinds)
      : keysOfNodes(tree, colours, definitions, definitionKeys(definitions, rule)),
    changes: undefined,
    title: [name, shownTitle(shown), asked && spanText(asked.range)].filter(Boolean).join(', '),
    legend: [],
  };
}

function notOffered(kind: string, offered: typeof treeExports): Error {
  return new Error(`This view cannot be exported as ${kind}, only as ${offered.map(({ id }) => id).join(', ')}.`);
}

/** The file name without its ending. @param endings those that are left out */
function nameOf(view: View, endings: readonly string[]): string {
  const bare = (name: string): string => withoutEnding(name, endings);
  const zone = zoneName(urlStore.getState().state.tz);
  const comparison = comparisonOf(view);
  const span = (range: TimeRange | undefined): string => (range ? ` ${formatFileSpan(range, zone)}` : '');
  if (!comparison) {
    const opened = treeOf(view)?.opened;
    return bare(opened?.name ?? 'profile') + span(opened?.asked?.range);
  }
  const side = (name: SideName): string => {
    const of = comparison.open[name].side;
    return of.kind === 'file' ? bare(of.file) : (of.service ?? 'all') + span(of.range);
  };
  return `${side('a')} against ${side('b')}`;
}

function withoutEnding(name: string, endings: readonly string[]): string {
  const unpacked = name.replace(/\.gz$/i, '');
  const ending = endings.find((one) => unpacked.toLowerCase().endsWith(one)) ?? '';
  return unpacked.slice(0, unpacked.length - ending.length);
}
