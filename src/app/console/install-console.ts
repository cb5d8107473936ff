/** Defines `window.flametide` at once, and loads its code with the first call. */
import type { QueryClient } from '@tanstack/react-query';
import type { Analysis } from '#analysis/analysis.ts';
import type { FlametideConsole } from './console.ts';

declare global {
  interface Window {
    flametide: FlametideConsole;
  }
}

const calls = [
  'summary',
  'top',
  'changes',
  'stacks',
  'series',
  'show',
  'url',
  'share',
  'exportAs',
  'stats',
] as const satisfies readonly (keyof FlametideConsole)[];

export function installConsole(analysis: Analysis, queries: QueryClient): void {
  let made: Promise<FlametideConsole> | undefined;
  const load = (): Promise<FlametideConsole> =>
    (made ??= import('./console.ts').then(({ makeConsole }) => makeConsole(analysis, queries)));
  const later =
    (name: keyof FlametideConsole) =>
    async (...args: readonly never[]) => {
      const call = (await load())[name] as (...given: readonly never[]) => Promise<unknown>;
      return call(...args);
    };
  window.flametide = Object.fromEntries(calls.map((name) => [name, later(name)])) as unknown as FlametideConsole;
}
