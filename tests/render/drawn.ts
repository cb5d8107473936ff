/** Call trees from drawings, and an engine over recording painters to put them in front of. */

import type { CallTree } from '#model/call-tree.ts';
import { FlamegraphEngine, type FlameScene, type PaintStats } from '#render/flamegraph/engine.ts';
import type { FlameTheme, Texture } from '#render/theme.ts';
import { cutColourKey, goneColourKey, quietGoneColourKey, quietNewColourKey } from '#render/palette.ts';
import { layoutTree } from '#render/flamegraph/layout.ts';
import { RecordingPainter } from '../support/recording-painter.ts';

/** A tree and the names of its functions. */
export interface Drawn {
  readonly tree: CallTree;
  readonly names: readonly string[];
}

/** Nodes as the model makes them, depth first; function -1 is the root. */
export interface NodeRow {
  readonly depth: number;
  readonly func: number;
  readonly self: number;
}

/** One node a line, indented by two for each caller: `name self`. The first line is the root. */
export function drawnTree(text: string): Drawn {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const indent = /^ */.exec(lines[0] ?? '')?.[0].length ?? 0;
  const names: string[] = [];
  const rows = lines.map((line): NodeRow => {
    const depth = ((/^ */.exec(line)?.[0].length ?? 0) - indent) / 2;
    const [, name = '', self = '0'] = /^(.*?)(?: (-?[\d.]+))?$/.exec(line.trim()) ?? [];
    if (depth > 0 && !names.includes(name)) names.push(name);
    return { depth, func: depth === 0 ? -1 : names.indexOf(name), self: Number(self) };
  });
  return { tree: treeOfRows(rows), names };
}

export function treeOfRows(rows: readonly NodeRow[]): CallTree {
  const length = rows.length;
  const func = new Int32Array(length);
  const parent = new Int32Array(length).fill(-1);
  const subtreeEnd = new Int32Array(length).fill(length);
  const depth = new Int32Array(length);
  const self = new Float64Array(length);
  const total = new Float64Array(length);
  const open: number[] = [];
  let maxDepth = 0;
  const negative = { nodes: 0, sum: 0 };
  for (const [node, row] of rows.entries()) {
    while (open.length > row.depth) subtreeEnd[open.pop()!] = node;
    func[node] = row.func;
    parent[node] = open.at(-1) ?? -1;
    depth[node] = row.depth;
    self[node] = row.self;
    total[node] = row.self;
    maxDepth = Math.max(maxDepth, row.depth);
    if (row.self < 0) {
      negative.nodes++;
      negative.sum += row.self;
    }
    open.push(node);
  }
  for (let node = length - 1; node > 0; node--) total[parent[node]] += total[node];
  return { length, func, parent, subtreeEnd, depth, self, total, maxDepth, exact: undefined, negative };
}

const KEYS = quietGoneColourKey + 1;
const byKey = (colour: (key: number) => string): string[] => Array.from({ length: KEYS }, (_, key) => colour(key));
const hatched: Texture = {
  ground: 'cut',
  hatch: { line: 'cutLine', slant: '/', pitchCss: 5, widthCss: 1 },
  fill: () => 'cutHatch',
  edge: undefined,
  dashes: undefined,
};
const edged: Texture = {
  ground: 'quietNew',
  hatch: { line: 'quietLine', slant: '/', pitchCss: 6, widthCss: 2 },
  fill: () => 'quietHatch',
  edge: 'quietEdge',
  dashes: undefined,
};
const hollow: Texture = {
  ground: 'hollow',
  hatch: { line: 'goneLine', slant: '\\', pitchCss: 6, widthCss: 2 },
  fill: () => 'goneHatch',
  edge: 'goneEdge',
  dashes: () => 'dashes',
};

export const theme: FlameTheme = {
  fills: byKey((key) => `fill${key}`),
  faded: byKey((key) => `faded${key}`),
  inks: byKey((key) => (key < cutColourKey ? 'ink' : `ink${key}`)),
  inksDim: byKey((key) => (key < cutColourKey ? 'inkDim' : `ink${key}`)),
  inksFaded: byKey(() => 'inkFaded'),
  textures: Object.assign([], { [cutColourKey]: hatched, [quietNewColourKey]: edged, [goneColourKey]: hollow }),
  texturesFaded: Object.assign([], {
    [cutColourKey]: hatched,
    [goneColourKey]: { ...hollow, edge: 'goneEdgeFaded', fill: () => 'goneHatchFaded', dashes: () => 'dashesFaded' },
  }),
  ground: 'ground',
  rootFill: 'root',
  rootInk: 'rootInk',
  search: 'yellow',
  searchEdge: 'yellowEdge',
  onSearch: 'onYellow',
  hover: 'hover',
  select: 'select',
  focus: 'focus',
  fontUi: 'Inter',
};

export function sceneOf({ tree, names }: Drawn): FlameScene {
  return {
    tree,
    layout: layoutTree(tree),
    label: (func) => {
      const name = names[func] ?? '';
      const [, prefix = '', middle = '', bare = ''] = /^([a-z]+\.)?(\(.*?\)\.)?([^]*)$/.exec(name) ?? [];
      return { prefix, middle, bare };
    },
    rootLabel: 'total · 3.90 core-h',
    share: (node) => `${((tree.total[node] / tree.total[0]) * 100).toFixed(1)} %`,
  };
}

export interface Stage {
  readonly engine: FlamegraphEngine;
  readonly graph: RecordingPainter;
  readonly overlay: RecordingPainter;
  readonly told: string[];
  readonly painted: PaintStats[];
  /** Lets this many milliseconds pass, then runs the frame that was asked for. @returns false when none was. */
  frame(afterMs?: number): boolean;
}

export interface StageOptions {
  readonly widthCss?: number;
  readonly heightCss?: number;
  readonly ratio?: number;
}

/** An engine that has painted its scene once. Each function has the colour key of its index. */
export function stage(drawn: Drawn, { widthCss = 400, heightCss = 200, ratio = 1 }: StageOptions = {}): Stage {
  const graph = new RecordingPainter();
  const overlay = new RecordingPainter();
  const told: string[] = [];
  const painted: PaintStats[] = [];
  let asked: (() => void) | undefined;
  let now = 0;
  const engine = new FlamegraphEngine({
    ...graph.canvas,
    overlay: overlay.painter,
    requestFrame: (run) => {
      asked = run;
      return 1;
    },
    cancelFrame: () => {
      asked = undefined;
    },
    now: () => now,
    events: {
      onHover: (node) => told.push(`hover ${node}`),
      onRest: ({ zoomNode }) => told.push(`rest ${zoomNode}`),
      onPaint: (stats) => painted.push({ ...stats }),
    },
  });
  engine.setSize({ widthCss, heightCss, ratio });
  engine.setTheme(theme);
  engine.show({
    scene: sceneOf(drawn),
    colours: Uint16Array.from(drawn.tree.func, (func) => Math.max(func, 0) % 60),
  });
  engine.paintNow();
  return {
    engine,
    graph,
    overlay,
    told,
    painted,
    frame(afterMs = 16) {
      now += afterMs;
      const run = asked;
      asked = undefined;
      run?.();
      return run !== undefined;
    },
  };
}

/** A server whose handler encodes and decodes; its nodes are `serve` to `gc`. */
export const serverTree = drawnTree(`
  total
    http.(*conn).serve 0
      main.handle 10
        json.Marshal 30
        json.Decode 20
      net.Read 20
    runtime.gc 20`);
export const [serve, handle, marshal, decode, , gc] = [1, 2, 3, 4, 5, 6];
