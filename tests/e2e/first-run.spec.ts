/** A server without profiles: its pages say how to send one, and show it when it arrives. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@playwright/test';
import { jfrChunk } from '../support/jfr-message.ts';
import { violations } from './axe.ts';
import { push } from './stored.ts';

test('the empty page names its address and the lines of each language, and it and Compare fill by themselves', async ({
  page,
  context,
}) => {
  const data = mkdtempSync(join(tmpdir(), 'flametide-first-'));
  const args = ['dist/server/main.js', '--port', '0', '--data', data, '--no-self-profile'];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const url = line.replace(/^.* /, '').replace(/\/$/, '');
    await page.goto(`${url}/`);
    const comparing = await context.newPage();
    await comparing.goto(`${url}/?v=1&view=compare`);
    for (const one of [page, comparing]) {
      await expect(one.getByRole('heading', { name: 'No profile yet' })).toBeVisible();
      await expect(one.getByText(url, { exact: true })).toBeVisible();
    }
    expect(await violations(page)).toEqual([]);
    const languages = page.getByRole('radiogroup', { name: 'Language' });
    for (const [language, lines] of [
      ['Go', `ServerAddress:   "${url}"`],
      ['Node.js', `serverAddress: "${url}"`],
      ['Python', `server_address="${url}"`],
      ['Rust', `PyroscopeAgent::builder("${url}", "my-service")`],
      ['OpenTelemetry', `profiles_endpoint: ${url}/v1development/profiles`],
      ['eBPF', `-collection-agent=${url.replace('http://', '')}`],
      ['Without an agent', '--scrape my-service=localhost:6060'],
      ['Java', `'${url}/ingest?format=jfr&name=my-service'`],
    ] as const) {
      await languages.getByRole('radio', { name: language }).click();
      await expect(page.getByRole('region', { name: /^Lines/ }).last()).toContainText(lines);
    }

    // The command that the page shows for Java works.
    const target = /'(http[^']+)'/.exec(
      await page.getByRole('region', { name: 'Lines: Or send a recording' }).innerText(),
    )![1];
    const stackTrace = ['app.Shop.work:3', 'app.Shop.main:1'];
    const recording = jfrChunk([{ type: 'jdk.ExecutionSample', stackTrace }], { startNs: Date.now() * 1e6 });
    const answer = await fetch(target, { method: 'POST', body: new Uint8Array(recording) });
    expect([answer.status, await answer.text()]).toEqual([200, expect.anything()]);
    await expect(page.getByRole('tree', { name: 'Flamegraph' })).toBeVisible();

    // Something to compare it with.
    const service = 'my-service';
    const type = ['samples', 'count'] as const;
    const now = Date.now();
    for (const ageMs of [2000, 6000]) await push(url, service, { 'main;work': 5 }, now - ageMs, type);
    await expect(comparing.getByRole('heading', { name: 'No profile yet' })).toBeHidden();
    await expect(comparing.getByRole('group', { name: /^Side A|^A/ }).first()).toBeVisible();
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
    rmSync(data, { recursive: true, force: true });
  }
});
