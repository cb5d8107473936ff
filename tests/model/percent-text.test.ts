import { expect, it } from 'vitest';
import { intervalText, percentText } from '#model/percent-text.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

it.each([
  [100, 123, '+23.0 %'],
  [100, 77, '−23.0 %'],
  [100, 104.32, '+4.32 %'],
  [100, 100, '0 %'],
  [0.1 + 0.2, 0.3, '0 %'],
  [0, 5, 'new'],
  [5, 0, 'gone'],
  [0, 0, ''],
])('%d to %d is %s', (a, b, text) => expect(plain(percentText(a, b))).toBe(text));

it.each([
  [12, 34, '+12.0 % … +34.0 %'],
  [-4.1, 3, '−4.10 % … +3.00 %'],
  [-22.3, -0.492, '−22.3 % … −0.49 %'],
  [0.001_21, 61.3, '+0.00 % … +61.3 %'],
  [-50, 0, '−50.0 % … 0 %'],
  [300, 6_292, '+300 % … over ×50'],
  [1, null, ''],
  [1, Infinity, ''],
  [Number.NaN, Number.NaN, ''],
])('an interval from %d to %d is written %j', (low, high, text) => expect(plain(intervalText(low, high))).toBe(text));
