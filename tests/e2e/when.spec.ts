/** The recording over time: reading and selecting it by keyboard and pointer, and what a selected part narrows. */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, type Page } from '@playwright/test';
import { violations } from './axe.ts';
import { type GivenFile, openFiles, summary, test, textFile } from './support.ts';

/** Twelve seconds: `main` runs a for 6 s, b for 3 s, a for 3 s; `io` runs read for 2 s from the start. */
const run: GivenFile = textFile(
  'run.speedscope.json',
  JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: { frames: ['root', 'a', 'b', 'read'].map((name) => ({ name })) },
    profiles: [
      sampled('main', [
        [[0, 1], 6000],
        [[0, 2], 3000],
        [[0, 1], 3000],
      ]),
      sampled('io', [[[0, 3], 2000]]),
    ],
  }),
);

function sampled(name: string, rows: readonly (readonly [stack: number[], ms: number])[]) {
  return {
    type: 'sampled',
    name,
    unit: 'milliseconds',
    startValue: 0,
    endValue: rows.reduce((sum, [, ms]) => sum + ms, 0),
    samples: rows.map(([stack]) => stack),
    weights: rows.map(([, ms]) => ms),
  };
}

async function total(page: Page): Promise<unknown> {
  return (await summary(page)).total;
}

async function openRun(page: Page, query = '?v=1&view=files&pane=when'): Promise<void> {
  await page.goto(`/${query}`);
  await openFiles(page, run);
}

const status = (page: Page, hasText: RegExp) => page.getByRole('status').filter({ hasText });
const heatmap = (page: Page) => page.getByRole('application', { name: /^Recording over time/ });

test('arrows read cells, with Shift they select, Enter shows the part in every view, Escape everything', async ({
  page,
}) => {
  await openRun(page);
  await heatmap(page).focus();
  await page.keyboard.press('ArrowRight');
  await expect(status(page, /^0 – 20\sms: 40\sms, 0\.29\s% of 14\.0\ss$/)).toHaveCount(1);
  for (let i = 0; i < 6; i++) await page.keyboard.press('Shift+ArrowRight');
  await expect(status(page, /, selected 0 – 6\.02\ss, Enter shows it$/)).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/during=0-6020/);
  await expect.poll(() => total(page)).toBe(8020);
  await expect(page.getByRole('group', { name: 'Part of the recording' })).toHaveText(/^0 – 6\.02\ss of 12\ss/);

  await page.getByRole('radio', { name: 'Functions' }).click();
  const rows = page.getByRole('grid').getByRole('row');
  await expect(rows.filter({ hasText: 'read' })).toContainText('2.00');
  await expect(rows.filter({ hasText: /^b/ })).toContainText('0.02');
  await page.getByRole('radio', { name: 'When' }).click();
  await heatmap(page).focus();
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/during/);
  await expect.poll(() => total(page)).toBe(14_000);
});

test('a drag shows a part at once; its link opens the same part again', async ({ page }) => {
  await openRun(page);
  const box = (await heatmap(page).boundingBox())!;
  const column = box.width / 13;
  // From the start of the second column to the end of the third.
  await page.mouse.move(box.x + column * 1.5, box.y + 199);
  await page.mouse.down();
  await page.mouse.move(box.x + column * 2, box.y + 100);
  await page.mouse.move(box.x + column * 2.5, box.y + 1);
  await page.mouse.up();
  await expect(page).toHaveURL(/during=1000-3000/);
  await expect.poll(() => total(page)).toBe(3000);
  const link = page.url();
  await page.goto('about:blank');
  await page.goto(link);
  await openFiles(page, run);
  await expect.poll(() => total(page)).toBe(3000);
  await page.getByRole('button', { name: 'Whole recording' }).click();
  await expect.poll(() => total(page)).toBe(14_000);
});

test('a part is compared with the rest by one click', async ({ page }) => {
  await openRun(page, '?v=1&view=files&during=0-6020&file=run.speedscope.json');
  await page.getByRole('button', { name: 'Compare with the rest' }).click();
  await expect(page).toHaveURL(/a\.during=!0-6020/);
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const { a, b } = (await window.flametide.summary()) as unknown as Record<'a' | 'b', { total: number }>;
        return [a.total, b.total];
      }),
    )
    .toEqual([5980, 8020]);
  await expect(page.getByRole('group', { name: /^Side A/ })).toContainText(/all but 0 – 6\.02\ss/);
});

test('a band shows its samples alone, in the same part', async ({ page }) => {
  await openRun(page, '?v=1&view=files&pane=when&during=0-6020&file=run.speedscope.json');
  const bands = page.getByRole('list', { name: 'Activity by profile' });
  await expect(bands.getByRole('button')).toHaveText([/^main 85\.7\s%$/, /^io 14\.3\s%$/]);
  await bands.getByRole('button', { name: /^io/ }).click();
  await expect(page).toHaveURL(/q=profile=%22io%22/);
  await expect.poll(() => total(page)).toBe(2000);
  await expect(bands.getByRole('button', { name: /^io/ })).toHaveAttribute('aria-pressed', 'true');
});

test('while the answer to another question is made, the plot stays and is marked as the old one', async ({ page }) => {
  // The worker gets questions about times late, once the page asks for that.
  await page.addInitScript(() => {
    const held: (() => void)[] = [];
    const given = { isHeld: false, release: () => held.splice(0).forEach((send) => send()) };
    const post = Worker.prototype.postMessage as (...args: unknown[]) => void;
    Worker.prototype.postMessage = function (this: Worker, ...args: unknown[]) {
      const isWhen = (args[0] as { call?: string }).call === 'when';
      if (given.isHeld && isWhen) held.push(() => post.apply(this, args));
      else post.apply(this, args);
    } as typeof Worker.prototype.postMessage;
    Object.assign(window, { given });
  });
  await openRun(page);
  const plot = page.getByRole('application', { name: /^Recording over time, .* 14\.0\ss in 12\ss/ });
  await expect(plot).toBeVisible();
  const stale = page.locator('[data-stale]').filter({ has: heatmap(page) });
  await expect(stale).toHaveCount(0);
  await page.evaluate(() => {
    (window as unknown as { given: { isHeld: boolean } }).given.isHeld = true;
  });
  await page.evaluate(() => void window.flametide.show({ q: 'profile="io"' }));
  await expect(stale).toHaveCount(1);
  await expect(plot).toBeVisible();
  await page.evaluate(() => (window as unknown as { given: { release(): void } }).given.release());
  await expect(page.getByRole('application', { name: /^Recording over time, .* 2\.00\ss in/ })).toBeVisible();
  await expect(stale).toHaveCount(0);
});

test('a part without samples leads back, and a file without times is not offered the view', async ({ page }) => {
  await openRun(page, '?v=1&view=files&pane=when&during=20000-30000&file=run.speedscope.json');
  await expect(page.getByText('No sample in this part')).toBeVisible();
  await page.getByRole('button', { name: 'Show all samples' }).click();
  await expect.poll(() => total(page)).toBe(14_000);
  await openFiles(page, textFile('plain.txt', 'main;work 3\n'));
  await expect(page.getByText('do not say when they ran')).toBeVisible();
  await page.getByRole('radio', { name: 'Flame' }).click();
  await expect(page.getByRole('radio', { name: 'When' })).toHaveCount(0);
});

test('an exported page holds the part that is shown, without threads', async ({ page }, info) => {
  await openRun(page, '?v=1&view=files&pane=chart&during=0-6020&file=run.speedscope.json');
  await expect(page.getByRole('tree', { name: 'Flame chart' })).toBeVisible();
  const exported = await page.evaluate(() => window.flametide.exportAs('html') as Promise<string>);
  const path = info.outputPath('part.html');
  writeFileSync(path, exported);
  const kept = await page.context().newPage();
  await kept.goto(pathToFileURL(path).href);
  await expect(kept.getByRole('radio', { name: 'Both' })).toBeChecked();
  await expect.poll(() => total(kept)).toBe(8020);
  await expect(kept.getByRole('radio', { name: 'Flame chart' })).toHaveCount(0);
  await kept.getByRole('radio', { name: 'When' }).click();
  await expect(heatmap(kept)).toBeVisible();
});

for (const [scheme, width] of [
  ['light', 1440],
  ['dark', 360],
] as const)
  test(`axe finds nothing, ${scheme}, ${width} px wide`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 740 });
    await openRun(page, '?v=1&view=files&pane=when&during=0-6020&file=run.speedscope.json');
    await expect(heatmap(page)).toBeVisible();
    await expect(page.getByRole('table', { name: 'Parts of the recording' })).toBeAttached();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
