import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { fetchProfile } from '#server/scrape/fetch-profile.ts';

it.each([
  ['HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', 'without an answer'],
  ['HTTP/1.1 204 No Content\r\n\r\n', 'answered 204'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx', /aborted|before its answer was whole/],
  ['rubbish\r\n\r\n', 'Parse Error'],
  ['', /hang up|without an answer/],
])('a target that answers %j and closes is a sentence', async (answer, sentence) => {
  const server = createServer((request) => request.socket.end(answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const never = new AbortController().signal;
    await expect(fetchProfile(new URL(`http://127.0.0.1:${port}/`), 600_000, never)).rejects.toThrow(sentence);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
