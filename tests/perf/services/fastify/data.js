/** The goods, the same at each start. */

export const goods = Array.from({ length: 800 }, (_, i) => ({
  id: i,
  name: `good ${(i * 7919) % 1000}`,
  cents: (i * 104_729) % 10_000,
  weight: (i * 31) % 97,
  words: [`w${i % 37}`, `w${(i * 3) % 41}`, `w${(i * 7) % 43}`],
}));
