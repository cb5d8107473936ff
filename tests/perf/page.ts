/** The bench's page: our engine and decoders, and the yardstick of ../shared/bench, on the same columns, timed the same way. */
import { Profile as PprofFormatProfile } from 'pprof-format';
import {
  boxesOf,
  columnsOf,
  cullYardstick,
  layoutYardstick,
  loadColumns,
  measure,
  paintYardstick,
  pickTarget,
} from 'yardstick';
import { keysOfNodes } from '#app/views/colours.ts';
import { nodeHits } from '#app/views/node-hits.ts';
import { finish } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import type { CallTree } from '#model/call-tree.ts';
import { splitName } from '#model/function-name.ts';
import { matchFunctions, parseSearch } from '#model/search.ts';
import { formatShare } from '#model/units.ts';
import { FlamegraphEngine } from '#render/flamegraph/engine.ts';
import { layoutTree } from '#render/flamegraph/layout.ts';
import { flameTheme, packageColourKey } from '#render/palette.ts';
import { CanvasRows } from '#render/pixel-rows.ts';
import { TimelineEngine } from '#render/timeline/engine.ts';
import { chartFacts } from './chart-facts.ts';

const WIDTH = 1584;
const HEIGHT = 900;
const SEARCH = 'handler';

interface Columns {
  readonly names: readonly string[];
  readonly count: number;
  readonly maxLevel: number;
  readonly level: Uint16Array;
  readonly total: Uint32Array;
  readonly self: Uint32Array;
  readonly label: Uint32Array;
  readonly parent: Int32Array;
}

let columns: Columns;
let tree: CallTree;
let engine: FlamegraphEngine;
let target = 0;

function canvas(height = HEIGHT): HTMLCanvasElement {
  const made = document.createElement('canvas');
  made.width = WIDTH;
  made.height = height;
  made.style.cssText = 'position:absolute;left:0;top:0';
  document.body.append(made);
  return made;
}

/** The generator's columns as ours; not part of any measured step. */
function toTree({ count, maxLevel, level, total, self, label, parent }: Columns): CallTree {
  const subtreeEnd = new Int32Array(count);
  const open: number[] = [];
  for (let i = 0; i < count; i++) {
    while (open.length > level[i]) subtreeEnd[open.pop()!] = i;
    open.push(i);
  }
  for (const node of open) subtreeEnd[node] = count;
  return {
    length: count,
    func: Int32Array.from(label, (one, i) => (i === 0 ? -1 : one)),
    parent,
    subtreeEnd,
    depth: Int32Array.from(level),
    self: Float64Array.from(self),
    total: Float64Array.from(total),
    maxDepth: maxLevel,
    exact: undefined,
    negative: { nodes: 0, sum: 0 },
  };
}

const grey = 'oklch(0.8 0.05 200)';
const theme = flameTheme((name) =>
  /step|fade/.test(name)
    ? '0.03'
    : name === '--font-ui'
      ? 'sans-serif'
      : name === '--bg'
        ? '#fcfcfd'
        : name.includes('ink') || name.includes('hover')
          ? '#222222'
          : grey,
);

const ours = {
  mount(): void {
    const graph = canvas();
    const overlay = canvas();
    const painter = graph.getContext('2d', { alpha: false })!;
    engine = new FlamegraphEngine({
      graph: painter,
      rows: new CanvasRows(painter),
      overlay: overlay.getContext('2d')!,
      requestFrame: (run) => requestAnimationFrame(run),
      cancelFrame: (id) => cancelAnimationFrame(id),
      now: () => performance.now(),
      events: { onHover() {}, onRest() {}, onPaint() {} },
    });
    const whole = tree.total[0];
    engine.setTheme(theme);
    engine.setSize({ widthCss: WIDTH, heightCss: HEIGHT, ratio: 1 });
    engine.show({
      scene: {
        tree,
        layout: layoutTree(tree),
        label: (func) => splitName(columns.names[func]),
        rootLabel: 'total',
        share: (node) => formatShare(tree.total[node], whole),
      },
    });
    const keys = Uint8Array.from(columns.names, (name) =>
      packageColourKey(name.slice(0, name.lastIndexOf('/')), name, false),
    );
    engine.show({ colours: keysOfNodes(tree, keys) });
    engine.paintNow();
  },
  zoom(): void {
    engine.setZoom(target);
    engine.paintNow();
  },
  search(): void {
    const parsed = parseSearch(SEARCH);
    if (!parsed.ok) throw new Error(parsed.message);
    const none = columns.names.map(() => '');
    const functions = { names: columns.names, files: none, mappings: none, line: new Int32Array(none.length) };
    const hit = finish(matchFunctions(parsed.query, { functions, packages: none }));
    engine.show({ hit: nodeHits(tree, { hit, hitNodes: undefined }) });
    engine.paintNow();
  },
};

let drawYardstick: (from: number, to: number, matched?: Uint8Array) => void;
const yardstick = {
  mount(): void {
    const made = canvas();
    const layout = layoutYardstick(columns);
    const context = made.getContext('2d', { alpha: false })!;
    context.font = '12px monospace';
    const charWidth = context.measureText('M').width;
    const boxes = boxesOf();
    drawYardstick = (from, to, matched) => {
      const view = {
        from,
        to,
        width: WIDTH,
        firstLevel: 0,
        lastLevel: Math.min(layout.levels, Math.ceil(HEIGHT / 18)),
      };
      paintYardstick(context, columns, boxes, cullYardstick(layout, view, boxes), {
        charWidth,
        matched: matched ?? null,
      });
    };
    drawYardstick(0, columns.total[0]);
  },
  zoom(): void {
    const { left, right } = pickTarget(columns);
    drawYardstick(left * columns.total[0], right * columns.total[0]);
  },
  search(): void {
    drawYardstick(
      0,
      columns.total[0],
      Uint8Array.from(columns.names, (name) => (name.toLowerCase().includes(SEARCH) ? 1 : 0)),
    );
  },
};

interface Moved {
  readonly cull: number[];
  readonly paint: number[];
  readonly between: number[];
}

const animationFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** Of each of many animation frames: its culling, its painting, and the time between two. */
async function moving(move: (i: number) => void): Promise<Moved> {
  const cull: number[] = [];
  const paint: number[] = [];
  const between: number[] = [];
  let before = await animationFrame();
  for (let i = 0; i < 120; i++) {
    move(i);
    engine.paintNow();
    const stats = engine.stats();
    cull.push(stats.cullMs);
    paint.push(stats.paintMs);
    const now = await animationFrame();
    between.push(now - before);
    before = now;
  }
  return { cull, paint, between };
}

const CHART_HEIGHT = 240;
let timeline: TimelineEngine;

/** Of each of many animation frames: what the engine does in it, and the time between two. */
async function chartMoving(move: (x: number) => void): Promise<{ paint: number[]; between: number[] }> {
  const paint: number[] = [];
  const between: number[] = [];
  let before = await animationFrame();
  for (let i = 0; i < 180; i++) {
    const began = performance.now();
    move(100 + ((i * 37) % (WIDTH - 200)));
    timeline.paintNow();
    paint.push(performance.now() - began);
    const now = await animationFrame();
    between.push(now - before);
    before = now;
  }
  return { paint, between };
}

const bench = {
  chart(form: 'lines' | 'stack'): Promise<{ painted: number; sync: number }> {
    const facts = chartFacts(form === 'stack');
    const lower = canvas(CHART_HEIGHT).getContext('2d', { alpha: false })!;
    const upper = canvas(CHART_HEIGHT).getContext('2d')!;
    return measure(
      () => {
        timeline = new TimelineEngine({
          series: lower,
          overlay: upper,
          requestFrame: (run) => requestAnimationFrame(run),
          cancelFrame: (id) => cancelAnimationFrame(id),
        });
        timeline.setTheme({
          ground: '#fcfcfd',
          ink: '#222222',
          dimInk: '#666666',
          line: '#dddddd',
          strongLine: '#cccccc',
          series: Array.from({ length: 8 }, (_, i) => `oklch(0.6 0.12 ${i * 45})`),
          font: '11px sans-serif',
          strongFont: '600 11px sans-serif',
          sides: { a: { mark: '#2266cc', ink: '#2266cc' }, b: { mark: '#cc6622', ink: '#cc6622' } },
        });
        timeline.setSize(WIDTH, CHART_HEIGHT, 1);
        timeline.setFacts(facts);
        timeline.paintNow();
      },
      { quiet: 300 },
    );
  },
  chartHover(): Promise<{ paint: number[]; between: number[] }> {
    return chartMoving((x) => timeline.setHover(timeline.hoverAt(x, 20 + (x % 50))));
  },
  chartDrag(): Promise<{ paint: number[]; between: number[] }> {
    const startMs = timeline.hoverAt(100, 50)!.ms;
    return chartMoving((x) => timeline.setSelection({ startMs, endMs: timeline.hoverAt(x, 50)!.ms }));
  },
  async load(url: string): Promise<number> {
    columns = columnsOf(await loadColumns(url));
    target = pickTarget(columns).row;
    tree = toTree(columns);
    const { func, parent, subtreeEnd, depth, self, total } = tree;
    return [func, parent, subtreeEnd, depth, self, total].reduce((sum, column) => sum + column.byteLength, 0);
  },
  run(who: 'ours' | 'yardstick', step: 'mount' | 'zoom' | 'search'): Promise<{ painted: number; sync: number }> {
    return measure((who === 'ours' ? ours : yardstick)[step], { quiet: 300 });
  },
  release(): void {
    // What the generator made is not the engine's: only the tree stays.
    columns = {
      ...columns,
      level: new Uint16Array(0),
      total: columns.total.slice(0, 1),
      self: new Uint32Array(0),
      label: new Uint32Array(0),
      parent: new Int32Array(0),
    };
  },
  /** Medians over 30 draws of the bench's target, and of a view that holds about as many nodes at every size. */
  draws(): Record<string, number> {
    const draw = (node: number): { ms: number; boxes: number } => {
      const times: number[] = [];
      for (let i = 0; i < 30; i++) {
        engine.setZoom(0);
        engine.paintNow();
        engine.setZoom(node);
        engine.paintNow();
        const { cullMs, paintMs } = engine.stats();
        times.push(cullMs + paintMs);
      }
      return { ms: times.toSorted((x, y) => x - y)[15], boxes: engine.stats().boxes };
    };
    let alike = 0;
    for (let i = 1; i < tree.length; i++) {
      const size = tree.subtreeEnd[i] - i;
      if (size >= 1000 && size < 2000 && (alike === 0 || tree.total[i] > tree.total[alike])) alike = i;
    }
    const zoomed = draw(target);
    const same = draw(alike);
    return {
      'draw of a zoomed view': zoomed.ms,
      'boxes in it': zoomed.boxes,
      'draw of a view of 1 000 to 2 000 nodes': same.ms,
      'boxes in that': same.boxes,
    };
  },
  async pan(): Promise<Moved> {
    engine.setZoom(target);
    return moving((i) => engine.panBy(i % 40 < 20 ? -9 : 9, i % 40 < 20 ? -4 : 4));
  },
  async wheelZoom(): Promise<Moved> {
    engine.setZoom(0);
    return moving(
      (i) => void engine.wheel({ xCss: 700, yCss: 300, deltaXCss: 0, deltaYCss: i % 60 < 30 ? -12 : 12, zoom: true }),
    );
  },
  hover(): number[] {
    engine.setZoom(0);
    engine.paintNow();
    const times: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const began = performance.now();
      engine.pointerMove((i * 379) % WIDTH, (i * 53) % 700);
      times.push(performance.now() - began);
    }
    return times;
  },
  async decode(packedUrl: string): Promise<Record<string, number>> {
    const packed = new Uint8Array(await (await fetch(packedUrl)).arrayBuffer());
    const raw = new Uint8Array(
      await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer(),
    );
    const first: Record<string, number> = {};
    const times: Record<string, number[]> = {};
    const timed = <T>(what: string, run: () => T): T => {
      const began = performance.now();
      const value = run();
      const ms = performance.now() - began;
      first[what] ??= ms;
      (times[what] ??= []).push(ms);
      return value;
    };
    let samples = 0;
    let nodes = 0;
    for (let i = 0; i < 7; i++) {
      const { profile } = timed('decode', () =>
        finish(decodeProfile({ bytes: raw, name: 'bench.pb', form: { kind: 'file' } })),
      );
      const made = timed('build', () => finish(buildCallTree(profile, profile.defaultSampleType, 'size')));
      timed('pprof-format', () => PprofFormatProfile.decode(raw));
      timed('bytes to tree', () => {
        const decoded = finish(decodeProfile({ bytes: packed, name: 'bench.pb.gz', form: { kind: 'file' } }));
        return finish(buildCallTree(decoded.profile, decoded.profile.defaultSampleType, 'size'));
      });
      samples = profile.sampleCount;
      nodes = made.length;
    }
    const median = (what: string): number => times[what].toSorted((a, b) => a - b)[3];
    const speed = (ms: number): number => raw.length / 1e3 / ms;
    return {
      'raw pprof, MB': raw.length / 1e6,
      samples,
      nodes,
      'pprof decode, MB/s': speed(median('decode')),
      'pprof decode, the first in a page, MB/s': speed(first['decode']),
      'pprof-format decode, MB/s': speed(median('pprof-format')),
      'tree build, ns a sample': (median('build') * 1e6) / samples,
      'gzip bytes to tree': median('bytes to tree'),
    };
  },
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}
window.bench = bench;
