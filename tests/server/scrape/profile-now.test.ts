/** A profile that is taken on demand. */
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, goProgram, type Handler, scrape, serve, TIMES, until } from '../../support/scraped.ts';

afterEach(closeAll);

describe('a profile that is wanted now', () => {
  /** Records until it is told to end, as Go does: one at a time, and given up once the client leaves. */
  const recording = (windows: string[]): Handler => {
    let isBusy = false;
    return (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      if (pathname !== '/debug/pprof/profile') return goProgram(request, response);
      if (isBusy) return void response.writeHead(500).end('Could not enable CPU profiling: busy\n');
      const seconds = searchParams.get('seconds') ?? '';
      windows.push(seconds);
      isBusy = true;
      response.on('close', () => (isBusy = false));
      // The regular ones last for ever.
      if (seconds === '2') goProgram(request, response);
    };
  };

  it('takes the place of the one under way, and the regular ones go on', async () => {
    const windows: string[] = [];
    const url = await serve(recording(windows));
    const { scraper, profiles } = scrape({ shop: url });
    await until(() => expect(windows).toEqual(['1']));
    const { fromMs, untilMs, problems, service } = await scraper.profileNow('shop');
    expect([service, problems]).toEqual(['shop', []]);
    const cpu = profiles.filter(({ series }) => series[0].profileType.startsWith('process_cpu:'));
    expect(cpu).toHaveLength(1);
    expect(cpu[0].timeUs / 1000).toBeGreaterThanOrEqual(fromMs);
    expect(cpu[0].timeUs / 1000).toBeLessThanOrEqual(untilMs);
    expect(untilMs - fromMs).toBeGreaterThanOrEqual(2000);
    await until(() => expect(windows).toEqual(['1', '2', '1']));
    expect(scraper.status().find(({ kind }) => kind === 'cpu')?.problem).toBeUndefined();
  });

  it('is taken once at a time', async () => {
    const windows: string[] = [];
    const url = await serve(recording(windows));
    const { scraper } = scrape({ shop: url });
    const first = scraper.profileNow('shop');
    await expect(scraper.profileNow('shop')).rejects.toMatchObject({ why: 'busy' });
    await first;
    expect(windows.filter((one) => one === '2')).toHaveLength(1);
  });

  it.each<[string, Handler, RegExp]>([
    ['dies', (request) => request.socket.destroy(), /socket hang up/],
    ['hangs', () => undefined, /did not answer within/],
    ['redirects', (_, response) => response.writeHead(302, { location: '/x' }).end(), /answered 302/],
    ['sends rubbish', (_, response) => response.end('Dear diary'), /./],
    ['is profiled by others', (_, response) => response.writeHead(500).end('already in use'), /500: already in use/],
  ])('of a target that %s is refused in words, and costs the others nothing', async (_, handle, words) => {
    const bad = await serve(handle);
    const good = await serve(goProgram);
    const { scraper, lastOf } = scrape({ bad, good }, { ...TIMES, nowMs: 0, timeoutMs: 3000, windowMs: 1000 });
    await expect(scraper.profileNow('bad')).rejects.toMatchObject({
      why: 'failed',
      message: expect.stringMatching(words),
    });
    expect(await scraper.profileNow('good')).toMatchObject({ service: 'good', problems: [] });
    await until(() => expect(lastOf('good', 'heap')).toBeDefined());
  });

  it('is refused for a service that is no target', async () => {
    const { scraper } = scrape({ shop: await serve(goProgram) });
    await expect(scraper.profileNow('cart')).rejects.toMatchObject({ why: 'unknown' });
  });
});
