/** What the functions of two compared profiles are. */
import type { FunctionFacts } from '#model/transforms/function-tables.ts';
import type { UnionTree } from '#model/union.ts';

/** What is known of the union's functions: of each what the side knows that gave it its name. */
export function joinFacts(
  { names, namesInA, functions }: UnionTree,
  a: FunctionFacts,
  b: FunctionFacts,
): FunctionFacts {
  const ofA = a.functions.names.length;
  // Where a function of the union stands in B; −1 where what A knows holds.
  const from = new Int32Array(names.length).fill(-1);
  for (const [func, place] of functions.b.func.entries())
    if (from[place] < 0 && (place >= ofA || namesInA.has(place))) from[place] = func;
  const texts = (x: readonly string[], y: readonly string[]): string[] =>
    Array.from(from, (f, place) => (f < 0 ? x[place] : y[f]));
  const numbers = (x: ArrayLike<number>, y: ArrayLike<number>): Int32Array =>
    Int32Array.from(from, (f, place) => (f < 0 ? x[place] : y[f]));
  return {
    functions: {
      names,
      files: texts(a.functions.files, b.functions.files),
      line: numbers(a.functions.line, b.functions.line),
      mappings: texts(a.functions.mappings, b.functions.mappings),
    },
    packages: texts(a.packages, b.packages),
    isSystem: Uint8Array.from(numbers(a.isSystem, b.isSystem)),
  };
}
