/** Shared by the end-to-end tests: opening files as a user does, asking the console handle, watching for complaints. */
import { expect, type Page, test as base } from '@playwright/test';
import type { Summary } from '../../src/app/console/console.ts';

/** `parse` recurs, `json.Marshal` has two callers; total 100. */
export const sampleStacks = `main;serve;json.Marshal 30
main;serve;json.Marshal;encode 10
main;parse;parse;lex 20
main;log;json.Marshal 5
main;serve 15
gc 20
`;

/** Fails a test whose page logs an error, throws, or asks anything of a foreign host. */
export const test = base.extend<{ watched: undefined }>({
  watched: [
    async ({ page, baseURL }, use) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(baseURL ?? '') && !/^(blob|data):/.test(url)) complaints.push(`asked ${url}`);
      });
      await use(undefined);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export interface GivenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export function textFile(name: string, text: string): GivenFile {
  return { name, mimeType: 'text/plain', buffer: Buffer.from(text) };
}

/** Opens files through the page's own input and waits until the first is shown, or a refusal is. */
export async function openFiles(page: Page, ...files: GivenFile[]): Promise<void> {
  await page.locator('input[type=file]').setInputFiles(files);
}

export async function openSample(page: Page, query = '?v=1&view=files'): Promise<void> {
  await page.goto(`/${query}`);
  await openFiles(page, textFile('sample.txt', sampleStacks));
  await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();
}

/** Of what is shown alone; a comparison has two sides. */
export function summary(page: Page): Promise<Summary> {
  return page.evaluate(() => window.flametide.summary() as Promise<Summary>);
}

/** The selected row of the flamegraph's accessible tree. */
export function selectedFrame(page: Page): ReturnType<Page['locator']> {
  return page.locator('[role=treeitem][aria-selected=true]');
}
