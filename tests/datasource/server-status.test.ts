import { afterEach, expect, it, vi } from 'vitest';
import { fetchServerStatus, removeService, takeProfileNow } from '#datasource/server-status.ts';

afterEach(() => vi.unstubAllGlobals());

function answering(status: number, body: string) {
  const fetched = vi.fn<(url: URL, init?: RequestInit) => Promise<Response>>(() =>
    Promise.resolve(new Response(body, { status })),
  );
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

function store(given: unknown) {
  answering(200, JSON.stringify({ version: '1', source: 'embedded', store: given }));
  return fetchServerStatus('http://127.0.0.1/x/', new AbortController().signal).then((status) => status.store);
}

it('reads how services keep to their budgets, and why the clock is doubted', async () => {
  const shop = { service: 'shop', labelSets: 10, budget: 10, foldedSamples: 3, refused: 0 };
  expect(await store({ clock: 'It jumped.', services: [shop], bytes: { profiles: 1 } })).toEqual({
    clock: 'It jumped.',
    services: [shop],
  });
});

it('takes nothing that is of another shape', async () => {
  expect(await store(undefined)).toBeUndefined();
  expect(await store('all is well')).toBeUndefined();
  expect(await store({ clock: 1, services: 'none' })).toEqual({ clock: undefined, services: [] });
  const shapes = [null, 1, {}, { service: 'shop', labelSets: '1', budget: 1, foldedSamples: 0, refused: 0 }];
  expect(await store({ services: shapes })).toEqual({ clock: undefined, services: [] });
});

it('removes a service by its name, whatever characters it has', async () => {
  const fetched = answering(200, '{}');
  await removeService('http://127.0.0.1/x/', 'a/b ?#%');
  const [url, init] = fetched.mock.calls[0];
  expect([url.href, init?.method]).toEqual(['http://127.0.0.1/x/api/services/a%2Fb%20%3F%23%25', 'DELETE']);
});

it('passes the words of a refusal on', async () => {
  answering(404, 'There is no service of this name.\n');
  await expect(removeService('http://127.0.0.1/', 'shop')).rejects.toThrow('There is no service of this name.');
});

const never = new AbortController().signal;

it('takes the times of a profile and what is wrong with it', async () => {
  const fetched = answering(200, '{"service":"a&b","fromMs":1000,"untilMs":9000,"problems":["a:1 is away.",3]}');
  expect(await takeProfileNow('http://127.0.0.1/x/', 'a&b', never)).toEqual({
    fromMs: 1000,
    untilMs: 9000,
    problems: ['a:1 is away.'],
  });
  const [url, init] = fetched.mock.calls[0];
  expect([url.href, init?.method]).toEqual(['http://127.0.0.1/x/api/targets/profile?service=a%26b', 'POST']);
});

it.each([
  '<!doctype html><title>Sign in</title>',
  '',
  'null',
  '[]',
  '{}',
  '{"fromMs":"1000","untilMs":"9000"}',
  '{"fromMs":9000,"untilMs":1000}',
  '{"fromMs":1000,"untilMs":1e300}',
])('takes no profile from an answer of something else: %s', async (body) => {
  answering(200, body);
  await expect(takeProfileNow('http://127.0.0.1/', 'shop', never)).rejects.toThrow(
    /^The answer is not one of Flametide/,
  );
});

it('stops waiting for a profile when it is told to, and after a time', async () => {
  vi.stubGlobal(
    'fetch',
    (_: URL, { signal }: { signal: AbortSignal }) =>
      new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  );
  const stop = new AbortController();
  const taking = takeProfileNow('http://127.0.0.1/', 'shop', stop.signal);
  stop.abort();
  await expect(taking).rejects.toThrow('You stopped waiting. The server may still record it.');
  await expect(takeProfileNow('http://127.0.0.1/', 'shop', never, 5)).rejects.toThrow(
    'The server did not answer within 0.005 s.',
  );
});
