/** The answers to navigations. In a browser: tests/e2e/offline.spec.ts. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import '#app/service-worker.ts';

const HOME = 'http://host.test/';
const worker = vi.hoisted(() => {
  const listeners = new Map<string, (event: object) => void>();
  const made = { listeners, kept: undefined as Response | undefined };
  vi.stubGlobal('self', {
    PAGE: { version: '1', files: [''] },
    registration: { scope: 'http://host.test/' },
    addEventListener: (type: string, listener: (event: object) => void) => listeners.set(type, listener),
  });
  vi.stubGlobal('caches', { open: async () => ({ match: async () => made.kept }) });
  return made;
});

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function navigate(): Promise<string> {
  return new Promise((resolve) => {
    const respondWith = async (answer: Promise<Response>): Promise<void> => resolve(await (await answer).text());
    worker.listeners.get('fetch')!({ request: { url: HOME, method: 'GET', mode: 'navigate' }, respondWith });
  });
}

function hostAnswersAfter(ms: number): void {
  vi.stubGlobal(
    'fetch',
    () => new Promise<Response>((resolve) => setTimeout(() => resolve(new Response('from the host')), ms)),
  );
}

it('the answer of the host is shown', async () => {
  worker.kept = new Response('kept');
  hostAnswersAfter(1000);
  const shown = navigate();
  await vi.advanceTimersByTimeAsync(1000);
  expect(await shown).toBe('from the host');
});

it('if the host is silent, the stored page is shown after some seconds', async () => {
  worker.kept = new Response('kept');
  hostAnswersAfter(100_000);
  const shown = navigate();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await Promise.race([shown, Promise.resolve('nothing yet')])).toBe('kept');
});

it('without a stored page it waits for the host', async () => {
  worker.kept = undefined;
  hostAnswersAfter(100_000);
  const shown = navigate();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(await shown).toBe('from the host');
});
