import { expect, it } from 'vitest';
import fc from 'fast-check';
import { parseProfileId, printProfileId } from '#server/query/profile-id.ts';

it('an id is a UUID, and reads back', () => {
  const id = fc.record({
    series: fc.integer({ min: 1, max: 0x7fffffff }),
    timeUs: fc.integer({ min: 0, max: 2 ** 51 }),
  });
  fc.assert(
    fc.property(id, (one) => {
      const text = printProfileId(one);
      expect(text).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(parseProfileId(text)).toEqual(one);
    }),
  );
});

it('a foreign id matches nothing', () => {
  for (const text of ['', 'x', '11111111-1111-4111-8111-111111111111']) expect(parseProfileId(text)).toBeUndefined();
});
