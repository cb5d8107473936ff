import { it } from 'vitest';
import { answerQuery } from '#server/query/answer-query.ts';
import { gunzipSync } from 'node:zlib';
const N = 1_000_000;
const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
function tree(seed: number) {
  let a = seed;
  const r = () => {
    a = (a * 1664525 + 1013904223) >>> 0;
    return a / 2 ** 32;
  };
  const F = 60000;
  const func = new Int32Array(N),
    parent = new Int32Array(N),
    self = new Float64Array(N),
    total = new Float64Array(N);
  func[0] = -1;
  parent[0] = -1;
  const seen = new Set<number>();
  const depth = new Int32Array(N);
  for (let i = 1; i < N; i++) {
    for (;;) {
      let p = r() < 0.75 ? i - 1 - Math.floor(r() * Math.min(i, 20)) : Math.floor(r() * i);
      if (p < 0) p = 0;
      if (depth[p] > 120) continue;
      const f = Math.floor(r() * F);
      const k = p * F + f;
      if (seen.has(k)) continue;
      seen.add(k);
      parent[i] = p;
      func[i] = f;
      depth[i] = depth[p] + 1;
      break;
    }
    self[i] = r() < 0.6 ? Math.floor(r() * 1000) * 1e7 : 1e7;
  }
  for (let i = N - 1; i >= 0; i--) {
    total[i] += self[i];
    if (i > 0) total[parent[i]] += total[i];
  }
  const names = Array.from(
    { length: F },
    (_, i) => `github.com/some/package/module${i % 700}.(*Type${i % 97}).Method${i}`,
  );
  return {
    length: N,
    func,
    line: undefined,
    parent,
    self,
    total,
    rest: undefined,
    functions: { names, files: names.map(() => ''), startLines: new Int32Array(F), mappings: names.map(() => '') },
    profiles: 1,
    warnings: [],
  };
}
it('bench', async () => {
  const t1 = tree(1),
    t2 = tree(2);
  let n = 0;
  const reader = {
    merge: (_s: unknown, lines: boolean) => {
      const t = n++ % 2 === 0 || !diff ? t1 : t2;
      return lines ? { ...t, line: new Int32Array(N) } : t;
    },
  } as never;
  let diff = false;
  const q = { profileTypeID: TYPE, labelSelector: '{}', start: '1000', end: '2000' };
  const run = async (name: string, method: string, body: object, headers: object = {}) => {
    for (let i = 0; i < 4; i++) {
      const s = performance.now();
      const { answer, facts } = await answerQuery(
        {
          method: 'POST',
          path: `/querier.v1.QuerierService/${method}`,
          query: '',
          headers: { 'content-type': 'application/json', ...headers },
          body: Buffer.from(JSON.stringify(body)),
        },
        reader,
        { nowMs: 1 },
        () => undefined,
      );
      if (i >= 1)
        console.log(
          name,
          (performance.now() - s).toFixed(0),
          'ms',
          (answer.body.length / 1e6).toFixed(2),
          'MB',
          answer.status,
          facts.message ?? '',
        );
    }
  };

  const { answerTree, orderSiblings, overlay } = await import('#server/query/answer-tree.ts');
  const { layOutBars, writeBarsJson, writeBars } = await import('#server/query/flame-bars.ts');
  const { treeBytes } = await import('#server/query/tree-bytes.ts');
  const { WireSink } = await import('#wire/wire-sink.ts');
  const time = <T>(name: string, f: () => T): T => {
    const s = performance.now();
    const r = f();
    console.log(name, (performance.now() - s).toFixed(0), ' ms ');
    return r;
  };
  for (let i = 0; i < 4; i++) {
    const a = answerTree(t1),
      b = answerTree(t2);
    time('order', () => orderSiblings(a));
    const bars = time('layout', () => layOutBars(a));
    time('json', () => {
      const sink = new WireSink(32e6);
      writeBarsJson(sink, a, bars);
      return sink.take();
    });
    time('proto', () => {
      const sink = new WireSink(32e6);
      writeBars(sink, a, bars);
      return sink.take();
    });
    time('tree', () => treeBytes(a));
    time('overlay', () => overlay(a, b));
  }
}, 200000);
