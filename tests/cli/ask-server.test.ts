/** What the command line says about answers of a server that it cannot read. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { askSlices } from '#cli/ask-server.ts';

let server: Server | undefined;
afterEach(() => server?.close());

it('damaged slices are refused with their place', async () => {
  // A list of names that is longer than the answer.
  server = createServer((_, response) => response.end(Buffer.of(10, 99)));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const range = {
    server: url,
    token: undefined,
    profileType: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    selector: '{service_name="shop"}',
    matchers: [],
    startMs: 0,
    endMs: 1000,
  };
  await expect(askSlices(range, 4, undefined)).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:\d+: The slices of the range cannot be read: .+ \(byte \d+\)\.$/,
  );
});
