import { describe, expect, it } from 'vitest';
import { frameOfValue, readLabelFrame } from '#model/label-frames.ts';

const LIKE_MARKS = ['(none)', 'other values', '"(none)"', '""other values""', '"(none)', '(none)"', '""', '"'];

describe('frames of the values of a label', () => {
  it('values and marks have different frames', () => {
    expect(frameOfValue('endpoint', '/cart', true)).toBe('endpoint: /cart');
    expect(frameOfValue('endpoint', '/cart', false)).toBe('endpoint: other values');
    expect(frameOfValue('endpoint', '', true)).toBe('endpoint: (none)');
    expect(frameOfValue('endpoint', '(none)', true)).toBe('endpoint: "(none)"');
    expect(frameOfValue('endpoint', 'other values', true)).toBe('endpoint: "other values"');
    const frames = LIKE_MARKS.map((value) => frameOfValue('endpoint', value, true));
    expect(new Set([...frames, 'endpoint: (none)', 'endpoint: other values']).size).toBe(LIKE_MARKS.length + 2);
  });

  it.each(['/cart', 'the (none) of it', ...LIKE_MARKS])('a value %s is read back', (value) => {
    expect(readLabelFrame('endpoint', frameOfValue('endpoint', value, true))).toEqual({ kind: 'value', value });
    expect(readLabelFrame('endpoint', frameOfValue('endpoint', value, false))).toEqual({ kind: 'others' });
  });

  it('samples without the label, and names that are not of it', () => {
    expect(readLabelFrame('endpoint', frameOfValue('endpoint', '', false))).toEqual({ kind: 'none' });
    expect(readLabelFrame('endpoint', 'endpoints: /cart')).toBeUndefined();
  });
});
