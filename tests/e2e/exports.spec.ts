/** Exports of the shown view, read back by other tools. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, type Page } from '@playwright/test';
import { Profile as PeerProfile } from 'pprof-format';
import type { ExportKind } from '../../src/app/exports/export-kinds.ts';
import { openFiles, openSample, sampleStacks, test, textFile } from './support.ts';

/** As `sampleStacks`, with `json.Marshal` twice as dear, a new function and one gone. */
const laterStacks = `main;serve;json.Marshal 60
main;serve;json.Marshal;encode 10
main;parse;parse;lex 20
main;log;json.Marshal 10
main;serve 15
=cmd|' /C calc'!A0;"quoted, twice" 20
`;

async function openComparison(page: Page): Promise<void> {
  await page.goto('/?v=1&view=files');
  await openFiles(page, textFile('before.txt', sampleStacks), textFile('after.txt', laterStacks));
  await expect(page.getByRole('group', { name: 'Open files' })).toContainText('after.txt');
  await page.evaluate(() =>
    window.flametide.show({ view: 'compare', 'a.file': 'before.txt', 'b.file': 'after.txt', norm: 'absolute' }),
  );
  await expect(page.getByRole('tree', { name: 'Diff flamegraph' })).toBeVisible();
}

const text = (page: Page, kind: ExportKind): Promise<string> =>
  page.evaluate((one) => window.flametide.exportAs(one) as Promise<string>, kind);

async function bytes(page: Page, kind: ExportKind): Promise<Uint8Array> {
  return Uint8Array.from(
    await page.evaluate(async (one) => [...((await window.flametide.exportAs(one)) as Uint8Array)], kind),
  );
}

/** Stacks with their values, as another library reads them. */
function peerStacks(packed: Uint8Array): Record<string, number> {
  const { stringTable, sample, location, function: functions } = PeerProfile.decode(gunzipSync(packed));
  const nameOf = (id: number | bigint): string => {
    const [line] = location.find((one) => one.id === id)!.line;
    return stringTable.strings[Number(functions.find((one) => one.id === line.functionId)!.name)];
  };
  return Object.fromEntries(
    sample.map(({ locationId, value }) => [locationId.map(nameOf).toReversed().join(';'), Number(value[0])]),
  );
}

function stacksOf(folded: string): Record<string, number> {
  const lines = folded.trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.replace(/ \d+$/, ''), Number(/\d+$/.exec(line)![0])]));
}

/** RFC 4180, strictly. */
function readCsv(csv: string): Record<string, string>[] {
  expect(csv).toMatch(/^((?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,(?:"(?:[^"]|"")*"|[^",\r\n]*))*\r\n)*$/);
  const rows = [...csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)].reduce<string[][]>(
    (all, [, quoted, plain = '', end]) => {
      all.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain);
      if (end !== ',') all.push([]);
      return all;
    },
    [[]],
  );
  const [head, ...body] = rows.slice(0, -1);
  return body.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
}

test('a tree is read back by others, with every value', async ({ page }) => {
  await openSample(page);
  const expected = stacksOf(sampleStacks);
  expect(peerStacks(await bytes(page, 'pprof'))).toEqual(expected);
  expect(stacksOf(await text(page, 'collapsed'))).toEqual(expected);

  const speedscope = JSON.parse(await text(page, 'speedscope'));
  const [profile] = speedscope.profiles;
  expect(speedscope.$schema).toBe('https://www.speedscope.app/file-format-schema.json');
  expect(profile).toMatchObject({ type: 'sampled', unit: 'none', startValue: 0, endValue: 100 });
  const sampled = profile.samples.map((stack: number[], i: number) => [
    stack.map((frame) => speedscope.shared.frames[frame].name).join(';'),
    profile.weights[i],
  ]);
  expect(Object.fromEntries(sampled)).toEqual(expected);

  const rows = readCsv(await text(page, 'csv'));
  // Functions without a self are all alike to the order of either.
  const top = await page.evaluate(() => window.flametide.top(100, 'self'));
  const read = rows.map((row) => ({
    name: row['Function'],
    self: Number(row['Self (count)']),
    total: Number(row['Total (count)']),
  }));
  expect(read.filter(({ self }) => self > 0)).toEqual(top.filter(({ self }) => Number(self) > 0));
});

test('a comparison is read back, side by side', async ({ page }) => {
  await openComparison(page);
  expect(peerStacks(await bytes(page, 'pprof-a'))).toEqual(stacksOf(sampleStacks));
  expect(peerStacks(await bytes(page, 'pprof-b'))).toEqual(stacksOf(laterStacks));
  const both = (await text(page, 'collapsed')).trim().split('\n');
  expect(both).toContain('main;serve;json.Marshal 30 60');
  expect(both).toContain('gc 20 0');
  const sums = both.map((line) => / (\d+) (\d+)$/.exec(line)!.slice(1).map(Number));
  expect(sums.reduce(([a, b], [x, y]) => [a + x, b + y])).toEqual([100, 135]);

  const rows = readCsv(await text(page, 'csv'));
  const marshal = rows.find((row) => row['Function'] === 'json.Marshal')!;
  expect(marshal).toMatchObject({
    'Self A (count)': '35',
    'Self B (count)': '70',
    'Change of self (count)': '35',
    'Change of self (% of A)': '100',
    'Total A (count)': '45',
    'Total B (count)': '80',
  });
  expect(rows.map((row) => row['Function'])).toEqual(
    expect.arrayContaining(["'=cmd|' /C calc'!A0", '"quoted, twice"']),
  );
  expect(rows.reduce((sum, row) => sum + Number(row['Self B (count)']), 0)).toBe(135);

  await page.evaluate(() => window.flametide.show({ norm: 'share' }));
  const shares = readCsv(await text(page, 'csv'));
  expect(shares.reduce((sum, row) => sum + Number(row['Self A (share of the side)']), 0)).toBeCloseTo(1, 12);
  await expect(text(page, 'speedscope')).rejects.toThrow('cannot be exported as speedscope');
});

test('pictures of a comparison say what their colours mean', async ({ page }) => {
  await openComparison(page);
  const svg = await text(page, 'svg');
  for (const words of [
    'unchanged, or may be noise',
    'only in A',
    'A: before.txt · B: after.txt',
    'json.Marshal',
    'view=compare',
  ])
    expect(svg).toContain(words);
  expect(
    await page.evaluate(
      (xml) => new DOMParser().parseFromString(xml, 'image/svg+xml').querySelector('parsererror') === null,
      svg,
    ),
  ).toBe(true);
  const png = Buffer.from(await bytes(page, 'png'));
  expect(png.readUInt32BE(16)).toBe(3200);
  expect(png.includes('a.file=before.txt')).toBe(true);
});

test('the menu saves a comparison under the names of its sides', async ({ page }) => {
  await openComparison(page);
  await page.getByRole('button', { name: 'Export what is shown' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'CSV' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('before against after.csv');
  expect(readFileSync(await file.path(), 'utf8')).toBe(await text(page, 'csv'));
});
