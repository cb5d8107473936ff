/** The flame chart: calls by time, by keyboard and pointer, and the link to what is seen. */
import { expect, type Page } from '@playwright/test';
import { violations } from './axe.ts';
import { type GivenFile, openFiles, selectedFrame, summary, test, textFile } from './support.ts';

/** Thread main: a for 4 s with b inside from 1 to 2 s, nothing for 2 s, then a again for 4 s. Thread io: read for 3 s. */
const run: GivenFile = textFile(
  'run.speedscope.json',
  JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: { frames: ['a', 'b', 'read'].map((name) => ({ name })) },
    profiles: [
      evented('main', 10, [
        ['O', 0, 0],
        ['O', 1, 1],
        ['C', 1, 2],
        ['C', 0, 4],
        ['O', 0, 6],
        ['C', 0, 10],
      ]),
      evented('io', 10, [
        ['O', 2, 0],
        ['C', 2, 3],
      ]),
    ],
  }),
);

function evented(name: string, endValue: number, rows: readonly (readonly ['O' | 'C', number, number])[]) {
  const events = rows.map(([type, frame, at]) => ({ type, frame, at }));
  return { type: 'evented', name, unit: 'seconds', startValue: 0, endValue, events };
}

const LINK = '?v=1&view=files&pane=chart&file=run.speedscope.json';

async function openRun(page: Page, query = LINK): Promise<void> {
  await page.goto(`/${query}`);
  await openFiles(page, run);
  await expect(chart(page)).toBeVisible();
}

const chart = (page: Page) => page.getByRole('tree', { name: 'Flame chart' });

test('keys go from call to call by time, Enter zooms, Escape shows everything', async ({ page }) => {
  await openRun(page);
  await chart(page).focus();
  await page.keyboard.press('ArrowDown');
  await expect(selectedFrame(page)).toHaveText(
    /^a, total 4\.00\ss, 40\.0\s% of whole, self 3\.00\ss, began at 0\sms$|^a, total 4\.00\ss, 40\.0\s%, self 3\.00\ss, began at 0\sms$/,
  );
  await page.keyboard.press('ArrowRight');
  await expect(selectedFrame(page)).toHaveText(/^a, total 4\.00\ss, .*self 4\.00\ss, began at 6\ss$/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/at=6000-10000/);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowDown');
  await expect(selectedFrame(page)).toHaveText(/^b, total 1\.00\ss, .*began at 1\ss$/);
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/[&?]at=/);
  await expect(page).toHaveURL(/sel=a;b/);
});

test('a wheel zooms, and its link opens the same part with the same call', async ({ page }) => {
  await openRun(page);
  const box = (await chart(page).boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.8, box.y + 30);
  await page.keyboard.down('Control');
  for (let i = 0; i < 3; i++) await page.mouse.wheel(0, -30);
  await page.keyboard.up('Control');
  // e^-0.9 of ten seconds, around 8 s.
  await expect
    .poll(() => {
      const [from, until] = (/[&?]at=([\d.]+)-([\d.]+)/.exec(page.url()) ?? []).slice(1).map(Number);
      // To 10 ms: the pointer stands on a whole pixel.
      return [Math.round(from / 10), Math.round(until / 10)];
    })
    .toEqual([475, 881]);
  await chart(page).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  const link = page.url();
  await page.goto('about:blank');
  await page.goto(link);
  await openFiles(page, run);
  await expect(chart(page)).toBeVisible();
  await expect(page.getByText(/ in view$/)).toBeVisible();
  expect(page.url()).toBe(link);
  // Of the two calls of a the one that is in view.
  await expect(selectedFrame(page)).toHaveText(/began at 6\ss$/);
});

test('another thread is a label filter; a part of the recording narrows the chart', async ({ page }) => {
  await openRun(page);
  await expect(page.getByText('longest of 2')).toBeVisible();
  await page.getByRole('button', { name: /^profile: main|^profile main/ }).click();
  await expect(page.getByRole('option').first()).toHaveText(/^Longest thread/);
  await page.getByRole('combobox', { name: 'Find a thread' }).fill('io');
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.getByRole('option', { name: 'io' }).click();
  await expect(page).toHaveURL(/q=profile=%22io%22/);
  await chart(page).focus();
  await page.keyboard.press('ArrowDown');
  await expect(selectedFrame(page)).toHaveText(/^read, total 3\.00\ss/);
  // The picture is of the same calls: read for 3 of the 10 seconds.
  const svg = String(await page.evaluate(() => window.flametide.exportAs('svg')));
  expect(svg).toContain('<title>run.speedscope.json, flame chart, io</title>');
  expect(svg).toMatch(/recording · 10/);
  // Behind the filter above the views.
  await page
    .getByRole('button', { name: /^profile: io|^profile io/ })
    .last()
    .click();
  await expect(page.getByRole('option', { name: 'main' })).toBeVisible();
  await page.getByRole('option', { name: 'Longest thread' }).click();
  await expect(page).not.toHaveURL(/[?&]q=/);
  await expect(page.getByText('longest of 2')).toBeVisible();
  await openRun(page, `${LINK}&during=1500-7000`);
  await chart(page).focus();
  await page.keyboard.press('ArrowDown');
  await expect(selectedFrame(page)).toHaveText(/^a, total 2\.50\ss, .*self 2\.00\ss, began at 1\.5\ss$/);
  // With the two seconds in which nothing is open.
  await expect.poll(async () => (await summary(page)).total).toBe(7);
});

test('search marks calls, and the menu of a call leads to other views', async ({ page }) => {
  await openRun(page, `${LINK}&s=b&sel=a;b`);
  await expect(page.getByRole('search')).toContainText('1');
  await chart(page).focus();
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: /^Sandwich/ }).click();
  await expect(page).toHaveURL(/pane=sandwich/);
  await expect(page).toHaveURL(/sw=b/);
});

for (const [scheme, width] of [
  ['light', 1440],
  ['dark', 360],
] as const)
  test(`axe finds nothing, ${scheme}, ${width} px wide`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 740 });
    await openRun(page, `${LINK}&at=1000-4000`);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
