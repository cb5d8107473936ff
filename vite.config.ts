import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** What `npm run dev` leaves to a built server beside it (`npm start`), as the page itself comes from Vite. */
const ASKED_OF_THE_SERVER = ['/api', '/s/', '/healthz', '/ready', '/metrics', '/querier.v1.', '/flametide.v1.', '/pyroscope'];

/**
 * Two builds: the page to dist/client, and, with `--ssr`, the server to dist/server: main.js, its worker threads and what they
 * share, libraries included. `scripts/build.js` runs both, and compresses what the first made.
 */
export default defineConfig(({ isSsrBuild }) =>
  isSsrBuild
    ? {
        publicDir: false,
        // SQLite finds its native build beside its own files only.
        ssr: { noExternal: true, external: ['@photostructure/sqlite'], target: 'node' },
        build: {
          ssr: true,
          target: 'node20',
          outDir: 'dist/server',
          minify: false,
          license: { fileName: 'libraries.md' },
          rolldownOptions: {
            input: [
              ...['main', 'store-worker', 'reader-worker', 'upkeep-worker'].map((name) => `src/server/${name}.ts`),
              'src/cli/cli.ts',
            ],
            preserveEntrySignatures: 'allow-extension',
            output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
          },
        },
      }
    : {
        // Words of react-aria in other languages: the page speaks one.
        // Beside the page, wherever it is served: `--base-path` is known only then.
        base: './',
        plugins: [startSooner(), react(), { ...optimizeLocales.vite({ locales: ['en-US'] }), enforce: 'pre' }],
        worker: {
          format: 'es',
          // A folder of its own: the manifest does not list workers, and the size check looks for them here.
          rolldownOptions: {
            output: {
              entryFileNames: 'assets/worker/[name]-[hash].js',
              chunkFileNames: 'assets/worker/[name]-[hash].js',
            },
          },
        },
        build: {
          outDir: 'dist/client',
          manifest: true,
          license: { fileName: 'licences/libraries.md' },
          // light-dark() must reach the browser as it stands: theme.css relies on it.
          target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
          modulePreload: { polyfill: false },
          // What the first visit shares with a later part is one chunk, what only later parts share another: a dozen small ones
          // compress worse, by 6 kB.
          rolldownOptions: {
            input: ['index.html', 'src/app/analysis-worker.ts'],
            output: {
              codeSplitting: {
                groups: [
                  { name: 'libraries', test: /node_modules/, minShareCount: 2, tags: ['$initial'] },
                  { name: 'shared', test: /src.(?!app.analysis-worker)/, minShareCount: 2, tags: ['$initial'] },
                  { name: 'later', test: /node_modules/, minShareCount: 2 },
                ],
              },
            },
          },
          // scripts/size.js watches the sizes.
          chunkSizeWarningLimit: 1000,
        },
        server: {
          proxy: Object.fromEntries(ASKED_OF_THE_SERVER.map((path) => [path, 'http://127.0.0.1:4040'])),
        },
      },
);

/** The worker's start stands before the page's script, and the font need not wait for the styles that name it. */
function startSooner(): Plugin {
  return {
    name: 'start-sooner',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {} }) =>
        Object.values(bundle).flatMap(({ fileName, ...file }) => {
          if (file.type === 'chunk' && file.name === 'analysis-worker')
            return { tag: 'script', attrs: { type: 'module', crossorigin: true, src: `./${fileName}` } };
          if (/\/inter-latin-wght-normal-[^/]*\.woff2$/.test(fileName))
            return {
              tag: 'link',
              attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: true, href: `./${fileName}` },
            };
          return [];
        }),
    },
  };
}
