/** Every journey by keyboard alone, in Chromium, and in Firefox where one is installed: no step loses the focus. */
import { expect, type Page, test as withPage } from '@playwright/test';
import { Firefox, installedFirefox } from '../support/firefox.ts';
import { CPU, push } from './stored.ts';

/** What both browsers can do. */
interface Driver {
  goto(url: string): Promise<void>;
  press(key: string): Promise<void>;
  /** @param expression its value, or that of its promise, is JSON */
  evaluate(expression: string): Promise<unknown>;
}

const MINUTE = 60_000;
const UNTIL_MS = Math.floor(Date.now() / MINUTE) * MINUTE - MINUTE;
const FROM_MS = UNTIL_MS - 40 * MINUTE;
const DEPLOY_MS = FROM_MS + 20 * MINUTE;
const MAX_STOPS = 80;
/** Of this run: what an earlier one pushed has other deploys. */
const RUN = `e2e/keys-${UNTIL_MS / MINUTE}`;

/** The focused control by its name; '' where nothing has the focus. */
const FOCUSED = `(() => {
  const one = document.activeElement;
  if (!one || one === document.body) return '';
  return (one.getAttribute('aria-label') || one.textContent || one.id || one.tagName).replaceAll("\\u00a0", " ").trim().slice(0, 400);
})()`;
const within = (selector: string): string => `document.querySelector(${JSON.stringify(selector)}) !== null`;
const TREE = '[role=tree][aria-label=Flamegraph]';
const DIFF = '[role=tree][aria-label="Diff flamegraph"]';

async function journeys(driver: Driver, baseURL: string, service: string): Promise<void> {
  const focused = async (): Promise<string> => String(await driver.evaluate(FOCUSED));
  const shown = (selector: string): Promise<void> => expect.poll(() => driver.evaluate(within(selector))).toBe(true);
  /** A key, after which something still has the focus. */
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) {
      await driver.press(key);
      await expect.poll(focused, `after ${key}`).not.toBe('');
    }
  };
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let stop = 0; stop < MAX_STOPS && !name.test(await focused()); stop++) await driver.press('Tab');
    expect(await focused()).toMatch(name);
  };
  const type = async (text: string): Promise<void> => {
    for (const key of text) await driver.press(key);
  };
  const key = (name: string): Promise<unknown> =>
    driver.evaluate(`new URLSearchParams(location.search).get('${name}')`);

  // A link to a range: zoom, callers and callees, search.
  await driver.goto(`${baseURL}/?v=1&svc=${service}&type=${CPU}&from=${FROM_MS}&until=${UNTIL_MS}&pane=both`);
  await shown(TREE);
  await tabTo(/^Flamegraph$/);
  await press('ArrowDown', 'ArrowDown', 'Enter');
  await expect.poll(() => key('z')).toBe('main;serve');
  await press('Escape', 's');
  await expect.poll(() => key('pane')).toBe('sandwich');
  await press('/');
  await type('work');
  await expect.poll(() => key('s')).toBe('work');
  await press('Escape');

  // From the deploy to its cause.
  await driver.goto(`${baseURL}/?v=1&svc=${service}&type=${CPU}&from=${FROM_MS}&until=${UNTIL_MS}&pane=both`);
  await shown(TREE);
  await shown('[role=application][aria-label*="next marker"]');
  await tabTo(/m goes to the next marker/);
  await press('m', 'Enter');
  await expect.poll(focused).toMatch(/^Compare 15 min before and after$/);
  await driver.press('Enter');
  await shown(DIFF);
  await shown('[role=listbox][aria-label=Changes]');
  await tabTo(/^Changes$/);
  await press('Enter');
  await expect.poll(() => key('sel')).toBe('main;serve;work');

  // All services, and into one.
  await tabTo(/^Services$/);
  await driver.press('Enter');
  await shown('[role=grid][aria-label=Services]');
  await tabTo(/^Find a service$/);
  await type(service);
  await tabTo(/^Services$|core-/);
  await press('Enter');
  await shown(TREE);
  expect(await key('svc')).toBe(service);

  // A profile as text, without a pointer and without a file dialog.
  await tabTo(/^Files$/);
  await driver.press('Enter');
  await tabTo(/^Paste text$/);
  await driver.press('Enter');
  await shown('[role=dialog] textarea');
  await tabTo(/./);
  await type('main;a 3');
  await tabTo(/^Open$/);
  await driver.press('Enter');
  await shown(TREE);
  expect(await driver.evaluate('window.flametide.summary().then(({ total }) => total)')).toBe(3);
}

async function pushed(baseURL: string, service: string): Promise<void> {
  for (let timeMs = FROM_MS; timeMs < UNTIL_MS; timeMs += 15_000) {
    const isNew = timeMs >= DEPLOY_MS;
    const stacks = { 'main;serve;work': isNew ? 600 : 300, 'main;serve;read': 300, 'main;gc': 100 };
    await push(baseURL, `${service}{version=${isNew ? 'v2' : 'v1'}}`, stacks, timeMs);
  }
}

const driverOf = (page: Page): Driver => ({
  goto: async (url) => void (await page.goto(url)),
  press: (key) => page.keyboard.press(key),
  evaluate: (expression) => page.evaluate(expression),
});

withPage('in Chromium', async ({ page, baseURL }) => {
  await pushed(baseURL!, `${RUN}-chromium`);
  await journeys(driverOf(page), baseURL!, `${RUN}-chromium`);
});

const path = installedFirefox();
if (path !== undefined)
  withPage('in Firefox', async ({ baseURL }) => {
    await pushed(baseURL!, `${RUN}-firefox`);
    const firefox = await Firefox.start(path);
    try {
      await journeys(firefox, baseURL!, `${RUN}-firefox`);
    } finally {
      await firefox.stop();
    }
  });
