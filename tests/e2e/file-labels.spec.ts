import { expect, type Page } from '@playwright/test';
import { labelledPprof, type LabelledSample } from '../support/labelled-pprof.ts';
import { type GivenFile, openFiles, summary, test } from './support.ts';

/** Thread one: 13 of 22, two: 7, none: 5, and 3 of them on both. */
const samples: readonly LabelledSample[] = [
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
  { stack: ['main', 'malloc', 'brk'], value: 5, labels: [] },
];

function pprofFile(name: string, given = samples, facts: Parameters<typeof labelledPprof>[1] = {}): GivenFile {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(labelledPprof(given, facts)) };
}

async function total(page: Page): Promise<unknown> {
  return (await summary(page)).total;
}

test('a file with one label offers its values, all first; the link has the choice', async ({ page }) => {
  await page.goto('/?v=1&view=files');
  await openFiles(page, pprofFile('threads.pb'));
  const threads = page.getByRole('region', { name: 'Samples' }).getByRole('button', { name: /^thread/ });
  await expect(threads).toHaveText(/All threads/);
  await threads.click();
  await page.getByRole('option', { name: /^one/ }).click();
  await expect(page).toHaveURL(/q=thread=%22one%22/);
  await expect.poll(() => total(page)).toBe(13);
  await page.goBack();
  await expect.poll(() => total(page)).toBe(22);
});

test('a link narrows and groups by labels before the file is there', async ({ page }) => {
  await page.goto('/?v=1&view=files&file=threads.pb&q=thread!=""&by=thread');
  await openFiles(page, pprofFile('threads.pb'));
  await expect.poll(() => total(page)).toBe(17);
  const tree = page.getByRole('tree', { name: 'Flamegraph' });
  await tree.focus();
  await page.keyboard.press('ArrowDown');
  await expect(tree.locator('[aria-selected=true]')).toContainText('thread: one, total 10');
});

test('several labels are chips, and labels that no sample has lead back', async ({ page }) => {
  const more = samples.map((one) => ({ ...one, labels: [...one.labels, ['process', 'p'] as const] }));
  await page.goto('/?v=1&view=files&file=threads.pb&q=thread="three"');
  await openFiles(page, pprofFile('threads.pb', more));
  await expect(page.getByText('No sample has these labels')).toBeVisible();
  await expect(page.getByRole('group', { name: 'Labels' })).toContainText('three');
  await page.getByRole('button', { name: 'Show all samples' }).click();
  await expect.poll(() => total(page)).toBe(22);
});

test('each side of a comparison has its own labels', async ({ page }) => {
  await page.goto('/?v=1&a.file=threads.pb&a.q=thread="one"&b.file=threads.pb&b.q=thread="two"&norm=absolute');
  await openFiles(page, pprofFile('threads.pb'));
  await expect(page.getByRole('button', { name: /^A: thread/ })).toHaveText(/one/);
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const { a, b } = (await window.flametide.summary()) as unknown as Record<'a' | 'b', { total: number }>;
        return [a.total, b.total];
      }),
    )
    .toEqual([13, 7]);
});

test('frames that the file asks to drop are dropped by a button', async ({ page }) => {
  await page.goto('/?v=1&view=files');
  await openFiles(page, pprofFile('drop.pb', samples, { drop: 'malloc|free', comments: ['built by make'] }));
  await expect(page.getByText('Comment: built by make')).toBeVisible();
  const nodes = async (): Promise<number> => (await summary(page)).nodes;
  await expect.poll(nodes).toBe(5);
  await page.getByRole('button', { name: 'Leave out frames as the file recommends' }).click();
  await expect.poll(nodes).toBe(3);
  await expect.poll(() => total(page)).toBe(22);
  await expect(page.getByRole('group', { name: 'Transforms' })).toContainText('prune');
});

test('labels of services do not follow to files', async ({ page }) => {
  await page.goto('/?v=1&view=explore&q=pod="a"');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Files' }).click();
  await openFiles(page, pprofFile('threads.pb'));
  await expect.poll(() => total(page)).toBe(22);
});
