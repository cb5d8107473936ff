/** The console handle's place, for the page and for the tests that speak through it. */
import type { FlametideConsole } from './console.ts';

declare global {
  interface Window {
    flametide: FlametideConsole;
  }
}
