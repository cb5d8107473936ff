/**
 * A real Firefox, driven by its own Marionette protocol: JSON behind its length, over TCP. Playwright drives only builds
 * of Firefox that it downloads itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const INSTALLED = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
];

/** `FLAMETIDE_FIREFOX`, else an installed one; undefined: there is none. */
export function installedFirefox(): string | undefined {
  return process.env['FLAMETIDE_FIREFOX'] || INSTALLED.find((path) => existsSync(path));
}

/** WebDriver's code points for keys without a character. */
const KEYS: Readonly<Record<string, string>> = {
  Tab: '\uE004',
  Enter: '\uE006',
  Escape: '\uE00C',
  ArrowLeft: '\uE012',
  ArrowUp: '\uE013',
  ArrowRight: '\uE014',
  ArrowDown: '\uE015',
};
const START_MS = 120_000;
const MAX_TRIES = 100;

export class Firefox {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #received = Buffer.alloc(0);
  #sent = 0;

  private constructor(started: ChildProcess, profile: string, socket: Socket) {
    this.#process = started;
    this.#profile = profile;
    this.#socket = socket;
    socket.on('data', (bytes) => this.#take(bytes));
  }

  static async start(path: string): Promise<Firefox> {
    const profile = mkdtempSync(join(tmpdir(), 'flametide-firefox-'));
    // Port 0: Firefox chooses one and writes it into the profile. A window without a screen counts as focused, or Enter
    // would click no button.
    const settings = ['"marionette.port", 0', '"focusmanager.testmode", true'];
    writeFileSync(join(profile, 'user.js'), settings.map((one) => `user_pref(${one});\n`).join(''));
    const args = [
      '--headless',
      '--marionette',
      '--remote-allow-system-access',
      '--profile',
      profile,
      '--width=1440',
      '--height=900',
    ];
    const started = spawn(path, args, { stdio: 'ignore' });
    const file = join(profile, 'MarionetteActivePort');
    for (const beganMs = Date.now(); !existsSync(file) || readFileSync(file, 'utf8') === ''; await pause(50)) {
      if (started.exitCode !== null) throw new Error(`${path} ended with exit code ${started.exitCode}.`);
      if (Date.now() - beganMs > START_MS) throw new Error(`${path} does not open a port for Marionette.`);
    }
    const socket = connect(Number(readFileSync(file, 'utf8')), '127.0.0.1');
    await once(socket, 'connect');
    const firefox = new Firefox(started, profile, socket);
    await firefox.#send('WebDriver:NewSession', { capabilities: {} });
    return firefox;
  }

  async goto(url: string): Promise<void> {
    await this.#send('WebDriver:Navigate', { url });
  }

  /** @param expression of the page, or a promise of one @returns its value as JSON */
  async evaluate(expression: string): Promise<unknown> {
    const script = `const done = arguments[0];
      Promise.resolve().then(() => (${expression})).then(
        (value) => done(JSON.stringify({ value })), (error) => done(JSON.stringify({ error: String(error) })));`;
    const options = { args: [], sandbox: null, scriptTimeout: 60_000 };
    const { value } = (await this.#send('WebDriver:ExecuteAsyncScript', { script, ...options })) as { value: string };
    const answer = JSON.parse(value) as { value?: unknown; error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  /** @param key a character, or a name as in `KeyboardEvent.key` */
  async press(key: string): Promise<void> {
    await this.#focusPage();
    const value = KEYS[key] ?? key;
    const actions = ['keyDown', 'keyUp'].map((type) => ({ type, value }));
    await this.#send('WebDriver:PerformActions', { actions: [{ type: 'key', id: 'keys', actions }] });
  }

  async stop(): Promise<void> {
    this.#socket.destroy();
    const ended = this.#process.exitCode === null ? once(this.#process, 'exit') : undefined;
    this.#process.kill();
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Enter clicks no button of a page that the window has not focused: after a change of process, or of Tab into the bars. */
  async #focusPage(): Promise<void> {
    for (let tries = 0; (await this.evaluate('document.hasFocus()')) !== true; tries++) {
      if (tries > MAX_TRIES) throw new Error('Firefox does not focus the page.');
      await this.#send('Marionette:SetContext', { value: 'chrome' });
      const script = 'Services.focus.clearFocus(window); window.focus(); gBrowser.selectedBrowser.focus();';
      await this.#send('WebDriver:ExecuteScript', { script, args: [] });
      await this.#send('Marionette:SetContext', { value: 'content' });
      await pause(20);
    }
  }

  #send(command: string, parameters: object): Promise<unknown> {
    const id = ++this.#sent;
    const bytes = Buffer.from(JSON.stringify([0, id, command, parameters]));
    this.#socket.write(Buffer.concat([Buffer.from(`${bytes.length}:`), bytes]));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const colon = this.#received.indexOf(':');
      const end = colon + 1 + Number(this.#received.subarray(0, Math.max(0, colon)).toString());
      if (colon < 0 || this.#received.length < end) return;
      const message: unknown = JSON.parse(this.#received.subarray(colon + 1, end).toString());
      this.#received = this.#received.subarray(end);
      // The greeting is no answer.
      if (!Array.isArray(message)) continue;
      const [, id, error, result] = message as [number, number, { message: string } | null, unknown];
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result);
    }
  }
}
