/** The page as a server brings it. */
import { analysisClient } from '#analysis/client.ts';
import { pyroscopeSource } from '#datasource/pyroscope.ts';
import { analysisWorker, earlyTree } from './early-start.ts';
import { registerServiceWorker } from './register-service-worker.ts';
import { startPage } from './start-page.tsx';

const analysis = analysisClient(analysisWorker);
const server = { id: 'server', title: 'The server', baseUrl: document.baseURI, early: earlyTree };
startPage(analysis, pyroscopeSource(server));
void import('./files/given-files.ts').then(({ openGivenFiles, openLaunchedFiles }) => {
  openLaunchedFiles(analysis);
  return openGivenFiles(analysis);
});
registerServiceWorker();
