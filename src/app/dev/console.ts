/** `window.flametide`: what is shown, in names and raw units, for bug reports, tests and scripts. Every call returns a promise. */
import type { QueryClient } from '@tanstack/react-query';
import type { Analysis } from '#analysis/analysis.ts';
import type { CallTree } from '#model/call-tree.ts';
import { demoName } from '#model/demo-recipe.ts';
import { makeExport, type ExportKind } from '../exports.ts';
import { filesStore, openFileNamed } from '../files/files-store.ts';
import { parseUrl, printUrl } from '../url/codec.ts';
import { linkToView, navigate, urlStore } from '../url/url-store.ts';
import { paintStats } from '../views/flamegraph/paint-stats.ts';
import { type Shown, shownOf } from '../views/shown.ts';

/** A whole number where it is one that doubles hold, else its digits. */
type Exact = number | string;

interface Summary {
  readonly view: string;
  readonly source: string;
  readonly service: undefined;
  readonly profileType: undefined;
  readonly sampleType: string;
  readonly unit: string;
  /** Of the recording where the file says, ms since the epoch. */
  readonly from: number | undefined;
  readonly until: number | undefined;
  readonly total: Exact;
  /** Of the shown tree, the root not counted. */
  readonly nodes: number;
  readonly maxDepth: number;
  readonly functions: number;
  /** Nodes cut away by the source: a file cuts none. */
  readonly dropped: number;
  readonly notes: readonly string[];
}

interface FlametideConsole {
  summary(): Promise<Summary>;
  top(n: number, by: 'self' | 'total'): Promise<readonly { name: string; self: Exact; total: Exact }[]>;
  stacks(): Promise<readonly { stack: readonly string[]; value: Exact }[]>;
  /** By the keys of the link, e.g. `{st: 'cpu', s: 'json', t: ['invert']}`; null takes a key out. */
  show(patch: Readonly<Record<string, string | readonly string[] | null>>): Promise<void>;
  url(): Promise<string>;
  exportAs(kind: ExportKind): Promise<string | Uint8Array>;
  stats(): Promise<Readonly<Record<string, number>>>;
}

declare global {
  interface Window {
    flametide: FlametideConsole;
  }
}

const never = new AbortController().signal;

export function installConsole(analysis: Analysis, queries: QueryClient): void {
  window.flametide = {
    async summary() {
      const shown = current();
      const { tree, byFunction } = await analysis.tree(shown.request, never);
      const { profile, name } = shown.file;
      const type = profile.sampleTypes[shown.sampleType];
      return {
        view: urlStore.getState().state.view,
        source: name,
        service: undefined,
        profileType: undefined,
        sampleType: type.type,
        unit: type.unit,
        from: profile.timeMs,
        until: profile.timeMs === undefined ? undefined : profile.timeMs + (profile.durationMs ?? 0),
        total: tree.exact ? plain(tree.exact.total[0]) : tree.total[0],
        nodes: tree.length - 1,
        maxDepth: tree.maxDepth,
        functions: distinctFunctions(tree, byFunction.self.length),
        dropped: 0,
        notes: profile.notes,
      };
    },
    async top(n, by) {
      const shown = current();
      const { byFunction } = await analysis.tree(shown.request, never);
      const { names } = shown.file.profile.functions;
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
    async stacks() {
      const stacks = await analysis.stacks(current().request, never);
      return stacks.map(({ stack, value }) => ({ stack, value: plain(value) }));
    },
    async show(patch) {
      const keys = new URLSearchParams(printUrl(urlStore.getState().state));
      for (const [key, value] of Object.entries(patch)) {
        keys.delete(key);
        if (value !== null) for (const one of typeof value === 'string' ? [value] : value) keys.append(key, one);
      }
      const { state, notices } = parseUrl(`?${keys}`);
      if (notices.length > 0) throw new Error(notices.join(' '));
      navigate(state, 'push');
      await settled(queries);
    },
    url: () => Promise.resolve(linkToView()),
    async exportAs(kind) {
      return (await makeExport(analysis, current(), kind)).content;
    },
    async stats() {
      const shown = current();
      const { treeMs } = await analysis.tree(shown.request, never);
      const { boxes, labels, layoutMs, cullMs, paintMs, paints } = paintStats.getState();
      const { decodeMs, unpackedBytes } = shown.file.profile;
      return {
        queryMs: 0,
        decodeMs,
        treeMs,
        layoutMs,
        cullMs,
        paintMs,
        boxes,
        labels,
        paints,
        bytes: shown.file.size,
        unpackedBytes,
      };
    },
  };
}

function current(): Shown {
  const { state } = urlStore.getState();
  const file = openFileNamed(state.src ? demoName(state.src.nodes, state.src.seed) : (state.file ?? ''));
  if (!file) throw new Error('Nothing is shown: open a file first.');
  return shownOf(file, state);
}

/** Resolves when no file is read, no question is open and what came of them has been painted. */
async function settled(queries: QueryClient): Promise<void> {
  for (let quiet = 0; quiet < 3;) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const isBusy = queries.isFetching() > 0 || filesStore.getState().entries.some(({ kind }) => kind === 'reading');
    quiet = isBusy ? 0 : quiet + 1;
  }
}

function plain(value: number | bigint): Exact {
  if (typeof value === 'number') return value;
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : String(value);
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
