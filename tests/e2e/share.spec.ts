/** Links and snapshots opened by others: in a fresh browser, on a server without the profiles, and hostile ones. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { violations } from './axe.ts';
import { CPU, push, type Stacks } from './stored.ts';
import { openFiles, sampleStacks, textFile } from './support.ts';

const MINUTE = 60_000;
const UPLOAD_MS = 15_000;
const START_MS = Math.floor(Date.now() / MINUTE) * MINUTE - 40 * MINUTE;
const MIDDLE_MS = START_MS + 10 * MINUTE;
const END_MS = START_MS + 20 * MINUTE;

const EXPLORE = `v=1&view=explore&svc=shop&type=${CPU}&from=${START_MS}&until=${END_MS - 1}`;
const SIDES = [
  `a.svc=shop&a.type=${CPU}&a.from=${START_MS}&a.until=${MIDDLE_MS - 1}`,
  `b.svc=shop&b.type=${CPU}&b.from=${MIDDLE_MS}&b.until=${END_MS - 1}`,
].join('&');
const COMPARE = `v=1&view=compare&${SIDES}&pane=flame&norm=per-second&w=b&dcol=self&noise=shown&s=json&z=main;serve&sel=main;serve;cart&t=hide:%3D"serve.log"&t=rename:%3D"main.gc"+%3D%3E+collector`;

interface Running {
  readonly url: string;
  /** Until the port is free again. */
  stop(): Promise<void>;
}

let data: string;
let server: Running;

test.beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'flametide-share-'));
  server = await start(0);
  const times = Array.from({ length: (END_MS - START_MS) / UPLOAD_MS }, (_, i) => START_MS + i * UPLOAD_MS);
  await Promise.all(times.map((timeMs) => push(server.url, 'shop{pod=a}', profileAt(timeMs), timeMs)));
});

test.afterEach(async () => {
  await server.stop();
  rmSync(data, { recursive: true });
});

async function start(port: number): Promise<Running> {
  const args = ['dist/server/main.js', '--port', String(port), '--data', data, '--no-self-profile'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { url: line.replace(/^.* /, ''), stop };
}

/** The same address, and none of the profiles that it had. */
async function restartWithoutProfiles(): Promise<void> {
  const { port } = new URL(server.url);
  await server.stop();
  const profiles = readdirSync(data).filter((name) => name.startsWith('profiles.db'));
  expect(profiles).toContain('profiles.db');
  for (const name of profiles) rmSync(join(data, name));
  server = await start(Number(port));
}

/** A slower `cart.price` in the second half, a little noise everywhere. */
function profileAt(timeMs: number): Stacks {
  const i = (timeMs - START_MS) / UPLOAD_MS;
  const stacks: Record<string, number> = { 'main;main.gc': 40 };
  for (const [r, route] of ['search', 'cart', 'list'].entries())
    for (const [f, name] of ['parse', 'query', 'json.encode', 'serve.log', 'price', 'render'].entries()) {
      const own = /[.]/.test(name) ? name : `${route}.${name}`;
      const slow = own === 'cart.price' && timeMs >= MIDDLE_MS ? 1.7 : 1;
      stacks[`main;serve;${route};${own}`] = Math.round((40 + 5 * f) * slow * (1 + 0.1 * Math.sin(i * (f + 2) + r)));
    }
  return stacks;
}

/** Somebody else's: nothing stored, nothing remembered. */
async function freshPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    baseURL: server.url,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  return context.newPage();
}

const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

interface Seen {
  readonly summary: unknown;
  readonly changes: unknown;
  readonly series: unknown;
  readonly picture: Buffer;
}

/** What the console tells, and the pixels of the graph. */
async function seenOn(page: Page): Promise<Seen> {
  const told = await page.evaluate(async () => ({
    summary: await window.flametide.summary(),
    changes: location.search.includes('a.svc') ? await window.flametide.changes(100) : [],
    series: await window.flametide.series(),
  }));
  // Out of the graph: what is hovered lights up.
  await page.mouse.move(2, 2);
  const pixels = await page.evaluate(() => {
    const canvas = document.querySelector('[data-flamegraph]')!.parentElement!.querySelector('canvas')!;
    const { data: bytes } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
  });
  return { ...told, picture: Buffer.from(pixels, 'base64') };
}

/** Share of pixels that differ by more than anybody sees. A notice over the graph leaves fewer rows of them, at its end. */
function distinct(one: Buffer, other: Buffer): number {
  const length = Math.min(one.length, other.length);
  expect(length).toBeGreaterThan(1e6);
  let count = 0;
  for (let i = 0; i < length; i += 4) if ([0, 1, 2].some((c) => Math.abs(one[i + c] - other[i + c]) > 24)) count++;
  return (count * 4) / length;
}

function expectTheSame(other: Seen, one: Seen): void {
  expect(other.summary).toEqual(one.summary);
  expect(other.changes).toEqual(one.changes);
  expect(other.series).toEqual(one.series);
  expect(new Set(one.picture).size).toBeGreaterThan(20);
  expect(distinct(one.picture, other.picture)).toBeLessThan(0.002);
}

test('a link to a diff opens in a fresh browser as it was: numbers, changes and pixels', async ({ browser }) => {
  const mine = await freshPage(browser);
  await mine.goto(`/?${COMPARE}`);
  const seen = await seenOn(mine);
  expect(seen.changes).toContainEqual(expect.objectContaining({ name: 'cart.price', supported: true }));
  await mine.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = mine.getByRole('dialog', { name: 'Share', exact: true });
  await expect(dialog.getByRole('radio')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Copy link' }).click();
  await expect(dialog.getByRole('status')).toHaveText('Link copied.');
  const link = await clipboard(mine);
  expect(link).toBe(await mine.evaluate(() => window.flametide.url()));
  await dialog.getByRole('button', { name: 'Make a short link' }).click();
  await expect(dialog.getByRole('status')).toHaveText('Short link copied.');
  const short = await clipboard(mine);
  expect(short).toMatch(/\/s\/[0-9a-z]{8}$/);
  for (const address of [link, short]) {
    const theirs = await freshPage(browser);
    await theirs.goto(address);
    expectTheSame(await seenOn(theirs), seen);
    expect(await theirs.evaluate(() => window.flametide.url())).toBe(link);
  }
});

test('a snapshot of a diff opens when the profiles are gone, evidence and all', async ({ browser }) => {
  const mine = await freshPage(browser);
  await mine.goto(`/?${COMPARE}`);
  const seen = await seenOn(mine);
  const { url } = await mine.evaluate(() => window.flametide.share({ snapshot: true }));
  await restartWithoutProfiles();
  const theirs = await freshPage(browser);
  const asked: string[] = [];
  theirs.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await theirs.goto(url);
  await expect(theirs.getByText(/^Saved on .* UTC: the profiles of /)).toBeVisible();
  expectTheSame(await seenOn(theirs), seen);
  expect(asked.filter((one) => /POST|querier|flametide\.v1/.test(one))).toEqual([]);
  // What it holds can be looked at in other ways, and be kept again.
  await theirs.evaluate(() => window.flametide.show({ norm: 'share', pane: 'functions', t: null, s: null }));
  await expect(theirs.getByRole('grid')).toContainText('cart.price');
  const again = await theirs.evaluate(() => window.flametide.share({ snapshot: true }));
  await theirs.goto(again.url);
  expect(new URL(theirs.url()).searchParams.getAll('snap')).toEqual([again.url.slice(-8)]);
  await expect(theirs.getByRole('grid')).toContainText('cart.price');
});

test('Explore is kept by keyboard alone, and says what a snapshot does not hold', async ({ browser }) => {
  const mine = await freshPage(browser);
  await mine.goto(`/?${EXPLORE}&by=pod&pane=flame&z=main;serve`);
  const seen = await seenOn(mine);
  await mine.getByRole('button', { name: 'Share', exact: true }).focus();
  await mine.keyboard.press('Enter');
  const dialog = mine.getByRole('dialog', { name: 'Share', exact: true });
  await expect(dialog.getByRole('button', { name: 'Copy link' })).toBeFocused();
  await expect(dialog.locator('dl')).toContainText('serve, 2 deep');
  await mine.keyboard.press('Tab');
  await mine.keyboard.press('Enter');
  await expect(dialog.getByRole('status')).toHaveText('Markdown copied.');
  expect(await clipboard(mine)).toMatch(/^\[shop · CPU time · .* UTC · pod\]\(http:\S+\)$/);
  await dialog.getByRole('button', { name: 'Save a snapshot' }).focus();
  await mine.keyboard.press('Enter');
  await expect(dialog.getByRole('radio', { name: /^Snapshot: \d+.*B on the server/ })).toBeChecked();
  const link = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
  await mine.keyboard.press('Escape');
  await expect(mine.getByRole('button', { name: 'Share', exact: true })).toBeFocused();

  await restartWithoutProfiles();
  const theirs = await freshPage(browser);
  await theirs.goto(link);
  expectTheSame(await seenOn(theirs), seen);
  expect(await violations(theirs)).toEqual([]);
  await theirs.evaluate(() => window.flametide.show({ from: 'now-5m', until: 'now' }));
  await expect(theirs.getByRole('heading', { name: 'Not in the snapshot' })).toBeVisible();
  await theirs.getByRole('button', { name: 'Show what the server has now' }).last().click();
  await expect(theirs.getByRole('heading', { name: 'No profile yet' })).toBeVisible();
  // The link without the snapshot: what it shows has been removed.
  await push(server.url, 'shop{pod=a}', profileAt(END_MS), Date.now());
  await theirs.goto(`/?${EXPLORE}`);
  await expect(theirs.getByText('removed by the server’s retention')).toBeVisible();
  await theirs.goto(`/?${COMPARE}`);
  await expect(theirs.getByText('removed by the server’s retention')).toBeVisible();
});

test('a moving link is offered beside the fixed one, and labelled', async ({ browser }) => {
  const page = await freshPage(browser);
  await page.goto(`/?v=1&view=explore&svc=shop&type=${CPU}&from=now-3h&until=now`);
  await page.evaluate(() => window.flametide.summary());
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share', exact: true });
  const link = dialog.getByRole('textbox', { name: 'Link' });
  await expect(dialog.getByRole('radio', { name: /current range/ })).toBeChecked();
  await expect(link).toHaveValue(/from=\d+&until=\d+/);
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('radio', { name: /^Moving: Last 3/ }).check();
  await expect(link).toHaveValue(/from=now-3h&until=now/);
  await expect(dialog.locator('dl')).toContainText('Last 3 h, when the link is opened');
});

test('kept links are listed and deleted; one that is gone says so', async ({ browser }) => {
  const page = await freshPage(browser);
  await page.goto(`/?${EXPLORE}`);
  const { url } = await page.evaluate(() => window.flametide.share({ snapshot: true }));
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await page.getByText('Links and snapshots on this server').click();
  await expect(page.getByText(/^1 link, .* of snapshots/)).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: `Delete ${url.slice(-8)}` }).click();
  await page.getByRole('button', { name: 'Delete for everyone' }).click();
  await expect(page.getByText('No links yet.')).toBeVisible();
  const answer = await page.goto(url);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'This link leads nowhere' })).toBeVisible();
  await page.goto(`/?${EXPLORE}&snap=${url.slice(-8)}`);
  await expect(page.getByRole('alert')).toContainText('it was deleted');
  await page.getByRole('button', { name: 'Show what the server has now' }).click();
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
});

test('the link to a file says that the file is needed; a snapshot holds it', async ({ browser }) => {
  const page = await freshPage(browser);
  await page.goto('/?v=1&a.file=sample.txt&b.file=more.txt&pane=flame&norm=absolute');
  await openFiles(page, textFile('sample.txt', sampleStacks), textFile('more.txt', `${sampleStacks}main;extra 7\n`));
  const seen = await page.evaluate(() => window.flametide.summary());
  expect(seen).toMatchObject({ view: 'compare', a: { total: 100 }, b: { total: 107 } });
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share' });
  await expect(dialog).toContainText('need the same files under the same name: sample.txt, more.txt.');
  await dialog.getByRole('button', { name: 'Save a snapshot' }).click();
  await expect(dialog.getByRole('status')).toHaveText('Link to the snapshot copied.');
  await expect(dialog).not.toContainText('need the same files');
  const theirs = await freshPage(browser);
  await theirs.goto(await clipboard(page));
  await expect(theirs.getByText(/^Saved on .* UTC: files /)).toBeVisible();
  expect(await theirs.evaluate(() => window.flametide.summary())).toEqual(seen);
  expect(await theirs.evaluate(() => window.flametide.changes(9))).toEqual(
    await page.evaluate(() => window.flametide.changes(9)),
  );
});

const SCRIPT = '"><img src=//evil.example/x onerror=alert(1)><script>alert(1)</script>';
const every = [
  'view svc type q from until tz by ref grid cs norm w dcol noise rate embed snap src file st pane s z sel sw sf sort col',
  'dir order t p',
  ...['a', 'b'].map((side) => `${side}.svc ${side}.type ${side}.q ${side}.from ${side}.until ${side}.file ${side}.st`),
].flatMap((keys) => keys.split(' '));
const hostile: readonly (readonly [what: string, query: string])[] = [
  ['script in every key', every.map((key) => `${key}=${encodeURIComponent(SCRIPT)}`).join('&')],
  [
    'script in every key of a comparison',
    `${SIDES}&${every.map((key) => `${key}=${encodeURIComponent(SCRIPT)}`).join('&')}`,
  ],
  ['an address in every key', every.map((key) => `${key}=https://evil.example/`).join('&')],
  ['a path in every key', every.map((key) => `${key}=../../../api/links`).join('&')],
  [
    'deep nesting',
    `svc=shop&q=${'('.repeat(2000)}&s=${'('.repeat(2000)}&t=focus:/${'('.repeat(2000)}/&z=${'a;'.repeat(1999)}`,
  ],
  ['wrong types', every.map((key) => `${key}=-1e999&${key}=[object+Object]&${key}=null`).join('&')],
];

test('hostile links give a notice and a working page, and steer no request', async ({ browser }) => {
  test.slow();
  for (const [what, query] of hostile) {
    const page = await freshPage(browser);
    const complaints: string[] = [];
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      const { origin, pathname } = new URL(request.url());
      const isOurs = origin === server.url || /^(?:blob|data):/.test(request.url());
      if (!isOurs || /evil|links|onerror|%3C/i.test(pathname)) complaints.push(`asked ${request.url()}`);
    });
    await page.goto(`/?${query}`);
    await expect(page.getByText('Parts of this link could not be read'), what).toBeVisible();
    await page.getByRole('link', { name: 'Files' }).click();
    await openFiles(page, textFile('sample.txt', sampleStacks));
    await page.evaluate(() => window.flametide.show({ t: null, s: null }));
    expect(await page.evaluate(() => window.flametide.summary()), what).toMatchObject({ view: 'files', total: 100 });
    expect(await page.locator('img, [onerror]').count(), what).toBe(0);
    expect(complaints, what).toEqual([]);
    await page.context().close();
  }
});

test('a link of a megabyte is refused in words, with a way to the page', async ({ browser }) => {
  const page = await freshPage(browser);
  await page.goto(`/?v=1&s=${'x'.repeat(60_000)}`);
  await expect(page.getByText(/s=“x{40}…” could not be read/)).toBeVisible();
  await page.goto(`/?v=1&s=${'x'.repeat(1_000_000)}`);
  await expect(page.getByRole('heading', { name: 'This cannot be opened' })).toBeVisible();
  await page.getByRole('link', { name: 'Open Flametide' }).click();
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
});
