/** Every file of the corpus, and every bad one, through the page itself: chosen, shown, asked. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { Summary } from '../../src/app/console/console.ts';

const CORPUS = join(import.meta.dirname, '../../../shared/corpus');

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

/** @returns the words of the refusal, or undefined when the file is shown. */
async function open(page: Page, path: string): Promise<string | undefined> {
  const name = basename(path);
  await page.locator('input[type=file]').setInputFiles(join(CORPUS, path));
  let outcome: string | undefined;
  await expect
    .poll(
      async () => {
        outcome = await page.evaluate(async (wanted) => {
          const alert = document.querySelector('[role=alert]')?.textContent ?? '';
          if (alert.includes(wanted)) return alert;
          const source = await window.flametide.summary().then(
            (shown) => ('source' in shown ? shown.source : undefined),
            () => undefined,
          );
          return source === wanted ? 'shown' : undefined;
        }, name);
        return outcome;
      },
      { timeout: 600_000, intervals: [20, 50, 100], message: path },
    )
    .toBeTruthy();
  return outcome === 'shown' ? undefined : String(outcome);
}

async function expectView(page: Page, path: string, view: View): Promise<void> {
  const asked = view.name;
  await page.evaluate((st) => window.flametide.show({ st }), asked);
  const [summary, stacks, self, total] = await page.evaluate(() =>
    Promise.all([
      window.flametide.summary(),
      window.flametide.stacks(),
      window.flametide.top(10, 'self'),
      window.flametide.top(10, 'total'),
    ]),
  );
  const what = `${path}, ${asked}`;
  const close = (value: number | string): unknown =>
    typeof value === 'string' || Number.isInteger(value) ? value : expect.closeTo(value, 6);
  expect(summary, what).toMatchObject({
    total: close(view.total),
    nodes: view.nonzero.nodes,
    maxDepth: view.nonzero.depth,
  });
  expect(stacks.length, what).toBe(view.nonzero.stacks);
  // The manifest lists the largest; names of equal values stand in another order there.
  const largest = (rows: typeof self, by: 'self' | 'total', count: number): unknown[] =>
    rows.slice(0, count).map((row) => row[by]);
  const wanted = (rows: View['top_self']): unknown[] =>
    rows.filter(([, value]) => value !== 0).map(([, value]) => close(value));
  expect(largest(self, 'self', wanted(view.top_self).length), what).toEqual(wanted(view.top_self));
  expect(largest(total, 'total', wanted(view.top_total).length), what).toEqual(wanted(view.top_total));
  if (view.folded_sha256 !== null) expect(foldedHash(stacks), what).toBe(view.folded_sha256);
}

function foldedHash(stacks: readonly { stack: readonly string[]; value: number | string }[]): string {
  const lines = stacks.map(({ stack, value }) => Buffer.from(`${stack.join('\x1f')}\t${value}\n`));
  lines.sort(Buffer.compare);
  return createHash('sha256').update(Buffer.concat(lines)).digest('hex');
}

test('every pprof and collapsed file is shown with the manifest’s facts', async ({ page }) => {
  await page.goto('/?v=1&view=files');
  for (const entry of manifest.files.filter(isPlain)) {
    // Files of one name would wait for themselves: each starts from nothing.
    await page.goto('/?v=1&view=files');
    expect(await open(page, entry.path), entry.path).toBeUndefined();
    for (const view of entry.truth?.views ?? []) await expectView(page, entry.path, view);
  }
});

test('every file of the other formats that are read is shown', async ({ page }) => {
  for (const entry of manifest.files.filter((one) => isShown(one) && !isPlain(one))) {
    await page.goto('/?v=1&view=files');
    expect(await open(page, entry.path), entry.path).toBeUndefined();
    const { total } = await page.evaluate(() => window.flametide.summary() as Promise<Summary>);
    expect(Number(total), entry.path).toBeGreaterThanOrEqual(0);
  }
});

test('every bad file gets what it must, and the page stays usable', async ({ page }) => {
  const session = await page.context().newCDPSession(page);
  for (const entry of manifest.bad) {
    await page.goto('/?v=1&view=files');
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'good.txt', mimeType: 'text/plain', buffer: Buffer.from('main;work 3\n') });
    await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
    const refusal = await open(page, entry.path);
    if (entry.expect === 'error') {
      expect(refusal, entry.path).toMatch(/was not opened: .{10}/);
      expect(await page.evaluate(() => window.flametide.summary()), entry.path).toMatchObject({ total: 3 });
    }
    if (entry.expect === 'accept') expect(refusal, entry.path).toBeUndefined();
    if (refusal === undefined && isPlain(entry))
      for (const view of entry.truth?.views ?? []) await expectView(page, entry.path, view);
    expect(await page.evaluate(() => Object.keys(window).filter((key) => key.includes('pwned'))), entry.path).toEqual(
      [],
    );
    const usage = (await session.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number };
    expect(usage.usedSize + (usage.backingStorageSize ?? 0), entry.path).toBeLessThan(1.5e9);
  }
});
