import { readFileSync } from 'node:fs';
import { it } from 'vitest';
import { finishWaiting, finish } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
it('t', async () => {
for (const path of process.env.F!.split(' ')) {
const bytes = new Uint8Array(readFileSync(path));
const t = performance.now();
try {
const d = await finishWaiting(decodeProfile({ bytes, name: path, form: { kind: 'file' } }));
const t2 = performance.now();
const tree = finish(buildCallTree(d.profile, 0, 'size'));
console.log(path, bytes.length>>20, 'MiB', Math.round(t2-t), 'ms', d.profile.sampleCount, 'samples', d.profile.functions.names.length, 'functions', d.profile.notes, d.profile.sampleTypes, 'tree', tree.length, Math.round(performance.now()-t2), 'ms', 'rss', process.memoryUsage().rss>>20, d.format);
if (process.env.ROWS) { const { profileRows } = await import('./support/tree-rows.ts'); console.log(profileRows(d.profile, 0).slice(0, Number(process.env.ROWS)).join('\n')); }
} catch (e: any) { console.log(path, e.sentences ?? e); }
}
});
