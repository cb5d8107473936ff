/** The console handle's place, for the page and for the tests that speak through it. */
interface Window {
  flametide: import('./console.ts').FlametideConsole;
}
