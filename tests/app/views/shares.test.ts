import { describe, expect, it } from 'vitest';
import { sharesText, spokenShares } from '#app/views/flamegraph/shares.ts';

/** total 200 ─ main 170 ─ work 100 ─ step 25; other 30 */
const tree = {
  total: Float64Array.of(200, 170, 100, 25, 30),
  subtreeEnd: Int32Array.of(5, 4, 4, 4, 5),
};
const [ROOT, MAIN, WORK, STEP] = [0, 1, 2, 3];
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('shares of a frame', () => {
  it('without a zoom are of the whole', () => {
    expect(plain(sharesText(tree, WORK, ROOT, 200))).toBe('50.0 %');
    expect(plain(spokenShares(tree, WORK, ROOT, 200))).toBe('50.0 %');
  });

  it('in a view are of it and of the whole', () => {
    expect(plain(sharesText(tree, STEP, WORK, 200))).toBe('25.0 % (12.5 %)');
    expect(plain(spokenShares(tree, WORK, WORK, 200))).toBe('100 % of view, 50.0 % of whole');
  });

  it('callers of the view are larger than it: only of the whole', () => {
    expect(plain(sharesText(tree, MAIN, WORK, 200))).toBe('85.0 % of whole');
    expect(plain(spokenShares(tree, ROOT, WORK, 200))).toBe('100 % of whole');
  });
});
