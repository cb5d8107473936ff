/** Which labels the samples of a profile have. */
import { compareNatural } from '#base/natural-order.ts';
import type { Profile } from './profile.ts';

/** Keys that some sample has, sorted as people sort. */
export function labelKeys({ labels }: Profile): readonly string[] {
  const used = new Uint8Array(labels.strings.length);
  for (const key of labels.key) used[key] = 1;
  return labels.strings.filter((text, i) => used[i] === 1 && text !== '').sort(compareNatural);
}
