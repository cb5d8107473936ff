/** The corpus' pairs of real profiles through the page: two files opened, compared, every difference to the last unit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';

const CORPUS = join(import.meta.dirname, '../../../shared/corpus');

/** name, before, after, delta */
type Moved = readonly [string, number, number, number];

interface TruthOfType {
  readonly type: string;
  readonly unit: string;
  readonly before_total: number;
  readonly after_total: number;
  readonly functions_self_changed: number;
  readonly top_total_change: readonly Moved[];
  readonly top_self_change: readonly Moved[];
}

interface Pair {
  readonly name: string;
  readonly format: string;
  readonly before: string;
  readonly after: string;
  readonly truth?: { readonly pairs: readonly TruthOfType[] };
}

const manifest = JSON.parse(readFileSync(join(CORPUS, 'MANIFEST.json'), 'utf8')) as { pairs: readonly Pair[] };
const pairs = manifest.pairs.filter(({ format, truth }) => truth && (format === 'pprof' || format === 'collapsed'));

async function open(page: Page, { before, after }: Pair): Promise<void> {
  await page.goto('/?v=1&view=compare&a.file=before&b.file=after');
  const file = (name: string, path: string) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: readFileSync(join(CORPUS, path)),
  });
  await page.locator('input[type=file]').setInputFiles([file('before', before), file('after', after)]);
  await expect(page.getByRole('tree', { name: 'Diff flamegraph' })).toBeVisible();
}

/** Digits of a row's cells, by the name of its function. Rows out of sight are not in the page: a search brings one there. */
async function rowOf(page: Page, name: string): Promise<(number | undefined)[]> {
  await page.evaluate((s) => window.flametide.show({ s }), `/^${name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}$/`);
  const rows = page.getByRole('grid', { name: 'Functions of both sides' }).getByRole('row');
  const cells = rows.nth(1).getByRole('gridcell');
  await expect(cells.first()).toHaveAttribute('title', name);
  await expect(rows).toHaveCount(2);
  const titles = await cells.evaluateAll((all) => all.map((cell) => cell.getAttribute('title')));
  return titles.slice(1).map((title) => {
    const digits = title?.replaceAll('\u00a0', '').match(/^(−?)(\d+)(?:[a-z]+)?$/);
    return digits ? Number(digits[2]) * (digits[1] === '' ? 1 : -1) : undefined;
  });
}

for (const pair of pairs)
  test(`${pair.name}: what differs is what the manifest says`, async ({ page }) => {
    await open(page, pair);
    for (const { type, unit, ...truth } of pair.truth!.pairs) {
      await page.evaluate(
        (st) =>
          window.flametide.show({
            'a.file': 'before',
            'b.file': 'after',
            'a.st': st,
            'b.st': st,
            norm: 'absolute',
            pane: 'functions',
            s: null,
          }),
        type,
      );
      const summary = await page.evaluate(() => window.flametide.summary());
      expect(summary, type).toMatchObject({
        normalisation: 'absolute',
        a: { source: 'before', sampleType: type, unit, total: truth.before_total },
        b: { source: 'after', sampleType: type, unit, total: truth.after_total },
      });
      for (const [name, a, b, delta] of truth.top_self_change)
        expect((await rowOf(page, name)).slice(0, 3), `${type} ${name}`).toEqual([a, b, delta]);
      for (const [name, a, b, delta] of truth.top_total_change)
        expect((await rowOf(page, name)).slice(5, 8), `${type} ${name}`).toEqual([a, b, delta]);
    }
  });
