/** Kinds of frames of a flight recording: colours, legend, tooltip. Numbers by hand. */
import { expect } from '@playwright/test';
import { kindsRecording } from '../support/frame-kinds.ts';
import { openFiles, test } from './support.ts';

test('frames are coloured by their kinds, which the tooltip has in shares', async ({ page }) => {
  await page.goto('/?v=1&view=files&pane=flame&col=kind');
  await openFiles(page, {
    name: 'shop.jfr',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(kindsRecording),
  });
  const graph = page.getByRole('tree', { name: 'Flamegraph' });
  await expect(graph).toBeVisible();
  const legend = page.getByRole('list', { name: 'Self by kind' });
  await expect(legend.getByRole('listitem')).toHaveText([
    /inlined\s+50\.0.%/,
    /native\s+25\.0.%/,
    /JIT-compiled\s+25\.0.%/,
  ]);
  await expect(page.getByRole('button', { name: /Colour/ })).toContainText('kind');

  const { x, y, width } = (await graph.boundingBox())!;
  // The second row, app.main, is as wide as the graph.
  await page.mouse.move(x + width / 2, y + 30);
  await expect(page.getByRole('tooltip')).toContainText('JIT-compiled 75.0');
  await expect(page.getByRole('tooltip')).toContainText('interpreted 25.0');

  // A file that says nothing of kinds has the colours of packages, and no such choice.
  await openFiles(page, { name: 'plain.txt', mimeType: 'text/plain', buffer: Buffer.from('main;price 5') });
  await expect(page.getByRole('list', { name: 'Self by package' })).toBeVisible();
  await expect(page.getByRole('button', { name: /Colour/ })).toContainText('package');
});
