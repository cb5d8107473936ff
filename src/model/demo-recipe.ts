/** A made-up profile as two numbers: the text that stands for its file, and its limits. `formats/decoders/demo.ts` makes it. */

export const demoLimits = { least: 10, most: 2_000_000 } as const;
export const demoHead = 'flametide demo profile';

export function demoRecipe(nodes: number, seed: number): Uint8Array {
  return new TextEncoder().encode(`${demoHead}\nnodes ${nodes}\nseed ${seed}\n`);
}

/** Demo data is called demo wherever its name stands. */
export function demoName(nodes: number, seed: number): string {
  return `demo, ${nodes} nodes, seed ${seed}`;
}

export function isDemoRecipe(nodes: number, seed: number): boolean {
  return (
    Number.isInteger(nodes) &&
    nodes >= demoLimits.least &&
    nodes <= demoLimits.most &&
    Number.isSafeInteger(seed) &&
    seed >= 0
  );
}
