/** A link to a span or a trace: the graph has its samples alone, and says so. */
import { expect } from '@playwright/test';
import { otlpMessage } from '../support/otlp-message.ts';
import { violations } from './axe.ts';
import { summary, test } from './support.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const OTHER = '00f067aa0ba902b8';

test('a link to a span shows its samples alone, how few they are, and leads back to all', async ({ page, baseURL }) => {
  const nowMs = Date.now() - 5000;
  const sent = otlpMessage([
    {
      attributes: { 'service.name': 'traced' },
      profiles: [
        {
          periodType: ['cpu', 'nanoseconds'],
          period: 10_000_000,
          timeNs: BigInt(nowMs) * 1_000_000n,
          samples: [
            { stack: ['main', 'pay'], values: [3], link: { trace: TRACE, span: SPAN } },
            { stack: ['main', 'list'], values: [2], link: { trace: TRACE, span: OTHER } },
            { stack: ['main', 'idle'], values: [150] },
          ],
        },
      ],
    },
  ]);
  const response = await fetch(`${baseURL}/v1development/profiles`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(sent),
  });
  expect(response.status).toBe(200);
  const graph = page.getByRole('tree', { name: 'Flamegraph' });
  const total = async (): Promise<unknown> => (await summary(page)).total;
  const link = `/?v=1&svc=traced&type=process_cpu:cpu:nanoseconds:cpu:nanoseconds&from=${nowMs - 60_000}&until=${nowMs + 60_000}`;

  await page.goto(`${link}&span=${SPAN}`);
  await expect(graph).toBeVisible();
  await expect(
    page.getByRole('status').filter({ hasText: `only the 3 samples of span ${SPAN}. With few samples` }),
  ).toBeVisible();
  expect(await total()).toBe(30_000_000);
  expect(await violations(page)).toEqual([]);

  await page.goto(`${link}&trace=${TRACE}`);
  await expect(
    page.getByRole('status').filter({ hasText: `only the 5 samples of trace ${TRACE}. With few samples` }),
  ).toBeVisible();
  expect(await total()).toBe(50_000_000);

  await page.getByRole('button', { name: 'Show all samples' }).click();
  await expect(page.getByText('With few samples')).toBeHidden();
  await expect.poll(total).toBe(1_550_000_000);
  expect(page.url()).not.toContain('trace=');

  await page.goto(`${link}&span=00f067aa0ba902b9`);
  await expect(page.getByRole('heading', { name: 'No samples of this span' })).toBeVisible();
  await page.getByRole('button', { name: 'Show all samples' }).click();
  await expect(graph).toBeVisible();
});
