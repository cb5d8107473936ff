import { describe, expect, it } from 'vitest';
import type { OtlpDictionary } from '#formats/decoders/otlp-message.ts';
import { FILE_LIMITS } from '#formats/decode-limits.ts';
import type { LabelPair } from '#formats/profile-builder.ts';
import { OtlpLabels } from '#server/ingest/otlp-labels.ts';

const LABELS_OF_SAMPLE = 90;

function setsOf(): (...pairs: LabelPair[]) => number {
  const labels = new OtlpLabels({ links: [] } as unknown as OtlpDictionary, FILE_LIMITS);
  return (...pairs) => labels.set(new Map(pairs.map((pair) => [pair[0], pair])));
}

describe('sets of labels', () => {
  it('have one number where their texts are equal', () => {
    const set = setsOf();
    const first = set(['pod', 'a'], ['route', '/cart']);
    expect(set(['pod', 'a'], ['route', '/cart'])).toBe(first);
    const others = [
      set(['pod', 'a']),
      set(['pod', 'a'], ['route', '/']),
      set(['pod', 'a'], ['rout', 'e/cart']),
      set(['pod', 'a'], ['route', 7n]),
      set(['pod', 'a'], ['route', '7']),
      set(['pod', 'a'], ['route', 7n, 'ms']),
      set(),
    ];
    expect(new Set([first, ...others]).size).toBe(8);
  });

  it('of long texts take little memory, however many there are', () => {
    const set = setsOf();
    const pairs = Array.from({ length: 200 }, (_, i): LabelPair => [`${i}${'n'.repeat(1000)}`, 'v'.repeat(2000)]);
    const numbers = new Set<number>();
    const before = process.memoryUsage().heapUsed;
    // As texts these would be 800 MB.
    for (let i = 0; i < 3000; i++) {
      const from = i % (pairs.length - LABELS_OF_SAMPLE);
      const chosen = pairs.slice(from, from + LABELS_OF_SAMPLE);
      chosen.splice(Math.floor(i / 110), 1);
      numbers.add(set(...chosen));
    }
    expect(numbers.size).toBeGreaterThan(2000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200e6);
  });
});
