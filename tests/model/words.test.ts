import { describe, expect, it } from 'vitest';
import { packageOf, splitName } from '#model/function-name.ts';
import {
  formatBytesOfFile,
  formatCount,
  formatExact,
  formatPercent,
  formatShare,
  formatValue,
  COLUMN_DIGITS,
  scaleFor,
} from '#model/units.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('names for reading', () => {
  it.each([
    ['net/http.(*conn).serve', 'http.', '(*conn).', 'serve'],
    ['github.com/a/b/v4.Do', 'b.', '', 'Do'],
    ['runtime.mallocgc', 'runtime.', '', 'mallocgc'],
    ['main.Map[go.shape.int]', 'main.', '', 'Map[…]'],
    ['com.acme.web.Server.handle', 'web.', 'Server.', 'handle'],
    [
      'std::vector<int, std::allocator<int>>::push_back(int const&)',
      'std::',
      'vector<int, std::allocator<int>>::',
      'push_back',
    ],
    ['core::ptr::drop_in_place::h0123456789abcdef', 'ptr::', '', 'drop_in_place'],
    ['(anonymous)', '', '', '(anonymous)'],
    ['handle (app/web.py:12)', '', '', 'handle (app/web.py:12)'],
    ['libc.so.6+0x1f', '', '', 'libc.so.6+0x1f'],
    ['', '', '', ''],
  ])('%s', (name, prefix, middle, bare) => {
    expect(splitName(name)).toEqual({ prefix, middle, bare });
  });

  it.each([
    ['github.com/acme/ledger/core.(*Store).Read', '', '', 'github.com/acme/ledger/core', false],
    ['runtime.mallocgc', '', '', 'runtime', true],
    ['com.acme.web.Server.handle', '', '', 'com.acme.web', false],
    ['acme::orders::Pool<Batch>::Next', '', '', 'acme', false],
    ['render', 'file:///app/node_modules/@scope/ui/index.js', '', '@scope/ui', false],
    ['readFile', 'node:fs', '', 'node:fs', true],
    ['0x1f00', '', '/usr/lib/libc.so.6', 'libc.so.6', true],
    ['mydaemon+0x2a', '', '', 'mydaemon', false],
  ])('%s belongs to its package', (name, file, mapping, expected, isSystem) => {
    expect(packageOf(name, file, mapping)).toEqual({ package: expected, isSystem });
  });

  it('a name of a megabyte costs nothing and throws nothing', () => {
    const name = '<(::['.repeat(250_000);
    expect(splitName(name).bare.length).toBeLessThan(1000);
    expect(packageOf(name, name, name).package.length).toBeLessThan(1000);
  });
});

describe('numbers as the page writes them', () => {
  it.each([
    [14_040_000_000_000, 'nanoseconds', 'cpu', '3.90 core-h'],
    [2_166_000_000_000, 'nanoseconds', 'cpu', '36.1 core-min'],
    [54_300_000_000, 'nanoseconds', 'cpu', '54.3 core-s'],
    [10_000_000, 'nanoseconds', 'wall', '10.0 ms'],
    [1536, 'bytes', 'inuse_space', '1.50 KiB'],
    [432_013_312, 'bytes', 'inuse_space', '412 MiB'],
    [1_405_316, 'count', 'samples', '1 405 316'],
    [0, 'nanoseconds', 'wall', '0 s'],
    [0, 'nanoseconds', 'cpu', '0 core-s'],
    [0, 'kilobytes', 'space', '0 B'],
    [-1536, 'bytes', 'delta', '−1.50 KiB'],
    [12, 'widgets', 'x', '12 widgets'],
  ])('%d %s of %s is %s', (value, unit, type, text) => {
    expect(plain(formatValue(value, unit, type))).toBe(text);
  });

  it.each([
    [12, 100, '12.0 %'],
    [7.456, 100, '7.46 %'],
    [1, 1, '100 %'],
    [0, 5, '0 %'],
    [1, 1e9, '<0.01 %'],
    [0, 0, '–'],
    [0.1 + 0.2, 0.3, '100 %'],
    // Negative values make a whole less than its part.
    [42, 10, '–'],
    [-42, 10, '–'],
    [5, -10, '−50.0 %'],
  ])('%d of %d is %s', (part, whole, text) => {
    expect(plain(formatShare(part, whole))).toBe(text);
  });

  it.each([
    [1.0121, '101 %'],
    [0.988, '98.8 %'],
    [0, '0 %'],
    [-0.00001, '>−0.01 %'],
  ])('the ratio %d is %s', (ratio, text) => {
    expect(plain(formatPercent(ratio))).toBe(text);
  });

  it.each([
    [27.489000000000004, 'milliseconds', '27.489 milliseconds'],
    [1_405_316, 'nanoseconds', '1 405 316 nanoseconds'],
    [9_007_199_254_740_993n, 'count', '9 007 199 254 740 993 count'],
  ])('%s %s exactly is %s', (value, unit, text) => {
    expect(plain(formatExact(value, unit))).toBe(text);
  });

  it('a column keeps one unit and one count of decimals', () => {
    const scale = scaleFor('nanoseconds', 'cpu', 2_166_000_000_000);
    expect([scale.suffix, scale.format(2_166_000_000_000), scale.format(6_000_000_000)]).toEqual([
      'core-min',
      '36.1',
      '0.1',
    ]);
  });

  it('a sorted column has digits enough that neighbours differ', () => {
    const { suffix, format } = scaleFor('nanoseconds', 'cpu', 5.15 * 3600e9, COLUMN_DIGITS);
    expect(suffix).toBe('core-h');
    expect([5.15, 0.0834, 0.0791].map((hours) => format(hours * 3600e9))).toEqual(['5.1500', '0.0834', '0.0791']);
    expect(scaleFor('count', 'objects', 1234, COLUMN_DIGITS).format(12)).toBe('12');
  });

  it('a column has no zero for what is too small for its decimals', () => {
    const { suffix, format } = scaleFor('nanoseconds', 'wall', 250_000_000);
    expect(suffix).toBe('ms');
    expect([250_000_000, 600_000, 100_000, 0, -100_000].map((value) => format(value))).toEqual([
      '250',
      '1',
      '<1',
      '0',
      '>−1',
    ]);
    expect(scaleFor('bytes', 'space', 2.5 * 2 ** 20).format(2 ** 10)).toBe('<0.01');
  });

  it('counts have thousands, also beyond doubles; files count in tens', () => {
    expect(plain(formatCount(45035996273704985n))).toBe('45 035 996 273 704 985');
    expect(plain(formatBytesOfFile(1_201_687))).toBe('1.2 MB');
  });
});
