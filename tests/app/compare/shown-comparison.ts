/** A comparison as it is shown, made from stacks of both sides. */
import type { EvidenceAnswer } from '#analysis/analysis.ts';
import { InProcessAnalysis } from '#analysis/in-process.ts';
import type { FileSide } from '#app/sides/sides.ts';
import type { ShownComparison } from '#app/screen/shown-comparison.ts';
import type { Normalisation } from '#model/normalise.ts';
import type { SampleType } from '#model/profile.ts';

const { signal } = new AbortController();

export interface Facts {
  readonly type: SampleType;
  readonly seconds: number | undefined;
  readonly isSnapshot: boolean;
}

export const cpu: Facts = { type: { type: 'cpu', unit: 'nanoseconds' }, seconds: 60, isSnapshot: false };

/** Values in the unit of the type. The file's own type is passed over. */
export async function compared(
  stacks: { readonly a: string; readonly b: string },
  normalisation: Normalisation,
  { type, seconds, isSnapshot }: Facts = cpu,
): Promise<ShownComparison & { readonly evidence: EvidenceAnswer }> {
  const analysis = new InProcessAnalysis(() => Promise.resolve());
  const open = async (text: string): Promise<ShownComparison['open']['a']> => {
    const bytes = new TextEncoder().encode(text);
    const encoded = { bytes, name: 'a.txt', form: { kind: 'file' } } as const;
    const profile = await analysis.open(encoded, signal, () => undefined);
    const side: FileSide = { kind: 'file', file: 'a.txt', st: undefined, matchers: [], during: undefined };
    return {
      side,
      profile,
      sampleType: 0,
      seconds,
      covered: 1,
      isSnapshot,
      requests: undefined,
      bytes: 0,
      queryMs: undefined,
    };
  };
  const [a, b] = [await open(stacks.a), await open(stacks.b)];
  const facts = { seconds, isSnapshot };
  const request = {
    a: { handle: a.profile.handle, sampleType: 0, facts },
    b: { handle: b.profile.handle, sampleType: 0, facts },
    normalisation,
    width: 'mean',
    order: 'size',
    transforms: [],
    evidence: undefined,
  } as const;
  const diff = await analysis.diff(request, signal);
  const none = { kind: 'itself' } as const;
  const evidence = await analysis.evidence(request, { a: none, b: none }, signal);
  return { request, diff, evidence, isWhole: true, open: { a, b }, type };
}
