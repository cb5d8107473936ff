/** The bars over Explore and Compare in windows of all widths: every control stands alone, whole, and where a pointer reaches it. */
import { expect, type Page } from '@playwright/test';
import { CPU, push } from './stored.ts';
import { test } from './support.ts';

const NOW_MS = Math.floor(Date.now() / 60_000) * 60_000;
const SERVICE = 'e2e/narrow';
const pods = ['shop-checkout-7d9f8b6c5d-x2k4p', 'shop-checkout-7d9f8b6c5d-q8w1z'];
const widths = [1440, 1180, 1024, 900, 720, 390, 360];

const labels = (pod: string): string => encodeURIComponent(`pod="${pod}"`);
const range = `from=${NOW_MS - 30 * 60_000}&until=${NOW_MS}`;
const subject = `&svc=${SERVICE}&type=${CPU}&${range}`;
const links = {
  Explore: `/?v=1&view=explore${subject}`,
  'Explore, in a zone of a long name': `/?v=1&view=explore&from=now-7d&until=now&tz=America/Argentina/Buenos_Aires`,
  Compare: `/?v=1&view=compare${subject}&norm=load-adjusted`,
  'Compare of sides with ranges of their own': `/?v=1&view=compare${subject}&tz=America/Argentina/Buenos_Aires&a.from=now-7d&a.until=now-6d&b.from=now-1d&b.until=now`,
  'Compare with a label on each side': `/?v=1&view=compare${subject}&a.q=${labels(pods[0])}&b.q=${labels(pods[1])}`,
};

/** What is wrong with the controls of the top bar, of the sides and of the tools, in words. */
function wrongControls(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const name = (control: Element): string => control.getAttribute('aria-label') ?? control.textContent.slice(0, 60);
    const groups = '[role=banner], header, [role=group][aria-label^=Side], :has(> [role=search])';
    const controls = [
      ...new Set(
        [...document.querySelectorAll(groups)].flatMap((bar) => [...bar.querySelectorAll('button, a, input')]),
      ),
    ]
      .map((control) => ({ control, box: control.getBoundingClientRect() }))
      .filter(({ control, box }) => box.width > 1 && control.checkVisibility());
    const wrong = controls
      .filter(({ control, box }) => {
        const isIn = box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight;
        const at = [0.1, 0.5, 0.9].map((part) =>
          document.elementFromPoint(box.left + box.width * part, box.top + box.height / 2),
        );
        return !isIn || !at.every((one) => control.contains(one));
      })
      .map(
        ({ control, box }) =>
          `${name(control)} at ${Math.round(box.left)}–${Math.round(box.right)} is cut off or covered`,
      );
    for (const [i, { control, box }] of controls.entries())
      for (const other of controls.slice(i + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (across > 0.5 && down > 0.5) wrong.push(`${name(control)} lies over ${name(other.control)}`);
      }
    return controls.length < 10 ? [`only ${controls.length} controls`] : wrong;
  });
}

test.beforeEach(async ({ baseURL }) => {
  for (const pod of pods) await push(baseURL!, `${SERVICE}{pod=${pod}}`, { 'main;work': 9 }, NOW_MS - 60_000);
});

for (const [title, link] of Object.entries(links))
  test(`${title}: no control leaves the window or lies over another`, async ({ page }) => {
    await page.goto(link);
    await page.evaluate(() => window.flametide.summary());
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      // Twice: what React draws for the width, and what that is laid out to.
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      expect(await wrongControls(page), `at ${width}`).toEqual([]);
    }
  });

test('sides that differ at the end of a label are distinguishable, and each label can be removed', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 900 });
  await page.goto(links['Compare with a label on each side']);
  for (const [i, name] of ['Side A, baseline', 'Side B, comparison'].entries()) {
    const side = page.getByRole('group', { name });
    await expect(side.getByRole('button', { name: `pod = ${pods[i]}` })).toBeInViewport({ ratio: 1 });
    await expect(side.getByText(pods[i].slice(-10), { exact: true })).toBeInViewport({ ratio: 1 });
    await side.getByRole('button', { name: `Remove pod="${pods[i]}"` }).click({ trial: true });
  }
});
