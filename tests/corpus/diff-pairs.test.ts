/** The corpus' pairs of real profiles: differences by function exact, in the model and on the command line. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { finish, finishWaiting } from '#base/steps.ts';
import { diffCommand } from '#cli/diff-command.ts';
import { decodeProfile } from '#formats/registry.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import { unionTree } from '#model/diff.ts';
import type { NamedTree, SideColumns, UnionTree } from '#model/union.ts';

interface TruthOfType {
  readonly type: string;
  readonly before_total: number;
  readonly after_total: number;
  readonly functions_self_changed: number;
  readonly functions_total_changed: number;
  /** name, before, after, delta */
  readonly top_total_change: readonly (readonly [string, number, number, number])[];
  readonly top_self_change: readonly (readonly [string, number, number, number])[];
}

interface Pair {
  readonly name: string;
  readonly format: string;
  readonly before: string;
  readonly after: string;
  readonly truth?: { readonly pairs: readonly TruthOfType[] };
}

const folder = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const { pairs }: { pairs: readonly Pair[] } = existsSync(folder)
  ? JSON.parse(readFileSync(join(folder, 'MANIFEST.json'), 'utf8'))
  : { pairs: [] };
const read = pairs.filter(({ format, truth }) => (format === 'pprof' || format === 'collapsed') && truth);

it('there are pairs', () => {
  expect(read.length).toBeGreaterThan(0);
});

describe.each(read.map((pair) => [pair.name, pair] as const))('%s', (_, { before, after, truth }) => {
  it.each(truth!.pairs.map((one) => [one.type, one] as const))('%s', async (type, expected) => {
    const union = unionTree(await side(before, type), await side(after, type));
    const names = expected.top_total_change.map(([name]) => name);
    expect([union.a.total[0], union.b.total[0]]).toEqual([expected.before_total, expected.after_total]);
    for (const [name, a, b] of expected.top_total_change)
      expect([name, totalOf(union, union.a, name), totalOf(union, union.b, name)]).toEqual([name, a, b]);
    for (const [name, a, b] of expected.top_self_change)
      expect([name, selfOf(union, union.a, name), selfOf(union, union.b, name)]).toEqual([name, a, b]);

    const { code, stdout, stderr } = await diffCommand(
      [join(folder, before), join(folder, after), '--type', type, '--normalize', 'absolute', '--format', 'json'],
      {},
      0,
    );
    expect([code, stderr]).toEqual([0, '']);
    const answer = JSON.parse(stdout);
    const functions = new Map<string, { selfA: number; selfB: number; totalA: number; totalB: number }>(
      answer.functions.map((row: { name: string }) => [row.name, row]),
    );
    for (const [name, a, b] of expected.top_total_change)
      expect(functions.get(name)).toMatchObject({ totalA: a, totalB: b });
    for (const [name, a, b, delta] of expected.top_self_change) {
      const row = functions.get(name);
      expect(row).toMatchObject({ selfA: a, selfB: b });
      expect(row!.selfB - row!.selfA).toBe(delta);
    }
    const changed = (a: 'selfA' | 'totalA', b: 'selfB' | 'totalB'): number =>
      [...functions.values()].filter((row) => row[a] !== row[b]).length;
    expect(changed('selfA', 'selfB')).toBe(expected.functions_self_changed);
    expect(changed('totalA', 'totalB')).toBe(expected.functions_total_changed);
    expect(names.length).toBeGreaterThan(0);
  });
});

async function side(file: string, type: string): Promise<NamedTree> {
  const { profile } = await finishWaiting(
    decodeProfile({ bytes: readFileSync(join(folder, file)), name: file, form: { kind: 'file' } }),
  );
  const at = profile.sampleTypes.findIndex((one) => one.type === type);
  return { tree: finish(buildCallTree(profile, at, 'size')), names: profile.functions.names };
}

function selfOf({ func, names, length }: UnionTree, { self }: SideColumns, name: string): number {
  let sum = 0;
  for (let node = 1; node < length; node++) if (names[func[node]] === name) sum += self[node];
  return sum;
}

/** Recursion counts once. */
function totalOf({ func, names, length, subtreeEnd }: UnionTree, { total }: SideColumns, name: string): number {
  let sum = 0;
  for (let node = 1; node < length;) {
    const isIt = names[func[node]] === name;
    if (isIt) sum += total[node];
    node = isIt ? subtreeEnd[node] : node + 1;
  }
  return sum;
}
