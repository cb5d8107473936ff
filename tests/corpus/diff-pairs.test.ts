/** `flametide diff` over the pairs of the corpus: per function, the differences of another tool. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { diffCommand } from '#cli/diff-command.ts';

const folder = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

interface Pair {
  readonly name: string;
  readonly format: string;
  readonly before: string;
  readonly after: string;
  readonly truth: {
    readonly pairs: readonly {
      readonly type: string;
      readonly before_total: number;
      readonly after_total: number;
      readonly top_self_change: readonly (readonly [string, number, number, number])[];
    }[];
  };
}

const pairs = existsSync(folder)
  ? (JSON.parse(readFileSync(join(folder, 'MANIFEST.json'), 'utf8')) as { pairs: Pair[] }).pairs
  : [];
const read = pairs.filter(({ format }) => format === 'pprof' || format === 'collapsed');

it('there are pairs', () => expect(read.length).toBeGreaterThan(1));

describe.each(read.map((pair) => [pair.name, pair] as const))('%s', (_, { before, after, truth, format }) => {
  it.each(truth.pairs.map((one) => [one.type, one] as const))('%s', async (type, wanted) => {
    const files = [join(folder, before), join(folder, after)];
    const chosen = format === 'pprof' ? ['--type', type] : [];
    const { code, stdout, stderr } = await diffCommand(
      [...files, ...chosen, '--normalize', 'absolute', '--format', 'json'],
      {},
      0,
    );
    expect([code, stderr]).toEqual([0, '']);
    const told = JSON.parse(stdout) as {
      a: { total: number };
      b: { total: number };
      changes: { kind: string; name: string; selfA: number; selfB: number; delta: number }[];
    };
    expect([told.a.total, told.b.total]).toEqual([wanted.before_total, wanted.after_total]);
    for (const [name, selfA, selfB, delta] of wanted.top_self_change) {
      const found = told.changes.find((change) => change.kind === 'code' && change.name === name);
      expect([name, found?.selfA, found?.selfB, found?.delta]).toEqual([name, selfA, selfB, delta]);
    }
  });
});

it('what cannot be compared is one line and exit code 2', async () => {
  const [first] = read;
  const file = join(folder, first.before);
  for (const args of [
    [file],
    [file, `${file}.gone`],
    [file, file, '--fail-on', 'much'],
    [file, file, '--type', 'no such'],
  ]) {
    const { code, stdout, stderr } = await diffCommand(args, {}, 0);
    expect([code, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1]);
  }
});
