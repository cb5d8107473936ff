import { it } from 'vitest';
import { finish } from '#base/steps.ts';
import { decodeMergedTree } from '#formats/merged-tree.ts';
import { readSeries } from '#wire/read-series.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import { WireSink } from '#wire/wire-sink.ts';
import { readFileSync } from 'node:fs';

const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
function bigTree(nodes: number, selfShare: number): Uint8Array {
  let seed = 7;
  const random = () => ((seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 4294967296);
  const sink = new WireSink(1 << 20);
  let made = 0;
  const names = Array.from({ length: 6000 }, (_, i) => `github.com/acme/service/internal/pkg${i % 97}.(*Handler${i}).ServeThing`);
  // pre-order with explicit budget
  const emit = (budget: number, depth: number): void => {
    // node with budget nodes in subtree incl itself
    const own = names[Math.floor(random() * names.length)]!;
    sink.varint(own.length); sink.utf8(own);
    let rest = budget - 1;
    const parts: number[] = [];
    while (rest > 0) { const p = depth < 40 ? Math.max(1, Math.min(rest, Math.ceil(rest * (0.3 + 0.7 * random())))) : 1; parts.push(p); rest -= p; }
    sink.varint(parts.length === 0 || random() < selfShare ? 1 + Math.floor(random() * 1e10) : 0);
    sink.varint(parts.length);
    made++;
    for (const p of parts) emit(p, depth + 1);
  };
  sink.varint(0); sink.varint(0); sink.varint(20);
  for (let i = 0; i < 20; i++) emit(Math.floor(nodes / 20), 1);
  const tree = sink.take();
  const out = new WireSink(tree.length + 16);
  out.varint(18); out.varint(tree.length); out.bytes(tree);
  return out.take();
}
const ms = (work: () => unknown): string => { const times: number[] = []; for (let i = 0; i < 7; i++) { const t = performance.now(); work(); times.push(performance.now() - t); } return `first ${times[0]!.toFixed(0)} median ${times.sort((a, b) => a - b)[3]!.toFixed(0)} ms`; };

it('tree', () => {
  for (const [n, s] of [[300_000, 0.3], [300_000, 1], [1_000_000, 0.3]] as const) {
    const bytes = bigTree(n, s);
    let profile: any;
    console.log(n, s, `${(bytes.length / 1e6).toFixed(1)} MB`, 'decode', ms(() => (profile = finish(decodeMergedTree(bytes, TYPE, 1_048_576)))), 'samples', profile.sampleCount, 'frames', profile.stackFrames.length, 'tree', ms(() => finish(buildCallTree(profile, 0, 'size'))));
  }
  const rec = new Uint8Array(readFileSync('/work/shared/contract/recordings/pyroscope-v2/308-tree-search-1e6-proto.res.body'));
  console.log('308', ms(() => finish(decodeMergedTree(rec, TYPE, 1_048_576))));
});

it('series', () => {
  const sink = new WireSink(1 << 24);
  const json: any = { series: [] };
  for (let s = 0; s < 500; s++) {
    const points: any[] = [];
    sink.message(1, () => {
      sink.message(1, () => { sink.text(1, 'pod'); sink.text(2, `checkout-${s}`); });
      for (let p = 0; p < 2000; p++) {
        const value = ((s * 7919 + p * 104729) % 100000) * 1e7; const t = 1795456800000 + p * 15000;
        sink.message(2, () => { sink.double(1, value); sink.field(2, t); });
        points.push({ value, timestamp: String(t) });
      }
    });
    json.series.push({ labels: [{ name: 'pod', value: `checkout-${s}` }], points });
  }
  const bytes = sink.take();
  const text = JSON.stringify(json);
  const fail = (w: string): never => { throw new Error(w); };
  console.log('proto', (bytes.length / 1e6).toFixed(1), 'MB', ms(() => readSeries(bytes, fail)));
  console.log('json', (text.length / 1e6).toFixed(1), 'MB', ms(() => { const a = JSON.parse(text); return a.series.map((one: any) => ({ timesMs: Float64Array.from(one.points, (p: any) => Number(p.timestamp)), values: Float64Array.from(one.points, (p: any) => p.value ?? 0) })); }));
});
