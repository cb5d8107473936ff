/** The page of render-bench.js: our engine, or a yardstick with `layout`, `cull` and `paint`, on the columns of one tree. */
import type { CallTree } from '#model/call-tree.ts';
import { FlamegraphEngine, type FlameScene } from '#render/flamegraph/engine.ts';
import { layoutTree } from '#render/flamegraph/layout.ts';
import type { Painter } from '#render/painter.ts';
import { flameTheme, packageColourKey } from '#render/palette.ts';
import { splitName } from '#model/function-name.ts';

interface Columns {
  readonly count: number;
  readonly maxLevel: number;
  readonly names: readonly string[];
  readonly total: Uint32Array;
  readonly self: Uint32Array;
  readonly label: Uint32Array;
  readonly parent: Int32Array;
  readonly level: Uint16Array;
}

const WIDTH = 1584;
const HEIGHT = 900;
const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Milliseconds until the second animation frame after `run`, which has its picture on screen, and in `run` itself. */
async function painted(run: () => void): Promise<{ painted: number; sync: number }> {
  await frame();
  await frame();
  await later(50);
  await frame();
  const begun = performance.now();
  run();
  const sync = performance.now() - begun;
  await frame();
  await frame();
  return { painted: performance.now() - begun, sync };
}

async function moving(frames: number, step: (i: number) => void): Promise<{ work: number[]; between: number[] }> {
  const work: number[] = [];
  const between: number[] = [];
  let before = await frame();
  for (let i = 0; i < frames; i++) {
    const begun = performance.now();
    step(i);
    work.push(performance.now() - begun);
    const now = await frame();
    between.push(now - before);
    before = now;
  }
  return { work, between };
}

async function load(url: string): Promise<Columns> {
  const buffer = await (await fetch(url)).arrayBuffer();
  const headLength = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headLength))) as { count: number; maxLevel: number; names: string[] };
  let at = 4 + headLength;
  at += (4 - (at % 4)) % 4;
  const n = head.count;
  const next = (bytes: number): number => (at += n * bytes) - n * bytes;
  return {
    ...head,
    total: new Uint32Array(buffer, next(4), n),
    self: new Uint32Array(buffer, next(4), n),
    label: new Uint32Array(buffer, next(4), n),
    parent: new Int32Array(buffer, next(4), n),
    level: new Uint16Array(buffer, next(2), n),
  };
}

/** The same tree in the columns that our own worker makes. */
function treeOf(columns: Columns): CallTree {
  const n = columns.count;
  const subtreeEnd = new Int32Array(n).fill(n);
  const open: number[] = [];
  for (let node = 0; node < n; node++) {
    while (open.length > columns.level[node]!) subtreeEnd[open.pop()!] = node;
    open.push(node);
  }
  const func = Int32Array.from(columns.label);
  func[0] = -1;
  return {
    length: n,
    func,
    parent: columns.parent,
    subtreeEnd,
    depth: Int32Array.from(columns.level),
    self: Float64Array.from(columns.self),
    total: Float64Array.from(columns.total),
    maxDepth: columns.maxLevel,
    exact: undefined,
    negative: { nodes: 0, sum: 0 },
  };
}

/** Down the heaviest path until a frame is under a fifth of the whole, or level 10. */
function targetOf(tree: CallTree): number {
  let node = 0;
  for (;;) {
    let best = -1;
    for (let kid = node + 1; kid < tree.subtreeEnd[node]!; kid = tree.subtreeEnd[kid]!) {
      if (best < 0 || tree.total[kid]! > tree.total[best]!) best = kid;
    }
    if (best < 0) return node;
    node = best;
    if (tree.depth[node]! >= 4 && (tree.total[node]! < tree.total[0]! / 5 || tree.depth[node]! >= 10)) return node;
  }
}

function canvas(opaque: boolean): CanvasRenderingContext2D {
  const made = document.createElement('canvas');
  made.width = WIDTH;
  made.height = HEIGHT;
  made.style.cssText = 'position:absolute;left:0;top:0';
  document.body.append(made);
  return made.getContext('2d', { alpha: !opaque })!;
}

function readToken(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function engineOver(stats: { last: unknown }): FlamegraphEngine {
  return new FlamegraphEngine({
    graph: canvas(true) as unknown as Painter,
    overlay: canvas(false) as unknown as Painter,
    requestFrame: (run) => requestAnimationFrame(run),
    cancelFrame: (id) => cancelAnimationFrame(id),
    now: () => performance.now(),
    events: {
      onHover: () => {},
      onRest: () => {},
      onPaint: (told) => {
        stats.last = { ...told };
      },
    },
  });
}

async function ours(columns: Columns) {
  const tree = treeOf(columns);
  const names = columns.names;
  const keys = Uint8Array.from(names, (name) => packageColourKey(name.slice(0, name.lastIndexOf('.')), name, name.startsWith('runtime.')));
  const theme = flameTheme(readToken);
  const stats: { last: unknown } = { last: undefined };
  await document.fonts.ready;
  let scene: FlameScene | undefined;
  let engine: FlamegraphEngine | undefined;
  let layoutMs = 0;
  const mount = await painted(() => {
    const begun = performance.now();
    const layout = layoutTree(tree);
    layoutMs = performance.now() - begun;
    scene = { tree, layout, label: (func) => splitName(names[func]!), rootLabel: 'total · 3.90 core-h', share: (node) => `${((tree.total[node]! / tree.total[0]!) * 100).toPrecision(3)} %` };
    engine = engineOver(stats);
    engine.setSize({ widthCss: WIDTH, heightCss: HEIGHT, ratio: 1 });
    engine.setTheme(theme);
    engine.setScene(scene);
    engine.setColours(keys);
    engine.paintNow();
  });
  const first = stats.last;
  const made = engine!;
  const target = targetOf(tree);
  const zoom = await painted(() => {
    made.setZoom(target);
    made.paintNow();
  });
  const zoomed = stats.last;
  made.setZoom(0);
  made.paintNow();
  const search = await painted(() => {
    made.setSearch({ hit: Uint8Array.from(names, (name) => (name.toLowerCase().includes('codec') ? 1 : 0)) });
    made.paintNow();
  });
  const searched = stats.last;
  made.setSearch(undefined);
  const pan = await moving(120, (i) => {
    if (i === 0) made.wheel({ xCss: 700, yCss: 300, deltaXCss: 0, deltaYCss: -40, zoom: true });
    made.panBy(i % 60 < 30 ? -7 : 7, i % 40 < 20 ? -9 : 9);
    made.paintNow();
  });
  const panned = stats.last;
  made.setZoom(0);
  const wheel = await moving(120, (i) => {
    made.wheel({ xCss: 900, yCss: 300, deltaXCss: 0, deltaYCss: i % 60 < 30 ? -12 : 12, zoom: true });
    made.paintNow();
  });
  made.setZoom(0);
  made.paintNow();
  const hover = await moving(240, (i) => {
    const node = made.pointerMove(20 + ((i * 37) % 1540), 30 + ((i * 53) % 700));
    made.setHoveredFunction(node > 0 ? tree.func[node]! : -1);
  });
  const overlay = await moving(120, (i) => {
    const node = made.pointerMove(20 + ((i * 37) % 1540), 30 + ((i * 53) % 700));
    made.setHoveredFunction(node > 0 ? tree.func[node]! : -1);
    made.paintNow();
  });
  made.pointerLeave();
  Object.assign(window, { shown: { engine: made, target, hit: Uint8Array.from(names, (name) => Number(name.includes('Lookup'))), tree } });
  return { mount, layoutMs, zoom, search, pan, wheel, hover, overlay, stats: { first, zoomed, searched, panned } };
}

async function yardstick(columns: Columns, url: string) {
  const floor = (await import(/* @vite-ignore */ url)) as {
    ROW: number;
    layout(columns: Columns): { levels: number; start: Float64Array };
    cull(layout: unknown, view: unknown, boxes: unknown): number;
    paint(context: unknown, columns: Columns, boxes: unknown, count: number, options: unknown): number;
    Boxes: new () => unknown;
  };
  const tree = treeOf(columns);
  const target = targetOf(tree);
  const boxes = new floor.Boxes();
  let draw = (_from: number, _to: number, _matched: Uint8Array | null): void => {};
  let start: Float64Array = new Float64Array(0);
  const mount = await painted(() => {
    const layout = floor.layout(columns);
    start = layout.start;
    const context = canvas(true);
    context.font = '12px monospace';
    const charWidth = context.measureText('M').width;
    const lastLevel = Math.min(layout.levels, Math.ceil(HEIGHT / floor.ROW));
    draw = (from, to, matched) => {
      const count = floor.cull(layout, { from, to, width: WIDTH, firstLevel: 0, lastLevel }, boxes);
      floor.paint(context, columns, boxes, count, { charWidth, matched });
    };
    draw(0, columns.total[0]!, null);
  });
  const left = start[target]!;
  const zoom = await painted(() => draw(left, left + columns.total[target]!, null));
  const search = await painted(() => {
    const matched = Uint8Array.from(columns.names, (name) => (name.toLowerCase().includes('codec') ? 1 : 0));
    draw(0, columns.total[0]!, matched);
  });
  const whole = columns.total[0]!;
  const pan = await moving(120, (i) => draw(whole * (0.1 + 0.001 * (i % 30)), whole * (0.8 + 0.001 * (i % 30)), null));
  return { mount, zoom, search, pan };
}

Object.assign(window, {
  bench: { ours: async (url: string) => ours(await load(url)), yardstick: async (url: string, module: string) => yardstick(await load(url), module) },
});
