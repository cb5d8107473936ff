/** A program of three routes in the embedded server, usual and changed, and what tests of Compare ask the page. */
import { expect, type Locator, type Page, test } from '@playwright/test';
import { CPU, push, type Stacks, totalOf } from './stored.ts';

export const MINUTE = 60_000;
export const UPLOAD_MS = 15_000;
/** The maximum age of uploads leaves room for twenty usual minutes and ten of the change. */
export const BASE_MS = Math.floor(Date.now() / MINUTE) * MINUTE - 50 * MINUTE;
export const CHANGE_MS = BASE_MS + 20 * MINUTE;
export const SLOW = 'checkout.price';

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}
export const span = (fromMinute: number, minutes: number): Span => ({
  startMs: BASE_MS + fromMinute * MINUTE,
  endMs: BASE_MS + (fromMinute + minutes) * MINUTE - 1,
});
export const before = span(10, 10);
export const after = span(20, 10);

export interface Change {
  readonly load?: Readonly<Record<string, number>>;
  readonly cost?: Readonly<Record<string, number>>;
}

/** Fifteen seconds of a program of three routes, a little different each time. */
export function profileOf({ load = {}, cost = {} }: Change, i: number): Stacks {
  const functions = { parse: 60, query: 50, render: 40, auth: 30, log: 25, encode: 35 };
  const stacks: Record<string, number> = { 'main;gc': 40, 'main;rare': 1 };
  for (const [r, route] of ['search', 'cart', 'checkout'].entries()) {
    const busy = (load[route] ?? 1) * (1 + 0.05 * Math.sin(i * (2 + r)));
    for (const [name, count] of Object.entries({ ...functions, ...(route === 'checkout' ? { price: 50 } : {}) })) {
      const own = name === 'encode' ? 'json.encode' : `${route}.${name}`;
      const noise = 1 + 0.1 * Math.sin(i * count + r);
      stacks[`main;serve;${route};${own}`] = Math.round(count * busy * noise * (cost[own] ?? 1));
    }
  }
  return stacks;
}

export const slower: Change = { cost: { [SLOW]: 1.6 } };
const busier: Change = { load: { search: 1.7 } };

async function pushWindow(baseURL: string, service: string, { startMs, endMs }: Span, change: Change): Promise<void> {
  const times = Array.from({ length: Math.ceil((endMs - startMs) / UPLOAD_MS) }, (_, i) => startMs + i * UPLOAD_MS);
  await Promise.all(
    times.map((timeMs) => push(baseURL, `${service}{pod=a}`, profileOf(change, indexOf(timeMs)), timeMs)),
  );
}

export function indexOf(timeMs: number): number {
  return (timeMs - BASE_MS) / UPLOAD_MS;
}

/** The total of a window, in nanoseconds. */
export function totalIn({ startMs, endMs }: Span, change: Change): number {
  let sum = 0;
  for (let timeMs = startMs; timeMs <= endMs; timeMs += UPLOAD_MS) sum += totalOf(profileOf(change, indexOf(timeMs)));
  return sum;
}

/** Unique for this worker and run, since others push at the same time. */
const nameFor = (workerIndex: number): string => `e2e/compared-${BASE_MS / MINUTE}-${workerIndex}`;
export const service = (): string => nameFor(test.info().workerIndex);
export const busyService = (): string => `${service()}-busy`;

let pushed: Promise<void> | undefined;
/** Once for each worker, whichever of its files of tests asks first. */
export const pushCompared = (baseURL: string): Promise<void> => (pushed ??= pushAll(baseURL, service()));

async function pushAll(baseURL: string, name: string): Promise<void> {
  await pushWindow(baseURL, name, span(0, 20), {});
  await pushWindow(baseURL, name, after, slower);
  await pushWindow(baseURL, `${name}-busy`, after, busier);
}

export function side(name: 'a' | 'b', { startMs, endMs }: Span, of = service()): string {
  return `${name}.svc=${of}&${name}.type=${CPU}&${name}.from=${startMs}&${name}.until=${endMs}`;
}

export async function shown(page: Page, title = 'Diff flamegraph'): Promise<Locator> {
  const tree = page.getByRole('tree', { name: title });
  await expect(tree).toBeVisible();
  return tree;
}

export async function compare(page: Page, ...parts: string[]): Promise<Locator> {
  await page.goto(`/?v=1&${parts.join('&')}`);
  return shown(page);
}

export const summary = (page: Page): Promise<Record<string, unknown>> =>
  page.evaluate(() => window.flametide.summary() as never);

export type Row = Awaited<ReturnType<typeof window.flametide.changes>>[number];
export const changes = (page: Page): Promise<readonly Row[]> => page.evaluate(() => window.flametide.changes(1000));
export const supported = (rows: readonly Row[]): string[] =>
  rows.filter((row) => row.supported).map(({ kind, name }) => `${kind} ${name}`);
export const supportedCode = (rows: readonly Row[]): string[] =>
  supported(rows).filter((row) => row.startsWith('code'));

export const show = (page: Page, patch: Record<string, string | null>): Promise<void> =>
  page.evaluate((keys) => window.flametide.show(keys), patch);

export const query = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

export const list = (page: Page): Locator => page.getByRole('listbox', { name: 'Changes' });

export type Hues = Readonly<Record<'warm' | 'cold' | 'other', number>>;

/** Pixels of a graph by hue: warm has grown, cold has shrunk; what is unchanged, and what is written, is grey. */
export function huesOf(tree: Locator): Promise<Hues> {
  return tree.evaluate((element) => {
    const canvas = element.parentElement!.querySelector('canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const found = { warm: 0, cold: 0, other: 0 };
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = data.subarray(i, i + 3);
      if (r - b > 40) found.warm++;
      else if (b - r > 40) found.cold++;
      else if (Math.max(r, g, b) - Math.min(r, g, b) > 40) found.other++;
    }
    return found;
  });
}
