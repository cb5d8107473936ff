import { expect, it } from 'vitest';
import { overBudget } from '#app/explore/budget-text.ts';

const keeps = { service: 'shop', labelSets: 10, budget: 5000, foldedSamples: 0, refused: 0 };

it('says nothing of a service that keeps to its budget', () => {
  expect(overBudget(keeps)).toBeUndefined();
});

it('says what was stored otherwise, and what was refused', () => {
  expect(overBudget({ ...keeps, foldedSamples: 1 })).toContain('1 sample was stored without their own labels');
  const text = overBudget({ ...keeps, foldedSamples: 12_345, refused: 2 });
  expect(text).toMatch(/^shop sends more than 5\D000 label sets a day/);
  expect(text).toMatch(/12\D345 samples were stored .* 2 profiles were refused\./);
});

it('cuts a name that is long', () => {
  expect(overBudget({ ...keeps, service: 'x'.repeat(5000), refused: 1 })?.length).toBeLessThan(400);
});
