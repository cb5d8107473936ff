/** Targets by the command line and by lists. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCommandLine } from '#server/config.ts';
import { openUpload } from '#server/ingest/open-upload.ts';
import type { WireRequest } from '#server/request.ts';
import { type Scraper, startScraper } from '#server/scrape/scraper.ts';
import { readTargets } from '#server/scrape/target-list.ts';
import { closeAll, goProgram, LIMITS, scrape, serve, TIMES, until } from '../../support/scraped.ts';

afterEach(closeAll);

describe('--scrape', () => {
  const scrapeOf = (...args: string[]): unknown => {
    const asked = parseCommandLine(args, '1');
    return asked.kind === 'serve' ? asked.config.scrape : asked;
  };
  it('takes several targets, with names or without', () => {
    expect(scrapeOf('--scrape', 'localhost:6060', '--scrape', 'shop=https://10.0.0.7:1234/')).toEqual([
      { url: 'http://localhost:6060', service: 'localhost:6060' },
      { url: 'https://10.0.0.7:1234', service: 'shop' },
    ]);
    expect(scrapeOf()).toEqual([]);
  });

  it.each(['localhost:6060/debug', 'http://', 'http://user@host:1', 'ftp://host:1'])('refuses %s', (target) => {
    expect(scrapeOf('--scrape', target)).toMatchObject({ kind: 'refuse' });
  });
});

describe('a list of targets', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'targets-'));
    file = join(folder, 'targets.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (...entries: readonly (readonly [url: string, service: string])[]): void =>
    writeFileSync(
      file,
      JSON.stringify(entries.map(([url, service]) => ({ targets: [new URL(url).host], labels: { service } }))),
    );
  const servicesOf = (scraper: Scraper): string[] => [
    ...new Set(scraper.status().flatMap(({ service, lastMs }) => (lastMs === undefined || !service ? [] : [service]))),
  ];

  it('is followed: what appears is fetched, what disappears is not asked again', async () => {
    let asked = 0;
    const first = await serve((request, response) => {
      asked++;
      goProgram(request, response);
    });
    const second = await serve(goProgram);
    write([first, 'shop']);
    const { scraper } = scrape({}, TIMES, [file]);
    await until(() => expect(servicesOf(scraper)).toEqual(['shop']));
    write([second, 'cart']);
    await until(() => expect(servicesOf(scraper)).toEqual(['cart']));
    const lastMs = (): number => scraper.status().find(({ kind }) => kind === 'heap')?.lastMs ?? 0;
    const roundOfOther = async (): Promise<void> => {
      const seen = lastMs();
      await until(() => expect(lastMs()).toBeGreaterThan(seen));
    };
    // Requests that were already sent may arrive during the first rounds.
    await until(async () => {
      const before = asked;
      await roundOfOther();
      expect(asked).toBe(before);
    });
  });

  it('that names a target of --scrape or of another list fetches it once, until nobody names it', async () => {
    const shop = await serve(goProgram);
    const cart = await serve(goProgram);
    const other = join(folder, 'other.json');
    write([shop, 'shop'], [cart, 'cart']);
    copyFileSync(file, other);
    const { scraper } = scrape({ shop }, TIMES, [file, other]);
    const heaps = (): string[] =>
      scraper
        .status()
        .filter(({ kind }) => kind === 'heap')
        .map(({ service }) => service);
    const readAgain = async (): Promise<void> => {
      const from = Date.now();
      const lists = (): number[] =>
        scraper.status().flatMap(({ kind, lastMs = 0 }) => (kind === 'targets' ? [lastMs] : []));
      // A reading that began before may end after: the second one is of what is there now.
      await until(() => expect(lists().every((lastMs) => lastMs > from + 40)).toBe(true));
    };
    await until(() => expect(servicesOf(scraper).sort()).toEqual(['cart', 'shop']));
    await readAgain();
    expect(heaps()).toEqual(['shop', 'cart']);
    write();
    await readAgain();
    expect(heaps()).toEqual(['shop', 'cart']);
    copyFileSync(file, other);
    await until(() => expect(heaps()).toEqual(['shop']));
  });

  it('that lost a target ends only after the last fetch of that target', async () => {
    write([await serve(goProgram), 'shop']);
    const waiting: (() => void)[] = [];
    const engine = {
      async ingest(request: WireRequest) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return openUpload(request, LIMITS, Date.now());
      },
    };
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const scraper = startScraper([], engine, log, TIMES, [file]);
    await until(() => expect(waiting.length).toBeGreaterThan(0));
    write();
    await until(() => expect(scraper.status().map(({ kind }) => kind)).toEqual(['targets']));
    const other = startScraper([], engine, log, TIMES, [file]);
    const listRead = async (): Promise<void> => {
      const lastMs = (): number => other.status()[0].lastMs ?? 0;
      const seen = lastMs();
      await until(() => expect(lastMs()).toBeGreaterThan(seen));
    };
    let isStopped = false;
    const stopped = scraper.stop().then(() => (isStopped = true));
    // Meanwhile another reads the list twice, and stops: it waits for no fetch.
    await listRead();
    await listRead();
    await other.stop();
    expect(isStopped).toBe(false);
    for (const release of waiting) release();
    await stopped;
  });

  it('is followed in part where it and --scrape together have too many targets', async () => {
    const services = Array.from({ length: 500 }, (_, i) => `service-${i}`);
    write(...services.map((service) => ['http://127.0.0.1:1', service] as const));
    const times = { ...TIMES, everyMs: 60_000, maxWaitMs: 60_000 };
    const { scraper } = scrape({ shop: 'http://127.0.0.1:1' }, times, [file]);
    const problem = (): string | undefined => scraper.status().find(({ kind }) => kind === 'targets')?.problem;
    await until(() =>
      expect(problem()).toBe(
        `The list ${file} is followed only in part: --scrape and all lists together have more than 500 targets.`,
      ),
    );
    expect(scraper.status().filter(({ kind }) => kind === 'heap')).toHaveLength(500);
  });

  it('that cannot be read keeps its targets, and says why', async () => {
    const target = await serve(goProgram);
    let answer = JSON.stringify([{ targets: [new URL(target).host], labels: { job: 'shop' } }]);
    const list = await serve((_, response) => response.end(answer));
    const { scraper, warnings } = scrape({}, TIMES, [list]);
    await until(() => expect(servicesOf(scraper)).toEqual(['shop']));
    answer = '<html>';
    const listStatus = (): { problem: string | undefined } | undefined =>
      scraper.status().find(({ kind }) => kind === 'targets');
    await until(() => expect(listStatus()?.problem).toContain('The list is not JSON'));
    expect(servicesOf(scraper)).toEqual(['shop']);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`The list of targets ${list} could not be read: The list is not JSON`);
  });

  it('names the service of each target by its labels, else by its host', async () => {
    writeFileSync(
      file,
      JSON.stringify([
        { targets: ['a:1', 'b:2'], labels: { job: 'shop', env: 'prod' } },
        { targets: ['c:3'], labels: { job: 'x', service: 'cart', __scheme__: 'https' } },
        { targets: ['http://d:4'], labels: { service: 'x', service_name: 'pay' } },
        { targets: ['e:5'] },
      ]),
    );
    const found = await readTargets(file, new AbortController().signal);
    expect(found.map(({ url, service }) => `${service} ${url}`)).toEqual([
      'shop http://a:1',
      'shop http://b:2',
      'cart https://c:3',
      'pay http://d:4',
      'e:5 http://e:5',
    ]);
  });

  it.each([
    ['{}', 'The list has another form'],
    ['[{"targets": [1]}]', 'The list has another form'],
    ['[{"targets": ["a:1/path"]}]', '"a:1/path" is not a target'],
    ['[{"targets": ["file:///etc/passwd"]}]', 'is not a target'],
    [
      `[{"targets": [${Array.from({ length: 501 }, (_, i) => `"h:${i + 1}"`).join()}]}]`,
      'has 501 targets; the maximum is 500',
    ],
    [`["${' '.repeat(1 << 20)}"]`, 'The list has more than 1 MiB'],
  ])('%.30s is refused', async (text, reason) => {
    writeFileSync(file, text);
    await expect(readTargets(file, new AbortController().signal)).rejects.toThrow(reason);
  });
});
