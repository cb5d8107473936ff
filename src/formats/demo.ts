/**
 * A made-up profile from a recipe of two numbers, for trying the page, for tests and for bug reports.
 * The file is the text that `demoRecipe` (model) prints; decoding it makes the profile.
 */
import { demoHead } from '#model/demo-recipe.ts';
import type { LazyFormat } from './format.ts';

export const demoFormat: LazyFormat = {
  id: 'demo',
  title: 'Demo',
  noun: 'demos',
  endings: [],
  reads: undefined,
  sniff: (bytes) => new TextDecoder().decode(bytes.subarray(0, demoHead.length)) === demoHead,
  load: async () => (await import('./decoders/demo.ts')).decodeDemo,
};
