/** Natural order of names: `pod-2` before `pod-10`. Only identical texts are equal. */
const collator = new Intl.Collator('en', { numeric: true });

export function compareNatural(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}
