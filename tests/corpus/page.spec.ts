/** Every file of the corpus, and every bad one, through the page itself: chosen, shown, asked. Files of a format share a page. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { Summary } from '../../src/app/console/console.ts';
import { type GivenFile, openFiles, textFile } from '../e2e/support.ts';

const CORPUS = join(import.meta.dirname, '../../../shared/corpus');

/** Guards against a hang only: all files of a format are read within it on a machine ten times slower. */
const READ_MS = 600_000;

interface View {
  readonly name: string;
  readonly total: number | string;
  readonly nonzero: { readonly stacks: number; readonly nodes: number; readonly depth: number };
  readonly top_self: readonly (readonly [string, number | string])[];
  readonly top_total: readonly (readonly [string, number | string])[];
  readonly folded_sha256: string | null;
}

interface Entry {
  readonly path: string;
  readonly format: string | null;
  readonly expect?: 'error' | 'accept' | 'either';
  readonly truth?: { readonly views: readonly View[] };
}

const manifest = JSON.parse(readFileSync(join(CORPUS, 'MANIFEST.json'), 'utf8')) as { files: Entry[]; bad: Entry[] };
/** Formats whose views in the manifest are sample types as they stand; of others a view is chosen by thread, event or clock. */
const isPlain = ({ format }: Entry): boolean => format === 'pprof' || format === 'collapsed';
/** A differential opens as a comparison, the rest are refused by name. */
const NOT_SHOWN = ['collapsed-diff', 'android', 'dhat', 'other', 'perf-data', 'perf-report'];
/** Versions, variants and cut files that are refused. */
const EXCEPTIONS = [
  'instruments/time-8.3.3.trace.zip',
  'jfr/jdk7-version-0.9.jfr',
  'pprof-legacy/made-go-goroutine.debug2.txt',
  'pprof-legacy/made-gperftools-symbolised.prof',
  'speedscope/invalid-incomplete.speedscope.json',
  'stackprof/made-cpu.dump',
];
const isShown = ({ format, path }: Entry): boolean => !NOT_SHOWN.includes(format ?? '') && !EXCEPTIONS.includes(path);

/** A file under its path in the corpus, as names alone occur twice. */
function fileOf({ path }: Entry): GivenFile {
  return { name: nameOf(path), mimeType: 'application/octet-stream', buffer: readFileSync(join(CORPUS, path)) };
}

function nameOf(path: string): string {
  return path.replaceAll('/', '-');
}

/** Entries by format, in the order of the manifest. */
function byFormat(entries: readonly Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const format = entry.format ?? 'unknown';
    groups.set(format, [...(groups.get(format) ?? []), entry]);
  }
  return groups;
}

/** Opens all files as tabs of one page, and waits until each is read. */
async function openAll(page: Page, entries: readonly Entry[]): Promise<void> {
  await page.goto('/?v=1&view=files');
  await openFiles(page, ...entries.map(fileOf));
  // The first is shown once the last is read. Some have nothing to draw.
  await expect.poll(() => shownSource(page), { timeout: READ_MS }).toBe(nameOf(entries[0].path));
}

/** The name of the shown file once everything has loaded; undefined where none is shown. */
function shownSource(page: Page): Promise<string | undefined> {
  return page.evaluate(() =>
    window.flametide.summary().then(
      (summary) => (summary as Summary).source,
      () => undefined,
    ),
  );
}

/** Goes to the tab of an open file, and expects a total. */
async function expectShown(page: Page, path: string): Promise<void> {
  const shown = await page.evaluate(async (file) => {
    await window.flametide.show({ file, st: null });
    return window.flametide.summary().then(
      (summary) => summary as Summary,
      (error: unknown) => ({ source: String(error), total: NaN }),
    );
  }, nameOf(path));
  expect(shown.source, path).toBe(nameOf(path));
  expect(Number(shown.total), path).toBeGreaterThanOrEqual(0);
}

async function expectView(page: Page, path: string, view: View): Promise<void> {
  const what = `${path}, ${view.name}`;
  const { summary, lines, self, total } = await page.evaluate(
    async ([file, st]) => {
      const { flametide } = window;
      await flametide.show({ file, st });
      const [shown, stacks, bySelf, byTotal] = await Promise.all([
        flametide.summary(),
        flametide.stacks(),
        flametide.top(10, 'self'),
        flametide.top(10, 'total'),
      ]);
      const texts = stacks.map(({ stack, value }) => `${stack.join('\x1f')}\t${value}`);
      return { summary: shown, lines: texts, self: bySelf, total: byTotal };
    },
    [nameOf(path), view.name] as const,
  );
  const close = (value: number | string): unknown =>
    typeof value === 'string' || Number.isInteger(value) ? value : expect.closeTo(value, 6);
  expect(summary, what).toMatchObject({
    source: nameOf(path),
    total: close(view.total),
    nodes: view.nonzero.nodes,
    maxDepth: view.nonzero.depth,
  });
  expect(lines.length, what).toBe(view.nonzero.stacks);
  // The manifest lists the largest; names of equal values stand in another order there.
  const largest = (rows: typeof self, by: 'self' | 'total', count: number): unknown[] =>
    rows.slice(0, count).map((row) => row[by]);
  const wanted = (rows: View['top_self']): unknown[] =>
    rows.filter(([, value]) => value !== 0).map(([, value]) => close(value));
  expect(largest(self, 'self', wanted(view.top_self).length), what).toEqual(wanted(view.top_self));
  expect(largest(total, 'total', wanted(view.top_total).length), what).toEqual(wanted(view.top_total));
  if (view.folded_sha256 !== null) expect(hashOf(lines), what).toBe(view.folded_sha256);
}

/** The hash of folded stacks, as the manifest has it. */
function hashOf(lines: readonly string[]): string {
  const sorted = lines.map((line) => Buffer.from(`${line}\n`)).sort(Buffer.compare);
  return createHash('sha256').update(Buffer.concat(sorted)).digest('hex');
}

for (const [format, entries] of byFormat(manifest.files.filter(isPlain)))
  test(`every ${format} file is shown with the manifest’s facts`, async ({ page }) => {
    await openAll(page, entries);
    for (const { path, truth } of entries) {
      await expectShown(page, path);
      for (const view of truth?.views ?? []) await expectView(page, path, view);
    }
  });

for (const [format, entries] of byFormat(manifest.files.filter((one) => isShown(one) && !isPlain(one))))
  test(`every ${format} file that is read is shown`, async ({ page }) => {
    await openAll(page, entries);
    for (const { path } of entries) await expectShown(page, path);
  });

/** Opens one more file. @returns the words of the refusal, or undefined when the file is shown. */
async function refusalOf(page: Page, entry: Entry): Promise<string | undefined> {
  await openFiles(page, fileOf(entry));
  const name = nameOf(entry.path);
  const refusal = page.locator('[role=alert]').filter({ hasText: name });
  let source: string | undefined;
  await expect(async () => {
    if (await refusal.isVisible()) return;
    source = await shownSource(page);
    expect(source).toBe(name);
  }, entry.path).toPass({ intervals: [20, 50, 100] });
  return source === name ? undefined : ((await refusal.textContent()) ?? '');
}

test('every bad file gets what it must, and the page stays usable', async ({ page }) => {
  const session = await page.context().newCDPSession(page);
  await page.goto('/?v=1&view=files');
  await openFiles(page, textFile('good.txt', 'main;work 3\n'));
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  for (const entry of manifest.bad) {
    const refusal = await refusalOf(page, entry);
    if (entry.expect === 'error') expect(refusal, entry.path).toMatch(/was not opened: .{10}/);
    if (entry.expect === 'accept') expect(refusal, entry.path).toBeUndefined();
    if (refusal === undefined && isPlain(entry))
      for (const view of entry.truth?.views ?? []) await expectView(page, entry.path, view);
    // The file opened before is untouched, and shown after a refusal.
    if (refusal === undefined) await page.evaluate(() => window.flametide.show({ file: 'good.txt', st: null }));
    expect(await page.evaluate(() => window.flametide.summary()), entry.path).toMatchObject({
      source: 'good.txt',
      total: 3,
    });
    expect(await page.evaluate(() => Object.keys(window).filter((key) => key.includes('pwned'))), entry.path).toEqual(
      [],
    );
    const usage = (await session.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number };
    expect(usage.usedSize + (usage.backingStorageSize ?? 0), entry.path).toBeLessThan(1.5e9);
  }
});
