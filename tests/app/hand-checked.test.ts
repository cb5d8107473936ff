/** Small cases with numbers computed by hand: every output of the page must agree. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueryClient } from '@tanstack/react-query';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { DiffRequest, OpenedProfile } from '#analysis/analysis.ts';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import { diffTableRows } from '#app/compare/diff-rows.ts';
import { makeConsole } from '#app/console/console.ts';
import { shownProfileOf } from '#app/explore/shown-profile.ts';
import type { MergedProfile } from '#app/queries/source-queries.ts';
import { onScreen } from '#app/screen/current-view.ts';
import type { OpenFile } from '#app/screen/files-store.ts';
import type { ShownComparison } from '#app/screen/shown-comparison.ts';
import { shownTreeOf } from '#app/screen/shown.ts';
import { meansInSteps } from '#app/source/fine-means.ts';
import { functionRows } from '#app/views/functions/functions-csv.ts';
import { diffCommand } from '#cli/diff-command.ts';
import { parseTypedSelector } from '#model/label-selector.ts';
import { parseTransform, type Transform } from '#model/transforms/registry.ts';
import { isInverted } from '#model/transforms/invert.ts';
import { labelledPprof } from '../support/labelled-pprof.ts';
import { encodeMessage, message, smallProfile } from '../support/pprof-message.ts';

// Read when the stores are made.
vi.hoisted(() => {
  vi.stubGlobal('location', { search: '?v=1&view=files', pathname: '/', href: 'http://host.test/' });
  vi.stubGlobal('history', { replaceState: () => {}, pushState: () => {} });
  vi.stubGlobal('document', { baseURI: 'http://host.test/' });
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => setTimeout(run));
});

type Exact = number | string;

interface TreeCase {
  readonly name: string;
  readonly stacks?: readonly string[];
  readonly pprof?: 'small' | 'threads';
  readonly t?: readonly string[];
  readonly q?: string;
  readonly by?: string;
  readonly total: Exact;
  readonly nodes: number;
  /** Self and total. */
  readonly functions: Readonly<Record<string, readonly [Exact, Exact]>>;
}

interface DiffCase {
  readonly name: string;
  readonly a: readonly string[];
  readonly b: readonly string[];
  readonly t?: readonly string[];
  /** Self of A and of B, total of A and of B. */
  readonly both: Readonly<Record<string, readonly [number, number, number, number]>>;
}

interface RateCase {
  readonly name: string;
  readonly steps: readonly (number | null)[];
  readonly stepMs: number;
  readonly perSecond: number;
  readonly coveredMs: number;
}

interface SnapshotCase {
  readonly name: string;
  /** In seconds. */
  readonly snapshots: readonly number[];
  readonly means: readonly number[];
}

type Case = TreeCase | DiffCase | RateCase | SnapshotCase;

const cases = JSON.parse(
  readFileSync(new URL('../fixtures/hand-checked/cases.json', import.meta.url), 'utf8'),
) as readonly Case[];
const named = <T extends Case>(is: (one: Case) => one is T): (readonly [string, T])[] =>
  cases.filter(is).map((one) => [one.name, one] as const);

const { signal } = new AbortController();
const analysis = new InProcessAnalysis(() => Promise.resolve());
const queries = new QueryClient();
const page = makeConsole(analysis, queries);
const folder = mkdtempSync(join(tmpdir(), 'flametide-hand-checked-'));
afterAll(() => rmSync(folder, { recursive: true }));

const byTotal = { key: 'total', descending: true } as const;

function transformsOf({ t = [] }: { readonly t?: readonly string[] }): readonly Transform[] {
  return t.map((text) => {
    const transform = parseTransform(text);
    if (!transform) throw new Error(`${text} is no transform`);
    return transform;
  });
}

function bytesOf({ stacks, pprof }: Pick<TreeCase, 'stacks' | 'pprof'>): Uint8Array {
  if (pprof === 'small') return encodeMessage(message(...smallProfile()));
  if (pprof === 'threads') {
    return labelledPprof([
      { stack: ['main', 'work'], value: 10, labels: [['thread', 'one']] },
      { stack: ['main', 'wait'], value: 4, labels: [['thread', 'two']] },
      {
        stack: ['main', 'work'],
        value: 3,
        labels: [
          ['thread', 'one'],
          ['thread', 'two'],
        ],
      },
      { stack: ['main', 'gc'], value: 5, labels: [] },
    ]);
  }
  return new TextEncoder().encode(`${stacks?.join('\n')}\n`);
}

async function opened(one: Pick<TreeCase, 'stacks' | 'pprof' | 'q' | 'by'>): Promise<OpenedProfile> {
  const whole = await analysis.open({ bytes: bytesOf(one), name: 'a', form: { kind: 'file' } }, signal);
  if (one.q === undefined && one.by === undefined) return whole;
  const parsed = parseTypedSelector(one.q ?? '{}');
  if (!parsed.ok) throw new Error(parsed.message);
  return analysis.select({ handle: whole.handle, matchers: parsed.matchers, by: one.by, during: undefined }, signal);
}

const asFile = (profile: OpenedProfile): OpenFile => ({
  kind: 'open',
  openedAt: 0,
  name: 'a',
  size: 0,
  profile,
  asked: undefined,
  coveredMs: undefined,
  queryMs: undefined,
  isWhole: true,
  snapshots: undefined,
});

const requestOf = ({ handle, defaultSampleType }: OpenedProfile, transforms: readonly Transform[]) =>
  ({ handle, sampleType: defaultSampleType, order: 'size', transforms }) as const;

/** As text: a number and its digits are one. */
function asText(rows: Readonly<Record<string, readonly (Exact | bigint)[]>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, numbers]) => [name, numbers.map((value) => String(value)).join(' ')]),
  );
}

describe('one profile', () => {
  it.each(named((one): one is TreeCase => 'functions' in one))('%s', async (_, one) => {
    const transforms = transformsOf(one);
    const profile = await opened(one);
    const request = requestOf(profile, transforms);
    const answer = await analysis.tree(request, signal);
    const shown = shownTreeOf({ opened: asFile(profile), sampleType: request.sampleType, request }, answer);
    const wanted = asText(one.functions);

    // The table, and its CSV.
    const [head, ...rows] = functionRows(shown, answer, byTotal);
    const [self, total] = ['Self', 'Total'].map((title) => head.findIndex((cell) => String(cell).startsWith(title)));
    expect(asText(Object.fromEntries(rows.map((row) => [row[0], [row[self], row[total]]])) as never)).toEqual(wanted);

    // The console.
    onScreen.setState({ hasStarted: true, view: { kind: 'tree', tree: shown } });
    const summary = (await page.summary()) as { total: Exact; nodes: number };
    expect([summary.total, summary.nodes]).toEqual([one.total, one.nodes]);
    const top = await page.top(100, 'total');
    expect(asText(Object.fromEntries(top.map((row) => [row.name, [row.self, row.total]])))).toEqual(wanted);

    // Exported pprof reads back: of an inverted tree its stacks are from the leaf up, so that totals are the same.
    const { bytes } = await analysis.exportTree(request, 'pprof', { name: 'a' }, signal);
    const again = await analysis.open({ bytes, name: 'a.pb', form: { kind: 'file' } }, signal);
    const turned: readonly Transform[] = isInverted(transforms) ? [{ kind: 'invert' }] : [];
    const back = await analysis.tree(requestOf(again, turned), signal);
    const upright = isInverted(transforms) ? [...transforms, { kind: 'invert' } as const] : transforms;
    const before = await analysis.tree(requestOf(profile, upright), signal);
    expect(back.byFunction.total.reduce((sum, value) => sum + value, 0)).toBe(
      before.byFunction.total.reduce((sum, value) => sum + value, 0),
    );
    if (!isInverted(transforms)) {
      const { self: selves, total: totals, exact } = back.byFunction;
      const found = again.functions.names.map((name, func) => [
        name,
        [exact?.self[func] ?? selves[func], exact?.total[func] ?? totals[func]],
      ]);
      expect(asText(Object.fromEntries(found))).toEqual(wanted);
    }

    // The command line, which compares whole files: each function against an empty side.
    if (transforms.length > 0 || one.q !== undefined || one.by !== undefined) return;
    const [a, b] = [join(folder, 'a.prof'), join(folder, 'b.prof')];
    writeFileSync(a, bytesOf(one));
    const isPprof = one.pprof !== undefined;
    writeFileSync(b, isPprof ? labelledPprof([{ stack: ['else'], value: 1, labels: [] }]) : 'else 1\n');
    const type = isPprof ? ['--type', 'cpu'] : [];
    const printed = await diffCommand([a, b, '--format', 'json', '--normalize', 'absolute', ...type], {}, 0);
    const { functions } = JSON.parse(printed.stdout) as {
      functions: readonly { name: string; selfA: Exact; totalA: Exact }[];
    };
    const listed = functions.filter(({ name }) => name !== 'else');
    expect(asText(Object.fromEntries(listed.map((row) => [row.name, [row.selfA, row.totalA]])))).toEqual(wanted);
  });
});

describe('two profiles', () => {
  it.each(named((one): one is DiffCase => 'both' in one))('%s', async (_, one) => {
    const transforms = transformsOf(one);
    const [ofA, ofB] = [await opened({ stacks: one.a }), await opened({ stacks: one.b })];
    const facts = { seconds: undefined, isSnapshot: false };
    const request: DiffRequest = {
      a: { handle: ofA.handle, sampleType: 0, facts },
      b: { handle: ofB.handle, sampleType: 0, facts },
      normalisation: 'absolute',
      width: 'mean',
      order: 'size',
      transforms,
      evidence: undefined,
    };
    const diff = await analysis.diff(request, signal);
    const wanted = asText(one.both);
    const { a, b } = diff.byFunction;
    const found = diff.functions.names.map((name, f) => [name, [a.self[f], b.self[f], a.total[f], b.total[f]]]);
    expect(asText(Object.fromEntries(found))).toEqual(wanted);

    const shown = { request, diff, evidence: undefined, type: ofA.sampleTypes[0] } as unknown as ShownComparison;
    const [head, ...rows] = diffTableRows(shown, byTotal);
    const columns = ['Self A', 'Self B', 'Total A', 'Total B'].map((title) =>
      head.findIndex((cell) => String(cell).startsWith(title)),
    );
    expect(asText(Object.fromEntries(rows.map((row) => [row[0], columns.map((at) => row[at])])) as never)).toEqual(
      wanted,
    );

    if (transforms.length > 0) return;
    const files = [one.a, one.b].map((stacks, i) => {
      const path = join(folder, `${i}.folded`);
      writeFileSync(path, bytesOf({ stacks }));
      return path;
    });
    const printed = await diffCommand([...files, '--format', 'json', '--normalize', 'absolute'], {}, 0);
    const { functions } = JSON.parse(printed.stdout) as {
      functions: readonly { name: string; selfA: number; selfB: number; totalA: number; totalB: number }[];
    };
    // It lists what differs.
    const differs = Object.entries(one.both).filter(([, [x, y, v, w]]) => x !== y || v !== w);
    expect(
      asText(Object.fromEntries(functions.map((row) => [row.name, [row.selfA, row.selfB, row.totalA, row.totalB]]))),
    ).toEqual(asText(Object.fromEntries(differs)));
  });
});

describe('over time', () => {
  it.each(named((one): one is RateCase => 'steps' in one))('%s', (_, { steps, stepMs, perSecond, coveredMs }) => {
    const there = steps.flatMap((value, i) => (value === null ? [] : [[(i + 1) * stepMs, value] as const]));
    const series = [
      {
        labels: [],
        timesMs: Float64Array.from(there, ([ms]) => ms),
        values: Float64Array.from(there, ([, value]) => value),
      },
    ];
    const merged = {
      profile: { totals: [there.reduce((sum, [, value]) => sum + value, 0)] },
      query: {
        profileType: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
        matchers: [],
        range: { startMs: 0, endMs: steps.length * stepMs },
      },
      isWhole: true,
    } as unknown as MergedProfile;
    const shown = shownProfileOf(merged, { series, stepMs, isStale: false }, 1e12);
    expect(shown?.coveredMs).toBeCloseTo(coveredMs, 6);
    expect((merged.profile.totals[0] as number) / coveredMs).toBeCloseTo(perSecond / 1000, 12);
  });

  it.each(named((one): one is SnapshotCase => 'snapshots' in one))('%s', (_, { snapshots, means }) => {
    const ends = snapshots.map((second) => Math.ceil(second / 6) * 6000);
    const series = { labels: [], timesMs: Float64Array.from(ends), values: Float64Array.from(ends, () => 100) };
    expect([...meansInSteps([series], { startMs: 0, endMs: 300_000 }, 30_000, 15_000)[0].values]).toEqual(means);
  });
});
