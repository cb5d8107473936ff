/** How long the evidence of a large union takes, and what it says, so that a faster way can be held against a slower one. */
import { readFileSync } from 'node:fs';
import { finish } from '#base/steps.ts';
import { hashText, poisson, seeded } from '#base/seeded.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import { unionTree } from '#model/diff.ts';
import { compareSides, type Evidence } from '#model/evidence.ts';
import type { SideSlices } from '#model/slices.ts';
import { sumUp, type UnionTree } from '#model/union.ts';
import { decodeProfile } from '#formats/registry.ts';

interface MadeSides {
  readonly union: UnionTree;
  readonly a: SideSlices;
  readonly b: SideSlices;
}

/** Entries of a side for each node with a cost of its own. */
const ENTRIES = 4;
/** Of functions from the fifth by own cost on: what each costs on B. */
const FACTORS = [1.3, 0.6, 2];

/** One recorded tree twice, drawn anew for each side slice by slice; three functions cost something else on B. */
export function makeSides(file: string, slices: number): MadeSides {
  const { profile } = finish(
    decodeProfile({ bytes: new Uint8Array(readFileSync(file)), name: file, form: { kind: 'file' } }),
  );
  const { names } = profile.functions;
  const tree = finish(buildCallTree(profile, profile.defaultSampleType, 'size'));
  const union = unionTree({ tree, names }, { tree, names });
  const random = seeded(`${file} ${slices}`);
  const mean = union.a.total[0] / union.a.self.reduce((count, one) => count + (one > 0 ? 1 : 0), 0);
  const ofFunction = new Float64Array(names.length);
  for (let node = 1; node < union.length; node++) ofFunction[union.func[node]] += union.a.self[node];
  const largest = [...ofFunction.keys()].sort((f, g) => ofFunction[g] - ofFunction[f]);
  const factor = new Float64Array(names.length).fill(1);
  for (const [i, one] of FACTORS.entries()) factor[largest[4 + 3 * i]] = one;
  const side = (isB: boolean): SideSlices => {
    const node: number[] = [];
    const slice: number[] = [];
    const value: number[] = [];
    const sums = isB ? union.b : union.a;
    for (let at = 1; at < union.length; at++) {
      const own = union.a.self[at];
      sums.self[at] = 0;
      if (!(own > 0)) continue;
      const expected = (own / mean) * ENTRIES * (isB ? factor[union.func[at]] : 1);
      const count = poisson(Math.min(expected, 5000), random);
      for (let left = count; left > 0;) {
        const part = Math.min(left, Math.ceil(count / ENTRIES / 4));
        node.push(at);
        slice.push(Math.floor(random() * slices));
        value.push(part);
        left -= part;
        sums.self[at] += part;
      }
    }
    sums.total.set(sumUp(sums.self, union.parent));
    return {
      sliceCount: slices,
      node: Int32Array.from(node),
      slice: Uint16Array.from(slice),
      value: Float64Array.from(value),
      samplesPerUnit: 1,
    };
  };
  // B first: A's own costs are what both are drawn from.
  const b = side(true);
  const a = side(false);
  return { union, a, b };
}

/** @returns ms of the processor in each round, and what was found */
export function timeEvidence(
  { union, a, b }: MadeSides,
  rounds: number,
): { times: readonly number[]; causes: readonly string[]; digest: string } {
  const times: number[] = [];
  let found: Evidence | undefined;
  for (let round = 0; round < rounds; round++) {
    const began = process.cpuUsage();
    found = compareSides(union, a, b);
    const { user, system } = process.cpuUsage(began);
    times.push(Math.round((user + system) / 1000));
  }
  const { causes, code } = found!;
  return {
    times,
    causes: causes.map(
      ({ func, scope, unit }, i) =>
        `${union.names[func]} ${scope} ${unit} ${code.z[i].toFixed(4)} ${code.change[i].toFixed(4)}`,
    ),
    digest: digestOf(found!),
  };
}

/** The same for answers that are the same to six digits. */
function digestOf(found: Evidence): string {
  const round = (_: string, value: unknown): unknown =>
    value instanceof Float64Array || value instanceof Int32Array || value instanceof Uint8Array
      ? Array.from(value, (one) => one.toPrecision(6)).join(' ')
      : typeof value === 'number'
        ? value.toPrecision(6)
        : value;
  return hashText(JSON.stringify(found, round)).toString(16);
}
