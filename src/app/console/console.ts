/**
 * `window.flametide`: the current view in names and raw units, for bug reports, tests and scripts. Every call returns a
 * promise.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { Analysis } from '#analysis/analysis.ts';
import type { CallTree } from '#model/call-tree.ts';
import { consoleForm } from '#model/changes.ts';
import { SERVICE_LABEL } from '#model/labels.ts';
import type { Normalisation } from '#model/normalise.ts';
import type { ProfileQuery } from '#model/query.ts';
import { emptySides, type SideName } from '../sides/sides.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import type { ExportKind } from '../exports/export-kinds.ts';
import { isDrawnFirst } from '../queries/query-facts.ts';
import { parseUrl, printQuery } from '../url/codec.ts';
import { navigate, urlStore } from '../url/url-store.ts';
import { paintStats } from '../views/flamegraph/paint-stats.ts';
import { linkOnScreen } from '../screen/link-on-screen.ts';
import { comparisonOnScreen, onScreen, treeOnScreen } from '../screen/current-view.ts';
import { isOpening, untilQuiet, waitForPage } from '../screen/wait-for-page.ts';
import type { Shown } from '../screen/shown.ts';

/** A number where doubles hold it exactly, else its digits. */
type Exact = number | string;

export interface Summary {
  readonly view: string;
  readonly source: string;
  readonly service: string | undefined;
  /** Profile type id. */
  readonly profileType: string | undefined;
  readonly sampleType: string;
  readonly unit: string;
  /** The requested range, or the recording of a file if known; ms since the epoch. */
  readonly from: number | undefined;
  readonly until: number | undefined;
  readonly total: Exact;
  /** For snapshots the shown mean and their number; otherwise undefined. */
  readonly shown: number | undefined;
  readonly snapshots: number | undefined;
  /** Nodes of the shown tree without the root. */
  readonly nodes: number;
  readonly maxDepth: number;
  readonly functions: number;
  /** Nodes whose callees the source cut away, wholly or in part: a file has none. */
  readonly dropped: number;
  readonly notes: readonly string[];
}

/** Both sides of a comparison, and what makes them comparable. */
interface ComparisonSummary {
  readonly view: string;
  /** The applied normalisation, which may differ from the requested one. */
  readonly normalisation: Normalisation;
  /** How much more load B had, where that is divided out; else 1. */
  readonly load: number;
  /** Nodes of the union without the root. */
  readonly nodes: number;
  readonly functions: number;
  readonly a: Omit<Summary, 'view'>;
  readonly b: Omit<Summary, 'view'>;
}

export interface FlametideConsole {
  summary(): Promise<Summary | ComparisonSummary>;
  top(n: number, by: 'self' | 'total'): Promise<readonly { name: string; self: Exact; total: Exact }[]>;
  /** The causes of a comparison in order, once its evidence is complete. */
  changes(n: number): Promise<readonly ReturnType<typeof consoleForm>[]>;
  stacks(): Promise<readonly { stack: readonly string[]; value: Exact }[]>;
  /** By the keys of the link, e.g. `{st: 'cpu', s: 'json', t: ['invert']}`; null takes a key out. */
  show(patch: Readonly<Record<string, string | readonly string[] | null>>): Promise<void>;
  url(): Promise<string>;
  /** The time series as drawn: per second, or the mean for snapshots. */
  series(): Promise<
    readonly { labels: Readonly<Record<string, string>>; points: readonly (readonly [number, number])[] }[]
  >;
  /** A short link to the view; with `snapshot` the server saves its answers too. */
  share(how?: { readonly snapshot?: boolean }): Promise<{ readonly url: string }>;
  exportAs(kind: ExportKind): Promise<string | Uint8Array>;
  stats(): Promise<Readonly<Record<string, number>>>;
}

const never = new AbortController().signal;
export function makeConsole(analysis: Analysis, queries: QueryClient): FlametideConsole {
  const current = (): Promise<Shown> => shownNow(queries);
  return {
    async summary() {
      await waitForPage(queries);
      const comparison = comparisonOnScreen();
      if (comparison) return comparisonSummary(comparison, analysis);
      const shown = await current();
      const { tree, byFunction } = await analysis.tree(shown.request, never);
      const { profile, name, asked, snapshots } = shown.opened;
      const total = tree.exact ? plain(tree.exact.total[0]) : tree.total[0];
      const type = profile.sampleTypes[shown.sampleType];
      const dropped = nodesOf(tree, profile.cut?.func);
      return {
        view: urlStore.getState().state.view,
        source: name,
        service: asked && labelOf(asked, SERVICE_LABEL),
        profileType: asked?.profileType,
        sampleType: type.type,
        unit: type.unit,
        from: asked ? asked.range.startMs : profile.timeMs,
        until: asked
          ? asked.range.endMs
          : profile.timeMs === undefined
            ? undefined
            : profile.timeMs + (profile.durationMs ?? 0),
        total,
        shown: snapshots && tree.total[0] * snapshots.scale,
        snapshots: snapshots?.count,
        nodes: tree.length - 1 - dropped,
        maxDepth: tree.maxDepth,
        functions: distinctFunctions(tree, byFunction.self.length) - (dropped > 0 ? 1 : 0),
        dropped,
        notes: profile.notes,
      };
    },
    async top(n, by) {
      const shown = await current();
      const { byFunction } = await analysis.tree(shown.request, never);
      const { names } = shown.opened.profile.functions;
      const { exact } = byFunction;
      const order: number[] = [];
      for (let func = 0; func < names.length; func++) if (byFunction[by][func] !== 0) order.push(func);
      order.sort((a, b) => byFunction[by][b] - byFunction[by][a] || (names[a] < names[b] ? -1 : 1));
      return order.slice(0, n).map((func) => ({
        name: names[func],
        self: exact ? plain(exact.self[func]) : byFunction.self[func],
        total: exact ? plain(exact.total[func]) : byFunction.total[func],
      }));
    },
    async changes(n) {
      await waitForPage(queries);
      const comparison = comparisonOnScreen();
      if (!comparison?.evidence) throw new Error('No comparison is shown: open Compare, with profiles on both sides.');
      // Where one side is empty, nothing on the other side is a change.
      if (emptySides(comparison.diff.totals).length > 0) return [];
      return comparison.evidence.found.changes.slice(0, n).map(consoleForm);
    },
    async stacks() {
      const stacks = await analysis.stacks((await current()).request, never);
      return stacks.map(({ stack, value }) => ({ stack, value: plain(value) }));
    },
    async show(patch) {
      const keys = new URLSearchParams(printQuery(urlStore.getState().state));
      for (const [key, value] of Object.entries(patch)) {
        keys.delete(key);
        if (value !== null) for (const one of typeof value === 'string' ? [value] : value) keys.append(key, one);
      }
      const { state, notices } = parseUrl(`?${keys}`);
      if (notices.length > 0) throw new Error(notices.join(' '));
      navigate(state, 'push');
      await painted(queries);
    },
    async series() {
      await painted(queries);
      return onScreen.getState().series.map(({ labels, timesMs, values }) => ({
        labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
        points: Array.from(timesMs, (timeMs, i) => [timeMs, values[i]] as const),
      }));
    },
    url: () => Promise.resolve(linkOnScreen()),
    async share({ snapshot = false } = {}) {
      await waitForPage(queries);
      const { saveSnapshot, shortLinkOf } = await import('../share/save-snapshot.ts');
      if (!snapshot) return { url: (await shortLinkOf(linkOnScreen())).url };
      return { url: (await saveSnapshot(analysis, queries, never)).url };
    },
    async exportAs(kind) {
      const { makeExport } = await import('../exports/exports.ts');
      await waitForPage(queries);
      return (await makeExport(analysis, queries, onScreen.getState().view, kind)).content;
    },
    async stats() {
      await waitForPage(queries);
      const { boxes, labels, layoutMs, cullMs, paintMs, paints } = paintStats.getState();
      const comparison = comparisonOnScreen();
      if (comparison) {
        const { open, diff, evidence } = comparison;
        return {
          queryMs: Math.max(open.a.queryMs ?? 0, open.b.queryMs ?? 0),
          decodeMs: open.a.profile.decodeMs + open.b.profile.decodeMs,
          treeMs: diff.diffMs,
          evidenceMs: evidence?.evidenceMs ?? 0,
          layoutMs,
          cullMs,
          paintMs,
          boxes,
          labels,
          paints,
          bytes: open.a.bytes + open.b.bytes,
        };
      }
      const shown = await current();
      const { treeMs } = await analysis.tree(shown.request, never);
      const { decodeMs, unpackedBytes } = shown.opened.profile;
      return {
        queryMs: shown.opened.queryMs ?? 0,
        decodeMs,
        treeMs,
        layoutMs,
        cullMs,
        paintMs,
        boxes,
        labels,
        paints,
        bytes: shown.opened.size,
        unpackedBytes,
      };
    },
  };
}

/** The shown tree, once everything has loaded. */
async function shownNow(queries: QueryClient): Promise<Shown> {
  await waitForPage(queries);
  const tree = treeOnScreen();
  if (comparisonOnScreen())
    throw new Error(
      'A comparison is shown: summary() and changes() describe both sides; the other functions need a single profile.',
    );
  if (!tree) throw new Error('Nothing is shown: open a file, or choose a service that has profiles in the range.');
  return tree;
}

async function comparisonSummary(
  { request, diff, open }: ShownComparison,
  analysis: Analysis,
): Promise<ComparisonSummary> {
  const side = async (name: SideName): Promise<Omit<Summary, 'view'>> => {
    const { side: asked, profile, sampleType } = open[name];
    const { handle } = request[name];
    const { tree, byFunction } = await analysis.tree(
      { handle, sampleType, order: 'size', transforms: request.transforms },
      never,
    );
    const type = profile.sampleTypes[sampleType];
    const range =
      asked.kind === 'source'
        ? asked.range
        : profile.timeMs === undefined
          ? undefined
          : { startMs: profile.timeMs, endMs: profile.timeMs + (profile.durationMs ?? 0) };
    return {
      source: asked.kind === 'file' ? asked.file : (asked.service ?? ''),
      service: asked.kind === 'source' ? asked.service : undefined,
      profileType: asked.kind === 'source' ? asked.profileType : undefined,
      sampleType: type.type,
      unit: type.unit,
      from: range?.startMs,
      until: range?.endMs,
      total: tree.exact ? plain(tree.exact.total[0]) : tree.total[0],
      shown: undefined,
      snapshots: undefined,
      nodes: tree.length - 1,
      maxDepth: tree.maxDepth,
      functions: distinctFunctions(tree, byFunction.self.length),
      dropped: 0,
      notes: profile.notes,
    };
  };
  return {
    view: 'compare',
    // An empty side cannot be normalised: the requested normalisation returns when there is data.
    normalisation: emptySides(diff.totals).length > 0 ? request.normalisation : diff.kind,
    load: diff.load,
    nodes: diff.tree.length - 1,
    functions: distinctFunctions(diff.tree, diff.functions.names.length),
    a: await side('a'),
    b: await side('b'),
  };
}

function labelOf({ matchers }: ProfileQuery, name: string): string | undefined {
  return matchers.find((matcher) => matcher.name === name && matcher.operator === '=')?.value;
}

/** Resolves when the answer has been painted, though a more complete one may be loading. */
async function painted(queries: QueryClient): Promise<void> {
  const isBusy = (): boolean => isOpening() || queries.isFetching({ predicate: isDrawnFirst }) > 0;
  // A graph drawn from the answer ends the wait at once; views without a graph get two quiet frames.
  let stop = (): void => {};
  const drawn = new Promise<void>((resolve) => {
    stop = paintStats.subscribe(() => !isBusy() && resolve());
  });
  await Promise.race([drawn, untilQuiet(isBusy)]);
  stop();
}

function plain(value: number | bigint): Exact {
  if (typeof value === 'number') return value;
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : String(value);
}

function nodesOf(tree: CallTree, func: number | undefined): number {
  let count = 0;
  for (let node = 1; node < tree.length; node++) if (tree.func[node] === func) count++;
  return count;
}

function distinctFunctions(tree: CallTree, functionCount: number): number {
  const seen = new Uint8Array(functionCount);
  let count = 0;
  for (let node = 1; node < tree.length; node++) {
    const func = tree.func[node];
    if (seen[func] === 0) count++;
    seen[func] = 1;
  }
  return count;
}
