/** A shop on Fastify. CHANGE switches one known change of its code on; without it the shop is as it was. */

import Pyroscope from '@pyroscope/nodejs';
import Fastify from 'fastify';
import { addCartRoutes } from './cart.js';
import { addCatalogueRoutes } from './catalogue.js';
import { addInvoiceRoutes } from './invoice.js';

const { APP = 'shop', POD = '0', VERSION = '1', SERVER, PORT = '0', CHANGE = '' } = process.env;

Pyroscope.init({
  appName: APP,
  serverAddress: SERVER,
  tags: { version: VERSION, pod: POD },
  flushIntervalMs: 10_000,
  wall: { samplingDurationMs: 10_000, samplingIntervalMicros: 4000, collectCpuTime: true },
});
Pyroscope.start();

const shop = Fastify();
shop.addHook('onRequest', async (request) => {
  request.startedAt = performance.now();
});
addCatalogueRoutes(shop, CHANGE);
addCartRoutes(shop, CHANGE);
addInvoiceRoutes(shop, CHANGE);
await shop.listen({ port: Number(PORT), host: '127.0.0.1' });
