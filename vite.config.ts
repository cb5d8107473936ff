import optimizeLocales from '@react-aria/optimize-locales-plugin';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** What `npm run dev` leaves to a built server beside it (`npm start`), as the page itself comes from Vite. */
const ASKED_OF_THE_SERVER = [
  '/api',
  '/s/',
  '/healthz',
  '/ready',
  '/metrics',
  '/querier.v1.',
  '/flametide.v1.',
  '/pyroscope',
];

const EARLY =
  /src.(?:app.(?:source.early-query|time.loaded-at|time.zone-name)|datasource.(?:early-answer|query-message)|model.(?:civil-time|label-selector|labels|time-range)|wire.wire-sink)\.ts$/;

/** light-dark() must reach the browser as it stands: theme.css relies on it. */
const TARGET = ['chrome123', 'edge123', 'firefox128', 'safari17.5'];

/**
 * Three builds: the page to dist/client, the viewer (mode `viewer`) beside it, as one file, and, with `--ssr`, the server to
 * dist/server: main.js, its worker threads and what they share, libraries included. `scripts/build.js` runs them, and
 * compresses what the first two made.
 */
export default defineConfig(({ isSsrBuild, mode }) =>
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
    : mode === 'viewer'
      ? {
          base: './',
          publicDir: false,
          plugins: [
            react(),
            { ...optimizeLocales.vite({ locales: ['en-US'] }), enforce: 'pre' },
            withoutServer(),
            inOneFile(),
          ],
          worker: { format: 'iife', plugins: () => [fewFormats()] },
          build: {
            outDir: 'dist/client',
            emptyOutDir: false,
            target: TARGET,
            modulePreload: false,
            cssCodeSplit: false,
            assetsInlineLimit: Number.MAX_SAFE_INTEGER,
            chunkSizeWarningLimit: 3000,
            rolldownOptions: { input: 'viewer.html', output: { codeSplitting: false } },
          },
        }
      : {
          // Beside the page, wherever it is served: `--base-path` is known only then.
          base: './',
          // Words of react-aria in other languages: the page speaks one.
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
            target: TARGET,
            modulePreload: { polyfill: false },
            // What the first visit shares with a later part is one chunk, what only later parts share another: a dozen small ones
            // compress worse, by 6 kB.
            rolldownOptions: {
              input: ['index.html', 'src/app/early-start.ts', 'src/app/service-worker.ts'],
              output: {
                // Beside the page, as it stands for all that lies there.
                entryFileNames: ({ name }) => (name === 'service-worker' ? 'sw.js' : 'assets/[name]-[hash].js'),
                codeSplitting: {
                  groups: [
                    // All that early-start.ts imports: it must not wait for the rest. scripts/size.js watches it.
                    { name: 'early', test: EARLY, priority: 1 },
                    { name: 'libraries', test: /node_modules/, minShareCount: 2, tags: ['$initial'] },
                    { name: 'shared', test: /src.(?!app.early-start)/, minShareCount: 2, tags: ['$initial'] },
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
          if (file.type === 'chunk' && file.name === 'early-start')
            return { tag: 'script', attrs: { type: 'module', async: true, crossorigin: true, src: `./${fileName}` } };
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

/**
 * A page in one file loads nothing more: it reads the formats whose decoders come with the worker, names no others, and
 * has no flame chart (`workspace/views.ts`).
 */
function fewFormats(): Plugin {
  const prefix = '\0left-out:';
  const leftOut: Readonly<Record<string, string>> = {
    '#model/flame-chart.ts': 'export function* flameChart() { return undefined; }',
    './recognise.ts': 'export function recognise() { return undefined; }',
  };
  return {
    name: 'few-formats',
    enforce: 'pre',
    resolveId(source, importer, options) {
      if (Object.hasOwn(leftOut, source)) return prefix + source;
      return source === './formats.ts' ? this.resolve('./viewer-formats.ts', importer, options) : undefined;
    },
    load: (id) => (id.startsWith(prefix) ? leftOut[id.slice(prefix.length)] : undefined),
  };
}

/** Parts that only a page with a server shows. */
const PARTS_OF_SERVERS: Readonly<Record<string, string>> = {
  'first-run.tsx': 'FirstRun',
  'label-grid.tsx': 'LabelGrid',
  'profile-now.tsx': 'ProfileNow',
  'remove-service.tsx': 'RemoveService',
  'server-notice.tsx': 'ServerNotice',
  'services-grid.tsx': 'ServicesGrid',
  'share-dialog.tsx': 'ShareDialog',
  'store-notice.tsx': 'StoreNotice',
  'types-grid.tsx': 'TypesGrid',
  'use-said-in-link.ts': 'useSaidInLink',
  'value-flame.tsx': 'ValueFlame',
};

/** A page in one file has no server: what is about one stays out. */
function withoutServer(): Plugin {
  const prefix = '\0without-server:';
  return {
    name: 'without-server',
    enforce: 'pre',
    resolveId(source) {
      const file = source.slice(source.lastIndexOf('/') + 1);
      return Object.hasOwn(PARTS_OF_SERVERS, file) ? `${prefix}${PARTS_OF_SERVERS[file]}` : undefined;
    },
    load: (id) => (id.startsWith(prefix) ? `export const ${id.slice(prefix.length)} = () => null;` : undefined),
  };
}

/** Script and styles go into the viewer itself, which may run the one, ask nothing of anyone, and do no more. */
function inOneFile(): Plugin {
  return {
    name: 'in-one-file',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const page = bundle['viewer.html'];
      const files = Object.values(bundle).filter((file) => file !== page);
      const chunks = files.filter((file) => file.type === 'chunk');
      const styles = files.filter((file) => file.type === 'asset');
      if (page?.type !== 'asset' || chunks.length !== 1 || styles.some(({ fileName }) => !fileName.endsWith('.css')))
        this.error(`The viewer is not one script and its styles: ${Object.keys(bundle).join(', ')}.`);
      const script = chunks[0].code
        // What Vite leaves where nothing is to be loaded before.
        .replaceAll('__VITE_PRELOAD__', 'void 0')
        // What would end an element that holds it, or begin a comment in it; both only ever stand in texts of a script.
        .replace(/<(?=\/script|!--|script)/gi, String.raw`\x3C`)
        .trim();
      const style = styles.map(({ source }) => String(source)).join('\n');
      // The page's: of the same libraries.
      const licence = readFileSync('dist/client/licences/libraries.md', 'utf8');
      if (/<\/style/i.test(style) || /<\/?script|<!--/i.test(licence)) this.error('A text would end its element.');
      const policy = [
        "default-src 'none'",
        `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
        "style-src 'unsafe-inline'",
        'worker-src blob:',
        'img-src data: blob:',
        'font-src data:',
        "base-uri 'none'",
        "form-action 'none'",
      ].join('; ');
      const bare = String(page.source).replace(/\s*<(?:script[^>]*><\/script>|link rel="stylesheet"[^>]*>)/g, '');
      page.source = bare
        .replace(
          '<meta charset',
          () => `<meta http-equiv="Content-Security-Policy" content="${policy}" />\n    <meta charset`,
        )
        .replace('</head>', () => `  <style>${style}</style>\n  </head>`)
        .replace(
          '</body>',
          () =>
            `  <script type="module">${script}</script>\n    <script type="text/plain" id="licences">\n${licence}</script>\n  </body>`,
        );
      for (const { fileName } of files) delete bundle[fileName];
    },
  };
}
