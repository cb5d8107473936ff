/** The load on the services whose profiles are recorded. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { startLoad } from './perf/services/load.js';

it('a request that is given up in the midst of its answer has failed once', async () => {
  const closed = vi.fn<() => void>();
  const server = createServer((_, response) => {
    response.on('close', closed);
    response.write('x');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // The first request is sent at once, the second after hours.
  const load = startLoad(url, { '/': 1 }, 1e-4, () => 0.5, 200);
  try {
    await vi.waitFor(() => expect(closed).toHaveBeenCalled(), 240_000);
    await vi.waitFor(() => expect(load.state.failed).toBeGreaterThan(0), 240_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(load.state).toEqual({ answered: { '/': 0 }, failed: 1, leftOut: 0 });
  } finally {
    load.stop();
    server.closeAllConnections();
    server.close();
  }
});
