/** The facts of the functions of two compared profiles. */
import type { FunctionFacts } from '#model/transforms/function-tables.ts';
import type { UnionTree } from '#model/union.ts';

/** The facts of the union's functions, each from the side that named it. */
export function joinFacts(
  { names, namesInA, functions }: UnionTree,
  a: FunctionFacts,
  b: FunctionFacts,
): FunctionFacts {
  const ofA = a.functions.names.length;
  // The number of a function of the union in B; −1 if A's facts apply.
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
