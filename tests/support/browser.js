/**
 * Which browser the tests drive, so that `npm ci && npm test` needs nothing else, on a bare Debian too:
 * FLAMETIDE_CHROMIUM or CHROMIUM when set, else the one that @sparticuz/chromium carries (Linux x64), else an installed one.
 */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{ executablePath: string, args: string[], env: Record<string, string> }} TestBrowser */

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const ARGS = ['--no-sandbox', '--disable-background-networking'];
const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/microsoft-edge',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/**
 * Playwright's launch options for the test browser. The first call may take some seconds, to unpack it.
 * @returns {TestBrowser}
 */
export function testBrowser() {
  const named = process.env['FLAMETIDE_CHROMIUM'] ?? process.env['CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error(`FLAMETIDE_CHROMIUM or CHROMIUM names ${named}, which does not exist.`);
    return { executablePath: named, args: ARGS, env: environment({}) };
  }
  if (process.platform === 'linux' && process.arch === 'x64' && existsSync(join(MODULES, '@sparticuz/chromium'))) {
    return carriedBrowser();
  }
  const installed = INSTALLED.find((path) => existsSync(path));
  if (installed !== undefined) return { executablePath: installed, args: ARGS, env: environment({}) };
  throw new Error('No browser for the tests: install Chrome or Chromium, or name one in FLAMETIDE_CHROMIUM.');
}

/** @returns {TestBrowser} */
function carriedBrowser() {
  const { version } = JSON.parse(readFileSync(join(MODULES, '@sparticuz/chromium/package.json'), 'utf8'));
  const home = join(MODULES, '.cache', `chromium-${version}`);
  if (!existsSync(home)) unpackInto(home);
  return {
    executablePath: join(home, 'chromium'),
    args: ARGS,
    env: environment({ LD_LIBRARY_PATH: join(home, 'al2023/lib'), FONTCONFIG_PATH: join(home, 'fonts') }),
  };
}

/**
 * Unpacks in a child, as the package changes its own process's environment and takes a half-written browser in the
 * temporary folder for a whole one. The folder gets its name when it is complete: two may unpack at once, one wins.
 * @param {string} home
 */
function unpackInto(home) {
  mkdirSync(join(MODULES, '.cache'), { recursive: true });
  const half = mkdtempSync(`${home}-`);
  try {
    const unpacked = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', "await (await import('@sparticuz/chromium')).default.executablePath();"],
      // The runtime's name makes it unpack the libraries (nss and more) that a bare Debian lacks.
      { cwd: MODULES, env: { ...process.env, TMPDIR: half, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' }, encoding: 'utf8' },
    );
    if (unpacked.status !== 0) throw new Error(`@sparticuz/chromium cannot be unpacked: ${unpacked.stderr}`);
    chmodSync(join(half, 'chromium'), 0o755);
    // Its own fonts.conf names a fixed folder; a page without any font crashes.
    const fonts = join(home, 'fonts');
    writeFileSync(
      join(half, 'fonts/fonts.conf'),
      `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${fonts}</dir><cachedir>${fonts}/cache</cachedir></fontconfig>\n`,
    );
    renameSync(half, home);
  } catch (error) {
    if (!existsSync(join(home, 'chromium'))) throw error;
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}

/**
 * The environment of this process with some values of its own, in the shape that Playwright takes.
 * @param {Record<string, string>} own
 * @returns {Record<string, string>}
 */
function environment(own) {
  /** @type {Record<string, string>} */
  const all = {};
  for (const [name, value] of Object.entries({ ...process.env, ...own })) if (value !== undefined) all[name] = value;
  return all;
}
