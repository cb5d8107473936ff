/** Random stacks of few functions: recursion, shared prefixes and repeats are likely. */
import fc from 'fast-check';

const stack = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 8 });

export const anyStacks = fc
  .array(fc.tuple(stack, fc.integer({ min: 1, max: 50 })), { minLength: 1, maxLength: 20 })
  .map((rows) => rows.map(([frames, value]) => `${frames.join(';')} ${value}`).join('\n'));
