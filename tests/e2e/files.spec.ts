import { expect } from '@playwright/test';
import { openFiles, openSample, sampleStacks, summary, test, textFile } from './support.ts';

test('a chosen file is shown with its facts', async ({ page }) => {
  await openSample(page);

  expect(await summary(page)).toMatchObject({
    view: 'files',
    source: 'sample.txt',
    sampleType: 'samples',
    unit: 'count',
    total: 100,
    nodes: 10,
    maxDepth: 4,
    functions: 8,
    dropped: 0,
  });
  await expect(page.getByRole('status').filter({ hasText: /could not be read/ })).toHaveCount(0);
});

test('the page lists what it reads', async ({ page }) => {
  await page.goto('/?v=1&view=files');
  await expect(page.getByText(/^pprof.* or .*\. Nothing leaves this browser\.$/)).toBeVisible();
  await expect(page.getByRole('term').first()).toHaveText('pprof');
  await expect(page.getByRole('definition').first()).toContainText('gzip or raw');
});

test('a dropped file opens', async ({ page }) => {
  await page.goto('/?v=1&view=files');
  await expect(page.getByRole('heading', { name: 'Drop profiles here' })).toBeVisible();
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'dropped.folded'));
    return data;
  }, sampleStacks);
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await expect(page.getByText('Drop to open')).toBeVisible();
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });

  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  expect((await summary(page)).source).toBe('dropped.folded');
});

test('pasted text opens', async ({ page }) => {
  await page.goto('/?v=1&view=files');
  await page.getByRole('button', { name: 'Paste text' }).click();
  await page.getByRole('textbox').fill('main;work 7\n');
  await page.getByRole('dialog').getByRole('button', { name: 'Open', exact: true }).click();

  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  expect((await summary(page)).total).toBe(7);
});

test('several files become tabs, and a tab is closed', async ({ page }) => {
  await page.goto('/?v=1&view=files');
  await openFiles(page, textFile('one.txt', 'a;b 1\n'), textFile('two.txt', 'a;b;c 2\n'));
  const tabs = page.getByRole('group', { name: 'Open files' });
  await expect(tabs.getByRole('button', { name: 'one.txt', exact: true })).toHaveAttribute('aria-pressed', 'true');

  await tabs.getByRole('button', { name: 'two.txt', exact: true }).click();
  await expect.poll(async () => (await summary(page)).total).toBe(2);
  await page.goBack();
  await expect.poll(async () => (await summary(page)).total).toBe(1);

  await tabs.getByRole('button', { name: 'Close one.txt' }).click();
  await expect(page.getByRole('rowheader', { name: 'two.txt' })).toBeVisible();
  await expect(page.getByRole('rowheader', { name: 'one.txt' })).toHaveCount(0);
});

test('a refused file is announced, and what was open stays', async ({ page }) => {
  await openSample(page);
  await openFiles(page, textFile('broken.txt', '<!doctype html><p>Sign in'));

  const alert = page.getByRole('alert').filter({ hasText: 'broken.txt' });
  await expect(alert).toContainText('was not opened');
  expect((await summary(page)).source).toBe('sample.txt');
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(alert).toHaveCount(0);
});

test('a second file of one name gets a tab of its own', async ({ page }) => {
  await openSample(page);
  await openFiles(page, textFile('sample.txt', 'main 3\n'));
  await expect.poll(async () => (await summary(page)).total).toBe(3);
  expect((await summary(page)).source).toBe('sample.txt (2)');
  await expect(
    page.getByRole('group', { name: 'Open files' }).getByRole('button', { name: /^Close sample/ }),
  ).toHaveCount(2);
});

test('a demo says that it is one', async ({ page }) => {
  await page.goto('/?v=1&view=files');
  await page.getByRole('button', { name: 'Try a demo' }).click();
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  await expect(page.getByText('Demo data: made up from a seed, not measured.')).toBeVisible();
  expect((await summary(page)).nodes).toBeGreaterThan(15_000);
});

test('hostile names are shown as text', async ({ page }) => {
  await page.goto('/?v=1&view=files');
  const name = '<img src=x onerror="window.pwned=1">';
  await openFiles(page, textFile(`${name}.txt`, `main;${name};__proto__ 3\nmain;\u202egnp.exe 2\n`));
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => window.flametide.stacks())).toContainEqual({
    stack: ['main', name, '__proto__'],
    value: 3,
  });
  expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
});

test('a file that the system opens with the installed page is shown', async ({ page }) => {
  await page.addInitScript((text) => {
    const files = [{ getFile: () => Promise.resolve(new File([text], 'double-clicked.folded')) }];
    Object.defineProperty(window, 'launchQueue', {
      value: { setConsumer: (take: (launched: object) => void) => take({ files }) },
    });
  }, sampleStacks);
  await page.goto('/?v=1&view=files');
  expect(await summary(page)).toMatchObject({ source: 'double-clicked.folded', total: 100 });
});

test('two files are compared in one step, and of three any two by A and B', async ({ page }) => {
  await page.goto('/?v=1&view=files');
  await openFiles(page, textFile('one.txt', 'a;b 1\n'), textFile('two.txt', 'a;b;c 2\n'));
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(page.getByRole('tree', { name: 'Diff flamegraph' })).toBeVisible();
  const sides = (): readonly (string | null)[] =>
    ['a.file', 'b.file'].map((key) => new URL(page.url()).searchParams.get(key));
  expect(sides()).toEqual(['one.txt', 'two.txt']);

  await page.getByRole('link', { name: 'Files' }).click();
  await openFiles(page, textFile('three.txt', 'a;b;d 3\n'));
  await page.getByRole('link', { name: 'Files' }).click();
  await page.getByRole('button', { name: 'Compare with three.txt as A' }).click();
  await expect(page.getByRole('button', { name: 'Compare with three.txt as A' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await page.getByRole('button', { name: 'Compare with one.txt as B' }).click();
  await expect(page.getByRole('tree', { name: 'Diff flamegraph' })).toBeVisible();
  expect(sides()).toEqual(['three.txt', 'one.txt']);
});

test('a differential file opens as the comparison that it is; a name that ends in a number stays one', async ({
  page,
}) => {
  await page.goto('/?v=1&view=files');
  await openFiles(page, textFile('diff.folded', 'shop;cart 3 5\nshop;cart;tax 0 7\nshop;gone 4 0\n'));
  await expect(page).toHaveURL(/view=compare/);
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const { a, b } = (await window.flametide.summary()) as unknown as Record<'a' | 'b', { total: number }>;
        return [a.total, b.total];
      }),
    )
    .toEqual([7, 12]);

  await page.goto('/?v=1&view=files');
  await openFiles(page, textFile('workers.txt', 'worker 0 5\nworker 1 15\nworker 2 25\n'));
  await expect.poll(async () => (await summary(page)).total).toBe(45);
});
